"""`rewards migrate demo`: a capability moves out of a legacy system under steady purchases, and goes back by itself."""

import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from boto3.dynamodb.types import TypeDeserializer
from rich.panel import Panel

from contracts.cards import PurchasePosted
from contracts.categorization_facade import MIGRATION, STEER, UNIT, MigrationRolledBack
from contracts.legacy_rewards import Assign, Usage
from contracts.vocabulary import Merchant, Money
from ops.demo.command import print_show, print_verdict
from ops.demo.scenarios import Finding, Scenario
from ops.demo.world import DeployedSystem, wait_for
from ops.migration.backfill import Backfill, backfill
from ops.migration.command import app, still_in_use
from ops.migration.legacy import LegacyFunction
from ops.programme.apply import apply_programme
from ops.programme.file import read_programme
from ops.repository import ROOT
from pbckit.cli.client.session import MIGRATION_STACK
from pbckit.cli.errors import Refused
from pbckit.cli.migration import terminal as migration_view
from pbckit.cli.migration.command import every_mismatch, write_report
from pbckit.cli.migration.facade import facade_of
from pbckit.cli.output import AsJson, out
from pbckit.contracts.envelope import Envelope
from pbckit.contracts.migration import (
    Advance,
    Finish,
    GetMigration,
    Migration,
    Mismatch,
    Order,
    Pause,
    Resume,
    RollBack,
    Start,
    Steer,
)
from pbckit.sandbox.deploy import deploy
from pbckit.sandbox.embedded_aws import running
from pbckit.sandbox.stack_config import read_stack

BY_HAND = {"shop-03": "RST", "shop-07": "ENT", "shop-11": "VEH"}
"""What the monolith's back office decided about merchants of the demo, and the new system cannot know."""
CODES = ("0742", "2999", "4111", "5411", "5499", "5541", "5812", "5814", "5912", "7011", "7523", "8021", "8888")
MERCHANTS = tuple(f"shop-{number:02d}" for number in range(40))
PLAN = "rehearsal"
FAULT_AT = 25
_PAUSE_SECONDS = 0.4
_FIRST = datetime(2026, 9, 15, 12, tzinfo=UTC)
_plain = TypeDeserializer().deserialize


@app.command("demo")
def demo(
    out_file: Annotated[Path, typer.Option("--out", help="HTML file to write.", dir_okay=False)] = Path(
        "migration.html"
    ),
    as_json: AsJson = False,
) -> None:
    """Deploy a legacy system and a facade beside the system, migrate under load, and inject a fault in a second run.

    Exit code 0: every promise held.
    """
    out.quiet = as_json
    region = read_stack(ROOT, MIGRATION_STACK).value("aws:region")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), region=region) as aws:
        out.print(Panel("1. Deploy the system with a legacy system beside it and a facade in front of categorize"))
        deploy(aws, stack=MIGRATION_STACK)
        world = DeployedSystem.of(aws, MIGRATION_STACK)
        prepare(world, ROOT / "examples/programme.yaml")
        with steady_purchases(world, "demo") as traffic:
            shown: list[Scenario] = []
            for title, run in {
                "2. From legacy to new, under steady purchases": first_run,
                f"3. Again, with a fault at {FAULT_AT} %": second_run,
            }.items():
                out.print(Panel(title))
                show = run(world, traffic)
                print_show(show)
                shown.append(show)
        out.print(Panel("4. Look at every purchase"))
        shown.append(nothing_lost(world, traffic))
        print_show(shown[-1])
        write_report(world.capabilities, facade_of(), MIGRATION_STACK, out_file)
        out.print(f"wrote {out_file}")
    failed = [show.title for show in shown if not show.held]
    print_verdict(shown, failed, as_json=as_json)
    if failed:
        raise typer.Exit(1)


@dataclass(kw_only=True)
class Traffic:
    """Purchases that were published while the demo ran."""

    purchases: list[PurchasePosted] = field(default_factory=list[PurchasePosted])
    failure: Exception | None = None


def prepare(world: DeployedSystem, programme: Path) -> None:
    """Rates and campaigns here; categories by hand in the legacy system only, where people put them over the years."""
    given = msgspec.structs.replace(read_programme(programme), overrides=[])
    apply_programme(given, world.capabilities, lambda: None)
    legacy = LegacyFunction(world.session)
    for shop, category in BY_HAND.items():
        legacy.ask(Assign(shop=shop, cat=category, user="BACKOFFICE"))


@contextmanager
def steady_purchases(world: DeployedSystem, name: str) -> Iterator[Traffic]:
    """Purchases at many merchants, one after the other, for as long as the block lasts."""
    traffic, ended = Traffic(), threading.Event()

    def publish() -> None:
        try:
            while not ended.wait(_PAUSE_SECONDS):
                purchase = example(name, len(traffic.purchases))
                world.ingest([purchase])
                traffic.purchases.append(purchase)
        except Exception as error:  # noqa: BLE001 handed over to the thread that waits
            traffic.failure = error

    thread = threading.Thread(target=publish, name="purchases")
    thread.start()
    try:
        yield traffic
    finally:
        ended.set()
        thread.join()
    if traffic.failure is not None:
        raise traffic.failure


