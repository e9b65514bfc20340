"""What can go wrong, how often, and the decisions of one history.

Whether a fault strikes follows from the seed and from the place alone (which call, on what, the how manyeth time), not
from what was decided before. So a history can be replayed with some of its faults left out: that is how the shortest
one that fails is found.
"""

from collections import Counter
from collections.abc import Collection
from enum import Enum
from hashlib import blake2b

from devtools.simulation.scheduler import Scheduler

_CALM, _USUAL, _ROUGH = 0.0, 1.0, 5.0


class Fault(Enum):
    """A kind of fault: how a history names it, how often it strikes where it can (as a share), and what it is."""

    KILLED = "killed before", 0.002, "a function is killed before a call to a table or the bus"
    KILLED_AFTER = (
        "killed right after",
        0.006,
        "a function is killed after such a call: between commit and \
acknowledgement, between publishing and removing",
    )
    PAUSED = "paused before", 0.03, "a function stands still inside a unit of work, and others come in between"
    ANSWER_LOST = "failed, though it was done:", 0.004, "a write is done, and its answer gets lost"
    CONFLICT = "transaction conflict:", 0.02, "a write meets a transaction at its item"
    TABLE_FAILED = "table failed:", 0.003, "a table fails"
    SCAN_STALE = "scan did not know yet:", 0.02, "a scan of the outbox is behind its table"
    BUS_FAILED = "bus took nothing:", 0.04, "PutEvents fails as a whole"
    BUS_ANSWER_LOST = "bus took all, but answered with failure:", 0.01, "PutEvents succeeds, and its answer gets lost"
    ENTRY_THROTTLED = "bus throttled", 0.03, "PutEvents throttles some entries"
    ENTRY_FAILED = "bus failed for", 0.02, "PutEvents fails for some entries"
    DELIVERED_TWICE = "delivered twice:", 0.04, "a message is delivered twice, minutes apart"
    DELIVERED_LATE = "delivered late:", 0.08, "a message is late, and others overtake it"
    ACKNOWLEDGEMENT_LOST = "acknowledgement lost:", 0.02, "a handled message is not deleted, and comes again"
    POISON = "poison beside", 0.03, "a message that nobody can handle lies beside good ones"
    REUSED_ID = "another content under the id of", 0.03, "an event id comes again with other content"
    RECORD_EXPIRED = "stream record expired unread:", 0.03, "a stream record expires before it is read"
    RECORDS_TWICE = "stream records handed over twice:", 0.02, "the relay gets records of the stream twice"
    STREAM_LATE = "stream late:", 0.05, "the stream is late"
    DOWN = "down:", 0.25, "a PBC is down for up to two days, or the bus for up to three hours"

    def __init__(self, text: str, rate: float, meaning: str) -> None:
        self.text = text
        self.rate = rate
        self.meaning = meaning


class History:
    """What happened, in order: `seconds text`. Two runs of one seed write the same."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.lines: list[str] = []
        self._scheduler = scheduler

    def note(self, text: str) -> None:
        """Something happened now."""
        self.lines.append(f"{self._scheduler.seconds:.3f} {text}")


class Decisions:
    """Which faults strike in the history of a seed.

    Args:
        seed: of the history.
        history: told of every fault that strikes.
        only: of all faults that would strike, only these do, by name; without it, all.
        alone: only this kind strikes, and often.
    """

    def __init__(
        self, seed: int, history: History, only: Collection[str] | None = None, alone: Fault | None = None
    ) -> None:
        self._seed = seed
        self._history = history
        self._only = None if only is None else frozenset(only)
        self._seen: Counter[str] = Counter()
        self._rates = {fault: fault.rate * self._roughness(fault, alone) for fault in Fault}
        self.struck: list[str] = []
        """Faults that struck, in order, by name."""
        self.kinds: Counter[str] = Counter()
        """How often each kind struck."""
        self.over = False
        """No more faults from now on."""

    def strikes(self, fault: Fault, subject: str) -> bool:
        """Whether a fault strikes this time."""
        if self.over:
            return False
        rate = self._rates[fault]
        place = f"{fault.text} {subject}"
        self._seen[place] += 1
        if rate == 0:
            return False
        times = self._seen[place]
        name = place if times == 1 else f"{place} ({times})"
        if self.share(name) >= rate or (self._only is not None and name not in self._only):
            return False
        self.struck.append(name)
        self.kinds[fault.name] += 1
        self._history.note(f"* {name}")
        return True

    def share(self, name: str) -> float:
        """A number from 0 to 1 that follows from the seed and a name: how long, how late, which."""
        digest = blake2b(f"{self._seed}/{name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64

    def _roughness(self, fault: Fault, alone: Fault | None) -> float:
        """Each history has its own weather: some faults not at all, some often. Rare combinations come up so."""
        if alone is not None:
            return _ROUGH if fault is alone else _CALM
        share = self.share(f"roughness of {fault.name}")
        return _CALM if share < 1 / 3 else _USUAL if share < 2 / 3 else _ROUGH
