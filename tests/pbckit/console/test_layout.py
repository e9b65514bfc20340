"""Places on the map."""

from pbckit.console.system_map.layout import Place, places


def test_what_follows_stands_to_the_right():
    found = places(["ledger", "calculation", "cards"], [("cards", "calculation"), ("calculation", "ledger")])
    assert found == {"cards": Place(0, 0), "calculation": Place(1, 0), "ledger": Place(2, 0)}


def test_the_longest_way_decides():
    found = places(["a", "b", "c"], [("a", "c"), ("a", "b"), ("b", "c")])
    assert [found[node].column for node in "abc"] == [0, 1, 2]


def test_an_edge_back_does_not_count():
    found = places(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "b"), ("b", "b")])
    assert [found[node].column for node in "abc"] == [0, 1, 2]


def test_a_circle_without_a_beginning_has_places_too():
    assert {place.column for place in places(["a", "b"], [("a", "b"), ("b", "a")]).values()} == {0, 1}


def test_no_two_stand_in_one_place():
    nodes = [f"n{number}" for number in range(30)]
    edges = [(nodes[number % 7], nodes[number]) for number in range(30)]
    found = places(nodes, edges)
    assert len(set(found.values())) == len(found) == 30


def test_neighbours_stand_side_by_side():
    """Rows follow those of the column before, not the order of the names."""
    found = places(["x", "y", "b", "a"], [("x", "b"), ("y", "a")])
    assert (found["b"].row, found["a"].row) == (found["x"].row, found["y"].row)
