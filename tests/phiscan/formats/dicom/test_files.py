"""DICOM files: every transfer syntax, sequences, pixels, and masks that keep every length."""

import zlib

import pytest

import phiscan
from phiscan.finding import Gap, Subject, Verdict

EXPLICIT, IMPLICIT, BIG, DEFLATED = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
)
LONG = (b"OB", b"OW", b"SQ", b"UN", b"UT", b"UC", b"UR")


def everything(data):
    report = phiscan.scan(data)
    return (*report.findings, *report.providers)


def element(tag, vr, value, syntax=EXPLICIT, undefined=False):
    order = "big" if syntax == BIG else "little"
    value = value.encode() if isinstance(value, str) else value
    value += (b"\x00" if vr in ("UI", "OB") else b" ") * (len(value) % 2)
    head = (tag >> 16).to_bytes(2, order) + (tag & 0xFFFF).to_bytes(2, order)
    size = 0xFFFFFFFF if undefined else len(value)
    if syntax == IMPLICIT:
        return head + size.to_bytes(4, order) + value
    if vr.encode() in LONG:
        return head + vr.encode() + b"\x00\x00" + size.to_bytes(4, order) + value
    return head + vr.encode() + size.to_bytes(2, order) + value


def mark(tag, size, syntax):
    order = "big" if syntax == BIG else "little"
    return (
        (tag >> 16).to_bytes(2, order) + (tag & 0xFFFF).to_bytes(2, order) + size.to_bytes(4, order)
    )


def sequence(tag, items, syntax=EXPLICIT, undefined=False):
    body = b""
    for item in items:
        size = 0xFFFFFFFF if undefined else len(item)
        body += (
            mark(0xFFFEE000, size, syntax)
            + item
            + (mark(0xFFFEE00D, 0, syntax) if undefined else b"")
        )
    if undefined:
        body += mark(0xFFFEE0DD, 0, syntax)
    return element(tag, "SQ", body, syntax, undefined)


def study(syntax=EXPLICIT, *more):
    def e(tag, vr, value):
        return element(tag, vr, value, syntax)

    return b"".join(
        [
            e(0x00080005, "CS", "ISO_IR 100"),
            e(0x00080018, "UI", "1.2.3.4.5.6"),
            e(0x00080020, "DA", "20240105"),
            e(0x00080050, "SH", "ACC10017"),
            e(0x00080060, "CS", "CT"),
            e(0x00080090, "PN", "Osei^Kwame"),
            e(0x00100010, "PN", "Ruiz^Ana^^Mrs"),
            e(0x00100020, "LO", "A10017"),
            e(0x00100030, "DA", "19800203"),
            e(0x00101010, "AS", "092Y"),
            e(0x00104000, "LT", "call her at home, SSN: 123-45-6780"),
            e(0x00181000, "LO", "SN-4471"),
            e(0x0020000D, "UI", "1.2.3.4.5"),
            *more,
        ]
    )


def file(dataset, syntax=EXPLICIT, preamble=True):
    meta = element(0x00020003, "UI", "1.2.3.4.5.6") + element(0x00020010, "UI", syntax)
    return (
        (bytes(128) + b"DICM" if preamble else b"")
        + element(0x00020000, "UL", len(meta).to_bytes(4, "little"))
        + meta
        + dataset
    )


EXPECTED = {
    "PERSON_NAME",
    "MEDICAL_RECORD_NUMBER",
    "DATE_OF_BIRTH",
    "AGE_OVER_89",
    "SERVICE_DATE",
    "ACCOUNT_NUMBER",
    "UNIQUE_CODE",
    "DEVICE_IDENTIFIER",
    "US_SOCIAL_SECURITY_NUMBER",
}


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG, "1.2.840.10008.1.2.4.50"])
@pytest.mark.parametrize("framing", ["file", "no preamble", "bare"])
def test_every_uncompressed_syntax_is_read_and_masked_in_place(syntax, framing):
    dataset = study(syntax)
    data = dataset if framing == "bare" else file(dataset, syntax, preamble=framing == "file")
    report = phiscan.scan(data)
    assert (report.media, report.verdict, report.gap) == ("dicom", Verdict.PHI, Gap.NONE)
    assert {
        f.info_type for f in report.findings if f.identifier and f.subject is not Subject.PROVIDER
    } == EXPECTED
    masked = phiscan.redact(data, report)
    assert len(masked) == len(data)
    assert b"Ruiz" not in masked
    assert b"Osei^Kwame" in masked
    again = phiscan.scan(masked)
    assert (again.media, again.verdict, again.gap) == ("dicom", Verdict.HEALTH, Gap.NONE)


def test_the_referring_physician_is_a_provider():
    data = file(study())
    names = {
        data[f.location.start : f.location.end]: f.subject
        for f in everything(data)
        if f.info_type == "PERSON_NAME"
    }
    assert names == {b"Ruiz^Ana^^Mrs": Subject.PATIENT, b"Osei^Kwame": Subject.PROVIDER}


def test_a_deflated_data_set_is_read_but_never_masked():
    packer = zlib.compressobj(wbits=-15)
    data = file(packer.compress(study()) + packer.flush(), DEFLATED)
    report = phiscan.scan(data)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    with pytest.raises(phiscan.RedactionError):
        phiscan.redact(data, report)
    assert phiscan.scan(data[:-9]).gap is Gap.MALFORMED


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG])
@pytest.mark.parametrize("undefined", [False, True])
def test_sequences_are_read_and_pixels_passed_over(syntax, undefined):
    other = sequence(0x00101002, [element(0x00100020, "LO", "B20018", syntax)], syntax, undefined)
    pixels = element(0x7FE00010, "OW", bytes(1000), syntax)
    behind = element(0x7FE10010, "LO", "Patient: Bo Li", syntax)
    data = file(study(syntax, other, pixels, behind), syntax)
    report = phiscan.scan(data)
    assert report.gap is Gap.NONE
    found = {data[f.location.start : f.location.end] for f in report.findings}
    assert {b"B20018", b"Bo Li"} <= found
    assert "(0010,1002).(0010,0020)" in {f.location.field for f in report.findings}


