"""cancel-order: the pieces of a cancelled order are free again. An offering: it asks others' capabilities."""

UNIT = "cancel-order"
