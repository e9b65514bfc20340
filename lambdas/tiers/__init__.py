"""tiers at run time."""
