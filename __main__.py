"""The rewards program: the units in `pbcs/`, `offerings/` and `facades/`, on the platform library."""

from pbckit.infra.program import Program
from settings import RewardsSettings

RewardsSettings.load()  # A wrong value ends the program before anything is made.
Program(legacy={"legacy-rewards": "facades.categorization_facade.legacy_monolith"}).deploy()
