"""The history of events: complete, in order, and of the contracts as they are."""

import json
from datetime import date

import pytest

from pbckit.contracts import catalogue
from pbckit.contracts.history import FILE, Entry, read, rewritten, shape, unrecorded, with_first_versions

HISTORY = read(FILE.read_text())
POSTED = "points-ledger.PointsPosted"


def test_the_history_ends_with_the_events_as_they_are():
    assert unrecorded(catalogue.event_schemas(), HISTORY) == []
    assert set(HISTORY) == set(catalogue.event_schemas())


@pytest.mark.parametrize("event", catalogue.events(), ids=lambda event: event.__name__)
def test_versions_rise_to_the_event_s_own(event):
    entries = HISTORY[f"{event.source}.{event.detail_type()}"]
    versions = [tuple(int(part) for part in one.version.split(".")) for one in entries]
    assert versions == sorted(set(versions))
    assert versions[0] == (1, 0)
    assert versions[-1][0] == event.schema_version
    assert [one.date for one in entries] == sorted(one.date for one in entries)


def changed(**keywords: object) -> str:
    schema = json.loads(catalogue.event_schemas()[POSTED])
    schema["definitions"]["PointsPosted"]["properties"]["points"] |= keywords
    return json.dumps(schema)


def test_a_change_of_an_event_asks_for_an_entry_and_one_of_words_does_not():
    assert unrecorded({POSTED: changed(description="other words")}, HISTORY) == []
    text = changed(maximum=1)
    assert unrecorded({POSTED: text}, HISTORY) == [
        f"{POSTED}: add a version to contracts/history.yaml with shape: {shape(text)}"
    ]


def test_a_field_that_is_named_like_a_word_is_part_of_the_shape():
    plain = '{"properties": {"points": {"type": "integer"}}}'
    titled = '{"properties": {"points": {"type": "integer"}, "title": {"type": "string"}}, "title": "x"}'
    assert shape(plain) != shape(titled)


def test_a_new_event_gets_its_first_version_and_an_old_one_keeps_what_it_has():
    today = date(2027, 1, 2)
    schemas = catalogue.event_schemas()
    text = with_first_versions(FILE.read_text(), {**schemas, "elsewhere.SomethingDone": schemas[POSTED]}, today)
    assert text.startswith(FILE.read_text())
    first = Entry(version="1.0", date=today, change="First published.", shape=shape(schemas[POSTED]))
    assert read(text) == {**HISTORY, "elsewhere.SomethingDone": [first]}


def test_history_is_added_to_and_never_rewritten():
    entry = HISTORY[POSTED][-1]
    assert rewritten(HISTORY, {**HISTORY, POSTED: [*HISTORY[POSTED], entry]}) == []
    for told in ([], [entry], HISTORY[POSTED][:-1]):
        assert rewritten(HISTORY, {**HISTORY, POSTED: told}) == [
            f"{POSTED}: what contracts/history.yaml said of it is to stay as it is"
        ]
