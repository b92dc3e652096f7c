"""PDF: what a person sees is found, and what no page shows; what cannot be read is a gap."""

import base64
import time
import zlib

import pytest
from containers.documents import ORDINARY, RECORD
from containers.pdf_writer import CATALOG, FONT, PAGE, PAGES, lines, page, stream, written
from containers.test_zip_archive import zipped
from hypothesis import given
from hypothesis import strategies as st

import phiscan
from phiscan.engine import Engine
from phiscan.finding import Coverage, Gap, Verdict
from phiscan.scanner import Limits

SSN = "SSN: 512-44-9031"
NOTE = lines("Patient: Ana Ruiz", SSN, "Diagnosis: type 2 diabetes (E11.9)")


def number_found(data: bytes) -> bool:
    report = phiscan.scan(data)
    assert report.media == "pdf"
    return "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in report.findings}


def test_a_page_is_read_line_by_line():
    report = phiscan.scan(page(NOTE))
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    assert "pdf>page 1>SSN" in {f.location.field for f in report.findings}


def test_an_ordinary_page_is_clean():
    report = phiscan.scan(page(lines(*ORDINARY.decode().split(". "))))
    assert (report.verdict, report.coverage, report.findings) == (
        Verdict.NONE,
        Coverage.COMPLETE,
        (),
    )


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F1 12 Tf 72 700 Td [(SSN: 5) 20 (12-44) -30 (-9031)] TJ ET",
        b"BT /F1 12 Tf 72 700 Td [(SSN:) -280 (512-44-9031)] TJ ET",
        b"BT /F1 12 Tf 1 0 0 1 72 700 Tm (SSN:) Tj 1 0 0 1 110 700 Tm (512-44-9031) Tj ET",
        b"BT /F1 12 Tf 1 0 0 1 110 700 Tm (512-44-9031) Tj 1 0 0 1 72 700 Tm (SSN:) Tj ET",
        b"BT /F1 12 Tf 12 TL 72 700 Td (SSN: ) Tj (512-44-9031) Tj T* (x) ' ET",
        rb"BT /F1 12 Tf 72 700 Td (SSN: 512\05544\0559031) Tj ET",
        b"BT /F1 12 Tf 72 700 Td <53534e3a203531322d34342d39303331> Tj ET",
        b"BT /F1 12 Tf 3 Tr 72 700 Td (SSN: 512-44-9031) Tj ET",
        b"q 0 1 -1 0 300 300 cm BT /F1 12 Tf (SSN: 512-44-9031) Tj ET Q",
        b"BT /F1 1 Tf 12 0 0 12 72 700 Tm (SSN: 512-44-9031) Tj ET",
        b"BT /F1 12 Tf 72 700 Td (SSN: ) Tj ET BT /F1 12 Tf 105 700 Td (512-44-9031) Tj ET",
        b"BT /F9 12 Tf 72 700 Td (SSN: 512-44-9031) Tj ET",
        b"BI /W 1 /H 1 ID \xff(( EI BT /F1 12 Tf (SSN: 512-44-9031) Tj ET",
        "".join(f"BT /F1 12 Tf {72 + 7 * n} 700 Td ({c}) Tj ET " for n, c in enumerate(SSN)).encode(),
    ],
    ids=[
        "kerned", "moved by a blank", "two places", "in another order", "lines", "octal",
        "hexadecimal", "invisible", "turned", "scaled", "two texts", "no such font",
        "behind a picture", "letter by letter",
    ],
)  # fmt: skip
def test_however_a_page_shows_a_number_it_is_found(content):
    assert number_found(page(content))


def test_columns_stay_apart():
    content = b"BT /F1 12 Tf 72 700 Td (MRN) Tj 200 0 Td (Ward) Tj -200 -20 Td (7730145) Tj 200 0 Td (3) Tj ET"
    assert "pdf>page 1" in {f.location.field for f in phiscan.scan(page(NOTE + content)).findings}


