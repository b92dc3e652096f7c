"""The prefilters and the locators."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phiscan import memory
from phiscan.detectors import DETECTORS
from phiscan.engine import Engine
from phiscan.finding import Likelihood
from phiscan.patterns import matcher as module
from phiscan.patterns.detector import Detector
from phiscan.patterns.matcher import (
    NO_HITS,
    Matcher,
    Prefilter,
    PrefilterHits,
    TooManyMatchesError,
)
from phiscan.words.label_vocabulary import VOCABULARY

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


class Ungated(Matcher):
    """A matcher whose prefilters let everything through."""

    def possible(self, text):
        return list(range(len(self.detectors)))

    def has_label(self, text):
        return True


@pytest.fixture(scope="session")
def unfiltered():
    engine = Engine.load()
    engine.matcher = Ungated(engine.matcher.detectors)
    return engine


def _report(engine, data, content_type):
    scanner = engine.scanner(content_type=content_type, clock=lambda: 0.0)
    scanner.feed(data)
    return scanner.finish()


@settings(max_examples=3 * settings.default.max_examples)
@given(st.lists(_PIECES, max_size=20).map("".join), st.sampled_from(["", "text/plain"]))
def test_the_prefilters_lose_nothing_in_text(engine, unfiltered, text, content_type):
    assert _report(engine, text.encode(), content_type) == _report(
        unfiltered, text.encode(), content_type
    )


_KEYS = st.one_of(
    st.tuples(
        st.sampled_from(["", "patient", "Patient", "PATIENT_", "the ", "provider."]),
        st.sampled_from(sorted({core for *_, cores in VOCABULARY for core in cores.split()})),
        st.sampled_from(["", "Text", "_value", "s"]),
        st.sampled_from(["-", "_", " ", "", "camel"]),
    ).map(
        lambda k: (
            k[0]
            + (
                "".join(w.capitalize() for w in k[1].split("-"))
                if k[3] == "camel"
                else k[1].replace("-", k[3])
            )
            + k[2]
        )
    ),
    st.text(alphabet="abcdefginoprstxADFILNOPRSTX_- 1.", max_size=14),
)


@settings(max_examples=3 * settings.default.max_examples)
@given(
    st.dictionaries(
        _KEYS,
        st.sampled_from(
            ["512-44-9031", "1971-03-09", "A-44719", "Rosa Diaz", "rosa@diaz.dev", "E11.9", "94"]
        ),
        max_size=4,
    )
)
def test_the_prefilters_lose_nothing_in_json(engine, unfiltered, document):
    data = json.dumps(document).encode()
    assert _report(engine, data, "application/json") == _report(
        unfiltered, data, "application/json"
    )


@pytest.mark.parametrize("detector", [d for d in DETECTORS if d.hint], ids=lambda d: d.name)
@given(data=st.data())
def test_a_hint_stands_in_whatever_the_pattern_matches(detector, data):
    text = data.draw(st.from_regex(re.compile(detector.pattern, re.ASCII), fullmatch=True))
    assert re.search(detector.hint, text, re.ASCII | re.IGNORECASE)


@pytest.mark.parametrize("few", [0, 1, 2, 1000])
def test_ranges_are_leftmost_longest_and_apart(few, monkeypatch):
    monkeypatch.setattr(module, "_FEW", few)
    detector = Detector("digits", "UNIQUE_CODE", r"\d{2,4}", Likelihood.LIKELY)
    assert list(Matcher([detector]).locate(0, b"12 123456 x78")) == [(0, 2), (3, 7), (11, 13)]


def test_more_matches_than_are_worth_judging_is_an_error(monkeypatch):
    monkeypatch.setattr(module, "_FEW", 2)
    monkeypatch.setattr(module, "_MAX_CANDIDATES", 3)
    detector = Detector("digit", "UNIQUE_CODE", r"\d", Likelihood.LIKELY)
    with pytest.raises(TooManyMatchesError):
        list(Matcher([detector]).locate(0, b"1 2 3 4 5"))


def test_a_text_in_which_nothing_was_found_is_not_searched_again(engine, monkeypatch):
    text = b'{"port": 8080, "host": "db"}'
    assert not engine.matcher.may_match(text)

    def searched(*_):
        raise AssertionError("searched")

    monkeypatch.setattr(Prefilter, "any", searched)
    monkeypatch.setattr(Prefilter, "all", searched)
    assert not engine.matcher.has_label(text)
    assert engine.matcher.possible(text) == []
    with pytest.raises(AssertionError, match="searched"):  # another text
        engine.matcher.has_label(b'{"port": 8080, "host": "dc"}')
    memory.forget()
    with pytest.raises(AssertionError, match="searched"):  # nothing is held after a report
        engine.matcher.possible(text)


def test_nothing_is_possible_in_nothing(engine):
    assert engine.matcher.possible(b"") == []
    assert engine.matcher.hits(b"") == NO_HITS


def test_the_mark_of_a_query_is_a_mark_of_nothing_else(engine):
    assert engine.matcher.hits(b'{"query": 1}') == PrefilterHits(has_query=True)
    assert engine.matcher.hits(b'{"Query": 1}') == NO_HITS
