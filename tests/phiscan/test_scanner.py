"""The scanner as a whole: any chunking, any input, limits and time."""

import base64
import gzip
import json
import re
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import phiscan
from phiscan import evidence
from phiscan.evidence import MAX_FINDINGS
from phiscan.examination import MAX_NESTING
from phiscan.finding import Coverage, Gap, Verdict
from phiscan.scanner import Limits

PATIENT = {
    "resourceType": "Patient",
    "id": "p-77",
    "name": [{"family": "Okonkwo", "given": ["Adaeze", "Ifeoma"]}],
    "birthDate": "1971-03-09",
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "512-44-9031"}],
}
ADT = b"MSH|^~\\&|A|B|C|D|20240102||ADT^A01|1|P|2.5\rPID|1||88123^^^H^MR||OKONKWO^ADAEZE||19710309|F|||12 Elm St^^Ames^IA^50010\r"
NOTE = b"Progress note\nPatient: Adaeze Okonkwo\nDOB: 03/09/1971\nMRN: 0088123\nShe was diagnosed with type 2 diabetes.\n"
DOCUMENTS = [json.dumps(PATIENT).encode(), ADT, NOTE, gzip.compress(json.dumps(PATIENT).encode())]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_patients_record_is_phi(document):
    report = phiscan.scan(document)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)


@given(st.sampled_from(DOCUMENTS), st.lists(st.integers(0, 400), max_size=12))
def test_any_chunking_gives_the_same_report(engine, document, cuts):
    whole = phiscan.scan(document)
    scanner = engine.scanner(clock=lambda: 0.0)
    at = 0
    for cut in [*sorted(cuts), len(document)]:
        scanner.feed(document[at : max(at, cut)])
        at = max(at, cut)
    assert scanner.finish() == whole


_FRAGMENTS = st.sampled_from(
    [b'{"resourceType":"Patient"', b'"name":[', b"{", b"}", b"[", b'"', b"\\", b"MSH|^~\\&|", b"\rPID|", b"ISA*", b"<a>", b"\x1f\x8b\x08",
     b"123-45-6789", b"\xef\xbb\xbf", b"\x00", b"\xff\xfe", b"DOB: ", b"\n", b"&a=", b"%", b"\xed\xa0\x80", b"\\ud800", b"{" * 600]
)  # fmt: skip


@settings(max_examples=3 * settings.default.max_examples)
@given(
    st.lists(st.one_of(_FRAGMENTS, st.binary(max_size=40)), max_size=12).map(b"".join),
    st.sampled_from(["", "application/json", "text/plain"]),
)
def test_no_input_makes_the_scanner_fail(data, content_type):
    report = phiscan.scan(data, content_type=content_type)
    assert report.gap is not Gap.INTERNAL_ERROR
    assert (report.gap is Gap.NONE) == (report.coverage is Coverage.COMPLETE)
    for finding in report.findings:
        assert -1 <= finding.location.start <= finding.location.end


@given(st.lists(st.one_of(_FRAGMENTS, st.binary(max_size=40)), max_size=8).map(b"".join))
def test_masking_twice_changes_nothing_and_leaves_no_identifier(data):
    report = phiscan.scan(data)
    if report.coverage is not Coverage.COMPLETE:
        return
    masked = phiscan.redact(data, report)
    again = phiscan.scan(masked)
    if again.coverage is Coverage.COMPLETE:
        assert phiscan.redact(masked, again) == masked
        assert again.verdict in (Verdict.NONE, Verdict.HEALTH)


def test_a_body_over_the_limit_is_truncated_and_still_scanned(engine):
    scanner = engine.scanner(limits=Limits(body=len(NOTE) - 5), clock=lambda: 0.0)
    scanner.feed(NOTE)
    report = scanner.finish()
    assert (report.coverage, report.gap, report.verdict) == (
        Coverage.TRUNCATED,
        Gap.OVER_LIMIT,
        Verdict.PHI,
    )


def test_a_caller_that_knows_of_more_gets_truncated(engine):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed(b"hello")
    report = scanner.finish(truncated=True)
    assert (report.coverage, report.gap) == (Coverage.TRUNCATED, Gap.CUT_OFF)


def test_running_out_of_time_is_a_gap_and_no_clean_report(engine):
    ticks = iter(range(1000))
    scanner = engine.scanner(limits=Limits(seconds=0.5), clock=lambda: float(next(ticks)))
    scanner.feed(NOTE)
    assert scanner.finish().gap is Gap.OUT_OF_TIME


