"""What the pack knows of each resource type, derived from the SDK and `reviewed.yaml`, and written to `derived.json`.

    python derive.py          writes it anew
    python derive.py --check  says what is no longer true, with exit code 1

The SDK tells which types there are, and which properties a program sets. Their names tell what they refer to, by the
patterns of `reviewed.yaml`. A new version of the SDK with other types or properties makes `--check` fail until the
difference has been looked at.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import yaml

HERE = Path(__file__).parent
DERIVED, REVIEWED = HERE / "derived.json", HERE / "reviewed.yaml"
_PACKAGE = "pulumi_aws"
_TYPE = re.compile(r'^@pulumi\.type_token\("([^"]+)"\)\nclass (\w+)\(pulumi\.CustomResource\)', re.MULTILINE)
GETTER = re.compile(
    r'    @pulumi\.getter(?:\(name="(\w+)"\))?\n'
    r'(?:    @_utilities\.deprecated\(""".*?"""\)\n)?'
    r"    def (\w+)\(self\) -> (.*?):\n",
    re.DOTALL,
)
"""A property of a class of the SDK: its wire name, its own name, its type."""
_NESTED = re.compile(r"'(\w+Args)'")
_TEXT = re.compile(r"\bstr\b|\bAny\b|'")
_OWN_NAME_ENDS = ("", "name", "id", "identifier")

_OF_PATH = r"\."
"""What stands in the patterns that are of a path: others are of its last name."""

Properties = Mapping[str, str]
"""Types of properties, as the SDK writes them, by wire name."""


class SdkType(NamedTuple):
    """A resource type of the SDK."""

    token: str
    name: str
    """Of its class."""
    leaves: dict[str, str]
    """Types of the texts that a program sets, by path."""
    computed: list[str]
    """What only AWS sets."""


class UnplacedTypes(ValueError):
    """Patterns that name no type. The message has them."""


def sdk_folder() -> Path:
    """Where the SDK is installed."""
    found = find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(_PACKAGE)
    return Path(found.submodule_search_locations[0])


def read_sdk(folder: Path) -> Iterator[SdkType]:
    """Every resource type."""
    for module in sorted(one for one in folder.iterdir() if one.is_dir()):
        blocks = module / "_inputs.py"
        nested = _classes(blocks.read_text()) if blocks.exists() else {}
        for path in sorted(module.glob("*.py")):
            text = path.read_text() if path.name not in ("_inputs.py", "outputs.py") else ""
            found = _TYPE.search(text)
            if found:
                classes = _classes(text)
                arguments = next((one for one in _arguments(found[2]) if one in classes), None)
                set_by_program = classes[arguments] if arguments else {}
                leaves = dict(_leaves("", set_by_program, nested, frozenset()))
                yield SdkType(found[1], found[2], leaves, sorted(set(classes[found[2]]) - set(set_by_program)))


def _arguments(name: str) -> tuple[str, str]:
    """What the class of a type's arguments may be called: the second name where a block has taken the first."""
    return f"{name}InitArgs", f"{name}Args"


def _classes(text: str) -> dict[str, dict[str, str]]:
    """The properties of each class of a module."""
    found: dict[str, dict[str, str]] = {}
    for part in re.split(r"^class ", text, flags=re.MULTILINE)[1:]:
        name = re.match(r"\w+", part)
        if name is not None and not name[0].endswith("ArgsDict"):
            found[name[0]] = {getter[1] or getter[2]: getter[3] for getter in GETTER.finditer(part)}
    return found


def _leaves(
    before: str, properties: Properties, nested: Mapping[str, Properties], above: frozenset[str]
) -> Iterator[tuple[str, str]]:
    for key, kind in properties.items():
        blocks = _NESTED.findall(kind)
        for block in blocks:
            if block in nested and block not in above:
                yield from _leaves(f"{before}{key}.", nested[block], nested, above | {block})
        if not blocks and _TEXT.search(kind):
            yield f"{before}{key}", kind


def derive(reviewed: Mapping[str, Any], types: Iterable[SdkType]) -> dict[str, Any]:
    """What `derived.json` holds.

    Raises:
        UnplacedTypes: a pattern of `reviewed.yaml` names no type.
    """
    known = {one.token: one for one in types}
    _every_pattern_is_used(reviewed, known)
    return {token: _entry(reviewed, known[token]) for token in sorted(known)}


