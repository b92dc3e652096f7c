"""Office files: texts, tables, sheets, comments and properties are found; ordinary ones are clean."""

import io
import time
import zipfile

import pytest
from containers.documents import ORDINARY, RECORD

import phiscan
from phiscan.engine import Engine
from phiscan.finding import Coverage, Gap, Verdict
from phiscan.scanner import Limits

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
X = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
P = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
)
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_MEDIA = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}


def packed(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(body: str, **others: str) -> bytes:
    parts = {f"word/{name}.xml": content for name, content in others.items()}
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    return packed({"[Content_Types].xml": TYPES, "word/document.xml": document, **parts})


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def table(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def xlsx(sheet: str, strings: tuple[str, ...] = (), **others: str) -> bytes:
    shared = "".join(f"<si><t>{text}</t></si>" for text in strings)
    parts = {f"xl/{name}.xml": content for name, content in others.items()}
    return packed(
        {
            "[Content_Types].xml": TYPES,
            "xl/workbook.xml": f'<workbook {X}><sheets><sheet name="A"/></sheets></workbook>',
            "xl/sharedStrings.xml": f"<sst {X}>{shared}</sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet {X}><sheetData>{sheet}</sheetData></worksheet>",
            **parts,
        }
    )


def pptx(*slides: str) -> bytes:
    made = {
        f"ppt/slides/slide{n}.xml": f"<p:sld {P}>{slide}</p:sld>" for n, slide in enumerate(slides)
    }
    return packed(
        {"[Content_Types].xml": TYPES, "ppt/presentation.xml": f"<p:presentation {P}/>", **made}
    )


def opened(kind: str, body: str, **others: str) -> bytes:
    content = f"<office:document-content {ODF}><office:body>{body}</office:body></office:document-content>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        media = f"application/vnd.oasis.opendocument.{_MEDIA[kind]}"
        archive.writestr("mimetype", media, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        for name, part in others.items():
            archive.writestr(f"{name}.xml", part)
    return out.getvalue()


def found(data: bytes) -> dict[str, set[str]]:
    report = phiscan.scan(data)
    assert report.coverage is Coverage.COMPLETE
    seen: dict[str, set[str]] = {}
    for finding in report.findings:
        seen.setdefault(finding.info_type, set()).add(finding.location.field)
    return seen


def test_a_number_in_several_runs_is_one_number():
    seen = found(docx(paragraph("Patient: Ana Ruiz") + paragraph("SSN: 512-", "44", "-9031")))
    assert seen["US_SOCIAL_SECURITY_NUMBER"] == {"docx>text>SSN"}


def test_a_blank_between_two_runs_is_kept():
    seen = found(
        docx(paragraph("Patient:", " ", "Ana", " ", "Ruiz") + paragraph("Diagnosis: E11.9"))
    )
    assert "PERSON_NAME" in seen


@pytest.mark.parametrize(
    "rows",
    [
        (("Patient name", "DOB", "MRN"), ("Ana Ruiz", "1961-04-02", "7730145")),
        (("Patient name", "Ana Ruiz"), ("DOB", "1961-04-02"), ("MRN", "7730145")),
        (("Patient name", "Ana Ruiz", "DOB", "1961-04-02"), ("MRN", "7730145", "Ward", "3")),
        (("Patient name", "Ana Ruiz"), ("Ward", "3"), ("DOB", "1961-04-02"), ("MRN", "7730145")),
        (("Ward", "3"), ("Patient name", "Ana Ruiz"), ("DOB", "1961-04-02"), ("MRN", "7730145")),
    ],
    ids=["header", "form", "form of four columns", "form, a word without a label", "unknown first"],
)
def test_a_table_is_read_by_its_header_or_as_a_form(rows):
    seen = found(docx(table(*rows)))
    assert {"PERSON_NAME", "DATE_OF_BIRTH", "MEDICAL_RECORD_NUMBER"} <= seen.keys()


@pytest.mark.parametrize(
    ("name", "part", "where"),
    [
        ("header1", f"<w:hdr {W}>{{}}</w:hdr>", "docx>header>SSN"),
        ("footer1", f"<w:ftr {W}>{{}}</w:ftr>", "docx>footer>SSN"),
        (
            "comments",
            f"<w:comments {W}><w:comment>{{}}</w:comment></w:comments>",
            "docx>comments>SSN",
        ),
        (
            "footnotes",
            f"<w:footnotes {W}><w:footnote>{{}}</w:footnote></w:footnotes>",
            "docx>notes>SSN",
        ),
    ],
)
def test_every_part_with_text_is_read(name, part, where):
    data = docx(paragraph("Diagnosis: E11.9"), **{name: part.format(paragraph("SSN: 512-44-9031"))})
    assert found(data)["US_SOCIAL_SECURITY_NUMBER"] == {where}


def test_the_main_part_may_have_any_name():
    document = f"<w:document {W}><w:body>{paragraph('SSN: 512-44-9031')}</w:body></w:document>"
    assert "US_SOCIAL_SECURITY_NUMBER" in found(
        packed({"[Content_Types].xml": TYPES, "word/document2.xml": document})
    )


@pytest.mark.parametrize(
    "body",
    [
        "<w:p><w:del><w:r><w:delText>SSN: 512-44-9031</w:delText></w:r></w:del></w:p>",
        '<w:p><w:sdt><w:sdtPr><w:alias w:val="SSN"/></w:sdtPr><w:r><w:t>512-44-9031</w:t></w:r></w:sdt></w:p>',
        '<w:p><w:drawing><wp:docPr descr="SSN: 512-44-9031"/></w:drawing></w:p>',
        "<w:p><w:r><w:txbxContent>"
        + paragraph("SSN: 512-44-9031")
        + "</w:txbxContent></w:r></w:p>",
        "<w:p><w:r><w:t>SSN:</w:t><w:tab/><w:t>512-44-9031</w:t></w:r></w:p>",
        "<w:p><w:r><w:t><![CDATA[SSN: 512-44-9031]]></w:t></w:r></w:p>",
        "<w:p><w:r><w:t>SSN: &#53;12-44-9031</w:t></w:r></w:p>",
    ],
    ids=["deleted", "content control", "alternative text", "text box", "tab", "CDATA", "entity"],
)
def test_text_is_found_wherever_it_stands(body):
    assert "US_SOCIAL_SECURITY_NUMBER" in found(docx(body))


@pytest.mark.parametrize(
    "part",
    [
        '<cp:coreProperties xmlns:dc="d"><dc:subject>SSN 512-44-9031</dc:subject></cp:coreProperties>',
        '<Properties><property name="SSN"><vt:lpwstr>512-44-9031</vt:lpwstr></property></Properties>',
    ],
    ids=["core", "custom"],
)
def test_properties_are_read(part):
    data = packed(
        {
            "[Content_Types].xml": TYPES,
            "word/document.xml": f"<w:document {W}/>",
            "docProps/a.xml": part,
        }
    )
    assert "US_SOCIAL_SECURITY_NUMBER" in found(data)


def test_a_link_is_read():
    link = '<Relationship TargetMode="External" Target="https://h.example/p?ssn=512-44-9031"/>'
    data = packed(
        {
            "[Content_Types].xml": TYPES,
            "word/document.xml": f"<w:document {W}/>",
            "word/_rels/document.xml.rels": f"<Relationships>{link}</Relationships>",
        }
    )
    assert "US_SOCIAL_SECURITY_NUMBER" in found(data)


ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="s"><v>2</v></c></row>'
    '<row r="2"><c r="A2" t="s"><v>3</v></c><c r="B2" s="1"><v>512449031</v></c>'
    '<c r="D2" s="2"><v>22373</v></c></row>'
)
HEADER = ("Patient name", "SSN", "DOB", "Ana Ruiz")
STYLES = (
    f'<styleSheet {X}><numFmts><numFmt numFmtId="164" formatCode="000\\-00\\-0000"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>'
)


def test_a_sheet_is_read_by_its_header():
    seen = found(xlsx(ROWS, HEADER, styles=STYLES))
    assert seen["PERSON_NAME"] == {"xlsx>sheet 1>Patient name"}
    assert seen["DATE_OF_BIRTH"] == {"xlsx>sheet 1>DOB"}
    assert "xlsx>sheet 1>SSN" in seen["US_SOCIAL_SECURITY_NUMBER"]


def test_a_sheet_that_is_a_form_is_read_beside_its_labels():
    rows = "".join(
        f'<row><c t="inlineStr"><is><t>{k}</t></is></c><c t="inlineStr"><is><t>{v}</t></is></c></row>'
        for k, v in (
            ("Patient name", "Ana Ruiz"),
            ("MRN", "7730145"),
            ("Date of birth", "1961-04-02"),
        )
    )
    assert {"PERSON_NAME", "MEDICAL_RECORD_NUMBER", "DATE_OF_BIRTH"} <= found(xlsx(rows)).keys()


@pytest.mark.parametrize(
    "others",
    [
        {
            "comments1": f"<comments {X}><commentList><comment><text><t>SSN: 512-44-9031</t></text></comment></commentList></comments>"
        },
        {
            "drawings/drawing1": '<xdr:wsDr xmlns:xdr="x" xmlns:a="a"><a:p><a:t>SSN: 512-44-9031</a:t></a:p></xdr:wsDr>'
        },
        {
            "pivotCache/d": f'<pivotCacheDefinition {X}><s ssn="512-44-9031"/></pivotCacheDefinition>'
        },
        {
            "worksheets/sheet2": f"<worksheet {X}><oddHeader>&amp;LSSN: 512-44-9031</oddHeader></worksheet>"
        },
    ],
    ids=["comment", "text box", "pivot cache", "header"],
)
def test_other_parts_of_a_workbook_are_read(others):
    assert "US_SOCIAL_SECURITY_NUMBER" in found(xlsx("", (), **others))


def test_a_date_counts_from_1904_where_the_workbook_says_so():
    workbook = f'<workbook {X}><workbookPr date1904="1"/></workbook>'
    data = xlsx(ROWS.replace("22373", "20911"), HEADER, styles=STYLES, workbook=workbook)
    assert "DATE_OF_BIRTH" in found(data)


def test_slides_tables_and_notes_are_read():
    text = "<a:p><a:r><a:t>SSN: 512-44</a:t></a:r><a:r><a:t>-9031</a:t></a:r></a:p>"
    cells = "<a:tc><a:p><a:t>MRN</a:t></a:p></a:tc><a:tc><a:p><a:t>7730145</a:t></a:p></a:tc>"
    seen = found(pptx(text, f"<a:tbl><a:tr>{cells}</a:tr></a:tbl>"))
    assert seen["US_SOCIAL_SECURITY_NUMBER"] == {"pptx>slide 1>SSN"}
    assert "pptx>slide 2>MRN" in seen["MEDICAL_RECORD_NUMBER"]


def test_a_text_of_opendocument_is_read():
    body = (
        "<office:text><text:p>Patient: <text:span>Ana</text:span> <text:span>Ruiz</text:span></text:p>"
        "<text:p>SSN:<text:s/>512-<text:span>44</text:span>-9031</text:p></office:text>"
    )
    meta = f'<office:document-meta {ODF}><meta:user-defined meta:name="MRN">7730145</meta:user-defined></office:document-meta>'
    seen = found(opened("odt", body, meta=meta))
    assert {"PERSON_NAME", "US_SOCIAL_SECURITY_NUMBER", "MEDICAL_RECORD_NUMBER"} <= seen.keys()


def test_a_sheet_of_opendocument_is_read_by_its_header():
    def row(*cells):
        return "<table:table-row>" + "".join(cells) + "</table:table-row>"

    def cell(text, attributes=""):
        return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"

    empty = '<table:table-cell table:number-columns-repeated="2"/>'
    body = row(cell("MRN"), empty, cell("DOB")) + row(
        cell("7730145"), empty, cell("04/02/61", 'office:date-value="1961-04-02"')
    )
    seen = found(
        opened("ods", f"<office:spreadsheet><table:table>{body}</table:table></office:spreadsheet>")
    )
    assert seen["DATE_OF_BIRTH"] == {"ods>sheet 1>DOB"}


def test_an_embedded_file_is_read():
    data = packed(
        {
            "[Content_Types].xml": TYPES,
            "word/document.xml": f"<w:document {W}/>",
            "word/embeddings/record.bin": RECORD,
        }
    )
    assert phiscan.scan(data).verdict is Verdict.PHI


@pytest.mark.parametrize(
    "data",
    [
        docx(paragraph(ORDINARY.decode()) + table(("Day", "Soup"), ("Monday", "Leek"))),
        xlsx(
            '<row><c r="A1" t="inlineStr"><is><t>Chair</t></is></c><c r="B1"><v>12.5</v></c></row>'
        ),
        pptx("<a:p><a:t>Revenue grew in the third quarter.</a:t></a:p>"),
        opened("odt", "<office:text><text:p>The canteen opens at nine.</text:p></office:text>"),
    ],
    ids=["docx", "xlsx", "pptx", "odt"],
)
def test_an_ordinary_file_is_clean(data):
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.NONE, Coverage.COMPLETE)


def test_macros_and_settings_of_printers_are_no_gap():
    data = packed(
        {
            "[Content_Types].xml": TYPES,
            "xl/worksheets/sheet1.xml": f"<worksheet {X}/>",
            "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "xl/printerSettings/printerSettings1.bin": bytes(range(256)),
        }
    )
    assert phiscan.scan(data).coverage is Coverage.COMPLETE


def test_a_picture_is_a_gap_of_its_own():
    picture = (
        b"\x89PNG\r\n\x1a\n"
        + bytes.fromhex("0000000d49484452000004000000040008020000000000")
        + bytes(40)
    )
    parts = {"[Content_Types].xml": TYPES, "word/document.xml": f"<w:document {W}/>"}
    report = phiscan.scan(
        packed({**parts, "word/media/image1.jpeg": b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xd9"})
    )
    assert report.gap is Gap.PIXELS
    assert phiscan.scan(packed({**parts, "word/media/image1.png": picture})).gap is Gap.MALFORMED


def test_an_encrypted_opendocument_is_a_gap_that_says_so():
    manifest = (
        '<manifest:manifest xmlns:manifest="m"><manifest:encryption-data/></manifest:manifest>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", bytes(range(256)))
    assert phiscan.scan(out.getvalue()).gap is Gap.ENCRYPTED


def test_declared_entities_are_not_expanded_and_a_gap():
    bomb = '<!DOCTYPE w:document [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    document = f"{bomb}<w:document {W}><w:p><w:t>&b;</w:t></w:p></w:document>"
    data = packed({"[Content_Types].xml": TYPES, "word/document.xml": document})
    assert phiscan.scan(data).gap is Gap.MALFORMED


@pytest.mark.parametrize(
    "data",
    [
        docx(paragraph("a" * (48 << 20))),
        xlsx('<row><c r="A1" t="inlineStr"><is><t>' + "a" * (48 << 20) + "</t></is></c></row>"),
    ],
    ids=["docx", "xlsx"],
)
def test_a_bomb_is_a_gap(engine: Engine, data):
    scanner = engine.scanner(limits=Limits(seconds=60), clock=time.monotonic)
    scanner.feed(data)
    assert scanner.finish().gap is Gap.OVER_LIMIT


def test_a_cell_far_to_the_right_costs_no_row_of_empty_ones():
    rows = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 2000))
    began = time.process_time()
    phiscan.scan(xlsx(rows))
    assert time.process_time() - began < 5


def test_a_part_in_utf_16_is_read():
    document = f"<w:document {W}><w:body>{paragraph('SSN: 512-44-9031')}</w:body></w:document>"
    data = packed({"[Content_Types].xml": TYPES, "word/document.xml": document.encode("utf-16")})
    assert "US_SOCIAL_SECURITY_NUMBER" in found(data)