@pytest.mark.parametrize("encode", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("size", "gap"), [(10 << 10, Gap.OUT_OF_TIME), (3 << 20, Gap.NONE), (1 << 20, Gap.OUT_OF_TIME)]
)
def test_a_long_body_has_more_time_by_its_size_without_codings(engine, size, gap, encode):
    """Two seconds pass: more than a short body has, and less than one of 3 MiB."""
    ticks = iter([0.0, 0.0] + [2.0] * 100_000)
    scanner = engine.scanner(
        limits=Limits(seconds=1.0, seconds_per_mib=1.0), clock=lambda: next(ticks)
    )
    scanner.feed(encode((b"nothing to see here\n" * (size // 20 + 1))[:size]))
    assert scanner.finish().gap is gap


def test_a_bomb_has_no_more_time_than_the_longest_body():
    assert Limits(body=8 << 20, seconds_per_mib=1.0).further_seconds(1 << 30) == 7.0


def test_running_out_of_time_is_said_of_a_truncated_body_too(engine):
    ticks = iter(range(1000))
    scanner = engine.scanner(limits=Limits(seconds=0.5), clock=lambda: float(next(ticks)))
    scanner.feed(NOTE)
    report = scanner.finish(truncated=True)
    assert (report.coverage, report.gap) == (Coverage.TRUNCATED, Gap.OUT_OF_TIME)


def test_broken_json_is_a_gap_but_still_shows_whose_it_is():
    report = phiscan.scan(json.dumps(PATIENT).encode()[:-1], content_type="application/json")
    assert (report.gap, report.coverage) == (Gap.MALFORMED, Coverage.UNSCANNABLE)
    assert "PERSON_NAME" in {f.info_type for f in report.findings}


def test_nesting_too_deep_is_a_gap():
    assert phiscan.scan(b'{"ssn":' * 100_000 + b"1" + b"}" * 100_000).gap is Gap.OVER_LIMIT
    assert phiscan.scan(b'{"a":' * 100_000 + b"1" + b"}" * 100_000).gap is Gap.MALFORMED


def test_a_value_outside_of_the_body_is_found_and_has_no_range(engine):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed_field("query.ssn", "512-44-9031")
    report = scanner.finish()
    (finding,) = [f for f in report.findings if f.info_type == "US_SOCIAL_SECURITY_NUMBER"][:1]
    assert (finding.location.field, finding.location.start) == ("query.ssn", -1)


def test_no_report_shows_a_value():
    for document in DOCUMENTS:
        shown = repr(phiscan.scan(document)).lower()
        assert not re.search("okonkwo|adaeze|512-44|88123|1971|elm st", shown)


def test_a_key_that_holds_phi_is_not_shown():
    report = phiscan.scan(
        b'{"patients": {"512-44-9031": {"dob": "1971-03-09", "diagnosis": "E11.9"}}}'
    )
    assert report.verdict is Verdict.PHI
    assert "512" not in repr(report)


def test_an_empty_body_is_complete_and_clean():
    assert phiscan.scan(b"").verdict is Verdict.NONE
    assert phiscan.scan(b" \n").coverage is Coverage.COMPLETE


def test_running_out_of_time_before_the_fields_are_read_is_a_gap_though_the_body_is_empty(engine):
    ticks = iter([0.0] + [2.0] * 1000)
    scanner = engine.scanner(limits=Limits(seconds=1.0), clock=lambda: next(ticks))
    scanner.feed_field("query.note", "Patient SSN: 512-44-9031, diagnosis: diabetes")
    assert scanner.finish().gap is Gap.OUT_OF_TIME


def test_running_out_of_time_among_many_documents_is_a_gap(engine):
    ticks = iter([0.0] + [2.0] * 1000)
    scanner = engine.scanner(
        content_type="multipart/form-data; boundary=x",
        limits=Limits(seconds=1.0),
        clock=lambda: next(ticks),
    )
    scanner.feed(b"--x\r\n\r\n12\r\n" * 10 + b"--x--\r\n")
    assert scanner.finish().gap is Gap.OUT_OF_TIME


@pytest.mark.parametrize("encode", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_document_in_base64_within_a_header_is_read(engine, encode):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed_field(
        "header.x-context", base64.b64encode(encode(json.dumps(PATIENT).encode())).decode()
    )
    report = scanner.finish()
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    assert {f.location.start for f in report.findings} == {-1}


def test_a_random_token_in_a_header_is_no_gap(engine):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed_field(
        "header.authorization",
        "Bearer " + base64.b64encode(b"\x1f\x8b\x08" + bytes(range(99))).decode(),
    )
    assert scanner.finish().gap is Gap.NONE


def test_more_findings_than_are_listed_are_counted_in_bounded_memory(monkeypatch):
    row = b'{"ssn":"512-44-9031","mrn":"A-44718"},'
    body = b"[" + row * 4_000 + b'{"zip":"50010","dx":"I10"}]'
    phiscan.scan(body)

    def scanned():
        tracemalloc.start()
        report = phiscan.scan(body)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return report, peak

    whole, whole_peak = scanned()
    monkeypatch.setattr(evidence, "MAX_FINDINGS", 2_000)
    report, peak = scanned()

    assert (report.coverage, report.gap, report.verdict) == (
        Coverage.COMPLETE,
        Gap.NONE,
        Verdict.PHI,
    )
    assert {"US_ZIP_CODE", "DIAGNOSIS"} <= {f.info_type for f in report.findings}
    assert 2_000 < len(report.findings) < 2_100
    assert whole.unlisted == 0
    assert len(report.findings) + report.unlisted >= len(whole.findings) > 8_000
    assert peak < 0.8 * whole_peak  # those that are not listed take none


def test_a_report_that_does_not_list_each_place_redacts_nothing():
    rows = b'{"ssn":"512-44-9031"},'
    body = b"[" + rows * (MAX_FINDINGS + 1) + b"{}]"
    report = phiscan.scan(body)
    assert report.unlisted == 1
    with pytest.raises(phiscan.RedactionError, match="where 1 of its findings are"):
        phiscan.redact(body, report)


SSN = b"SSN: 512-44-9031"


@pytest.mark.parametrize("cuts", [[len(SSN)], [len(SSN) - 1, 1], [1] * len(SSN)])
def test_a_body_of_exactly_the_limit_is_read_whole(engine, cuts):
    scanner = engine.scanner(limits=Limits(body=len(SSN)), clock=lambda: 0.0)
    at = 0
    for cut in cuts:
        scanner.feed(SSN[at : at + cut])
        at += cut
    report = scanner.finish()
    assert (report.coverage, report.size) == (Coverage.COMPLETE, len(SSN))
    assert [f.location.end for f in report.findings] == [len(SSN)]


@pytest.mark.parametrize(
    "chunks", [[b" " * 8 + SSN], [b" " * 8, SSN], [b" " * 9, SSN], [b" " * 9, SSN + b" "]]
)
def test_nothing_beyond_the_limit_is_kept(engine, chunks):
    scanner = engine.scanner(limits=Limits(body=8), clock=lambda: 0.0)
    for chunk in chunks:
        scanner.feed(chunk)
    report = scanner.finish()
    assert (report.findings, report.gap) == ((), Gap.OVER_LIMIT)
    assert report.size == sum(map(len, chunks))


def test_a_body_in_an_unknown_coding_is_a_gap(engine):
    scanner = engine.scanner(content_encoding="snappy", clock=lambda: 0.0)
    scanner.feed(b"ordinary words")
    report = scanner.finish()
    assert (report.coverage, report.gap) == (Coverage.UNSCANNABLE, Gap.UNKNOWN_ENCODING)


def test_the_usual_limits():
    assert (Limits().body, Limits().decoded) == (8 << 20, 32 << 20)


def test_a_bug_in_a_reader_is_a_gap_and_no_clean_report(engine, monkeypatch):
    def broken(_findings):
        raise ZeroDivisionError

    monkeypatch.setattr(phiscan.scanner, "verdict", broken)
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed(NOTE)
    report = scanner.finish()
    assert report.fault.startswith("ZeroDivisionError at test_scanner.py:")
    assert (report.coverage, report.gap, report.size) == (
        Coverage.UNSCANNABLE,
        Gap.INTERNAL_ERROR,
        len(NOTE),
    )


def test_a_scanner_keeps_nothing_after_its_report(engine):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed(NOTE)
    scanner.feed_field("query.ssn", "512-44-9031")
    assert scanner.finish().size == len(NOTE)
    again = scanner.finish()
    assert (again.findings, again.media, again.gap) == ((), "empty", Gap.NONE)


@pytest.mark.parametrize("label", ["patient name", "\\u0070atient name", "patient n\\u0061me"])
def test_a_label_that_is_a_value_is_read_with_and_without_escapes(label):
    report = phiscan.scan(b'{"label": "%s", "value": "Zork Quill"}' % label.encode())
    assert "PERSON_NAME" in [f.info_type for f in report.findings]


def test_a_provider_s_own_contact_is_apart():
    practitioner = {"resourceType": "Practitioner", "name": [{"family": "Brandt"}]}
    report = phiscan.scan(json.dumps(practitioner).encode())
    assert [f.info_type for f in report.providers] == ["PERSON_NAME"]
    assert "PERSON_NAME" not in [f.info_type for f in report.findings]


@pytest.mark.parametrize(
    ("levels", "gap"), [(MAX_NESTING, Gap.NONE), (MAX_NESTING + 1, Gap.OVER_LIMIT)]
)
def test_documents_in_documents_are_read_to_a_depth(levels, gap):
    data = NOTE
    for _ in range(levels):
        data = json.dumps({"attachment": base64.b64encode(data).decode()}).encode()
    report = phiscan.scan(data)
    assert report.gap is gap
    assert (report.verdict is Verdict.PHI) is (gap is Gap.NONE)
