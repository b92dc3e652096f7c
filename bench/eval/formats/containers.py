"""Documents of the other generators in containers: archives, office files, PDF, e-mail.

Values in a container have no range, so the verdict alone is measured. Members of a tar file keep
their ranges, and so do their labels.
"""

import base64
import csv
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from xml.sax.saxutils import escape

from bench.eval.document import Document, Kind, Label
from bench.eval.formats import fhir, hl7v2, json_shapes, web, x12, xml_health
from bench.eval.formats.ordinary import business, general
from bench.eval.formats.texts import notes
from bench.eval.people import Invent

_TYPES: Final = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_WORD: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_SHEET: Final = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_TEXT: Final = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
Maker = Callable[[str], Document]
Packed = tuple[bytes, str, tuple[Label, ...]]
"""A container, its media type, and the labels that keep their ranges."""


def _archive(parts: dict[str, bytes], inv: Invent) -> bytes:
    out = io.BytesIO()
    method = inv.pick(zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _zip(document: Document, inv: Invent) -> Packed:
    data = _archive({"readme.txt": b"see the other file", "data.bin": document.data}, inv)
    if inv.chance(0.3):
        data = _archive({"inner.zip": data}, inv)
    return data, inv.pick("application/zip", "application/octet-stream"), ()


def _tar(document: Document, inv: Invent) -> Packed:
    out = io.BytesIO()
    form = inv.pick(tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        header = tarfile.TarInfo("data.bin")
        header.size = len(document.data)
        archive.addfile(header, io.BytesIO(document.data))
    data = out.getvalue()
    at = data.index(document.data)
    labels = tuple(
        replace(label, start=label.start + at, end=label.end + at) for label in document.labels
    )
    return data, "application/x-tar", labels


def _mail(document: Document, inv: Invent) -> Packed:
    letters = base64.encodebytes(document.data).decode()
    coding = f"Content-Type: {document.content_type}\nContent-Transfer-Encoding: base64"
    name = inv.pick("report", "export", "scan")
    text = (
        "From: desk@clinic.example\nTo: office@payer.example\nSubject: the file\n"
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=bb\n\n"
        f"--bb\nContent-Type: text/plain\n\nPlease find the file attached.\n"
        f'--bb\nContent-Disposition: attachment; filename="{name}.dat"\n{coding}\n\n'
        f"{letters}\n--bb--\n"
    )
    if inv.chance(0.4):
        text = "From desk@clinic.example Mon Jan  1 00:00:00 2024\n" + text
    data = text.encode()
    # where each value is within the letters does not matter here
    anywhere = Label("UNIQUE_CODE", Kind.OPTIONAL, 0, len(data))
    return data, inv.pick("message/rfc822", "application/mbox"), (anywhere,)


def _docx(document: Document, inv: Invent) -> Packed:
    """A letter. Each line is cut into runs, as a word processor does."""
    lines: list[str] = []
    for line in _text(document).splitlines():
        cut = inv.rng.randrange(len(line) + 1)
        runs = "".join(
            f'<w:r><w:t xml:space="preserve">{escape(part)}</w:t></w:r>'
            for part in (line[:cut], line[cut:])
            if part
        )
        lines.append(f"<w:p>{runs}</w:p>")
    body = f"<w:document {_WORD}><w:body>{''.join(lines)}</w:body></w:document>"
    data = _archive(
        {"[Content_Types].xml": _TYPES.encode(), "word/document.xml": body.encode()}, inv
    )
    return data, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ()


def _odt(document: Document, inv: Invent) -> Packed:
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in _text(document).splitlines())
    body = f"<office:document-content {_TEXT}>{lines}</office:document-content>"
    media = b"application/vnd.oasis.opendocument.text"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", media, zipfile.ZIP_STORED)
        archive.writestr("content.xml", body)
    return out.getvalue(), inv.pick(media.decode(), "application/zip"), ()


def _pdf(document: Document, inv: Invent) -> Packed:
    """A page of lines, shown whole or word by word."""
    shown: list[str] = []
    for number, line in enumerate(_text(document).splitlines()):
        at = 0.0
        words = line.split(" ") if inv.chance(0.3) else [line]
        for word in words:
            letters = word.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            shown.append(f"1 0 0 1 {72 + at:.1f} {780 - 14 * number} Tm ({letters}) Tj")
            at += 6 * (len(word) + 1)
    content = ("BT /F1 10 Tf " + "\n".join(shown) + " ET").encode("cp1252", "replace")
    packed = zlib.compress(content)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
    )
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % each for each in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF", "application/pdf", ()


def _xlsx(document: Document, inv: Invent) -> Packed:
    rows = list(csv.reader(io.StringIO(_text(document)), csv.Sniffer().sniff(_text(document))))
    strings = list(dict.fromkeys(cell for row in rows for cell in row))
    places = {text: number for number, text in enumerate(strings)}
    cells = (
        "".join(f'<c t="s"><v>{places[cell]}</v></c>' if cell else "<c/>" for cell in row)
        for row in rows
    )
    sheet = "".join(f"<row>{row}</row>" for row in cells)
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    parts = {
        "[Content_Types].xml": _TYPES,
        "xl/sharedStrings.xml": f"<sst {_SHEET}>{shared}</sst>",
        "xl/worksheets/sheet1.xml": f"<worksheet {_SHEET}>{sheet}</worksheet>",
    }
    data = _archive({name: content.encode() for name, content in parts.items()}, inv)
    return data, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ()


def _text(document: Document) -> str:
    return document.data.decode()


_ANY: Final = (_zip, _tar, _mail)
_PROSE: Final = (*_ANY, _docx, _odt, _pdf)
_DOCUMENTS: Final[tuple[tuple[Maker, tuple[Callable[[Document, Invent], Packed], ...]], ...]] = (
    (hl7v2.message, _ANY),
    (fhir.single, _ANY),
    (xml_health.ccda, _ANY),
    (x12.maker(next(iter(x12.FORMATS))), _ANY),
    (json_shapes.generic, _ANY),
    (notes.note, _PROSE),
    (notes.note, (_docx, _odt, _pdf)),
    (web.table, (*_ANY, _xlsx)),
    (web.table, (_xlsx,)),
)
_ORDINARY: Final = (general.general, business.business)


def packed(seed: str) -> Document:
    """A document with PHI in a container."""
    inv = Invent(seed)
    maker, wrappers = inv.pick(*_DOCUMENTS)
    return _packed("container", maker(seed), inv.pick(*wrappers), inv)


def ordinary(seed: str) -> Document:
    """A document without PHI in a container."""
    inv = Invent(seed)
    document = inv.pick(*_ORDINARY)(seed)
    wrappers = _PROSE if document.textual else _ANY
    return _packed("container-clean", document, inv.pick(*wrappers), inv)


def _packed(
    name: str, document: Document, wrap: Callable[[Document, Invent], Packed], inv: Invent
) -> Document:
    data, media, labels = wrap(document, inv)
    style = f"{wrap.__name__.strip('_')} of {document.format}"
    return Document(name, style, data, media, document.verdict, labels, textual=False)