TO_UNICODE = (
    b"1 begincodespacerange <0000> <ffff> endcodespacerange "
    b"2 beginbfchar <0003> <0020> <0010> <002d> endbfchar "
    b"2 beginbfrange <0013> <001c> <0030> <0024> <003d> <0041> endbfrange"
)


def glyphs(text: str) -> bytes:
    codes = {" ": 3, "-": 0x10, ":": 3}
    return b"".join(
        (codes.get(c) or (ord(c) - 0x30 + 0x13 if c.isdigit() else ord(c) - 0x41 + 0x24)).to_bytes(
            2
        )
        for c in text
    )


def composite(entries: bytes) -> bytes:
    return b"<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[6 0 R]%b>>" % entries


DESCENDANT = b"<</Type/Font/Subtype/CIDFontType2/DW 600/W[3[300] 16 20 500]>>"
SHOWN = b"BT /F1 12 Tf 72 700 Td <%b> Tj ET" % glyphs(SSN).hex().encode()


def test_a_font_of_glyph_numbers_is_read_by_its_map():
    data = page(SHOWN, DESCENDANT, stream(TO_UNICODE), font=composite(b"/ToUnicode 7 0 R"))
    assert number_found(data)


def test_a_font_of_glyph_numbers_without_a_map_is_a_gap():
    report = phiscan.scan(page(SHOWN, DESCENDANT, font=composite(b"")))
    assert report.gap is Gap.UNKNOWN_ENCODING


def test_a_bullet_without_a_text_is_no_gap():
    shown = NOTE + b" BT /F1 12 Tf 72 500 Td (\x01) Tj ET"
    assert phiscan.scan(page(shown)).coverage is Coverage.COMPLETE


@pytest.mark.parametrize(
    "font",
    [
        b"<</Subtype/Type1/Encoding<</Differences[1/S/N/colon/space/five/one/two/hyphen/four/nine/zero/three]>>>>",
        b"<</Subtype/Type3/FontMatrix[.001 0 0 .001 0 0]/Encoding<</Differences[1/S/N/colon/space/uni0035/one/two/hyphen/four/nine/zero/three]>>>>",
    ],
)
def test_a_font_of_its_own_encoding_is_read_by_the_names_of_its_glyphs(font):
    codes = {c: n for n, c in enumerate("SN: 512-4903", 1)}
    shown = bytes(codes[c] for c in SSN).hex().encode()
    assert number_found(page(b"BT /F1 12 Tf <%b> Tj ET" % shown, font=font))


def test_the_encoding_within_a_type_1_font_is_read():
    names = "S N colon space five one two hyphen four nine zero three".split()
    program = "".join(f"dup {n} /{name} put\n" for n, name in enumerate(names, 1)).encode()
    codes = {c: n for n, c in enumerate("SN: 512-4903", 1)}
    shown = bytes(codes[c] for c in SSN).hex().encode()
    font = b"<</Subtype/Type1/BaseFont/ABCDEF+F/FontDescriptor 6 0 R>>"
    data = page(
        b"BT /F1 12 Tf <%b> Tj ET" % shown, b"<</FontFile 7 0 R>>", stream(program), font=font
    )
    assert number_found(data)


FIELD = b"<</Type/Annot/Subtype/Widget/Rect[110 695 300 710]/T(ssn)/V(512-44-9031)>>"


def test_the_value_of_a_field_is_read_by_its_name_and_beside_its_label():
    named = phiscan.scan(page(b"", FIELD, entries=b"/Annots[6 0 R]"))
    assert "pdf>words>ssn" in {f.location.field for f in named.findings}
    nameless = FIELD.replace(b"ssn", b"Text1")
    seen = phiscan.scan(page(lines("SSN:"), nameless, entries=b"/Annots[6 0 R]"))
    assert "pdf>page 1>SSN" in {f.location.field for f in seen.findings}


def test_a_field_takes_its_value_from_above():
    parent = b"<</FT/Tx/T(a)/V(512-44-9031)/Kids[7 0 R]>>"
    kid = b"<</Subtype/Widget/Rect[110 695 300 710]/Parent 6 0 R>>"
    assert number_found(page(lines("SSN:"), parent, kid, entries=b"/Annots[7 0 R]"))


