"""The code of the units, a package each."""