def example(name: str, number: int) -> PurchasePosted:
    """The purchase of a number: merchants take turns."""
    place = number % len(MERCHANTS)
    return PurchasePosted(
        id=f"{name}-{number:05d}",
        member_id=f"{name}-member-{number % 7}",
        card_product="gold",
        merchant=Merchant(id=MERCHANTS[place], name=f"Shop {place}", mcc=CODES[place % len(CODES)], country="DE"),
        amount=Money(minor_units=1000 + number, currency="EUR"),
        posted_at=_FIRST + timedelta(seconds=number),
    )


def first_run(world: DeployedSystem, traffic: Traffic) -> Scenario:
    """Shadow finds what differs, a backfill mends it, and the ramp goes to the end."""
    wait_for(lambda: len(traffic.purchases), lambda count: count >= 5, "purchases")  # noqa: PLR2004 some, on legacy
    shadow = order(world, Start(plan=PLAN), "first run")
    # The evidence may be enough after some merchants: what is to be mended is known only when all were compared.
    wait_for(lambda: not_compared(observations(world, shadow + 1), shadow), lambda left: not left, "merchants compared")
    seen = look_until(world, lambda one: not one.missing, "the evidence")
    out.print(migration_view.shown(seen))
    found = {one.key for one in mismatches(world)}
    refused = refusal(world, Advance())
    order(world, Pause(), "mend the mismatches")
    carried = backfill(LegacyFunction(world.session), world.capabilities, lambda: None)
    settle(world)
    order(world, Resume(), "carried over")
    shares = ramp_to_the_end(world)
    version = order(world, Finish(), "all is well")
    settle(world)
    after = world.capabilities.ask(MIGRATION, GetMigration()).now.setting
    asked_before = calls_of_legacy(world)
    here = len(traffic.purchases)
    wait_for(lambda: len(traffic.purchases), lambda count: count >= here + 5, "purchases")
    world.wait_for_calculation(traffic.purchases[here + 4].id)
    observed = observations(world, version)
    return Scenario(
        title="First run: legacy → shadow → 1 → 5 → 25 → 50 → 100 %",
        findings=[
            Finding(what="mismatches found in shadow", expected=str(sorted(BY_HAND)), found=str(sorted(found))),
            Finding(what="advancing against the evidence", expected="NotReady", found=refused),
            Finding(what="carried over and verified", expected=f"{len(BY_HAND)}, True", found=_carried(carried)),
            Finding(what="shares", expected="[1, 5, 25, 50, 100]", found=str(shares)),
            Finding(what="merchants that went back to legacy", expected="[]", found=str(went_back(observed))),
            Finding(what="calls of legacy since", expected="0", found=str(calls_of_legacy(world) - asked_before)),
            Finding(
                what="why legacy cannot be taken away",
                expected="[]",
                found=str(still_in_use(after, {}, datetime.now(UTC), timedelta(0))),
            ),
        ],
    )


def second_run(world: DeployedSystem, traffic: Traffic) -> Scenario:
    """The candidate begins to fail at a share, and the guard takes the share back before anybody is asked."""
    order(world, RollBack(to="legacy"), "rehearse a fault")
    settle(world)
    order(world, Start(plan=PLAN), "second run")
    ramp_to(world, FAULT_AT)
    settle(world)
    before = len(traffic.purchases)
    with world.tapped(MigrationRolledBack) as tap, world.broken("merchant-categorization", "categorize"):
        back = wait_for(
            lambda: world.capabilities.ask(MIGRATION, GetMigration()).now.setting,
            lambda setting: setting.routing.share < FAULT_AT,
            "the guard to take the share back",
        )
        told = wait_for(lambda: rollbacks_told(tap()), bool, "the event")
    wait_for(lambda: len(traffic.purchases), lambda count: count > before, "purchases")
    return Scenario(
        title=f"Second run: a fault at {FAULT_AT} %",
        findings=[
            Finding(what="share after the fault", expected="5", found=str(back.routing.share)),
            Finding(what="changed by", expected="guard", found=back.changed_by),
            Finding(what="the ramp", expected="stopped", found=back.ramp.state if back.ramp else "none"),
            Finding(what="published", expected="5", found=str(told[-1].routing.share)),
        ],
    )


