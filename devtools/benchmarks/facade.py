"""What a facade costs its callers, and what a candidate that hangs in shadow costs them."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from contracts.categorization_facade import CATEGORIZE
from contracts.legacy_rewards import Classify
from contracts.merchant_categorization import Categorize
from contracts.vocabulary import Merchant
from ops.demo.migration import PLAN, order, settle
from ops.demo.world import DeployedSystem
from ops.migration.legacy import LegacyFunction
from ops.repository import ROOT
from pbckit.cli.client.session import MIGRATION_STACK
from pbckit.cli.errors import OperatorError
from pbckit.contracts.migration import RollBack, Start
from pbckit.sandbox.deploy import deploy
from pbckit.sandbox.embedded_aws import running
from pbckit.sandbox.stack_config import read_stack
from pbckit.strangler.evidence import percentile

_CALLS = 100
_TURN = 20
_MICROSECONDS = 1_000_000


@dataclass(kw_only=True)
class Latency:
    """Times of calls as their caller sees them."""

    microseconds: list[int] = field(default_factory=list[int])
    failed: int = 0

    @property
    def p50_ms(self) -> float:
        """The median."""
        return (percentile(self.microseconds, 50) or 0) / 1000

    @property
    def p99_ms(self) -> float:
        """The 99th percentile."""
        return (percentile(self.microseconds, 99) or 0) / 1000

    def take(self, ask: Callable[[], object]) -> None:
        """Make a call."""
        begin = time.perf_counter()
        try:
            ask()
        except OperatorError:
            self.failed += 1
        self.microseconds.append(round((time.perf_counter() - begin) * _MICROSECONDS))


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The monolith alone and the facade in front of it, asked in turns."""

    what: str
    alone: Latency = field(default_factory=Latency)
    facade: Latency = field(default_factory=Latency)


def measure() -> list[Beside]:
    """Deploy, warm up, and ask in turns."""
    region = read_stack(ROOT, MIGRATION_STACK).value("aws:region")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), region=region) as aws:
        deploy(aws, stack=MIGRATION_STACK)
        return Measuring(DeployedSystem.of(aws, MIGRATION_STACK)).all()


class Measuring:
    """Latencies of one deployment."""

    def __init__(self, world: DeployedSystem) -> None:
        self._world = world
        self._legacy = LegacyFunction(world.session)

    def all(self) -> list[Beside]:
        """The facade in three ways, each beside the monolith alone."""
        legacy, shadow = Beside(what="mode legacy"), Beside(what="mode shadow")
        hanging = Beside(what="mode shadow, candidate hanging")
        for _ in range(_TURN):  # Cold starts are not what is measured.
            self._ask_legacy()
            self._ask_facade()
        for turn in range(_CALLS // _TURN):
            self._take(legacy)
            order(self._world, Start(plan=PLAN), f"turn {turn}")
            settle(self._world)
            self._take(shadow)
            with self._world.hanging("merchant-categorization", "categorize"):
                self._take(hanging)
            order(self._world, RollBack(to="legacy"), f"turn {turn}")
            settle(self._world)
        return [legacy, shadow, hanging]

    def _take(self, beside: Beside) -> None:
        for _ in range(_TURN):
            beside.alone.take(self._ask_legacy)
            beside.facade.take(self._ask_facade)

    def _ask_legacy(self) -> object:
        return self._legacy.ask(Classify(shop="shop-1", mcc=5411, src="BENCH"))

    def _ask_facade(self) -> object:
        merchant = Merchant(id="shop-1", name="Laden", mcc="5411", country="DE")
        return self._world.capabilities.ask(CATEGORIZE, Categorize(merchant=merchant))
