"""Documents written as strings are found when they decode to a document, and only then."""

import base64
import gzip
import json

import pytest

import phiscan
from phiscan.finding import Coverage, Gap, Verdict

NOTE = b"Patient: Ana Ruiz\nSSN: 123-45-6780\nDiagnosis: asthma\n"
B64 = base64.b64encode(NOTE).decode()


@pytest.mark.parametrize(
    "encoded",
    [
        B64,
        B64.rstrip("="),
        base64.urlsafe_b64encode(NOTE + b"??>>~~\xc3\xbf\xc3\xbe").decode(),
        "\r\n".join(B64[i : i + 40] for i in range(0, len(B64), 40)),
        NOTE.hex(),
        NOTE.hex().upper(),
        base64.b64encode(gzip.compress(NOTE, mtime=0)).decode(),
        base64.b64encode(base64.b64encode(NOTE)).decode(),
        base64.b64encode(NOTE.decode().encode("utf-16")).decode(),
        f"data:text/plain;base64,{B64}",
        "data:,Patient:%20Ana%20Ruiz%0AMRN:%20A10017%0ADiagnosis:%20asthma",
        json.dumps({"patientName": "Ana Ruiz", "ssn": "123456780", "diagnosis": "asthma"}),
        json.dumps(
            json.dumps({"patientName": "Ana Ruiz", "ssn": "123456780", "diagnosis": "asthma"})
        ),
    ],
)
def test_an_encoded_document_in_a_json_string_is_read_and_masked(encoded):
    data = json.dumps({"blob": encoded}).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    masked = phiscan.redact(data, report)
    json.loads(masked)
    assert phiscan.scan(masked).verdict in (Verdict.NONE, Verdict.HEALTH)


@pytest.mark.parametrize("text", [f"payload={B64}\n", f"<doc>{B64}</doc>", f"blob={B64}"])
def test_so_is_one_in_other_texts(text):
    kind = "application/x-www-form-urlencoded" if text.startswith("blob") else ""
    assert phiscan.scan(text.encode(), content_type=kind).verdict is Verdict.PHI


def test_json_in_a_json_string_keeps_the_bytes_of_its_values():
    data = json.dumps(
        {"msg": json.dumps({"ssn": "123456780", "patientName": 'Añ "A" Ruiz'})}
    ).encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    assert json.loads(json.loads(masked)["msg"]) == {"ssn": "XXX", "patientName": "XXX"}


def test_quoted_printable_text_is_read():
    data = b"Hello=20there=\n you=3D\nSSN=3A 123-45=\n-6780\nPatient=3A Ana=20Ruiz\n"
    assert "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in phiscan.scan(data).findings}


@pytest.mark.parametrize(
    "value",
    [
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",  # SHA-256
        "550e8400-e29b-41d4-a716-446655440000",
        "internationalization/configuration/parameters",
        "AAAAB3NzaC1yc2EAAAADAQABAAABgQC7",
        "x" * 5000,
    ],
)
def test_what_decodes_to_nothing_readable_is_no_document(value):
    report = phiscan.scan(json.dumps({"v": value}).encode())
    assert (report.verdict, report.gap, report.findings) == (Verdict.NONE, Gap.NONE, ())


@pytest.mark.parametrize(
    ("content", "gap"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", Gap.MALFORMED),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Gap.MALFORMED),
        (b"age-encryption.org/v1\n-> X25519 abc", Gap.ENCRYPTED),
    ],
)
def test_a_file_known_by_its_magic_is_a_gap(content, gap):
    assert phiscan.scan(json.dumps({"v": base64.b64encode(content).decode()}).encode()).gap is gap


def test_an_encrypted_block_within_a_text_is_a_gap():
    block = "-----BEGIN PGP MESSAGE-----\n\nhQEMA7m3v0cAAAAAAQf9\n-----END PGP MESSAGE-----\n"
    assert phiscan.scan(f"see below\n{block}".encode()).gap is Gap.ENCRYPTED
    assert phiscan.scan(json.dumps({"m": block}).encode()).gap is Gap.ENCRYPTED


