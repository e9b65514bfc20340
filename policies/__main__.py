"""Serves the pack to the Pulumi engine. Constructing it blocks, so nothing else does."""

import gc

from pulumi_policy import EnforcementLevel, PolicyPack

from pbc_isolation.pack import NAME, policies

# A large stack is millions of objects that all live until it is judged: looking for cycles among them finds nothing.
gc.set_threshold(1_000_000)

PolicyPack(name=NAME, enforcement_level=EnforcementLevel.MANDATORY, policies=policies())
