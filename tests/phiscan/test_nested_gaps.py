"""What a nested document hides is a gap, also when it was only guessed to be a document."""

import base64
import gzip
import io
import json
import zipfile

import pytest

import phiscan
from phiscan.engine import Engine
from phiscan.evidence import Evidence
from phiscan.finding import Coverage, Gap, Likelihood, Location, Subject
from phiscan.scanner import Limits
from phiscan.text.offsets import excerpt


def _guess(content: bytes) -> bytes:
    """Return undeclared base64. It is a guess, because the magic number of gzip has two bytes."""
    return json.dumps({"v": base64.b64encode(gzip.compress(content, 9)).decode()}).encode()


def test_a_bomb_in_a_guess_is_a_gap():
    report = phiscan.scan(_guess(b"word " * (8 << 20)))
    assert (report.gap, report.coverage) == (Gap.OVER_LIMIT, Coverage.UNSCANNABLE)


def test_a_guess_that_is_too_large_for_what_is_left_is_a_gap(engine: Engine):
    scanner = engine.scanner(limits=Limits(decoded=1000), clock=lambda: 0.0)
    scanner.feed(_guess(b"word " * 1000))
    assert scanner.finish().gap is Gap.OVER_LIMIT


def _scanned(engine: Engine, body: bytes) -> Gap:
    scanner = engine.scanner(limits=Limits(decoded=1000), clock=lambda: 0.0)
    scanner.feed(body)
    return scanner.finish().gap


def _guesses(*contents: bytes) -> bytes:
    return b"[" + b",".join(map(_guess, contents)) + b"]"


def test_a_gap_stays_when_a_later_document_has_none(engine: Engine):
    large, small = b"word " * 1000, b"word"
    assert _scanned(engine, _guesses(small)) is Gap.NONE
    assert _scanned(engine, _guesses(large, small)) is Gap.OVER_LIMIT


def test_nested_documents_share_what_may_be_decoded(engine: Engine):
    content = b"word " * 60
    assert _scanned(engine, _guesses(content)) is Gap.NONE
    assert _scanned(engine, _guesses(*[content] * 4)) is Gap.OVER_LIMIT


def test_members_of_an_archive_share_what_may_be_decoded(engine: Engine):
    def archive(members: int) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for number in range(members):
                packed.writestr(f"{number}.txt", b"word " * 60)
        return file.getvalue()

    assert _scanned(engine, archive(1)) is Gap.NONE
    assert _scanned(engine, archive(4)) is Gap.OVER_LIMIT


def test_a_guess_that_is_no_document_is_no_gap():
    report = phiscan.scan(_guess(bytes(range(256)) * 4))
    assert (report.gap, report.coverage) == (Gap.NONE, Coverage.COMPLETE)


@pytest.mark.parametrize("looks", range(1, 12))
def test_a_guess_that_takes_too_long_is_a_gap(engine: Engine, looks: int):
    """The report says so, whichever check of the clock is the first after the deadline."""
    times: list[float] = []

    def clock() -> float:
        times.append(0.0 if len(times) <= looks else 9.0)
        return times[-1]

    scanner = engine.scanner(limits=Limits(seconds=1.0), clock=clock)
    scanner.feed(_guess(b'{"patientName": "Ana Ruiz"}'))
    assert (scanner.finish().gap is Gap.OUT_OF_TIME) == (9.0 in times)


def test_one_value_found_in_two_readings_of_a_document_is_one_finding():
    outer, inner = Evidence(), Evidence()
    origin = excerpt(b"0123456789ana", 10, 13)
    outer.add("a", "PERSON_NAME", Location("name", 10, 13), Subject.PATIENT, Likelihood.LIKELY)
    inner.add("b", "PERSON_NAME", Location("", 0, 3), Subject.PATIENT, Likelihood.LIKELY)
    inner.add("b", "CITY", Location("", 0, 3), Subject.PATIENT, Likelihood.LIKELY)
    outer.absorb(inner, Location("text", 10, 13), origin)
    outer.absorb(inner, Location("text", 10, 13), origin)
    assert [(f.detector, f.info_type) for f in outer.findings] == [
        ("a", "PERSON_NAME"),
        ("b", "CITY"),
    ]
