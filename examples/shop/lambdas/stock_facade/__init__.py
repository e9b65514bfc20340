"""stock-facade at run time."""