UTF16 = b"\xfe\xff" + SSN.encode("utf-16-be")


@pytest.mark.parametrize(
    "further",
    [
        b"<</Type/Annot/Subtype/Text/Contents(SSN: 512-44-9031)>>",
        b"<</Title<%b>/Parent 1 0 R>>" % UTF16.hex().encode(),
        b"<</S/URI/URI(https://h.example/p?ssn=512-44-9031)>>",
        b"<</S/P/ActualText(SSN: 512-44-9031)>>",
        b"[(SSN: 512-44-9031)]",
        stream(SSN.encode(), b"/S/JavaScript"),
        stream(b"<r><ssn>512-44-9031</ssn></r>", b"/Type/Metadata/Subtype/XML"),
        stream(b"BT (SSN: 512-44-9031) Tj ET", b"/Type/XObject/Subtype/Form", packed=True),
        stream(b"BT (SSN: 512-44-9031) Tj ET", packed=True),
    ],
    ids=[
        "note",
        "bookmark",
        "link",
        "replacement text",
        "array",
        "script",
        "XMP",
        "form",
        "old page",
    ],
)
def test_what_no_page_shows_is_read(further):
    assert number_found(page(lines("Hello"), further))


def test_properties_are_read_by_their_names():
    data = page(b"", b"<</Title(Letter)/SSN(512-44-9031)>>", trailer=b"/Info 6 0 R")
    assert number_found(data)


def test_an_attachment_is_a_document_within():
    spec = b"<</Type/Filespec/F(a.json)/EF<</F 7 0 R>>>>"
    report = phiscan.scan(page(lines("Hello"), spec, stream(RECORD, packed=True)))
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)


def test_a_form_in_xml_is_read():
    xml = b"<xfa:datasets xmlns:xfa='x'><ssn>512-44-9031</ssn></xfa:datasets>"
    assert number_found(page(b"", b"<</XFA[(datasets) 7 0 R]>>", stream(xml, packed=True)))


def test_objects_within_streams_are_read():
    inner = [CATALOG, PAGES, PAGE % b"", FONT]
    places = [sum(len(x) + 1 for x in inner[:n]) for n in range(len(inner))]
    numbers = b" ".join(b"%d %d" % (n, at) for n, at in zip((1, 2, 3, 5), places, strict=True))
    packed = stream(
        numbers + b" " + b" ".join(inner),
        b"/Type/ObjStm/N 4/First %d" % (len(numbers) + 1),
        packed=True,
    )
    data = (
        b"%PDF-1.5\n4 0 obj\n" + stream(NOTE) + b"\nendobj\n7 0 obj\n" + packed + b"\nendobj\n%%EOF"
    )
    assert number_found(data)


def test_what_a_later_revision_replaced_is_read():
    first = page(NOTE)
    later = b"4 0 obj\n" + stream(lines("Nothing to see")) + b"\nendobj\n%%EOF\n"
    assert number_found(first + later)


def test_a_file_without_a_table_and_with_wrong_lengths_is_read():
    data = page(NOTE).replace(b"/Length ", b"/Length 9")
    assert number_found(data[: data.index(b"xref\n")])


