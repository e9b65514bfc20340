"""The unit admin: health, log search and dead letters of one unit. The same code in every unit, within its own role."""
