"""How points-calculation keeps its state in its tables."""
