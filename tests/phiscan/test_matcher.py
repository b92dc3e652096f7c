"""The gate and the locators."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phiscan import matcher as module
from phiscan.detector import Detector
from phiscan.finding import Likelihood
from phiscan.matcher import Matcher, TooManyMatchesError

_PIECES = st.sampled_from(
    [
        "512-44-9031",
        "SSN ",
        "MRN: 0088123",
        " ",
        "\n",
        "DOB 3/9/1971",
        "4111 1111 1111 1111",
        "x",
        "7",
        "-",
        "Patient: Ana Ruiz",
        "@",
        "a.b@c.dev",
        ",",
    ]
)


@settings(max_examples=200)
@given(st.lists(_PIECES, max_size=20).map("".join))
def test_the_gate_loses_nothing_that_a_locator_finds(engine, text):
    data = text.encode()
    possible = set(engine.matcher.possible(data))
    for index in range(len(engine.matcher.detectors)):
        if any(True for _ in engine.matcher.locate(index, data)):
            assert index in possible


def test_ranges_are_leftmost_longest_and_apart():
    detector = Detector("digits", "UNIQUE_CODE", r"\d{2,4}", Likelihood.LIKELY)
    assert list(Matcher([detector]).locate(0, b"12 123456 x78")) == [(0, 2), (3, 7), (11, 13)]


def test_more_matches_than_are_worth_judging_is_an_error(monkeypatch):
    monkeypatch.setattr(module, "_MAX_CANDIDATES", 3)
    detector = Detector("digit", "UNIQUE_CODE", r"\d", Likelihood.LIKELY)
    with pytest.raises(TooManyMatchesError):
        list(Matcher([detector]).locate(0, b"1 2 3 4 5"))


def test_nothing_is_possible_in_nothing(engine):
    assert engine.matcher.possible(b"") == []
