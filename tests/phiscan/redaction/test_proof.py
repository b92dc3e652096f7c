import functools

import pytest

from phiscan.finding import Coverage, Finding, Likelihood, Location, ScanReport, Subject
from phiscan.identifiers import INFO_TYPES
from phiscan.redaction.edits import Masked, RedactionError
from phiscan.redaction.proof import mask_until, redact_proven
from phiscan.redaction.redact import redact

# After the label, the line has too many digits for a phone number. With its tail masked, it has the
# digits of one.
_TWO_NUMBERS = (
    b"<!DOCTYPE html><html><body><p>NPI 2287577912 accepted here</p>"
    b"<p>Phone: 722-952-9225 Fax: 372.523.1016</p></body></html>"
)


def _scan(engine, data, content_type=""):
    scanner = engine.scanner(content_type=content_type, clock=lambda: 0.0)
    scanner.feed(data)
    return scanner.finish()


def test_a_clean_document_comes_back_as_it_is(engine):
    data = b'{"port": 8080}'
    assert redact_proven(data, _scan(engine, data), functools.partial(_scan, engine)) == data


def test_what_a_mask_uncovers_is_masked_too(engine):
    masked = redact_proven(
        _TWO_NUMBERS, _scan(engine, _TWO_NUMBERS), functools.partial(_scan, engine)
    )
    assert not _scan(engine, masked).identifiers
    assert b"1016" not in masked


def test_a_document_that_was_not_seen_whole_is_not_handed_out(engine):
    data = b'{"port": 8080'
    report = _scan(engine, data, "application/json")
    assert report.coverage is Coverage.UNSCANNABLE
    with pytest.raises(RedactionError):
        redact_proven(data, report, functools.partial(_scan, engine))


def test_a_document_that_can_no_longer_be_read_is_not_handed_out(engine):
    data = b"ssn 123-45-6780"
    with pytest.raises(RedactionError, match="coverage"):
        redact_proven(
            data, _scan(engine, data), lambda _: ScanReport(coverage=Coverage.UNSCANNABLE)
        )


def test_a_document_that_never_becomes_clean_is_not_handed_out():
    def always(data):
        place = Location("", 0, len(data))
        return ScanReport(
            (Finding.of(INFO_TYPES["PERSON_NAME"], Likelihood.LIKELY, "t", place, Subject.PERSON),)
        )

    with pytest.raises(RedactionError, match="still finds"):
        redact_proven(b"Ana", always(b"Ana"), always)


def test_one_round_is_not_always_enough(engine):
    assert _scan(
        engine, redact(_TWO_NUMBERS, _scan(engine, _TWO_NUMBERS))
    ).identifiers  # otherwise there would be nothing to prove


def test_each_round_masks_what_the_scan_before_it_found():
    reports = iter([ScanReport(size=1), ScanReport(size=2)])
    masked, report = mask_until(
        b"",
        ScanReport(size=0),
        lambda data, found: Masked(data + b"%d" % found.size),
        lambda _: next(reports),
        lambda found: found.size == 2,
    )
    assert (masked, report.size) == (b"01", 2)


def test_what_no_round_can_help_ends_the_rounds():
    def never(_report):
        raise RedactionError("denied")

    with pytest.raises(RedactionError, match="denied"):
        mask_until(b"", ScanReport(), lambda data, _: Masked(data), lambda _: ScanReport(), never)
