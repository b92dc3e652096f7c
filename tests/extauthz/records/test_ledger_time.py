"""Times as the ledger writes them."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from extauthz.records import ledger_time

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda least: timezone(timedelta(minutes=least)))
# years from which no offset leads out of those that Python knows
MOMENTS = st.datetimes(timezones=OFFSETS).filter(lambda moment: 1 < moment.year < 9999)


@given(MOMENTS, MOMENTS)
def test_the_texts_compare_as_the_times_do(one, other):
    assert (ledger_time.written(one) < ledger_time.written(other)) == (one < other)


@given(MOMENTS)
def test_a_time_is_read_back_as_it_was_and_in_utc(moment):
    found = datetime.fromisoformat(ledger_time.written(moment))

    assert found == moment
    assert found.tzinfo == UTC


def test_a_whole_second_has_its_microseconds_too():
    assert ledger_time.written(datetime(2026, 11, 30, tzinfo=UTC)) == "2026-11-30T00:00:00.000000Z"
    assert len(ledger_time.now()) == len("2026-11-30T00:00:00.000000Z")
