"""What the pack knows of resource types: data, read once, that a platform team can add to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

_FOLDER = Path(__file__).parents[1] / "types"
JUDGED, HARMLESS, REFUSED = "judged", "harmless", "refused"
SHARED = "shared"
"""The kind of reference to what units may share."""
_VERDICTS = (JUDGED, HARMLESS, REFUSED)
_NOT_MODELLED = "this pack has not heard of it"
_ADDED = frozenset({"types", "is", "why", "names", "refers", "exposes", "arn", "computed", "platform"})


class InvalidTypes(ValueError):
    """A file of types that cannot be used. The message names it and what is wrong."""


@dataclass(frozen=True)
class TypeData:
    """What is known of one type."""

    verdict: str
    """`judged`: by what it refers to and whom it lets in; `harmless`; or `refused`: it cannot be judged."""
    reason: str = ""
    names: Sequence[str] = ()
    """Properties with the name that the program gives the thing."""
    computed: frozenset[str] = frozenset()
    """Properties that only AWS sets."""
    refers: Mapping[str, str] = field(default_factory=dict[str, str])
    """What properties refer to, by path: a family of types, `same` service, `any`, or `shared`."""
    exposes: Sequence[Mapping[str, Any]] = ()
    """Settings that open the thing: a path, its `values` (any where there are none), and what that means."""
    arn: str = ""
    """Service and resource of the ARN that follows from the name: properties stand in braces."""
    platform: bool = False
    """True for what is refused to all but the platform: it is of the account as a whole."""
    shared: bool = False
    """True for what units may share when the platform or nobody owns it."""

    def kind_of(self, path: str) -> str | None:
        """What a property refers to, by its path; a map's entries refer to what the map does."""
        while path:
            if path in self.refers:
                return self.refers[path]
            path = path.rpartition(".")[0]
        return None


@dataclass(frozen=True, eq=False)
class Types:
    """All types that are known, with those that a platform team has added."""

    known: Mapping[str, Mapping[str, Any]]
    packages: Sequence[Mapping[str, Any]]
    words: Mapping[str, Any]
    """What the words in `refers` mean."""
    added: Sequence[Mapping[str, Any]] = ()

    @property
    def shared_services(self) -> frozenset[str]:
        """Services whose ARNs mean things that units may share."""
        return frozenset(self.words["shared_services"])

    def can_be(self, kind: str, referring: str, token: str) -> bool:
        """Whether what a property of a type refers to can be of another type."""
        return _can_be(self, kind, referring, token)

    @property
    def packages_of_providers(self) -> frozenset[str]:
        """Packages, by their names, whose resources are made by a provider, whatever their tokens look like."""
        return _providers(self)

    def of(self, token: str) -> TypeData:
        """What is known of a type; a type that nobody has placed is refused."""
        return _cached(self, token)

    def find(self, token: str) -> TypeData:
        """As `of`, looked up anew."""
        entry = dict(self.known.get(token) or self._of_package(token))
        for group in self.added:
            if any(fnmatchcase(token, pattern) for pattern in group["types"]):
                entry |= {**group, "refers": {**entry.get("refers", {}), **group.get("refers", {})}}
        return TypeData(
            verdict=entry.get("is", REFUSED),
            reason=entry.get("why", "" if entry else _NOT_MODELLED),
            names=tuple(entry.get("names", ())),
            computed=frozenset(entry.get("computed", ())),
            refers=entry.get("refers", {}),
            exposes=tuple(entry.get("exposes", ())),
            arn=entry.get("arn", ""),
            platform=entry.get("platform", False),
            shared=any(fnmatchcase(token, pattern) for pattern in self.words["shared"]),
        )

    def _of_package(self, token: str) -> Mapping[str, Any]:
        for group in self.packages:
            if any(fnmatchcase(token, pattern) for pattern in group["types"]):
                return group
        return {}

    def adding(self, *files: Path) -> "Types":
        """These types, with those of some files.

        Raises:
            InvalidTypes: a file cannot be used.
        """
        added = (*self.added, *(group for path in files for group in _read(path)))
        return Types(self.known, self.packages, self.words, added)


@cache
def _cached(types: Types, token: str) -> TypeData:
    return types.find(token)


@cache
def _can_be(types: Types, kind: str, referring: str, token: str) -> bool:
    if kind == "same":
        return _service(types, token) == _service(types, referring)
    patterns = types.words["families"].get(kind, ("aws:*",))
    return any(fnmatchcase(token, pattern) for pattern in patterns)


@cache
def _service(types: Types, token: str) -> str:
    """The service of a type, by the module of the SDK; the first of several modules that are one service."""
    module = token.partition(":")[2].partition("/")[0]
    return next((group[0] for group in types.words["services"] if module in group), module)


@cache
def _providers(types: Types) -> frozenset[str]:
    return frozenset(pattern.partition(":")[0] for group in types.packages for pattern in group["types"])


@cache
def shipped() -> Types:
    """The types that the pack comes with."""
    reviewed = cast("dict[str, Any]", yaml.safe_load((_FOLDER / "packages.yaml").read_text()))
    packages = [
        {**group, "is": verdict, "why": group["reason"]} for verdict, groups in reviewed.items() for group in groups
    ]
    words = yaml.safe_load((_FOLDER / "families.yaml").read_text())
    return Types(json.loads((_FOLDER / "derived.json").read_text()), packages, words)


def _read(path: Path) -> Sequence[Mapping[str, Any]]:
    try:
        body: Any = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidTypes(f"{path}: cannot be read: {str(error).splitlines()[0]}") from error
    groups = cast("dict[str, Any]", body).get("types") if isinstance(body, dict) else None
    if not isinstance(groups, list):
        raise InvalidTypes(f"{path}: has no list 'types'")
    return [_checked(path, group) for group in cast("list[Any]", groups)]


def _checked(path: Path, value: Any) -> Mapping[str, Any]:
    group = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if not isinstance(group.get("types"), list) or not group["types"]:
        raise InvalidTypes(f"{path}: an entry without a list 'types' of type tokens: {value!r}")
    strange = sorted(group.keys() - _ADDED)
    if strange:
        raise InvalidTypes(f"{path}: {group['types'][0]}: {strange[0]!r}; allowed are {', '.join(sorted(_ADDED))}")
    if group.get("is") not in _VERDICTS:
        raise InvalidTypes(f"{path}: {group['types'][0]}: is {group.get('is')!r}; allowed are {', '.join(_VERDICTS)}")
    if group["is"] != JUDGED and not group.get("why"):
        raise InvalidTypes(f"{path}: {group['types'][0]}: {group['is']} without a reason: 'why' is missing")
    return group
