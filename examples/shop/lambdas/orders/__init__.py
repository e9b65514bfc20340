"""orders at run time."""
