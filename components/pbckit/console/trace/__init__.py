"""The way of a message: found by id or time, as a timeline and on the map, with the log of each step."""
