"""What the pack thinks of a resource type, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from pbc_isolation.stack.type_data import HARMLESS, REFUSED, Types

_MEANINGS = {
    "any": "whatever has the ARN or id; it must be the unit's own",
    "same": "something of the same service; it must be the unit's own",
    "shared": "what units may share; it must not be another unit's",
    "object": "an object or folder in a bucket; the bucket must be the unit's own",
}


class UnknownType(ValueError):
    """No resource type is called so. The message names those that are alike."""


@dataclass(frozen=True)
class Explanation:
    """What is known of a type."""

    token: str
    verdict: str
    why: str
    refers: Mapping[str, str]
    """What each property refers to, in words, by path."""

    @property
    def lines(self) -> list[str]:
        """The explanation for people."""
        refers = [f"  {path}: {meaning}" for path, meaning in self.refers.items()]
        return [f"{self.token} is {self.verdict}: {self.why}", *refers]


def of_type(types: Types, name: str) -> Explanation:
    """What is known of a type, by its token or the end of one: `aws:s3/bucket:Bucket`, `s3.Bucket`, `Bucket`.

    Raises:
        UnknownType: no type, or more than one, is called so.
    """
    token = _token(types, name)
    known = types.of(token)
    return Explanation(
        token,
        known.verdict,
        _why(known.verdict, known.reason),
        {
            path: _MEANINGS.get(kind, f"a {kind.replace('-', ' ')}; it must be the unit's own")
            for path, kind in known.refers.items()
        },
    )


def _why(verdict: str, reason: str) -> str:
    if verdict in (HARMLESS, REFUSED):
        return reason
    return "by what its properties refer to, whom its policies let in, and the role under which it acts"


def _token(types: Types, name: str) -> str:
    if ":" in name:
        if name not in types.known and name.startswith("aws:"):
            raise UnknownType(f"no type of this pack is called {name!r}{_alike(types, name)}")
        return name
    module, _, kind = name.rpartition(".")
    found = [token for token in types.known if _is_called(token, module, kind)]
    if len(found) != 1:
        several = f"; these are: {', '.join(sorted(found))}" if found else _alike(types, name)
        raise UnknownType(f"{'more than one type is' if found else 'no type of this pack is'} called {name!r}{several}")
    return found[0]


def _is_called(token: str, module: str, kind: str) -> bool:
    package, _, name = token.partition("/")
    return name.rpartition(":")[2].lower() == kind.lower() and (not module or package == f"aws:{module}")


def _alike(types: Types, name: str) -> str:
    found = get_close_matches(name, types.known, n=3, cutoff=0.4)
    return f"; did you mean {', '.join(found)}?" if found else ""
