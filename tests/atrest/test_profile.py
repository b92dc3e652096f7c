"""Profiles add up, whatever the order, and survive JSON."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrest.profile import FEWEST, Column, Hit, Profile, Shape
from phiscan.finding import Likelihood, Subject, Verdict

COUNTS = st.integers(1, 50)
NAMES = st.sampled_from(["", "mrn", "note", "(name)"])
HITS = st.builds(
    Hit,
    st.sampled_from(["", "Patient.name"]),
    st.sampled_from(["PERSON_NAME", "DATE_OF_BIRTH"]),
    st.sampled_from(Likelihood),
    st.sampled_from(Subject),
    st.sampled_from(["prose", "csv_column"]),
)
SHAPES = st.builds(Shape, st.just("PERSON_NAME"), st.sampled_from(["Aa Aa", "9999"]))


def counters(keys):
    return st.dictionaries(keys, COUNTS, max_size=3).map(Counter)


COLUMNS = st.builds(Column, COUNTS, COUNTS, counters(HITS), counters(SHAPES))
WORDS = counters(st.sampled_from(["phi", "none", "MALFORMED", "all"]))
PROFILES = st.builds(
    Profile,
    COUNTS,
    COUNTS,
    COUNTS,
    st.dictionaries(NAMES, COLUMNS, max_size=3),
    WORDS,
    WORDS,
    WORDS,
    WORDS,
    WORDS,
)


@given(PROFILES, PROFILES, PROFILES)
def test_profiles_are_a_commutative_monoid(a, b, c):
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + Profile() == a == Profile() + a


@given(PROFILES, PROFILES)
def test_equal_profiles_give_equal_bytes(a, b):
    left, right = json.dumps((a + b).to_json()), json.dumps((b + a).to_json())
    assert left == right
    assert Profile.from_json(json.loads(left)) == a + b


@given(PROFILES)
def test_a_settled_profile_keeps_no_shape_that_few_rows_share(profile):
    for name, column in profile.settled().columns.items():
        before = profile.columns[name]
        assert column.shapes == {s: n for s, n in before.shapes.items() if n >= FEWEST}
        assert (column.rows, column.filled, column.hits) == (
            before.rows,
            before.filled,
            before.hits,
        )


def test_the_verdict_is_the_worst():
    profile = Profile(verdicts=Counter({"none": 9, "health": 3, "identifiers": 1}))
    assert profile.verdict is Verdict.IDENTIFIERS
    assert Profile().verdict is Verdict.NONE


@pytest.mark.parametrize("broken", [{}, {"rows": 1}])
def test_what_is_no_profile_is_refused(broken):
    with pytest.raises(KeyError):
        Profile.from_json(broken)


def test_what_was_not_read_is_not_whole():
    assert Profile().is_whole
    assert not Profile(gaps=Counter(["MALFORMED"])).is_whole
    assert not Profile(unread=Counter(["GONE"])).is_whole
