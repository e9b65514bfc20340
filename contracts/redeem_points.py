"""redeem-points: points are held and spent. An offering: it asks others' capabilities and has none of its own."""

UNIT = "redeem-points"
