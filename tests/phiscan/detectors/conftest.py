"""Runs one module's detectors over a text, as the scanner runs them all."""

from functools import cache

import pytest

from phiscan.evidence import Evidence
from phiscan.patterns import judge
from phiscan.patterns.matcher import Matcher
from phiscan.text.normalise import normalise


@cache
def _matcher(detectors):
    return Matcher(detectors)


@pytest.fixture
def found():
    """The findings of `module` in `text`, as (infoType, value, likelihood, subject), in document
    order."""

    def run(module, text):
        data = text.encode()
        evidence = Evidence()
        judge.run(normalise(data), _matcher(module.DETECTORS), evidence)
        places = sorted(
            ((f.location.start, f.location.end, f) for f in evidence.findings),
            key=lambda place: place[:2],
        )
        return [
            (f.info_type, data[start:end].decode(), f.likelihood, f.subject)
            for start, end, f in places
        ]

    return run


@pytest.fixture
def values(found):
    """The findings of `module` in `text`, as (infoType, value)."""
    return lambda module, text: [(kind, value) for kind, value, _, _ in found(module, text)]
