"""`rewards migrate`: what is asked, what is shown, what the report holds, and when legacy can be taken away."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from contracts.categorization_facade import LIST_MISMATCHES, MIGRATION, STEER
from lambdas.categorization_facade.definition import migrating
from ops.migration.command import still_in_use
from pbckit.cli.migration import html_report as migration_report
from pbckit.contracts.migration import (
    Evidence,
    Migration,
    Mismatch,
    Mismatches,
    Mode,
    NotReady,
    Period,
    Ramp,
    Routing,
    Setting,
    SideEvidence,
)
from tests.html_pages import HtmlPage
from tests.ops.aws import Aws
from tests.ops.test_commands import Rewards
from tests.pbckit.strangler.samples import FUEL, GROCERIES, answered

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
SIDE = SideEvidence(calls=20, errors=1, p50_ms=12, p99_ms=80)


def setting(version: int, mode: Mode, share: int, *, compares: bool = True, reason: str = "said so") -> Setting:
    routing = Routing(version=version, mode=mode, share=share, compares=compares)
    return Setting(
        routing=routing,
        before=routing,
        effective_at=AT + timedelta(minutes=version),
        ramp=Ramp(plan="standard", step=1, state="running", automatic=False),
        changed_by="ada",
        changed_at=AT,
        reason=reason,
    )


def period(version: int, mode: Mode, share: int, reason: str = "said so") -> Period:
    evidence = Evidence(
        observed=20, compared=19, different=1, ignored=2, served_by_candidate=3, legacy=SIDE, candidate=SIDE
    )
    return Period(setting=setting(version, mode, share, reason=reason), evidence=evidence)


MIGRATED = Migration(
    now=period(4, "canary", 5, "<b>the candidate fails</b>"),
    missing=["compared 19 answers of 5000"],
    broken=["too slow"],
    history=[period(3, "canary", 25), period(2, "canary", 5), period(1, "shadow", 0)],
    plans=dict(migrating().plans),
)
MISMATCH = Mismatch(
    key="shop-1",
    difference="category: groceries → fuel",
    request={"mcc": "5541"},
    legacy=answered(GROCERIES),
    candidate=answered(FUEL),
    seen_at=AT,
    version=3,
)


@pytest.mark.parametrize(
    ("arguments", "order"),
    [
        (["start", "--plan", "rehearsal", "--automatic"], {"order": "start", "plan": "rehearsal", "automatic": True}),
        (["advance"], {"order": "advance"}),
        (["pause"], {"order": "pause"}),
        (["resume"], {"order": "resume"}),
        (["rollback", "--to", "legacy"], {"order": "roll-back", "to": "legacy"}),
        (["rollback"], {"order": "roll-back", "to": "last-good"}),
        (["finish"], {"order": "finish"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_an_order_is_given_with_its_reason(aws: Aws, rewards: Rewards, arguments: list[str], order: dict[str, object]):
    aws.lambda_.answers(STEER, setting(5, "canary", 25))
    result = rewards("migrate", *arguments, "--reason", "a test")
    assert result.exit_code == 0
    (asked,) = aws.lambda_.asked
    assert asked.data == {"order": order, "reason": "a test"}
    assert "canary 25 %" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ["start", "--plan", "No Plan"],
            2,
            'Start: plan is "No Plan"; allowed: kebab-case key, for example dining-out',
        ),
        (["advance", "--reason", ""], 2, "Steer: Expected `str` of length >= 1"),
        (["rollback", "--to", "the-moon"], 2, "Invalid value for '--to'"),
        (["plan", "sprint"], 2, "no plan 'sprint'; there are rehearsal, standard"),
        (["check-legacy", "--quiet-hours", "-1"], 2, "Invalid value for '--quiet-hours'"),
        (["report", "--out", "/nowhere/migration.html"], 2, "cannot write /nowhere/migration.html"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_input_is_named(aws: Aws, rewards: Rewards, arguments: list[str], code: int, said: str):
    aws.lambda_.answers(MIGRATION, MIGRATED)
    aws.lambda_.answers(LIST_MISMATCHES, Mismatches(mismatches=[]))
    result = rewards("migrate", *arguments)
    assert (result.exit_code, said in " ".join(result.stderr.replace("│", "").split())) == (code, True)


def test_a_refusal_is_one_line(aws: Aws, rewards: Rewards):
    aws.lambda_.refuses(STEER, NotReady.__name__, "compared 3 answers of 20")
    result = rewards("migrate", "advance")
    assert (result.exit_code, result.stderr) == (1, "error: NotReady: compared 3 answers of 20\n")


def test_the_status_says_who_answers_what_was_seen_and_what_is_missing(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(MIGRATION, MIGRATED)
    shown = rewards("migrate", "status").stdout
    for text in ("canary 5 %", "step 2 of standard", "broken: too slow", "missing: compared 19", "12 ms", "80 ms"):
        assert text in shown


def test_a_plan_is_shown_with_its_limits(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(MIGRATION, MIGRATED)
    shown = rewards("migrate", "plan").stdout
    assert all(f"{share} %" in shown for share in (1, 5, 25, 50, 100))
    assert "mismatches above 0.1 %" in " ".join(shown.split())


def test_mismatches_are_listed_page_by_page(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(LIST_MISMATCHES, Mismatches(mismatches=[MISMATCH]))
    shown = rewards("migrate", "mismatches").stdout
    assert "shop-1" in shown
    assert "5541" in shown


def test_the_report_is_one_well_formed_page_that_loads_nothing(aws: Aws, rewards: Rewards, tmp_path: Path):
    aws.lambda_.answers(MIGRATION, MIGRATED)
    aws.lambda_.answers(LIST_MISMATCHES, Mismatches(mismatches=[MISMATCH]))
    file = tmp_path / "migration.html"
    assert rewards("migrate", "report", "--out", str(file)).exit_code == 0
    page = HtmlPage(file.read_text())
    assert page.loads == []
    assert [chart.names for chart in page.charts] == [
        ["Share of the keys that the candidate answers, in percent"],
        ["Answers that differ, in percent"],
        ["Calls that fail, in percent"],
        ["Time to answer, p50, in ms"],
        ["Time to answer, p99, in ms"],
    ]
    assert "category: groceries → fuel" in file.read_text()


def test_each_chart_of_the_report_has_its_figures_as_a_table():
    page = HtmlPage(migration_report.page("dev", MIGRATED, [], AT + timedelta(hours=1)))
    observed = [one for one in (*reversed(MIGRATED.history), MIGRATED.now) if one.evidence.observed]
    differ, p99 = page.charts[1].rows, page.charts[4].rows
    assert [float(row[1]) for row in differ[1:]] == [round(one.evidence.mismatch_percent, 1) for one in observed]
    assert [row[1:] for row in p99[1:]] == [
        [str(one.evidence.legacy.p99_ms), str(one.evidence.candidate.p99_ms)] for one in observed
    ]


def test_what_people_wrote_is_text_in_the_report_and_a_share_taken_back_is_marked():
    page = migration_report.page("dev", MIGRATED, [], AT + timedelta(hours=1))
    assert "<b>the candidate fails</b>" not in page
    assert "&lt;b&gt;the candidate fails&lt;/b&gt;" in page
    assert page.count("<td>taken back</td>") == 1
    assert page.count("<circle") == 1


def test_a_migration_that_nobody_began_has_a_report_too():
    nothing = msgspec.structs.replace(
        MIGRATED,
        now=msgspec.structs.replace(
            period(0, "legacy", 0),
            evidence=Evidence(
                observed=0, compared=0, different=0, ignored=0, served_by_candidate=0,
                legacy=SideEvidence(calls=0, errors=0, p50_ms=None, p99_ms=None),
                candidate=SideEvidence(calls=0, errors=0, p50_ms=None, p99_ms=None),
            ),
        ),
        history=[],
    )  # fmt: skip
    assert "Mismatches: none" in migration_report.page("dev", nothing, [], AT)


DAY = timedelta(hours=24)


def test_legacy_can_be_taken_away_when_nobody_asks_it():
    done = setting(9, "new", 100, compares=False)
    assert still_in_use(done, {}, AT, DAY) == []
    assert still_in_use(done, {"FACADE": "20260531115959"}, AT, DAY) == []
    assert still_in_use(done, {"FACADE": "20260531120001"}, AT, DAY) == [
        "FACADE asked it at 2026-05-31 12:00:01 UTC, 24.0 h ago"
    ]


@pytest.mark.parametrize(
    ("mode", "share", "compares"), [("new", 100, True), ("canary", 50, True), ("legacy", 0, False)]
)
def test_legacy_stays_while_the_facade_may_ask_it(mode: Mode, share: int, compares: bool):
    (why,) = still_in_use(setting(9, mode, share, compares=compares), {}, AT, DAY)
    assert why.startswith("the facade may still ask it")


def test_a_caller_that_nobody_thought_of_is_named():
    (why,) = still_in_use(setting(9, "new", 100, compares=False), {"BATCH7": "20260601110000"}, AT, DAY)
    assert why.startswith("BATCH7 asked it at 2026-06-01 11:00:00 UTC, 1.0 h ago")
