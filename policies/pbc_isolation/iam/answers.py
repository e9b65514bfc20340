"""What an operation answers with, from its model in botocore: which members are content, and which only metadata.

Only the derivation of verdicts and explanations need it: the pack itself reads what was derived.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

import yaml

_WORDS = Path(__file__).with_name("answers.yaml")
_WORD = re.compile(r"[A-Z]+s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LONGEST = 3
_TELLING = (("arn",), ("arns",), ("id",), ("name",))
"""Last words of names of shapes that tell what a member is, whatever it is called."""


@dataclass(frozen=True)
class Member:
    """A member of an answer that has no members of its own."""

    path: str
    """From the top: `Table.KeySchema[].AttributeName`; `[]` for elements, `{}` for values of a map."""
    type: str
    """Type of its shape in the model; `enum` for a text with a fixed list of values."""
    shape: str
    sensitive: bool = False


@dataclass(frozen=True)
class Operation:
    """An operation of an API."""

    service: str
    """The service as botocore calls it, for example `dynamodbstreams`."""
    name: str

    @property
    def label(self) -> str:
        """Both names."""
        return f"{self.service} {self.name}"


class Reading:
    """The contents of `answers.yaml`."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.reads: tuple[str, ...] = tuple(body["reads"])
        self._acting = frozenset(_listed(body["acting"]))
        self._types = frozenset(cast("list[str]", body["types"]))
        self._numbers = frozenset(cast("list[str]", body["numbers_of_content"]))
        self._pages = frozenset(cast("list[str]", body["pages"]))
        self._labelled = frozenset(cast("list[str]", body["labelled"]))
        self._empty = frozenset(cast("list[str]", body["empty"]))
        self._reviewed = [(str(group["why"]), _pattern(path)) for group in body["members"] for path in group["paths"]]
        self._reasons: dict[str, str] = {}
        for group in body["metadata"]:
            for words in (*str(group["words"]).split(), *_listed(group.get("pairs", ""))):
                self._reasons[words] = str(group["why"])

    def reviewed(self, action: str, member: Member) -> str | None:
        """Why somebody who looked it up says that a member is metadata; None if nobody did."""
        return next((why for why, pattern in self._reviewed if pattern.fullmatch(f"{action} {member.path}")), None)

    def acts(self, member: Member) -> bool:
        """True if a member of a request makes something act, or says where to hand data over."""
        words = self._words(member.path)
        return any(" ".join(words[-length:]) in self._acting for length in range(1, _LONGEST + 2))

    def metadata(self, member: Member) -> str | None:
        """Why a member of an answer is metadata; None if it is content."""
        if member.path.rpartition(".")[2] in self._pages:
            return "where the next page begins"
        if member.sensitive:
            return None
        if self._is_label(member.path):
            return "a label"
        words = self._words(member.path)
        if member.type in self._types or member.type == "enum":
            number = member.type not in ("enum", "boolean", "timestamp")
            measured = number and bool(words) and words[-1] in self._numbers and not self._in_context(member, words)
            return None if measured else f"a {member.type}"
        if member.type != "string":
            return None
        return self._of_text(member, words)

    def _of_text(self, member: Member, words: Sequence[str]) -> str | None:
        last = member.path.rpartition(".")[2]
        if last.endswith("{key}"):
            return "a name within a map"
        if "{}" not in last:
            by_name = self._reason(words) or self._in_context(member, words)
            if by_name is not None:
                return by_name
        # The value of a map, or a name that says nothing: its shape may say what it is. Other names tell by their shape
        # only that they are ARNs, ids or names.
        of_shape = self._of_shape(member.shape)
        return self._reason(of_shape) if "{}" in last or not words or of_shape[-1:] in _TELLING else None

    def _of_shape(self, shape: str) -> Sequence[str]:
        """The words of a shape's name; models call shapes `StringType`, which says nothing."""
        words = _split(shape)
        return words[:-1] if words and words[-1] == "type" else words

    def _in_context(self, member: Member, words: Sequence[str]) -> str | None:
        """Why a member is metadata by two or more words, of which the first may be of what it lies in."""
        return self._reason((*self._words(member.path.rpartition(".")[0]), *words), 2)

    def _reason(self, words: Sequence[str], shortest: int = 1) -> str | None:
        """Why a text with a name of these words is metadata, by the longest of its endings."""
        endings = (" ".join(words[-length:]) for length in range(min(_LONGEST, len(words)), shortest - 1, -1))
        return next((self._reasons[ending] for ending in endings if ending in self._reasons), None)

    def _words(self, path: str) -> Sequence[str]:
        """The words of the last name in a path that says anything."""
        for name in reversed(path.split(".")):
            words = _split(name)
            while words and words[-1] in self._empty:
                words = words[:-1]
            if words:
                return words
        return ()

    def _is_label(self, path: str) -> bool:
        return any(self.labels(name) for name in path.split("."))

    def labels(self, name: str) -> bool:
        """True if what is below a member of this name is labels."""
        return " ".join(_split(name)) in self._labelled


