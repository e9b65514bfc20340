"""points-calculation at run time."""
