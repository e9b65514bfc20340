"""What handlers of points-calculation share: decisions that need stored state."""
