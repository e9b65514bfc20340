"""One look: what units answer, and what becomes of those that do not."""

import threading
from pathlib import Path
from typing import Any

import pytest

from pbckit.cli.client.session import Session
from pbckit.cli.errors import Unreachable
from pbckit.console import connection
from pbckit.console.connection import LONGEST_SECONDS, Connection
from pbckit.console.observation import QUESTIONS_TO_A_UNIT, Observer
from pbckit.contracts.operating import unit_admin
from tests.ops.aws import Aws, client_error
from tests.ops.unit_admins import ScriptedAdmin, letter, record

ALARM = {"AlarmName": "rewards-dev-platform_bus-dlq-messages", "AlarmDescription": "look at the key"}


def test_all_units_are_asked_and_their_answers_shown(admins: dict[str, ScriptedAdmin], connected: Connection):
    admins["points-ledger"].letters = {"post-points-queue-dlq": [letter(1), letter(2)]}
    admins["points-ledger"].records = [record("handled", "PointsCalculated")]
    seen = Observer(connected).look()

    assert sorted(seen.units) == sorted(admins)
    assert (seen.problem, seen.silent) == (None, {})
    ledger = seen.units["points-ledger"]
    assert ledger.status.dead_letters == {"post-points-queue-dlq": 2}
    assert ledger.flow.taken == {"PointsCalculated": 1}
    assert list(seen.wrong) == ["points-ledger"]


def test_a_look_asks_each_unit_twice(aws: Aws, admins: dict[str, ScriptedAdmin], connected: Connection):
    seen = Observer(connected).look()
    assert seen.questions == len(aws.lambda_.asked) == QUESTIONS_TO_A_UNIT * len(admins)


def test_an_alarm_of_what_has_no_unit_admin_is_wrong_too(
    aws: Aws, admins: dict[str, ScriptedAdmin], connected: Connection
):
    aws.cloudwatch.ringing = [ALARM]
    assert [*admins, *Observer(connected).look().wrong] == [*admins, "platform"]


def test_a_unit_that_fails_is_named_and_the_others_are_shown(
    aws: Aws, admins: dict[str, ScriptedAdmin], connected: Connection
):
    def fail(_data: dict[str, Any]) -> Any:
        raise client_error("ServiceException", "out of order", "Invoke")

    aws.lambda_.decides(unit_admin("campaigns"), fail)
    seen = Observer(connected).look()

    assert list(seen.silent) == ["campaigns"]
    assert "out of order" in seen.silent["campaigns"]
    assert len(seen.units) == len(admins) - 1


def test_a_unit_that_hangs_holds_nobody_up_and_is_not_asked_again(
    aws: Aws, admins: dict[str, ScriptedAdmin], connected: Connection
):
    answers = threading.Event()
    asked: list[object] = []

    def hang(data: dict[str, Any]) -> Any:
        asked.append(data)
        answers.wait(20)
        return admins["campaigns"].decide(data)

    aws.lambda_.decides(unit_admin("campaigns"), hang)
    observer = Observer(connected, deadline_seconds=0.5)
    first, second = observer.look(), observer.look()

    assert first.silent == {"campaigns": "no answer within 0.5 s"}
    assert second.silent == {"campaigns": "it has not answered an earlier question yet"}
    assert len(asked) == 1
    assert len(second.units) == len(admins) - 1
    answers.set()


def test_alarms_that_cannot_be_read_leave_the_units(
    aws: Aws, admins: dict[str, ScriptedAdmin], connected: Connection, monkeypatch: pytest.MonkeyPatch
):
    def deny(**_request: object) -> Any:
        raise client_error("AccessDenied", "not you", "DescribeAlarms")

    monkeypatch.setattr(aws.cloudwatch, "paginate", deny)
    seen = Observer(connected).look()
    assert seen.problem is not None
    assert seen.problem.startswith("alarms: ")
    assert len(seen.units) == len(admins)


def test_without_a_system_the_reason_is_shown(connected: Connection, monkeypatch: pytest.MonkeyPatch):
    def refuse(_stack: str, _folder: Path) -> Session:
        raise Unreachable("cannot act as operator: ExpiredToken")

    monkeypatch.setattr(connection, "open_session", refuse)
    seen = Observer(connected).look()
    assert (seen.problem, dict(seen.units)) == ("cannot act as operator: ExpiredToken", {})


class TestConnection:
    @pytest.fixture
    def opened(self, monkeypatch: pytest.MonkeyPatch) -> list[Session]:
        sessions: list[Session] = []

        def open_session(_stack: str, _folder: Path) -> Session:
            sessions.append(Aws().session())
            return sessions[-1]

        monkeypatch.setattr(connection, "open_session", open_session)
        return sessions

    def test_one_session_serves_all_questions(self, opened: list[Session], connected: Connection):
        assert [connected.ask(lambda session: session) for _ in range(3)] == [opened[0]] * 3

    @pytest.mark.parametrize(
        "error", [client_error("ExpiredToken", "too old", "DescribeAlarms"), Unreachable("cannot ask: ExpiredToken")]
    )
    def test_after_a_failure_the_next_question_opens_another(
        self, opened: list[Session], connected: Connection, error: Exception
    ):
        def expired(_session: Session) -> None:
            raise error

        with pytest.raises(Unreachable, match="ExpiredToken"):
            connected.ask(expired)
        connected.ask(lambda session: session)
        assert len(opened) == 2

    def test_a_session_is_renewed_before_it_expires(self, opened: list[Session]):
        time = [0.0]
        connected = Connection(stack="dev", folder=Path(".sandbox"), now=lambda: time[0])
        for seconds in (0, LONGEST_SECONDS, LONGEST_SECONDS + 1):
            time[0] = float(seconds)
            connected.session()
        assert len(opened) == 2
