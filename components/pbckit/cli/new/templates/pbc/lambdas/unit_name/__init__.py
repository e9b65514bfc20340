"""unit-name at run time."""
