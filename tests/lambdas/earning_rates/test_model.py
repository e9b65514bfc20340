"""Which rate is in effect, and until when."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.earning_rates import RateVersion
from lambdas.earning_rates import model

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
instants = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 the offset is drawn apart
    max_value=datetime(9998, 12, 31),  # noqa: DTZ001
    timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)
few = settings(max_examples=50)


def version(points: str, begin: datetime, category: str = "fuel") -> RateVersion:
    return RateVersion(
        card_product="gold",
        category=category,
        points_per_unit=points,
        effective_from=begin,
        effective_to=None,
        changed_by="ada",
        changed_at=NEW_YEAR,
    )


def days(number: int) -> datetime:
    return NEW_YEAR + timedelta(days=number)


def test_the_first_rate_there_is_answers():
    rate = model.in_effect([None, version("2", NEW_YEAR, "*"), version("3", NEW_YEAR)])
    assert rate is not None
    assert (rate.points_per_unit, rate.category) == ("2", "*")


def test_no_rate_answers_where_there_is_none():
    assert model.in_effect([None, None]) is None


def test_no_more_rates_are_read_than_are_needed():
    read: list[str] = []

    def look(category: str) -> RateVersion:
        read.append(category)
        return version("2", NEW_YEAR, category)

    model.in_effect(look(category) for category in ("fuel", "*"))
    assert read == ["fuel"]


def test_a_rate_ends_where_the_next_begins_and_the_last_does_not_end():
    ends = [one.effective_to for one in model.with_ends([version("1", days(0)), version("2", days(5))])]
    assert ends == [days(5), None]
    assert model.with_ends([]) == []


@few
@given(st.lists(st.integers(0, 400), min_size=1, unique=True))
def test_windows_of_a_key_follow_each_other_without_gap_or_overlap(begins: list[int]):
    versions = model.with_ends([version("1", days(begin)) for begin in sorted(begins)])
    assert [one.effective_to for one in versions[:-1]] == [one.effective_from for one in versions[1:]]
    assert versions[-1].effective_to is None


@few
@given(st.lists(st.integers(0, 400), min_size=1, unique=True), st.data())
def test_one_rate_alone_ends_as_it_does_among_all(begins: list[int], data: st.DataObject):
    versions = [version("1", days(begin)) for begin in sorted(begins)]
    one = data.draw(st.sampled_from(versions))
    (among_all,) = [each for each in model.with_ends(versions) if each.effective_from == one.effective_from]
    assert model.ended(one, versions) == among_all
