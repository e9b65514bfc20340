"""What a page waits for, and the first letters of many."""

from collections.abc import Iterator

import pytest

from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.unit_admins import QueueName, UnitAdmins
from pbckit.cli.errors import NotFound
from pbckit.cli.incidents.dead_letters import Pace, go_through, meant, selecting
from pbckit.console.dead_letters.page import PAGE, readable
from pbckit.console.job import Job, Stopped
from pbckit.contracts.operating import LETTERS_AT_A_TIME
from tests.ops.aws import Aws
from tests.ops.unit_admins import ScriptedAdmin, letter
from tests.pbckit.console.event_loops import run

QUEUE = QueueName(unit="points-ledger", queue="post-points-queue-dlq")


def test_a_job_gives_everything_or_its_number():
    def steps(_stopped: Stopped) -> Iterator[int]:
        return iter(range(5))

    assert run(Job(steps).all()) == [0, 1, 2, 3, 4]
    assert run(Job(steps).number()) == 5


def test_a_job_that_is_stopped_ends():
    def steps(stopped: Stopped) -> Iterator[int]:
        while not stopped():
            yield 1
            job.stop()

    job = Job(steps)
    assert (run(job.number()), job.stopped) == (1, True)


def test_the_first_page_of_100_000_letters_costs_as_much_as_that_of_50(aws: Aws, admins: dict[str, ScriptedAdmin]):
    there = letter(1)
    admins[QUEUE.unit].letters = {QUEUE.queue: [letter(n, set_aside_at=there.set_aside_at) for n in range(100_000)]}
    unit_admins = UnitAdmins(LambdaCapabilities(aws.session()))
    found = list(go_through(unit_admins, QUEUE, "look", selecting(), Pace(), PAGE))
    given_back = PAGE / LETTERS_AT_A_TIME
    assert (len(found), len(aws.lambda_.asked)) == (PAGE, PAGE / LETTERS_AT_A_TIME + given_back)


def test_a_dry_run_names_what_is_not_there(aws: Aws, admins: dict[str, ScriptedAdmin]):
    admins[QUEUE.unit].letters = {QUEUE.queue: [letter(1)]}
    unit_admins = UnitAdmins(LambdaCapabilities(aws.session()))
    with pytest.raises(NotFound, match="has no letter gone"):
        list(meant(unit_admins, QUEUE, selecting(ids=("letter-1", "gone"))))


def test_a_body_is_readable():
    assert readable('{"a":{"b":1}}') == '{\n  "a": {\n    "b": 1\n  }\n}'
    assert readable("not <json>") == "not <json>"
