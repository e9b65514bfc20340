"""The page of what shows each promise: `docs/what-is-shown.md`."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from pbckit.cli.errors import OperatorError
from pbckit.judges.finding import Judge
from pbckit.judges.registry import JUDGES, WITH_PROGRAMS
from pbckit.sandbox.provision.registry import TYPES_NOT_MODELLED

PAGE = Path("docs/what-is-shown.md")
_DATA = Path(__file__).with_name("evidence.yaml")
PACK = "policy-pack"
DOCUMENTS = "documents"


class InvalidEvidence(OperatorError):
    """The data names a test or a judge that does not exist, or shows a promise by nothing."""


class Promise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A promise, and what shows that it is kept. The fields are explained in the data file."""

    promise: str
    live: Sequence[str] = ()
    judges: Sequence[str] = ()
    code: Sequence[str] = ()
    documents: str = ""


class AcceptedCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that AWS refuses and the embedded AWS accepts."""

    case: str
    what: str
    judge: str


class NotModelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that the embedded AWS does not do as AWS does."""

    what: str
    instead: str


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of the data file."""

    promises: Sequence[Promise]
    accepted: Sequence[AcceptedCase]
    not_modelled: Sequence[NotModelled]


def evidence() -> Evidence:
    """What shows which promise."""
    return msgspec.yaml.decode(_DATA.read_bytes(), type=Evidence)


def evidence_page(root: Path) -> str:
    """Markdown with what shows each promise.

    Raises:
        InvalidEvidence: the data does not fit the project.
    """
    known = evidence()
    judges = {**JUDGES, **WITH_PROGRAMS}
    _check(known, judges, root)
    tables = {
        "promises": [_row(one) for one in known.promises],
        "judges": [_judge_row(judge) for judge in judges.values()],
        "accepted": [f"| {one.what} | `{one.judge}` |" for one in known.accepted],
        "not_modelled": [
            *(f"| {one.what} | {_instead(one.instead)} |" for one in known.not_modelled),
            *(f"| `{token}`: {why} | `api-models` |" for token, why in TYPES_NOT_MODELLED.items()),
        ],
    }
    return _PAGE.format_map({name: "\n".join(rows) for name, rows in tables.items()})


_PAGE = """\
# What is shown, and by what

Generated from `ops/docs/evidence.yaml` and the judges by `make docs`; a test or a judge that is named here and does not
exist fails the check of the documents. Four kinds of evidence show that a promise is kept:

- **live**: a test on the embedded AWS, with IAM enforced. It shows that the flow works, and nothing about what AWS
  refuses and the embedded AWS accepts (below).
- **judge**: the program's graph, compared with what AWS publishes, before anything exists: `rewards judge`, and the
  policy pack.
- **code**: a test of the code, a simulation, or a test of the graph, without any AWS.
- **AWS's documents only**: nothing in this repository shows it. No AWS account was used for any of it.

| promise | live | judge | code | AWS's documents only |
|---|---|---|---|---|
{promises}

## The judges

`make check` asks the quick ones about dev, staging, prod and migration; `make check-provider` those that need a
program. [A table of faults](../tests/pbckit/judges/test_mutations.py) is put into the program, one at a time: the judge
of its kind reports it, and no other does.

| judge | shows | by | runs in |
|---|---|---|---|
{judges}
| `policy-pack` | no unit reaches another's store, [and more](policies.md) | [proof](isolation.md) | `make preview` |

## What the embedded AWS does not check

AWS refuses each of these, and the embedded AWS accepts it, which [a test](../tests/pbckit/sandbox/test_leniency.py)
tries with the version in use.

| accepted | what finds it here |
|---|---|
{accepted}

It does not model these, or models them otherwise:

| what | what shows it here |
|---|---|
{not_modelled}

Inputs that it ignores are named on the screen by `rewards sandbox up`.
"""


def _row(one: Promise) -> str:
    judges = ", ".join(f"`{name}`" for name in one.judges)
    cells = [one.promise, _tests(one.live), judges, _tests(one.code), one.documents]
    return f"| {' | '.join(cells)} |"


def _tests(tests: Sequence[str]) -> str:
    """Links to tests, by what their names say."""
    found = [test.partition("::") for test in tests]
    return "; ".join(f"[{name.removeprefix('test_').replace('_', ' ')}](../{path})" for path, _, name in found)


def _judge_row(judge: Judge) -> str:
    where = "`make check`" if judge.name in JUDGES else "`make check-provider`"
    return f"| `{judge.name}` | {judge.shows} | {judge.source} | {where} |"


def _instead(name: str) -> str:
    return "AWS's documents only" if name == DOCUMENTS else f"`{name}`"


def _check(known: Evidence, judges: Mapping[str, Judge], root: Path) -> None:
    allowed = {*judges, PACK}
    used = [name for one in known.promises for name in one.judges]
    for name in (*used, *(one.judge for one in known.accepted)):
        if name not in allowed:
            raise InvalidEvidence(f"{_DATA.name}: no judge is named {name!r}; allowed: {', '.join(sorted(allowed))}")
    for name in sorted(allowed - {*used}):
        raise InvalidEvidence(f"{_DATA.name}: the judge {name!r} shows no promise")
    for one in known.promises:
        if not (one.live or one.judges or one.code or one.documents):
            raise InvalidEvidence(f"{_DATA.name}: nothing shows {one.promise!r}")
        for test in (*one.live, *one.code):
            path, _, name = test.partition("::")
            if name not in _functions(root / path):
                raise InvalidEvidence(f"{_DATA.name}: there is no test {test}, which should show {one.promise!r}")


def _functions(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text()) if path.is_file() else ast.Module([], [])
    return (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
