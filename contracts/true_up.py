"""true-up: what is outdated is calculated anew. An offering: it asks others' capabilities and has none of its own."""

UNIT = "true-up"
