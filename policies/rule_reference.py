"""The reference of all rules, generated from the rules themselves."""

from rules import GROUPS, every_rule
from rules.rule import Rule

_GROUP_TITLES = {
    "isolation": "Isolation: no way to another unit's data",
    "boundary": "Boundaries: what confines roles and guards resources",
    "operations": "Operation: data kept safe, events not lost, failures seen",
}


def page() -> str:
    """The reference as Markdown."""
    parts = [
        "# Policies\n",
        "Generated from `policies/rules/`; do not edit. Every rule is mandatory unless it says otherwise.\n",
        "How the proof works is told in [isolation.md](isolation.md).\n",
    ]
    for group in GROUPS:
        parts.append(f"## {_GROUP_TITLES[group]}\n")
        parts += [_section(rule) for rule in every_rule() if rule.id.startswith(f"{group}-")]
    return "\n".join(parts)


def _section(rule: Rule) -> str:
    notes = [note for note in (_advice(rule), _exemption(rule)) if note]
    return "\n".join(
        [
            f"### `{rule.id}`\n",
            f"**{rule.title}.**\n",
            f"{rule.why}\n",
            f"*Fix:* {rule.fix}\n",
            *(f"*{note}*\n" for note in notes),
        ]
    )


def _advice(rule: Rule) -> str:
    return "Advice: it blocks nothing." if rule.advisory else ""


def _exemption(rule: Rule) -> str:
    return "" if rule.exemptible else "No exemption is possible."
