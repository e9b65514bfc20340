"""campaigns at run time."""
