"""The functions of points-ledger: each module is one function, named after it."""