def test_encapsulated_pixels_are_passed_over():
    fragments = (
        mark(0xFFFEE000, 0, EXPLICIT)
        + mark(0xFFFEE000, 6, EXPLICIT)
        + b"\xff\xd8abc\xd9"
        + mark(0xFFFEE0DD, 0, EXPLICIT)
    )
    report = phiscan.scan(
        file(
            study(EXPLICIT, element(0x7FE00010, "OB", fragments, undefined=True)),
            "1.2.840.10008.1.2.4.50",
        )
    )
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)


@pytest.mark.parametrize(
    ("more", "gap"),
    [
        (element(0x00280301, "CS", "YES"), Gap.UNSUPPORTED_MEDIA),
        (element(0x00280301, "CS", "NO"), Gap.NONE),
        (element(0x00280302, "CS", "YES"), Gap.UNSUPPORTED_MEDIA),
        (
            sequence(
                0x04000500,
                [element(0x04000510, "UI", "1.2") + element(0x04000520, "OB", bytes(16))],
            ),
            Gap.ENCRYPTED,
        ),
        (
            element(0x00420011, "OB", b"%PDF-1.7\n\xe2\xe3")
            + element(0x00420012, "LO", "application/pdf"),
            Gap.MALFORMED,
        ),
        (b"\x10\x00\x20", Gap.MALFORMED),
        (element(0x00400000, "LO", "x" * 40)[:-20], Gap.MALFORMED),
    ],
)
def test_what_may_hide_somebody_is_a_gap(more, gap):
    report = phiscan.scan(file(study(EXPLICIT, more)))
    assert (report.gap, report.verdict) == (gap, Verdict.PHI)


def test_a_structured_report_is_read():
    def item(meaning, value):
        concept = sequence(
            0x0040A043, [element(0x00080100, "SH", "1") + element(0x00080104, "LO", meaning)]
        )
        return concept + value

    content = sequence(
        0x0040A730,
        [
            item("Patient MRN", element(0x0040A160, "UT", "A10018")),
            item("Person Observer Name", element(0x0040A123, "PN", "Osei^Kwame")),
            item("Mother of fetus", element(0x0040A123, "PN", "Ruiz^Eva")),
        ],
    )
    data = file(element(0x00080060, "CS", "SR") + content)
    found = {
        (f.info_type, data[f.location.start : f.location.end], f.subject) for f in everything(data)
    }
    assert {
        ("MEDICAL_RECORD_NUMBER", b"A10018", Subject.PATIENT),
        ("PERSON_NAME", b"Ruiz^Eva", Subject.PATIENT),
        ("CLINICAL_NOTE", b"A10018", Subject.PATIENT),
    } <= found


def test_nobody_is_found_where_names_are_placeholders():
    data = file(
        element(0x00080060, "CS", "CT")
        + element(0x00100010, "PN", "ANONYMOUS^")
        + element(0x00100030, "DA", "")
    )
    report = phiscan.scan(data)
    assert {f.info_type for f in report.findings if f.identifier} == {"UNIQUE_CODE"}
    assert report.verdict is Verdict.IDENTIFIERS


def test_sequences_too_deep_are_a_gap():
    data = element(0x00080060, "CS", "CT")
    for _ in range(40):
        data = sequence(0x0040A730, [data], undefined=True)
    assert phiscan.scan(file(data)).gap is Gap.MALFORMED


@pytest.mark.parametrize("cut", range(140, 420, 13))
def test_a_cut_file_never_raises(cut):
    report = phiscan.scan(file(study())[:cut])
    assert report.media == "dicom"
    assert report.gap in (Gap.MALFORMED, Gap.NONE)


@pytest.mark.parametrize(
    "tag", [0x00041220, 0x04000561, 0x00321064]
)  # a DICOMDIR's records, attributes as they were, a request
def test_a_patient_within_a_sequence_makes_the_file_a_patients_record(tag):
    item = element(0x00100010, "PN", "Ruiz^Ana") + element(0x00100020, "LO", "A10017")
    report = phiscan.scan(file(sequence(tag, [item])))
    assert report.verdict is Verdict.PHI
    assert ("PATIENT_RECORD", None) in {(f.info_type, f.identifier) for f in report.findings}


_CDA = (
    b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget>'
    b"<patientRole><patient><name><given>Noor</given>"
    b"<family>Haddad</family></name></patient></patientRole></recordTarget></ClinicalDocument>"
)


@pytest.mark.parametrize(
    ("media", "content", "is_read", "gap"),
    [
        ("text/XML", _CDA, True, Gap.NONE),
        ("text/plain", b"SSN: 123-45-6780 of Noor", True, Gap.NONE),
        ("application/pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", False, Gap.MALFORMED),
        ("application/sla", bytes(range(64)), False, Gap.UNSUPPORTED_MEDIA),
    ],
)
def test_an_encapsulated_document_is_read_or_refused(media, content, is_read, gap):
    data = file(
        study(EXPLICIT, element(0x00420011, "OB", content), element(0x00420012, "LO", media)),
        EXPLICIT,
    )
    report = phiscan.scan(data)
    start = data.find(content)
    within = {f.info_type for f in report.findings if f.location.start == start}
    assert (bool(within & {"PERSON_NAME", "US_SOCIAL_SECURITY_NUMBER"}), report.gap) == (
        is_read,
        gap,
    )
