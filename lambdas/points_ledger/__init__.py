"""points-ledger at run time."""
