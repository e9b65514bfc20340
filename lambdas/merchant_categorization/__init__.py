"""merchant-categorization at run time."""
