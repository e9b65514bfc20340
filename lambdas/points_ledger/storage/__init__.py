"""How points-ledger keeps its state in its tables."""
