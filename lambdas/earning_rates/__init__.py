"""earning-rates at run time."""
