"""earning-rates at run time, with its rates in a file."""