def test_documents_within_documents_end_at_a_gap():
    data = NOTE
    for _ in range(10):
        data = base64.b64encode(data)
    assert phiscan.scan(data).gap is Gap.OVER_LIMIT


def test_a_document_cannot_hide_behind_more_decoys_than_are_read():
    decoys = [
        base64.b64encode(f"decoy number {i} of many".encode()).decode() for i in range(16_500)
    ]
    hidden = base64.b64encode(b"Patient SSN: 512-44-9031").decode()
    report = phiscan.scan(json.dumps([*decoys, hidden]).encode())
    assert report.gap is Gap.OVER_LIMIT


def test_an_interface_with_thousands_of_described_members_is_read_whole():
    members = [
        {"documentation": f"<p>What member {i} of this request stands for.</p>"}
        for i in range(2000)
    ]
    report = phiscan.scan(json.dumps(members).encode())
    assert (report.verdict, report.coverage) == (Verdict.NONE, Coverage.COMPLETE)


def test_and_what_its_last_description_says_of_somebody_is_found():
    notes = [{"note": f"<p>Paragraph {i} of many.</p>"} for i in range(2000)]
    notes.append({"note": "<p>Patient name: Ana Ruiz</p><p>Diagnosis: asthma</p>"})
    assert phiscan.scan(json.dumps(notes).encode()).verdict is Verdict.PHI


@pytest.mark.parametrize(
    "message",
    [
        "MSH|^~\\&|A|B|C|D|20240102||ADT^A01|1|P|2.5\rPID|1||88123^^^H^MR||OKONKWO^ADAEZE||19710309|F\rDG1|1||E11.9\r",
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              *240101*1200*^*00501*000000001*0*P*:~GS*HC*A*B*20240101*1200*1*X*005010X222A1~"
        "ST*837*0001~NM1*IL*1*OKONKWO*ADAEZE****MI*W123456789~CLM*ACC1*100***11:B:1*Y*A*Y*Y~HI*ABK:E119~SE*9*0001~GE*1*1~IEA*1*000000001~",
    ],
    ids=["hl7v2", "x12"],
)
def test_a_message_of_another_standard_in_a_json_string_is_read_and_masked(message):
    data = json.dumps({"kind": "relay", "payload": message}).encode()
    report = phiscan.scan(data, content_type="application/json")
    masked = phiscan.redact(data, report)
    assert report.verdict is Verdict.PHI
    assert b"OKONKWO" not in masked
    assert json.loads(masked)["payload"].count(message[3]) == message.count(message[3])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "".join(f"Release {n}\n{'=' * 20}\n\n- fixed\n\n" for n in range(9)),
            "titles underlined with =",
        ),
        ("".join(f"value_{n} =\n    compute({n})\n" for n in range(9)), "assignments that go on"),
        (
            "a{background:url(\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='8'/>\")}",
            "a picture as text",
        ),
        ('# Update the "strong" cache\n' * 9 + "where x = 1\n", "words of SQL in a comment"),
    ],
)
def test_a_plain_text_is_seen_whole(text, reason):
    report = phiscan.scan(text.encode())
    assert report.coverage is Coverage.COMPLETE, reason


@pytest.mark.parametrize("begins", ["\n", "\r\n\t", "\n  "])
def test_json_in_a_string_that_begins_on_a_line_of_its_own_is_read(begins):
    inner = json.dumps(
        {"resourceType": "Patient", "name": [{"family": "Okafor", "given": ["Ngozi"]}]}
    )
    text = f'body: "{begins}{json.dumps(inner)[1:]}\n'.encode()
    found = {text[f.location.start : f.location.end] for f in phiscan.scan(text).findings}
    assert {b"Okafor", b"Ngozi"} <= found
