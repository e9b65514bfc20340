"""Serves the pack to the Pulumi engine. Constructing it blocks, so nothing else does."""

from pack import NAME, policies
from pulumi_policy import EnforcementLevel, PolicyPack

PolicyPack(name=NAME, enforcement_level=EnforcementLevel.MANDATORY, policies=policies())
