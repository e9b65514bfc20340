"""The map: units in columns by what depends on what, and what flows between them."""
