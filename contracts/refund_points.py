"""refund-points: what is given back takes its points back. An offering: it asks others' capabilities and has none."""

UNIT = "refund-points"
