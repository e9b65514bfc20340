"""A deterministic simulation of the way a purchase takes from the bus to its posting, and further.

The handlers, relay, sweeper and unit of work are the project's own. What is simulated is the world around them: time,
tables, streams, bus, queues, and everything that can go wrong there. One seed is one history.
"""
