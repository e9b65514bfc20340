"""For tests of programs: a unit's surroundings in memory, events as AWS delivers them, calls as Lambda gets them."""
