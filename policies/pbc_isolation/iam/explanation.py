"""What the pack thinks of an action, and why."""

from dataclasses import dataclass

from pbc_isolation.iam.catalogue import HARMLESS, class_of, expand
from pbc_isolation.iam.globs import Glob


@dataclass(frozen=True)
class Answered:
    """A member of an operation's answer."""

    path: str
    type: str
    metadata: str | None
    """Why it gives nothing away; None for content."""


@dataclass(frozen=True)
class Explained:
    """The verdict on one action, and what it rests on."""

    action: str
    verdict: str
    rule: str
    reason: str
    level: str
    """Its level in the catalogue of IAM; empty where that does not have it."""
    operations: tuple[str, ...] = ()
    answer: tuple[Answered, ...] = ()

    @property
    def harmless(self) -> bool:
        """True if a principal may do it to anything."""
        return self.verdict == HARMLESS


def of_actions(pattern: str) -> list[Explained]:
    """What the pack thinks of an action, or of all that a pattern stands for.

    It reads the models of all services, which takes seconds. An action that the catalogue does not have is harmful.
    """
    # Models are read only when somebody asks.
    from pbc_isolation.iam.judgement import Judgement, catalogued

    wanted = expand(pattern)
    judgement = Judgement()
    found: dict[str, Explained] = {}
    for action in catalogued():
        if action.text.lower() in wanted:
            judged = judgement.of(action)
            answer = [member for one in judged.operations for member in judgement.members(action, one)]
            found[action.text.lower()] = Explained(
                action=action.text,
                verdict=judged.verdict,
                rule=judged.rule,
                reason=judged.reason,
                level=action.level,
                operations=tuple(one.label for one in judged.operations),
                answer=tuple(Answered(one.path, one.type, why) for one, why in answer),
            )
    return [found.get(name) or _unknown(name) for name in sorted(wanted)]


def _unknown(action: str) -> Explained:
    verdict = class_of(action)
    what = "no action of the catalogue matches it" if not Glob(action).literal else "the catalogue does not have it"
    return Explained(action, verdict, "unknown", f"{what}: nobody knows what it does", "")
