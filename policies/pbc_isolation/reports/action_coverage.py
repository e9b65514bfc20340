"""Every service with the verdicts on its actions, as a page."""

from collections import Counter
from collections.abc import Iterable, Sequence

from pbc_isolation.iam.catalogue import HARMLESS, Entry, entries

_DATA = "../policies/pbc_isolation/iam"
_RULES = {
    "named": f"`classes` of [classes.yaml]({_DATA}/classes.yaml) names it",
    "reviewed": "`harmless` of classes.yaml names it, with the reason",
    "answer": f"it reads, and its answer holds only metadata by [answers.yaml]({_DATA}/answers.yaml)",
    "service": "`services` of classes.yaml names its service",
    "level": "nothing of these: by its level, and by what its answer holds",
}
"""Where a verdict comes from, in the order in which that is asked."""


def page() -> str:
    """`docs/coverage-actions.md`: every service, with how many of its actions have which verdict."""
    every = entries()
    verdicts = Counter(one.verdict for one in every)
    rules = Counter((one.rule, one.verdict == HARMLESS) for one in every)
    harmful = [name for name, _ in verdicts.most_common() if name != HARMLESS]
    return "\n".join(
        [
            "# Actions and how they are judged\n",
            "Generated from `pbc_isolation/iam/actions.tsv`; do not edit. It has every action of IAM's catalogue with",
            "its verdict. `pbc policy explain ACTION` shows why, with what the answer holds, or of many:",
            "`pbc policy explain 'ec2:Describe*'`. What the catalogue does not have is harmful.\n",
            f"{len(every):,} actions: {verdicts[HARMLESS]:,} harmless, {len(every) - verdicts[HARMLESS]:,} harmful.",
            "Harmful ones are allowed on what is the unit's own. The first rule that applies decides:\n",
            "| rule | harmless | harmful |",
            "|---|---:|---:|",
            *(
                f"| {text} | {_count(rules[rule, True])} | {_count(rules[rule, False])} |"
                for rule, text in _RULES.items()
            ),
            "",
            "| verdict | actions |",
            "|---|---:|",
            *(f"| {name} | {_count(verdicts[name])} |" for name in (HARMLESS, *harmful)),
            "",
            "## By service\n",
            "*Tampering* is with policies and tags; *other classes* are those that `classes.yaml` names.\n",
            "| service | actions | harmless | content-reads | changes | tampering | unclassified | other classes |",
            "|---|---:|---:|---:|---:|---:|---:|---|",
            *(_row(service, of_service) for service, of_service in sorted(_by_service(every).items())),
            "",
        ]
    )


_COLUMNS = ((HARMLESS,), ("content-reads",), ("changes",), ("policy-tampering", "tag-tampering"), ("unclassified",))


def _row(service: str, actions: Sequence[Entry]) -> str:
    verdicts = Counter(one.verdict for one in actions)
    columns = [sum(verdicts.pop(name, 0) for name in names) for names in _COLUMNS]
    others = ", ".join(f"{name} {count}" for name, count in sorted(verdicts.items()))
    return f"| {service} | {len(actions)} | {' | '.join(map(_count, columns))} | {others} |"


def _count(number: int) -> str:
    return f"{number:,}" if number else ""


def _by_service(every: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for one in every:
        found.setdefault(one.text.partition(":")[0], []).append(one)
    return found
