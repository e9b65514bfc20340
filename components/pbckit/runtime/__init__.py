"""The runtime kernel: what every function needs and no PBC should write again.

`capability` and `subscriber` turn a plain function into a Lambda handler; `unit_of_work` commits state, inbox marker
and outbox items together; `relay` and `sweeper` bring the outbox to the bus. Logic sees the world through the protocols
in `ports`, so that the very same code runs on DynamoDB and on a simulated one.
"""
