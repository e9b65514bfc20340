"""Every resource of the program as a tree, from the captured graph: `docs/resources.md`. Diffs show what is new."""

from collections.abc import Iterator

from pbckit.sandbox.graph import Graph, Resource, stack_urn


def resources_page(graph: Graph) -> str:
    """Markdown with the tree of all resources: each below its parent, with its type and physical name."""
    root = stack_urn(graph.project, graph.stack)
    custom = sum(resource.custom for resource in graph.resources)
    size = f"{custom} resources in {len(graph.resources) - custom} components"
    return "\n".join(
        [
            "# Resources",
            "",
            f"Generated from the program's graph of the stack `{graph.stack}` by `make docs`: {size}.",
            "",
            "```",
            *_below(graph, root, depth=0),
            "```",
            "",
        ]
    )


def _below(graph: Graph, urn: str, depth: int) -> Iterator[str]:
    for child in sorted(graph.children(urn), key=lambda one: (one.custom, one.name, one.type)):
        yield f"{'  ' * depth}{child.name}  {_kind(child)}{_physical_name(child)}"
        yield from _below(graph, child.urn, depth + 1)


def _kind(resource: Resource) -> str:
    package, module, name = resource.type.split(":")
    return name if package != "aws" else f"{module.split('/')[0]}.{name}"


def _physical_name(resource: Resource) -> str:
    name = resource.inputs.get("name") if resource.custom else None
    return f"  {name}" if name else ""
