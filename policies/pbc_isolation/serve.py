"""Serves the pack to the Pulumi engine: what the `__main__.py` of a program's `policies/` calls."""

import gc

from pulumi_policy import EnforcementLevel, PolicyPack

from pbc_isolation import servicer
from pbc_isolation.pack import NAME, policies


def serve() -> None:
    """Serve until the engine is done."""
    # A large stack is millions of objects that live until it is judged: looking for cycles among them finds nothing.
    gc.set_threshold(1_000_000)
    servicer.install()
    PolicyPack(name=NAME, enforcement_level=EnforcementLevel.MANDATORY, policies=policies())