def _listed(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split(",") if part.strip()]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path).replace(r"\*", ".*"))


@cache
def _split(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case: `kmsKeyId[]` is kms, key, id."""
    return tuple(word.lower() for word in _WORD.findall(name.replace("{key}", "").replace("{}", "").replace("[]", "")))


@cache
def reading() -> Reading:
    """How answers are read."""
    return Reading(yaml.safe_load(_WORDS.read_text()))


class Models:
    """The API models of botocore."""

    def __init__(self) -> None:
        from botocore.loaders import Loader  # pyright: ignore[reportMissingTypeStubs] it has none

        # Only what comes with botocore: a user's own models must not change verdicts.
        self._loader: Any = Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
        self._models: dict[str, Mapping[str, Any]] = {}
        self._answers: dict[Operation, tuple[Member, ...]] = {}

    @cached_property
    def services(self) -> tuple[str, ...]:
        """All services, as botocore calls them."""
        return tuple(self._loader.list_available_services("service-2"))

    def model(self, service: str) -> Mapping[str, Any]:
        """The model of a service."""
        if service not in self._models:
            self._models[service] = self._loader.load_service_model(service, "service-2")
        return self._models[service]

    def answer(self, operation: Operation) -> tuple[Member, ...]:
        """The members of an operation's answer."""
        if operation not in self._answers:
            self._answers[operation] = self._members(operation, "output")
        return self._answers[operation]

    def request(self, operation: Operation) -> tuple[Member, ...]:
        """The members of a request."""
        return self._members(operation, "input")

    def _members(self, operation: Operation, side: str) -> tuple[Member, ...]:
        model = self.model(operation.service)
        shape = model["operations"][operation.name].get(side)
        return tuple(dict.fromkeys(_leaves(model["shapes"], shape["shape"]))) if shape else ()


def _leaves(shapes: Mapping[str, Any], top: str) -> Iterator[Member]:
    """The members below a shape that have no members themselves.

    A structure is looked into once for each name that it goes by, in labels and outside them: what a member is called
    decides what it is.
    """
    seen: set[tuple[str, str, bool, bool]] = set()
    todo: list[tuple[str, str, bool]] = [(top, "", False)]
    while todo:
        name, path, inherited = todo.pop()
        shape = shapes[name]
        kind, sensitive = shape["type"], inherited or bool(shape.get("sensitive"))
        if kind == "structure" and not shape.get("document"):
            above, _, last = path.rpartition(".")
            key = (name, last, any(map(reading().labels, above.split("."))), sensitive)
            if key not in seen:
                seen.add(key)
                todo += [
                    (one["shape"], f"{path}.{key}".lstrip("."), sensitive) for key, one in shape["members"].items()
                ]
        elif kind == "list":
            todo.append((shape["member"]["shape"], f"{path}[]", sensitive))
        elif kind == "map":
            todo.append((shape["key"]["shape"], f"{path}{{key}}", sensitive))
            todo.append((shape["value"]["shape"], f"{path}{{}}", sensitive))
        else:
            kind = "document" if shape.get("document") else "enum" if shape.get("enum") else kind
            yield Member(path, kind, name, sensitive)
