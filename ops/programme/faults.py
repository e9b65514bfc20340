"""All that is wrong with a programme file: each fault with its line, before anything is set."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any, cast

import msgspec
import yaml

from contracts.campaigns import SetCampaign, overlap, problems
from contracts.earning_rates import SetCardProduct, SetEarningRules, SetRate, UnknownCardProduct, require_card_products
from contracts.merchant_categorization import SetMerchantOverride, UnknownCategory, require_categories
from contracts.tiers import InvalidTiers, SetTiers, require_distinct
from contracts.vocabulary import no_such_name
from ops.members.purchase_file import InvalidRow, digits_after_the_point
from pbckit.contracts.decoding import converted
from pbckit.contracts.definitions import Request

Place = tuple[str | int, ...]
"""Where something stands in a file: `("rates", 1, "category")`."""

_SECTIONS: dict[str, type[Request]] = {
    "card_products": SetCardProduct,
    "rates": SetRate,
    "earning_rules": SetEarningRules,
    "campaigns": SetCampaign,
    "overrides": SetMerchantOverride,
    "tiers": SetTiers,
}
_INNER = re.compile(r"(?P<problem>.*) - at `\$(?P<path>(\.[A-Za-z0-9_]+|\[[0-9]+\])*)`", re.DOTALL)
_STEP = re.compile(r"\.([A-Za-z0-9_]+)|\[([0-9]+)\]")


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a programme file."""

    line: int
    """From 1."""
    where: str
    """Section, entry and field: `rates[1].category`. Empty for the file as a whole."""
    problem: str
    """What is wrong and what is allowed."""


def faults(text: str, registered: Collection[str]) -> list[Fault]:
    """All faults of a programme file, by line.

    Args:
        text: the file's text.
        registered: card products that are registered already; those in the file count too.
    """
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        content: Any = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return [Fault(line=mark.line + 1 if mark else 1, where="", problem=f"no YAML: {error.problem}")]
    except (yaml.YAMLError, ValueError) as error:
        return [Fault(line=1, where="", problem=f"no YAML: {error}")]
    found = [*_twice(tree, ()), *_of(content, registered)] if tree is not None else []
    return sorted(
        (Fault(line=_line(tree, path), where=_written(path), problem=problem) for path, problem in found),
        key=lambda one: one.line,
    )


def card_products_named(text: str) -> set[str]:
    """Card products that rates and campaigns of a file name and that the file does not register."""
    try:
        content: Any = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return set()
    read = _readable(content, []) if isinstance(content, dict) else {}
    own = {product.card_product for _, product in read.get("card_products", [])}
    named = {rate.card_product for _, rate in read.get("rates", [])}
    named |= {name for _, campaign in read.get("campaigns", []) for name in campaign.card_products}
    named |= {one.card_product for _, rules in read.get("earning_rules", []) for one in rules.minimums}
    return named - own - {"*"}


def _of(content: Any, registered: Collection[str]) -> list[tuple[Place, str]]:
    if not isinstance(content, dict):
        return [((), f"a programme is a mapping of {', '.join(_SECTIONS)}")]
    found: list[tuple[Place, str]] = []
    read = _readable(cast("dict[Any, Any]", content), found)
    known = {*registered, *(product.card_product for _, product in read.get("card_products", []))}
    found += _unfit(read, known)
    found += _repeated(read)
    return found


def _readable(content: dict[Any, Any], found: list[tuple[Place, str]]) -> dict[str, list[tuple[Place, Any]]]:
    """The entries that are requests, by section, each with its place. What is none is added to `found`."""
    read: dict[str, list[tuple[Place, Any]]] = {}
    for section, entries in content.items():
        if section not in _SECTIONS:
            found.append(((section,), _no_name(str(section), "section", _SECTIONS)))
        elif not isinstance(entries, list):
            found.append(((section,), "a list is expected"))
        else:
            kind = _SECTIONS[section]
            for number, entry in enumerate(cast("list[Any]", entries)):
                wrong = list(_wrong_fields(kind, entry))
                found += [((section, number, *path), problem) for path, problem in wrong]
                if not wrong:
                    read.setdefault(section, []).append(((section, number), converted(entry, kind)))
    return read


def _wrong_fields(kind: type[Request], entry: Any) -> Iterator[tuple[Place, str]]:
    """Each field that cannot be what it is, not the first one only."""
    if not isinstance(entry, dict):
        yield (), "fields with values are expected"
        return
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    given = cast("dict[Any, Any]", entry)
    for name in given.keys() - fields.keys():
        yield (name,), _no_name(str(name), "field", fields)
    for name, field in fields.items():
        if name not in given:
            if field.required:
                yield (), f"{name} is missing"
            continue
        one = msgspec.defstruct(kind.__name__, [(name, field.type)])
        try:
            converted({name: given[name]}, one)
        except msgspec.ValidationError as error:
            inner = _INNER.fullmatch(str(error))
            yield (_steps(inner["path"]), inner["problem"]) if inner else ((name,), str(error))


