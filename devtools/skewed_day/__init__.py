"""The peak of a skewed day, by the functions that ship over tables in memory: which keys become hot, and when."""
