import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrest import globs

TEXTS = st.text("ab*", max_size=8)
NAMES = st.text("abX", max_size=8)


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("archive/*", "archive/2019/a.csv", True),
        ("archive/*", "archive", False),
        ("s3://archive*", "s3://archive", True),
        ("*.csv", "a/b.csv", True),
        ("a*a", "a", False),  # both ends need a character of their own
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("a", "ab", False),
        ("*", "", True),
    ],
)
def test_a_star_is_any_text(pattern, name, fits):
    assert globs.names(pattern, name) is fits
    assert globs.may_name(pattern, name) is fits


@given(TEXTS, NAMES)
def test_it_is_the_language_of_the_regular_expression(pattern, name):
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None
    if globs.MASK not in name:
        assert globs.names(pattern, name) is globs.may_name(pattern, name) is expected


@pytest.mark.parametrize(
    ("pattern", "name", "sure", "perhaps"),
    [
        ("scans/*", "scans/XXX.pdf", True, True),  # whatever the mask hides
        ("scans/a*", "scans/XXX.pdf", False, True),
        ("*a.pdf", "scans/XXX.pdf", False, True),
        ("scans/*.csv", "scans/XXX.pdf", False, False),
        ("XXX.pdf", "XXX.pdf", False, True),  # a mask is no text
        ("other/*", "XXX", False, True),
    ],
)
def test_a_mask_hides_whether_a_pattern_names_a_unit(pattern, name, sure, perhaps):
    assert (globs.names(pattern, name), globs.may_name(pattern, name)) == (sure, perhaps)


@given(TEXTS, TEXTS, st.text("ab", max_size=6))
def test_patterns_that_share_a_name_meet(one, other, name):
    if globs.names(one, name) and globs.names(other, name):
        assert globs.meet(one, other)


@given(TEXTS, TEXTS)
def test_meeting_has_no_order(one, other):
    assert globs.meet(one, other) is globs.meet(other, one)


@given(TEXTS, NAMES, st.text("ab", max_size=4))
def test_what_is_sure_holds_for_every_text_behind_the_mask(pattern, name, hidden):
    real = name.replace(globs.MASK, hidden)
    if globs.names(pattern, name):
        assert globs.names(pattern, real)
    if globs.names(pattern, real) and globs.MASK not in real:
        assert globs.may_name(pattern, name)
