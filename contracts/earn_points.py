"""earn-points: a purchase on a card earns points. An offering: it asks others' capabilities and has none of its own."""

UNIT = "earn-points"