@pytest.mark.parametrize("before", [b"\n\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_head_that_does_not_stand_first_is_found(before):
    assert number_found(before + page(NOTE))


@pytest.mark.parametrize("content_type", ["", "application/pdf; charset=iso-8859-1"])
def test_a_file_that_begins_like_latin_1_is_not_recoded(content_type):
    """Its first 4,096 bytes are text, and its streams are packed."""
    first = b"%" + b"\xe9" * 5000
    data = page(NOTE)
    at = data.index(b"1 0 obj")
    report = phiscan.scan(data[:9] + first + b"\n" + data[at:], content_type=content_type)
    assert (report.verdict, report.encodings) == (Verdict.PHI, ())


def test_a_dicom_file_that_holds_a_file_stays_dicom():
    def element(tag: bytes, vr: bytes, value: bytes) -> bytes:
        value += b" " * (len(value) % 2)
        wide = b"\0\0" + len(value).to_bytes(4, "little")
        return tag + vr + (wide if vr == b"OB" else len(value).to_bytes(2, "little")) + value

    data = (
        bytes(128)
        + b"DICM"
        + element(b"\x02\0\x10\0", b"UI", b"1.2.840.10008.1.2.1\0")
        + element(b"\x08\0\x60\0", b"CS", b"DOC")
        + element(b"\x42\0\x11\0", b"OB", page(NOTE))
        + element(b"\x42\0\x12\0", b"LO", b"application/pdf")
    )
    report = phiscan.scan(data)
    assert (report.media, report.verdict, report.coverage) == (
        "dicom",
        Verdict.PHI,
        Coverage.COMPLETE,
    )


def test_a_text_about_pdf_is_a_text():
    assert phiscan.scan(b"A file begins with %PDF-1.7 and ends with %%EOF.").media == "text"


def lzw(raw: bytes) -> bytes:
    """Compress with codes of nine bits, and clear the table before it grows."""
    codes = [256]
    for number, byte in enumerate(raw):
        if number and number % 200 == 0:
            codes.append(256)
        codes.append(byte)
    bits = "".join(f"{code:09b}" for code in [*codes, 257])
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8)


@pytest.mark.parametrize(
    ("encode", "name"),
    [
        (zlib.compress, b"/FlateDecode"),
        (lambda raw: base64.a85encode(raw) + b"~>", b"/ASCII85Decode"),
        (lambda raw: raw.hex().encode() + b">", b"/ASCIIHexDecode"),
        (lambda raw: b"".join(bytes((0, c)) for c in raw) + b"\x80", b"/RunLengthDecode"),
        (lambda raw: base64.a85encode(zlib.compress(raw)) + b"~>", b"[/ASCII85Decode/FlateDecode]"),
        (lzw, b"/LZWDecode"),
    ],
    ids=["Flate", "base85", "hex", "runs", "two", "LZW"],
)
def test_each_filter_is_undone(encode, name):
    content = stream(encode(NOTE), b"/Filter" + name)
    assert number_found(written(CATALOG, PAGES, PAGE % b"", content, FONT))


IMAGE = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"


@pytest.mark.parametrize(
    ("content", "further"),
    [
        (b"q 600 0 0 800 0 0 cm /I Do Q", stream(bytes(9), IMAGE % (600, 800), packed=True)),
        (b"0 0 m 100 100 l S", b"null"),
        (NOTE, stream(bytes(9), IMAGE % (600, 800), packed=True)),
        (NOTE, stream(b"\xff\xd8\xff\xd9", IMAGE % (600, 800) + b"/Filter/DCTDecode")),
    ],
    ids=["scanned page", "drawn page", "text and a picture", "text and a JPEG"],
)
def test_what_only_a_picture_shows_is_a_gap_of_its_own(content, further):
    assert phiscan.scan(page(content, further)).gap is Gap.PIXELS


@pytest.mark.parametrize(
    ("content", "further"),
    [
        (b"", b"null"),
        (NOTE + b" 0 0 m 100 100 l S", b"null"),
        (NOTE, stream(bytes(9), IMAGE % (16, 16), packed=True)),
        (NOTE, stream(bytes(9), IMAGE % (600, 2), packed=True)),
    ],
    ids=["empty page", "text and lines", "icon", "rule"],
)
def test_a_page_whose_text_was_read_is_no_gap(content, further):
    assert phiscan.scan(page(content, further)).coverage is Coverage.COMPLETE


def test_words_in_a_picture_of_a_page_are_read():
    comment = b"\xff\xfe" + (len(SSN) + 2).to_bytes(2) + SSN.encode()
    picture = b"\xff\xd8\xff\xe0\x00\x04\x00\x00" + comment + b"\xff\xd9"
    data = page(
        NOTE.replace(b"512-44", b"000-00"),
        stream(picture, IMAGE % (600, 800) + b"/Filter/DCTDecode"),
    )
    assert number_found(data)


@pytest.mark.parametrize("trailer", [b"/Encrypt 6 0 R", b"/Encrypt<</Filter/Standard>>"])
def test_a_file_with_a_password_says_so(trailer):
    report = phiscan.scan(page(NOTE, b"<</Filter/Standard/V 4>>", trailer=trailer))
    assert (report.gap, report.findings) == (Gap.ENCRYPTED, ())


def test_a_file_behind_the_end_is_read():
    assert phiscan.scan(page(lines("Hello")) + RECORD).verdict is Verdict.PHI
    assert phiscan.scan(page(lines("Hello")) + zipped(("r.json", RECORD))).verdict is Verdict.PHI


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        b"%PDF-1.7\n1 0 obj\n(no end",
        b"%PDF-1.7\n1 0 obj\n<</A 1>>stream\nno end",
        written(CATALOG, PAGES, PAGE % b"", stream(b"no zlib", b"/Filter/FlateDecode"), FONT),
        written(CATALOG, PAGES, PAGE % b"", stream(b"x", b"/Filter/Unheard"), FONT),
    ],
    ids=["empty", "string without end", "stream without end", "no zlib", "unknown filter"],
)
def test_a_broken_file_is_a_gap(data):
    assert phiscan.scan(data).gap is Gap.MALFORMED


