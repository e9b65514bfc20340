"""What the pack reads, its samples and the corpus have types and properties that `pulumi_aws` has, and no others.

A rule that reads a property of a wrong name never fires; a sample with the same mistake hides that.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from pbc_isolation.analysis import implicit_reach, inventory, resource_policies
from pbc_isolation.rules import every_rule
from pbc_isolation.stack import known_documents, link_types
from pbc_isolation.stack.values import UNKNOWN
from tests.aws_shapes import classes
from tests.aws_shapes.classes import NoClass, misfits, properties
from tests.policies.leaks.changes import INVENTED, Stack
from tests.policies.leaks.corpus import LEAKS
from tests.policies.leaks.harmless import HARMLESS


def wrong(token: str, props: Mapping[str, Any], where: str) -> Iterator[str]:
    if token.startswith("aws:") and token not in INVENTED:
        try:
            yield from (f"{where}: {token}: {one}" for one in misfits(token, wire(props)))
        except NoClass as error:
            yield f"{where}: {error}"


def wire(value: Any) -> Any:
    """Plain data with unknowns as in Pulumi's protocol."""
    if value is UNKNOWN:
        return classes.UNKNOWN
    if isinstance(value, Mapping):
        return {key: wire(item) for key, item in value.items()}
    return [wire(item) for item in value] if isinstance(value, list) else value


def test_samples_of_rules_have_properties_that_exist():
    samples = ((rule, sample) for rule in every_rule() for sample in (*rule.compliant, *rule.violating))
    assert [found for rule, sample in samples for one in sample for found in wrong(one.type, one.props, rule.id)] == []


@pytest.mark.parametrize("changes", [LEAKS, HARMLESS], ids=["leaks", "harmless"])
def test_the_corpus_has_properties_that_exist(changes):
    before = {one["urn"]: one for one in Stack().states}
    found: list[str] = []
    for one in changes:
        stack = Stack()
        one.change(stack)
        for state in stack.states:
            if state != before.get(state["urn"]):
                for side in ("inputs", "outputs"):
                    found.extend(wrong(state["type"], state.get(side, {}), one.what))
    assert found == []


TABLES: Mapping[str, Mapping[str, Iterable[str]]] = {
    "links": link_types.LINKS,
    "contents": link_types.CONTENTS,
    "other languages": dict.fromkeys(link_types.OTHER_LANGUAGES, ("policy", "policyDocument")),
    "policies": {token: [key] for token, key in resource_policies._POLICIES.items()},
    "known documents": known_documents.DOCUMENTS,
    "inventory": {token: [kind.name] for token, kind in inventory.KINDS.items()},
    "reach": dict.fromkeys(implicit_reach._FINDERS, ()),
    "rules": {token: () for rule in every_rule() for token in rule.types},
}


@pytest.mark.parametrize("table", TABLES)
def test_tables_of_the_pack_name_types_and_properties_that_exist(table):
    any_of = table == "other languages"
    for token, keys in TABLES[table].items():
        there = properties(token).keys()
        missing = [key for key in keys if key not in there]
        assert len(missing) < len(list(keys)) if any_of else not missing, (token, missing)
