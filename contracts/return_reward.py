"""return-reward: what was redeemed is given back. An offering: it asks others' capabilities and has none of its own."""

UNIT = "return-reward"