def test_a_value_in_a_file_is_not_masked():
    data = page(NOTE)
    with pytest.raises(phiscan.RedactionError, match="container"):
        phiscan.redact(data, phiscan.scan(data))


def _forms(levels: int) -> bytes:
    """Return forms that each draw the next one eight times: 8 to the power of `levels` texts."""
    made = [
        stream(b"/X Do " * 8, b"/Subtype/Form/Resources<</XObject<</X %d 0 R>>>>" % (7 + n))
        for n in range(levels)
    ]
    last = stream(b"BT (a) Tj ET", b"/Subtype/Form")
    return written(CATALOG, PAGES, PAGE % b"", stream(b"/X Do " * 8), FONT, *made, last)


HOSTILE = {
    "a million letters": page(b"BT /F1 12 Tf " + b"(a) Tj " * 1_000_000 + b"ET"),
    "forms in forms": _forms(12),
    "a bomb": page(b"q Q " * (12 << 20)),
    "references in a circle": written(
        b"2 0 R", b"1 0 R", b"<</Type/Page/Parent 3 0 R/Contents 1 0 R>>"
    ),
    "objects that do not end": b"%PDF-1.7\n" + b"1 0 obj [" * 100_000,
    "strings that do not end": b"%PDF-1.7\n" + b"1 0 obj (" * 100_000,
    "streams that do not end": b"%PDF-1.7\n" + b"1 0 obj <<>> stream\n" * 50_000,
    "arrays in arrays": page(b"[" * 500_000),
    "a range of all codes": page(
        SHOWN,
        DESCENDANT,
        stream(b"9 beginbfrange " + b"<0000> <ffff> <0000> " * 50_000, packed=True),
        font=composite(b"/ToUnicode 7 0 R"),
    ),
    "a filter eight times": page(b"", stream(b"x" * 99, b"/Filter[" + b"/Fl " * 99 + b"]")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_time(engine: Engine, name):
    scanner = engine.scanner(limits=Limits(seconds=1.0), clock=time.monotonic)
    scanner.feed(HOSTILE[name])
    began = time.process_time()
    report = scanner.finish()
    assert report.gap is not Gap.INTERNAL_ERROR
    assert time.process_time() - began < 4


@given(st.integers(0, 1 << 30), st.binary(min_size=1, max_size=12))
def test_no_damage_breaks_the_reader(where, damage):
    data = bytearray(page(NOTE, FIELD, entries=b"/Annots[6 0 R]"))
    at = 9 + where % (len(data) - 9)
    data[at : at + len(damage)] = damage
    assert phiscan.scan(bytes(data)).gap is not Gap.INTERNAL_ERROR
