import io
import itertools
import zipfile

import pytest

from phiscan.finding import Coverage, Gap
from phiscan.scanner import Limits

_X12 = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *250101*1200*^*00501*000000001*0*P*:~"
_DOCUMENTS = {
    "json": b"[" + b",".join([b'{"patientName": "Ana Ruiz", "port": 8080}'] * 3000) + b"]",
    "fhir": b"["
    + b",".join([b'{"resourceType": "Patient", "birthDate": "1961-04-02"}'] * 3000)
    + b"]",
    "hl7v2": b"MSH|^~\\&|A\r" + b"PID|1||88123^^^H^MR||RUIZ^ANA\r" * 3000,
    "x12": _X12 + b"NM1*IL*1*RUIZ*ANA****MI*W123456789~" * 3000,
    "xml": b"<all>" + b"<patient><ssn>123-45-6780</ssn></patient>" * 3000 + b"</all>",
    "csv": b"mrn,last_name,city\n" + b"4471902,Ruiz,Lund\n" * 3000,
    "form": b"&".join([b"ssn=123-45-6780"] * 3000),
    "text": b"MRN: 4471902\n" * 3000,
    "html": b"<html><table>" + b"<tr><td>MRN<td>4471902" * 3000,
    "html of one block": b"<html><p>" + b"MRN: <i>1</i>" * 3000,
    "dicom": bytes(128)
    + b"DICM\x08\x00\x60\x00CS\x02\x00CT"
    + b"\x10\x00\x00\x40LT\x04\x00abcd" * 3000,
    "dicom fragments": bytes(128)
    + b"DICM\x08\x00\x60\x00CS\x02\x00CT\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff"
    + b"\xfe\xff\x00\xe0\0\0\0\0" * 3000,
    "protobuf": b"\x0a\x04abcd" * 3000,
    "msgpack": b"\xdc\x0b\xb8" + b"\xa3abc" * 3000,
    "sql": b"INSERT INTO patients (ssn) VALUES " + b"('123-45-6780')," * 3000,
    "sql without values": b"CREATE TABLE t (" + b"a b c d e f " * 3000,
    "runs of letters": b" ".join(b"%024xQUJD" % i for i in range(3000)),
    "a list of numbers": b"[" + b"32, 34, 58, 65, " * 3000 + b"1]",
    "utf-7": b"a+ADE-" * 3000,
}


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.txt"), b"MRN: 4471902\n")
    return packed.getvalue()


_SMALL = {
    "json": b'{"patientName": "Ana Ruiz", "note": "seen for asthma"}',
    "text": b"Patient: Ana Ruiz\nDx: asthma\n",
    "rtf": rb"{\rtf1 Patient: Ana Ruiz}",
    "zip": _zip(),
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17) + b"\0\0\0\0IEND\xaeB`\x82",
}


class _Clock:
    """A clock on which each look takes a second."""

    def __init__(self):
        self._ticks = itertools.count()
        self.looks = 0

    def __call__(self):
        self.looks += 1
        return next(self._ticks)


def _scan(engine, data, seconds):
    clock = _Clock()
    scanner = engine.scanner(limits=Limits(seconds=seconds), clock=clock)
    scanner.feed(data)
    return scanner.finish(), clock.looks


@pytest.mark.parametrize("kind", _DOCUMENTS)
def test_a_reader_stops_at_the_first_look_after_its_time(engine, kind):
    report, looks = _scan(engine, _DOCUMENTS[kind], 6)
    assert (report.coverage, report.gap) == (Coverage.UNSCANNABLE, Gap.OUT_OF_TIME)
    assert looks <= 12


@pytest.mark.parametrize("kind", ["hl7v2", "x12", "csv"])
def test_what_was_found_in_time_is_reported(engine, kind):
    report, _ = _scan(engine, _DOCUMENTS[kind], 6)
    assert report.identifiers


def test_without_a_deadline_the_same_document_is_read_whole(engine):
    assert _scan(engine, _DOCUMENTS["hl7v2"], 1e9)[0].coverage is Coverage.COMPLETE


def test_fields_outside_of_the_body_have_the_same_deadline(engine):
    clock = _Clock()
    scanner = engine.scanner(limits=Limits(seconds=1), clock=clock)
    for number in range(1000):
        scanner.feed_field(f"query.f{number}", "Ana")
    assert scanner.finish().gap is Gap.OUT_OF_TIME


@pytest.mark.parametrize("name", ["json", "text", "rtf", "zip", "png"])
def test_time_that_is_over_at_any_look_is_said(engine, name):
    document = _SMALL[name]
    _, looks = _scan(engine, document, 1e9)
    for seconds in range(1, looks - 1):
        report, _ = _scan(engine, document, seconds)
        assert (report.coverage, report.gap) == (Coverage.UNSCANNABLE, Gap.OUT_OF_TIME), seconds