def _entry(reviewed: Mapping[str, Any], sdk: SdkType) -> dict[str, Any]:
    verdict, reason, by_platform = _verdict(reviewed, sdk.token)
    more = _override(reviewed, sdk.token)
    names = more.get("names", _names(sdk.name, sdk.leaves))
    refers = {
        path: kind
        for path in sdk.leaves
        if path not in names and (kind := _kind(reviewed, sdk.token, path)) is not None
    }
    refers |= more.get("refers", {})
    entry = {
        "is": verdict,
        "why": reason,
        "platform": by_platform,
        "names": names,
        "computed": sorted({*sdk.computed, *more.get("computed", ())}),
        "refers": {path: kind for path, kind in sorted(refers.items()) if kind != "plain"},
        **{key: more[key] for key in ("arn", "exposes") if key in more},
    }
    return {key: value for key, value in entry.items() if value}


def _verdict(reviewed: Mapping[str, Any], token: str) -> tuple[str, str, bool]:
    """What is thought of a type, why, and whether the platform may have it all the same."""
    for verdict in ("refused", "harmless"):
        for group in reviewed[verdict]:
            if any(fnmatchcase(token, pattern) for pattern in group["types"]):
                return verdict, group["reason"], group.get("platform", False)
    return "judged", "", False


def _override(reviewed: Mapping[str, Any], token: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for group in reviewed["types"]:
        if any(fnmatchcase(token, pattern) for pattern in group["types"]):
            for key, value in group.items():
                if isinstance(value, dict):
                    found[key] = {**found.get(key, {}), **value}
                else:
                    found[key] = [*found.get(key, []), *value] if isinstance(value, list) else value
    return found


def _names(name: str, leaves: Mapping[str, str]) -> list[str]:
    """The properties with which a program names the thing itself."""
    wanted = [f"{name.lower()}{end}" for end in _OWN_NAME_ENDS]
    flat = [path for path in leaves if "." not in path]
    exact = [path for path in flat if path.lower() in {"name", "identifier", *wanted}]
    return exact or [path for path in flat if path.lower().endswith(tuple(wanted[1:]))]


def _kind(reviewed: Mapping[str, Any], token: str, path: str) -> str | None:
    leaf = path.rpartition(".")[2]
    for entry, names in _patterns(json.dumps(reviewed["references"])):
        if any(fnmatchcase(token, one) for one in entry.get("in", ("*",))) and any(
            one.fullmatch(path if _OF_PATH in one.pattern else leaf) for one in names
        ):
            return entry["kind"]
    return None


@cache
def _patterns(references: str) -> list[tuple[dict[str, Any], list[re.Pattern[str]]]]:
    return [(one, [re.compile(name) for name in one["names"]]) for one in json.loads(references)]


def _every_pattern_is_used(reviewed: Mapping[str, Any], known: Iterable[str]) -> None:
    tokens = list(known)
    patterns = [one for key in ("refused", "harmless", "types") for group in reviewed[key] for one in group["types"]]
    patterns += [one for entry in reviewed["references"] for one in entry.get("in", ())]
    unused = [pattern for pattern in patterns if not any(fnmatchcase(token, pattern) for token in tokens)]
    if unused:
        raise UnplacedTypes(f"{REVIEWED.name}: no type of {_PACKAGE} is called {', '.join(sorted(unused))}")


def as_text(derived: Mapping[str, Any]) -> str:
    """A line for each type."""
    lines = [f"{json.dumps(token)}: {json.dumps(entry, separators=(',', ':'))}" for token, entry in derived.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(arguments: list[str]) -> int:
    """Write `derived.json`, or compare it."""
    text = as_text(derive(yaml.safe_load(REVIEWED.read_text()), read_sdk(sdk_folder())))
    if "--check" not in arguments:
        DERIVED.write_text(text)
        return 0
    before = dict.fromkeys(DERIVED.read_text().splitlines()) if DERIVED.exists() else {}
    different = [line.partition(": ")[0].strip('"') for line in text.splitlines() if line not in before]
    gone = len(before.keys() - dict.fromkeys(text.splitlines()))
    if different or gone:
        print(
            f"{DERIVED.name}: {len(different)} types are new or different, {gone} lines no longer hold, for example "
            f"{', '.join(different[:5])}. Look at what is derived, place it in {REVIEWED.name}, and run "
            "python policies/pbc_isolation/types/derive.py"
        )
    return 1 if different or gone else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
