"""Products composed from capabilities, a package each."""