def _unfit(read: dict[str, list[tuple[Place, Any]]], known: Collection[str]) -> Iterator[tuple[Place, str]]:
    """What each field may be, and the whole may not."""
    for path, product in read.get("card_products", []):
        if not _is_billable(product):
            problem = f"{product.billing_currency!r} is not a currency of ISO 4217 with a minor unit"
            yield (*path, "billing_currency"), problem
    for path, rate in read.get("rates", []):
        yield from _unknown((*path, "category"), [rate.category])
        yield from _unregistered((*path, "card_product"), [rate.card_product], known)
    for path, rules in read.get("earning_rules", []):
        yield from _unknown((*path, "excluded_categories"), rules.excluded_categories)
        products = [minimum.card_product for minimum in rules.minimums]
        yield from _unregistered((*path, "minimums"), products, known)
        yield from (((*path, "minimums"), f"{name} stands here twice") for name in _more_than_once(products))
    for path, campaign in read.get("campaigns", []):
        yield from ((path, problem) for problem in problems(campaign))
        yield from _unknown((*path, "categories"), campaign.categories)
        yield from _unregistered((*path, "card_products"), campaign.card_products, known)
    for path, override in read.get("overrides", []):
        yield from _unknown((*path, "category"), [override.category] if override.category else [])
    for path, tiers in read.get("tiers", []):
        try:
            require_distinct(tiers.tiers)
        except InvalidTiers as error:
            yield (*path, "tiers"), str(error)


def _repeated(read: dict[str, list[tuple[Place, Any]]]) -> Iterator[tuple[Place, str]]:
    """What is said twice, so that the last one would win."""
    identities = {
        "card_products": lambda one: one.card_product,
        "rates": lambda one: f"{one.card_product} at {one.category} from {one.effective_from.isoformat()}",
        "earning_rules": lambda one: f"{one.effective_from.isoformat()}",
        "campaigns": lambda one: one.campaign_id,
        "overrides": lambda one: one.merchant_id,
        "tiers": lambda one: f"a set of tiers from {one.effective_from.isoformat()}",
    }
    for section, identity in identities.items():
        seen: Counter[str] = Counter()
        for path, one in read.get(section, []):
            name = identity(one)
            seen[name] += 1
            if seen[name] > 1:
                yield path, f"{name} stands here a second time"
    campaigns: list[tuple[Place, SetCampaign]] = read.get("campaigns", [])
    for number, (path, campaign) in enumerate(campaigns):
        for _, earlier in campaigns[:number]:
            found = overlap(campaign, earlier)
            if found is not None:
                yield path, found


def _unknown(path: Place, categories: list[str]) -> Iterator[tuple[Place, str]]:
    for name in categories:
        try:
            require_categories([name], "")
        except UnknownCategory as error:
            yield path, str(error).removeprefix(": ")


def _unregistered(path: Place, names: list[str], known: Collection[str]) -> Iterator[tuple[Place, str]]:
    for name in names:
        try:
            require_card_products([name], known, "")
        except UnknownCardProduct as error:
            yield path, str(error).removeprefix(": ")


def _more_than_once(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _is_billable(product: SetCardProduct) -> bool:
    try:
        digits_after_the_point(product.billing_currency)
    except InvalidRow:
        return False
    return True


def _no_name(name: str, what: str, known: Collection[str]) -> str:
    return no_such_name(what, name, known, f"allowed are {', '.join(known)}")


def _twice(node: yaml.Node, path: Place) -> Iterator[tuple[Place, str]]:
    """Keys that a mapping has twice: YAML keeps the last one and says nothing."""
    if isinstance(node, yaml.SequenceNode):
        for number, part in enumerate(node.value):
            yield from _twice(part, (*path, number))
    if isinstance(node, yaml.MappingNode):
        names = Counter(key.value for key, _ in node.value)
        yield from (((*path, name), f"{name} stands here {times} times") for name, times in names.items() if times > 1)
        for key, part in node.value:
            yield from _twice(part, (*path, key.value))


def _line(node: yaml.Node | None, path: Place) -> int:
    """The line of a place, or of what is nearest around it."""
    line = 1
    for step in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            part: yaml.Node = node.value[step]
            node, line = part, part.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            pairs = [(key, part) for key, part in node.value if key.value == str(step)]
            if not pairs:
                break
            key, node = pairs[-1]
            line = key.start_mark.line + 1
        else:
            break
    return line


def _steps(path: str) -> Place:
    return tuple(name or int(number) for name, number in _STEP.findall(path))


def _written(path: Place) -> str:
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return written.removeprefix(".")
