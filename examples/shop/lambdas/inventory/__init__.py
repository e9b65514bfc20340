"""inventory at run time."""
