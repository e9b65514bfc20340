"""What handlers of points-ledger share: decisions that need stored state."""
