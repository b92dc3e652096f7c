"""Runs of characters: what they decode to, and when that is a document."""

import base64
import gzip
import json
import os
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

import phiscan
from phiscan.embedded import base64_and_hex
from phiscan.finding import Gap, Verdict

NOTE = b"Patient: Ana Ruiz\nSSN: 123-45-6780\nDiagnosis: asthma\n"


def raw(data):
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(NOTE), zlib.compress(NOTE), raw(NOTE), brotli.compress(NOTE)],
    ids=["gzip", "zlib", "deflate", "br"],
)
@pytest.mark.parametrize("letters", [base64.b64encode, base64.urlsafe_b64encode, bytes.hex])
def test_a_compressed_document_is_read_and_masked(packed, letters):
    spelled = letters(packed)
    data = json.dumps({"blob": spelled if isinstance(spelled, str) else spelled.decode()}).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    mask = "XXX" if letters is bytes.hex else "XXXX"  # the mask of base64 is base64
    assert json.loads(phiscan.redact(data, report)) == {"blob": mask}


@pytest.mark.parametrize("letters", [base64.b32encode, base64.b32hexencode])
@pytest.mark.parametrize("spelling", [bytes.upper, bytes.lower, lambda run: run.rstrip(b"=")])
def test_base32_of_a_text_is_read_and_masked(letters, spelling):
    data = json.dumps({"blob": spelling(letters(NOTE)).decode()}).encode()
    report = phiscan.scan(data)
    assert report.verdict is Verdict.PHI
    assert json.loads(phiscan.redact(data, report)) == {"blob": "XXX"}


@pytest.mark.parametrize(
    "place", ["/notes/{}", "https://a.example/v1/notes/{}/text", "{}/a", "a/b/c/d/e/f/g/h/i/j/{}"]
)
@pytest.mark.parametrize(
    "letters", [base64.b64encode, base64.urlsafe_b64encode, lambda data: data.hex().encode()]
)
def test_a_document_in_a_path_is_read(letters, place):
    spelled = place.format(letters(NOTE).decode().rstrip("="))
    for data in (spelled.encode(), json.dumps({"next": spelled}).encode()):
        report = phiscan.scan(data)
        assert report.verdict is Verdict.PHI
        assert phiscan.scan(phiscan.redact(data, report)).verdict is Verdict.NONE


def test_a_document_that_is_repeated_is_masked_at_each_place():
    run = f"/notes/{base64.urlsafe_b64encode(NOTE).decode().rstrip('=')}"
    data = json.dumps([run, "apart", run]).encode()
    report = phiscan.scan(data)
    assert len({f.location.start for f in report.findings}) == 2
    assert json.loads(phiscan.redact(data, report)) == ["/notes/XXX", "apart", "/notes/XXX"]


def test_a_document_with_slashes_of_its_own_is_read_behind_a_path():
    letters = base64.b64encode(b"?~?~?~ " + NOTE).decode()
    assert "/" in letters
    assert phiscan.scan(f"/notes/{letters}".encode()).verdict is Verdict.PHI


def test_a_path_of_words_is_no_document():
    path = "/fhir/r4/StructureDefinition/us-core-observation-clinical-result/$validate"
    report = phiscan.scan(path.encode())
    assert (report.verdict, report.gap, report.opaque) == (Verdict.NONE, Gap.NONE, ())


@pytest.mark.parametrize(
    ("run", "decoded"),
    [
        ("net/fhir/Appointment/0", False),
        ("Practitioner/20779", False),
        ("org/CodeSystem/v2/0203", False),
        ("QuestionnaireResponse", False),
        ("fhir/Unheard/of/CamelCase", True),  # no word of FHIR
        ("notes/eyJzc24iOiAiMTIzLTQ1", True),  # a part that mixes letters and digits
        ("a/c3NuOiAxMjMtNDUtNjc4MA", True),
        ("26e7d03c-dea0-8600-c969-7f620f5fee17aa", True),  # longer than a UUID
    ],
)
def test_of_a_path_of_words_nothing_is_decoded(monkeypatch, run, decoded):
    tried = []
    real = base64_and_hex.from_base64
    monkeypatch.setattr(
        base64_and_hex, "_DECODERS", (lambda letters: tried.append(letters) or real(letters),)
    )
    list(base64_and_hex.find(f'"{run}"'.encode()))
    assert bool(tried) == decoded


@given(
    st.sampled_from(["ssn", "mrn:", "MRN", "patient", "dob =", "?ssn=", "mrn>>"]),
    st.integers(10**5, 10**12),
    st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]),
)
def test_no_labelled_number_is_taken_for_a_path_of_words(label, number, encode):
    letters = encode(f"{label} {number} {label}".encode())
    found = [nested.data for nested in base64_and_hex.find(letters) if nested is not None]
    assert found == [f"{label} {number} {label}".encode()]


def test_what_begins_to_decompress_and_breaks_off_is_a_gap():
    packed = zlib.compress(NOTE * 40 + os.urandom(64).hex().encode())[:-20]
    assert (
        phiscan.scan(json.dumps({"v": base64.b64encode(packed).decode()}).encode()).gap
        is Gap.MALFORMED
    )


def test_a_bomb_is_a_gap():
    bomb = zlib.compress(b"word " * (8 << 20), 9)
    assert (
        phiscan.scan(json.dumps({"v": base64.b64encode(bomb).decode()}).encode()).gap
        is Gap.OVER_LIMIT
    )


def test_random_tokens_are_nothing():
    tokens = [base64.b64encode(os.urandom(n)).decode() for n in range(16, 64)] + [
        base64.b32encode(os.urandom(n)).decode() for n in range(16, 64)
    ]
    report = phiscan.scan(json.dumps(tokens).encode())
    assert (report.findings, report.gap) == ((), Gap.NONE)


def test_readable_needs_words():
    assert base64_and_hex.readable(b"Ana Ruiz 1980")
    assert base64_and_hex.readable("Añ".encode() * 3000 + b" word")
    assert not base64_and_hex.readable(b"\x00\x01\x02abc")
    assert not base64_and_hex.readable(b"ab")


@pytest.mark.parametrize(
    "escaped",
    [
        "".join(f"&#x{ord(c):x};" for c in NOTE.decode()),
        "".join(f"\\u{ord(c):04x}" for c in NOTE.decode()),
        "".join(f"%{ord(c):02x}" for c in NOTE.decode()),
    ],
    ids=["entities", "unicode", "percent"],
)
def test_a_text_in_escapes_is_text(escaped):
    encoded = base64.b64encode(f'"<p>{escaped}</p>"'.encode()).decode()
    assert phiscan.scan(json.dumps({"d": encoded}).encode()).verdict is Verdict.PHI
