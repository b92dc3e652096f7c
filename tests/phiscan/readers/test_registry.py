"""The registry of media kinds: what a new format needs, and that no other module names kinds."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import phiscan
from phiscan.evidence import Evidence
from phiscan.finding import Gap, Location
from phiscan.labelled.records import Labelled, read_records
from phiscan.media_kind import Masking, MediaKind, Sample
from phiscan.readers import registry

ROOT = Path(__file__).parents[3]
CARD = b"%%CARD\npatient-name%Ottoline Marsh\nssn%512-44-9031\n"


def _lines(data: bytes) -> Iterator[Labelled]:
    at = 0
    for line in data.splitlines(keepends=True):
        label, _, value = line.rstrip(b"\n").partition(b"%")
        start = at + len(label) + 1
        yield Labelled((label.decode(),), value.decode(), start, start + len(value), 0)
        at += len(line)


def read(data: bytes, evidence: Evidence) -> Gap:
    read_records(_lines(data), evidence, "card_line")
    return Gap.NONE


def sniff(head: bytes) -> bool:
    return head.startswith(b"%%CARD\n")


MEDIA = MediaKind("card", read, is_searchable=False, masking=Masking(same_length=True))


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    formats = (registry.by_head(MEDIA, sniff), *registry.FORMATS)
    monkeypatch.setattr(registry, "MEDIA", registry.Registry(formats))


def test_one_registration_makes_a_format_known_scanned_and_masked():
    report = phiscan.scan(CARD)
    assert registry.MEDIA.kinds["card"] is MEDIA
    assert (report.media, report.coverage) == ("card", phiscan.Coverage.COMPLETE)
    assert [(f.info_type, f.location) for f in report.findings] == [
        ("PATIENT_RECORD", Location("patient-name", 20, 34)),
        ("PERSON_NAME", Location("patient-name", 20, 34)),
        ("US_SOCIAL_SECURITY_NUMBER", Location("ssn", 39, 50)),
    ]
    assert phiscan.redact(CARD, report) == (
        b"%%CARD\npatient-name%" + b"X" * 14 + b"\nssn%" + b"X" * 11 + b"\n"
    )


def test_a_registered_format_is_read_within_another():
    mail = b"--b\r\nContent-Type: application/octet-stream\r\n\r\n" + CARD + b"\r\n--b--\r\n"
    report = phiscan.scan(mail)
    assert report.media == "multipart"
    assert {f.detector for f in report.findings} == {"card_line"}


def test_the_kinds_of_the_registry_have_names_of_their_own():
    kinds = {kind for each in registry.FORMATS for kind in each.kinds}
    assert len({kind.name for kind in kinds}) == len(kinds)


def test_a_report_of_an_unknown_media_kind_is_not_redacted():
    report = phiscan.scan(CARD)
    unknown = phiscan.ScanReport(report.findings, media="no such kind")
    with pytest.raises(phiscan.RedactionError, match="media kind"):
        phiscan.redact(CARD, unknown)


def _compared(tree: ast.AST) -> Iterator[ast.Compare]:
    """Yield the comparisons of a string with something named kind or media."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        names |= {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
        texts = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant)}
        if names & {"kind", "media"} and texts & set(registry.MEDIA.kinds):
            yield node


@pytest.mark.parametrize("root", ["phiscan", "mesh", "extauthz"])
def test_no_module_compares_the_name_of_a_media_kind(root: str):
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / root).rglob("*.py")
        for node in _compared(ast.parse(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line", ['kind == "json"', 'kind not in ("text", "log")', '"sql" != r.media']
)
def test_such_a_comparison_would_be_seen(line: str):
    assert list(_compared(ast.parse(line)))


HEADS = (
    b"MSH|^~\\&|A|B|C|D|20240102||ADT^A01|1|P|2.5\rPID|1||77120\r",
    b"msh|^~\\&|a|b\r",
    b"PID|1||77120^^^H^MR||SANDOVAL^ROSA||19441130|F\r",
    b"OBX|1|NM|4548-4^HbA1c^LN||8.1|%|||||F\r",
    b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *240102*1200*^*00501"
    b"*000000905*0*P*:~GS*HC*A*B*20240102*1200*1*X*005010X222A1~",
    b"ST*837*0001~BHT*0019*00~",
    b"{\\rtf1 Ana}",
    b"From a@b.org Mon Jan  1 00:00:00 2024\nFrom: a@b.org\nTo: c@d.org\n\nHello\n",
    b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    b'\x1e{"a": 1}\n',
    b"__CURSOR=s=1;i=2\nMESSAGE\n\x05\0\0\0\0\0\0\0hello\n",
    b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>",
    b"<?xml version='1.0'?><a/>",
)
BEFORE = [b"", *(bytes((byte,)) for byte in range(256))]


@pytest.mark.parametrize("head", HEADS)
def test_no_look_knows_a_document_whose_first_byte_it_does_not_name(head: bytes):
    looks = [each for each in registry.FORMATS if each.first]
    known = set()
    for data in (b + rest for b in BEFORE for rest in (head, head[1:])):
        sample = Sample.of(data, "")
        for each in looks:
            if each.look(sample) is not None:
                assert data[0] in each.first, (each.kinds[0].name, data[:1])
                known.add(each)
    assert known, "the head is one of a format with first bytes"
