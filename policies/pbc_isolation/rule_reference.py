"""The reference of all rules, generated from the rules themselves."""

from pbc_isolation.analysis.assumptions import ASSUMPTIONS
from pbc_isolation.rules import GROUPS, every_rule
from pbc_isolation.rules.rule import Rule

_GROUP_TITLES = {
    "isolation": "Isolation: no way to another unit's data",
    "boundary": "Boundaries: what confines roles and guards resources",
    "operations": "Operation: data kept safe, events not lost, failures seen",
}


def page() -> str:
    """The reference as Markdown."""
    parts = [
        "# Policies\n",
        "Generated from `policies/pbc_isolation/rules/`; do not edit. Every rule is mandatory.\n",
        "How the proof works is explained in [isolation.md](isolation.md).\n",
        "What it rests on:\n",
        *(f"- {assumption}" for assumption in ASSUMPTIONS),
        "",
    ]
    for group in GROUPS:
        parts.append(f"## {_GROUP_TITLES[group]}\n")
        parts += [_section(rule) for rule in every_rule() if rule.id.startswith(f"{group}-")]
    return "\n".join(parts)


def _section(rule: Rule) -> str:
    return "\n".join(
        [
            f"### `{rule.id}`\n",
            f"**{rule.title}.**\n",
            f"{rule.why}\n",
            f"*Fix:* {rule.fix}\n",
            *([] if rule.exemptible else ["*No exemption is possible.*\n"]),
        ]
    )