def nothing_lost(world: DeployedSystem, traffic: Traffic) -> Scenario:
    """Every purchase was calculated, once, with the category that both sides agree on."""
    purchases = traffic.purchases
    calculations = [world.wait_for_calculation(one.id) for one in purchases]
    expected: dict[str, int] = defaultdict(int)
    for purchase in purchases:
        expected[purchase.member_id] += 1
    world.wait_for_postings(expected, lambda _count: None)
    fell_back = [one.purchase_id for one in calculations if "category" in one.fallbacks]
    return Scenario(
        title=f"{len(purchases)} purchases",
        findings=[
            Finding(what="calculated", expected=str(len(purchases)), found=str(len(calculations))),
            Finding(what="without a category", expected="[]", found=str(fell_back)),
            Finding(
                what="postings",
                expected=str(len(purchases)),
                found=str(sum(world.postings(member_id) for member_id in expected)),
            ),
            Finding(
                what="purchases that were answered in two ways", expected="[]", found=str(answered_in_two_ways(world))
            ),
        ],
    )


def order(world: DeployedSystem, what: Order, reason: str) -> int:
    """Give an order; the version of the routing that follows."""
    return world.capabilities.ask(STEER, Steer(order=what, reason=reason)).routing.version


def mismatches(world: DeployedSystem) -> list[Mismatch]:
    """What differed so far, a kind each."""
    return every_mismatch(world.capabilities, facade_of())


def calls_of_legacy(world: DeployedSystem) -> int:
    """How often the monolith was asked for a category, by its own count."""
    return sum(caller.calls for caller in LegacyFunction(world.session).ask(Usage()).callers)


def refusal(world: DeployedSystem, what: Order) -> str:
    """The error that an order is refused with; `none` where it is followed."""
    try:
        order(world, what, "try")
    except Refused as error:
        return error.error
    return "none"


def settle(world: DeployedSystem) -> None:
    """Wait until the routing that was set last holds everywhere."""
    wait_for(
        lambda: datetime.now(UTC) >= world.capabilities.ask(MIGRATION, GetMigration()).now.setting.effective_at,
        lambda holds: holds,
        "the routing to take effect",
    )


def ramp_to_the_end(world: DeployedSystem) -> list[int]:
    """Take each step as soon as the evidence allows it; the shares on the way."""
    shares: list[int] = []
    while True:
        now = ready(world)
        ramp = now.now.setting.ramp
        if ramp is None or ramp.step + 1 == len(now.plans[ramp.plan].steps):
            return shares
        order(world, Advance(), "the evidence is there")
        shares.append(world.capabilities.ask(MIGRATION, GetMigration()).now.setting.routing.share)
        out.print(f"share {shares[-1]} %")


def ramp_to(world: DeployedSystem, share: int) -> None:
    """Take steps until a share is reached."""
    while ready(world).now.setting.routing.share < share:
        order(world, Advance(), "the evidence is there")


def ready(world: DeployedSystem) -> Migration:
    """Wait until the evidence allows the next step."""
    return look_until(world, lambda one: not one.missing and not one.broken, "the evidence")


def look_until(world: DeployedSystem, done: Callable[[Migration], bool], what: str) -> Migration:
    """Look at the migration until it is as wanted."""
    return wait_for(lambda: world.capabilities.ask(MIGRATION, GetMigration()), done, what)


def observations(world: DeployedSystem, until_version: int) -> list[dict[str, Any]]:
    """What the facade observed under the routings before a version, in the order of the calls."""
    pages = world.aws.client("dynamodb").get_paginator("scan").paginate(TableName=world.names(UNIT).physical("store"))
    items = [{key: _plain(value) for key, value in item.items()} for page in pages for item in page["Items"]]
    found = [one for one in items if one["pk"].startswith("observed#") and one["version"] < until_version]
    return sorted(found, key=lambda one: one["at"])


def not_compared(observed: Sequence[dict[str, Any]], version: int) -> list[str]:
    """Merchants that were not compared under the routing of a version yet."""
    compared = {one["key"] for one in observed if one["version"] == version and one["verdict"] != "failed"}
    return sorted(set(MERCHANTS) - compared)


def went_back(observed: Sequence[dict[str, Any]]) -> list[str]:
    """Merchants that the candidate answered for and legacy did after it."""
    moved: set[str] = set()
    back: set[str] = set()
    for one in observed:
        if one["served"] == "candidate":
            moved.add(one["key"])
        elif one["key"] in moved:
            back.add(one["key"])
    return sorted(back)


def answered_in_two_ways(world: DeployedSystem) -> list[str]:
    """Purchases whose calls were answered with different categories."""
    answers: dict[str, set[str]] = defaultdict(set)
    for one in observations(world, until_version=1_000_000):
        answer = one[one["served"]]["answer"]
        if answer is not None:
            answers[one["correlation_id"]].add(answer["category"])
    return sorted(purchase for purchase, categories in answers.items() if len(categories) > 1)


def rollbacks_told(events: Sequence[Envelope]) -> list[MigrationRolledBack]:
    """Events of rollbacks that came on the bus, oldest first, each once."""
    by_id = {one.metadata.event_id: one for one in events}
    return [msgspec.json.decode(by_id[known].data, type=MigrationRolledBack) for known in sorted(by_id)]


def _carried(done: Backfill) -> str:
    return f"{done.set_now}, {done.verified}"
