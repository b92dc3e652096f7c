from pathlib import Path

import invariants
import pytest
from invariants import BrokenError, Case, bytes_of, case_of, check

from phiscan.engine import Engine
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject
from phiscan.identifiers import INFO_TYPES

REGRESSIONS = sorted((Path(__file__).parents[1] / "phiscan" / "regressions").iterdir())


@pytest.fixture(scope="module")
def engine():
    return Engine.load()


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda p: p.name)
def test_what_the_fuzzer_found_once_stays_mended(engine, path):
    check(engine, case_of(path.read_bytes()))


def test_a_case_survives_its_bytes():
    case = Case("text/csv", "br", b"a,b\n")
    assert case_of(bytes_of(case)) == case


def test_too_few_bytes_are_a_case_too(engine):
    assert check(engine, case_of(b"")).size == 0


def _report_of(start, end):
    finding = Finding.of(
        INFO_TYPES["PERSON_NAME"],
        Likelihood.LIKELY,
        "t",
        Location("", start, end),
        Subject.PERSON,
    )
    return ScanReport((finding,))


@pytest.mark.parametrize(
    ("start", "end"), [(0, 4), (1, 1), (-1, 2)], ids=["beyond the end", "empty", "half outside"]
)
def test_a_range_that_is_not_in_the_document_is_a_fault(engine, monkeypatch, start, end):
    monkeypatch.setattr(invariants, "_scan", lambda *_: _report_of(start, end))
    with pytest.raises(BrokenError, match="t at"):
        check(engine, Case("", "", b"Ana"))


def test_an_exception_within_the_scanner_is_a_fault(engine, monkeypatch):
    monkeypatch.setattr("phiscan.readers.registry.MEDIA", "no registry")
    with pytest.raises(BrokenError, match="INTERNAL_ERROR"):
        check(engine, Case("", "", b"Ana"))
