"""Every resource type with what the pack knows of it, as a page."""

from collections.abc import Iterator

from pbc_isolation.stack.type_data import HARMLESS, JUDGED, REFUSED, TypeData, Types

_TITLES = {
    JUDGED: "by what it refers to, whom it lets in and under which roles it acts",
    HARMLESS: "holds nothing of a unit and refers to nothing that does",
    REFUSED: "the stack does not pass with it",
}


def page(types: Types) -> str:
    """The page as Markdown."""
    entries = {token: types.of(token) for token in sorted(types.known)}
    counts = {verdict: sum(one.verdict == verdict for one in entries.values()) for verdict in _TITLES}
    lines = [
        "# Resource types and how they are judged\n",
        "Generated from `pbc_isolation/types/`; do not edit. [How to teach the pack a type](teaching-the-pack.md).\n",
        f"The {len(entries)} resource types of `pulumi_aws`, and other packages. What is not here is refused.\n",
        "| verdict | types | meaning |",
        "|---|---:|---|",
        *(f"| {verdict} | {counts[verdict]} | {meaning} |" for verdict, meaning in _TITLES.items()),
        "",
        "## Other packages\n",
        "| types | verdict | reason |",
        "|---|---|---|",
        *(f"| `{'`, `'.join(one['types'])}` | {one['is']} | {one['why']} |" for one in types.packages),
        "",
        *_services(entries),
    ]
    return "\n".join(lines)


def _services(entries: dict[str, TypeData]) -> Iterator[str]:
    service = ""
    for token, known in entries.items():
        module, _, name = token.removeprefix("aws:").partition("/")
        if module != service:
            yield from ([""] if service else [])
            yield f"## {module}\n"
            yield "| type | verdict | refers to others by, or reason |"
            yield "|---|---|---|"
            service = module
        yield f"| `{name.rpartition(':')[2]}` | {known.verdict} | {_detail(known)} |"


def _detail(known: TypeData) -> str:
    if known.verdict != JUDGED:
        return known.reason
    by_kind: dict[str, list[str]] = {}
    for path, kind in known.refers.items():
        by_kind.setdefault(kind, []).append(path)
    return "; ".join(f"{kind}: {', '.join(paths)}" for kind, paths in sorted(by_kind.items()))
