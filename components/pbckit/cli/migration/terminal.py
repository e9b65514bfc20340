"""A migration for the terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pbckit.contracts.migration import Evidence, Migration, Mismatch, Period, Plan, Routing, Setting, SideEvidence

MISMATCH_COLUMNS = ["key", "request", "difference", "seen at", "routing version"]


def shown(migration: Migration) -> RenderableType:
    """How it stands: the routing, the evidence, what the next step needs, and the routings before."""
    now = migration.now
    parts: list[RenderableType] = [Text(setting_line(now.setting)), _evidence(now.evidence)]
    parts += [Text(line, style=colour) for line, colour in next_step(migration)]
    if migration.history:
        parts.append(_history(migration.history))
    return Group(*parts)


def next_step(migration: Migration) -> Iterator[tuple[str, str]]:
    """What the evidence says of the next step, line by line, each with a colour."""
    if migration.broken:
        yield "broken: " + "; ".join(migration.broken), "red"
    if migration.missing:
        yield "missing: " + "; ".join(migration.missing), "yellow"
    ramp = migration.now.setting.ramp
    if ramp and ramp.state == "running" and not (migration.broken or migration.missing):
        yield "the next step may be taken", "green"


def setting_line(setting: Setting) -> str:
    """A setting in one line."""
    ramp = setting.ramp
    where = f", step {ramp.step + 1} of {ramp.plan}, {ramp.state}" if ramp else ""
    return (
        f"{routed(setting.routing)}{where}; since {setting.effective_at:%Y-%m-%d %H:%M:%S} UTC "
        f"by {setting.changed_by}: {setting.reason or '-'}"
    )


def routed(routing: Routing) -> str:
    """A routing in words."""
    share = f" {routing.share} %" if routing.mode == "canary" else ""
    return f"{routing.mode}{share}{', compared' if routing.compares and routing.mode != 'shadow' else ''}"


def plan_shown(name: str, plan: Plan) -> RenderableType:
    """A plan's steps and limits."""
    table = Table()
    for column in ("step", "mode", "share", "soaks for", "compared, at least", "answered by candidate, at least"):
        table.add_column(column, justify="left" if column == "mode" else "right")
    for number, step in enumerate(plan.steps, start=1):
        cells = (f"{step.share} %", f"{step.soak_seconds} s", str(step.minimum_samples), str(step.minimum_served))
        table.add_row(str(number), step.mode, *cells)
    limits = plan.limits
    return Group(
        Text(f"Plan {name}", style="italic"),
        table,
        Text(
            f"Turned back by the newest {plan.window} observations, from {limits.minimum_judged} on: "
            f"mismatches above {limits.mismatch_percent:g} %; errors more than {limits.excess_error_percent:g} points "
            f"above legacy's; p99 above {limits.latency_ratio:g} times legacy's and {limits.latency_slack_ms} ms slower"
        ),
    )


def request_text(one: Mismatch) -> str:
    """The parts of a mismatch's question that its answers depend on, in one line."""
    return ", ".join(f"{name}={value}" for name, value in one.request.items())


def mismatch_row(one: Mismatch) -> tuple[object, ...]:
    """A mismatch as a row under `MISMATCH_COLUMNS`."""
    return one.key, request_text(one), one.difference, f"{one.seen_at:%Y-%m-%d %H:%M:%S}", one.version


def _evidence(seen: Evidence) -> Table:
    table = Table()
    for column in ("side", "calls", "errors", "p50", "p99"):
        table.add_column(column, justify="left" if column == "side" else "right")
    for name, side in (("legacy", seen.legacy), ("candidate", seen.candidate)):
        table.add_row(name, *_side(side))
    table.caption = (
        f"{seen.compared} compared, {seen.different} differ ({seen.mismatch_percent:.2f} %), "
        f"{seen.ignored} for a known reason; {seen.served_by_candidate} answered by the candidate"
    )
    return table


def _side(side: SideEvidence) -> list[str]:
    times = ["-" if value is None else f"{value} ms" for value in (side.p50_ms, side.p99_ms)]
    return [str(side.calls), str(side.errors), *times]


def _history(periods: list[Period]) -> Table:
    table = Table(title="Before")
    for column in ("version", "routing", "since", "compared", "differ", "by", "why"):
        table.add_column(column, overflow="fold")
    for one in periods:
        setting, seen = one.setting, one.evidence
        table.add_row(
            str(setting.routing.version),
            routed(setting.routing),
            f"{setting.effective_at:%H:%M:%S}",
            str(seen.compared),
            str(seen.different),
            setting.changed_by,
            Text(setting.reason),
        )
    return table
