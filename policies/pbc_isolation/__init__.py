"""The policy pack: a proof that no unit can read another unit's data, and rules about boundaries and operation."""
