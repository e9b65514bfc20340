"""What stands on the map's cards and lines."""

from pbckit.cli.topology import Edge, Topology
from pbckit.console.connection import Connection
from pbckit.console.observation import Observation, Observer
from pbckit.console.system_map.edges import drawing
from pbckit.console.system_map.figures import card, traffic
from pbckit.console.system_map.layout import places
from tests.ops.unit_admins import AT, ScriptedAdmin, letter, record

LEDGER = "points-ledger"


def test_a_card_says_what_waits_and_what_is_wrong(admins: dict[str, ScriptedAdmin], connected: Connection):
    ledger = admins[LEDGER]
    ledger.letters = {"post-points-queue-dlq": [letter(1)], "relay-dlq": [letter(2)]}
    ledger.queues, ledger.pending, ledger.oldest_seconds = {"post-points-queue": 3}, 4, 12.0
    ledger.records = [record("handled", "PointsCalculated"), record("published", "PointsPosted")]
    seen = Observer(connected).look()

    assert card(LEDGER, seen) == (
        "wrong",
        "1 in, 1 out a minute",
        "2 dead letters, 3 waiting, 4 pending, oldest 12 s",
    )
    assert card("campaigns", seen) == ("healthy", "0 in, 0 out a minute", "")


def test_a_card_of_a_unit_that_is_not_seen():
    seen = Observation(at=AT, silent={"campaigns": "no answer within 8 s"})
    assert card("campaigns", seen) == ("silent", "", "does not answer")
    assert card(LEDGER, seen).state == card(LEDGER, None).state == "unknown"


def test_rates_stand_where_they_are_known(admins: dict[str, ScriptedAdmin], connected: Connection):
    """Events at their consumer; calls at who answers, unless several units ask the same."""
    admins[LEDGER].records = [
        record("handled", "PointsCalculated"),
        record("answered", "hold"),
        record("answered", "hold"),
        record("answered", "balance"),
    ]
    topology = Topology(
        kinds={LEDGER: "Pbc", "a": "Offering", "b": "Offering"},
        events=[Edge("points-calculation", LEDGER, ("PointsAdjusted", "PointsCalculated"))],
        calls=[Edge("a", LEDGER, ("balance", "hold")), Edge("b", LEDGER, ("balance",)), Edge("b", "gone", ("x",))],
        resources={},
    )
    found = [(one.edge.source, one.kind, one.per_minute) for one in traffic(topology, Observer(connected).look())]
    assert found == [("points-calculation", "event", 1), ("a", "call", 2), ("b", "call", None), ("b", "call", None)]


def test_lines_flow_where_something_does_and_names_are_escaped(admins: dict[str, ScriptedAdmin], connected: Connection):
    admins[LEDGER].records = [record("handled", "Posted")]
    edges = [Edge("out<side", LEDGER, ("Posted",)), Edge(LEDGER, "out<side", ("Never",))]
    topology = Topology(kinds={LEDGER: "Pbc"}, events=edges, calls=[], resources={})
    there = places(["out<side", LEDGER], [(edge.source, edge.target) for edge in edges])
    drawn = drawing(there, traffic(topology, Observer(connected).look()))
    assert drawn.count('class="event flows"') == 1
    assert "out&lt;side → points-ledger: Posted" in drawn
    assert "out<side" not in drawn
