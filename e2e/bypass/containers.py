"""Documents within documents."""

import base64
import io
import json
import struct
import tarfile
import zipfile
import zlib
from typing import Final

from e2e.bypass.technique import Value, body

_JSON: Final = "application/json"
_FORM: Final = "multipart/form-data; boundary=b1"


def _zip(*members: tuple[str, bytes], comment: bytes = b"", stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", 0 if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
        archive.comment = comment
    return out.getvalue()


def _tar(value: Value) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        member = tarfile.TarInfo("note.txt")
        member.size = len(value.text)
        archive.addfile(member, io.BytesIO(value.text.encode()))
    return out.getvalue()


def _in_string(data: bytes) -> str:
    return json.dumps({"data": base64.b64encode(data).decode()})


def _docx(value: Value) -> bytes:
    space = "http://schemas.openxmlformats.org/"
    runs = "".join(f"<w:r><w:t xml:space='preserve'>{c}</w:t></w:r>" for c in value.text)
    document = (
        f"<w:document xmlns:w='{space}wordprocessingml/2006/main'>"
        f"<w:body><w:p>{runs}</w:p></w:body></w:document>"
    )
    types = (
        f"<Types xmlns='{space}package/2006/content-types'><Override PartName='/word/document.xml'"
        " ContentType='application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        ".main+xml'/></Types>"
    )
    return _zip(("[Content_Types].xml", types.encode()), ("word/document.xml", document.encode()))


def _pdf(value: Value) -> bytes:
    """One page that shows the sentence, from a compressed stream."""
    stream = zlib.compress(f"BT /F1 9 Tf 9 99 Td ({value.text}) Tj ET".encode())
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 200] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out, at = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        at.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in at)
    trailer = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return bytes(out) + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


def _part(content: str, *fields: str, boundary: str = "b1") -> str:
    lines = ("content-disposition: form-data; name=a", *fields)
    return f"--{boundary}\r\n" + "\r\n".join(lines) + f"\r\n\r\n{content}\r\n"


def _nested(value: Value) -> str:
    inner = _part(value.text, boundary="b2") + "--b2--\r\n"
    return _part(inner, "content-type: multipart/mixed; boundary=b2") + "--b1--\r\n"


def _png(value: Value) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    pixels = zlib.compress(b"\0\0")
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    text = b"Comment\0" + value.text.encode()
    chunks = ((b"IHDR", head), (b"tEXt", text), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


TECHNIQUES: Final = (
    body(
        "zip",
        "archives are not read",
        "application/zip",
        lambda v: _zip(("a.txt", v.text.encode())),
    ),
    body(
        "zip in zip in zip",
        "the guard opens one archive",
        "application/zip",
        lambda v: _zip(("a.zip", _zip(("b.zip", _zip(("c.txt", v.text.encode())))))),
    ),
    body(
        "name in a zip",
        "names are not read",
        "application/zip",
        lambda v: _zip((f"{v.text}.txt", b"ok")),
    ),
    body(
        "comment of a zip",
        "comments are not read",
        "application/zip",
        lambda v: _zip(("a.txt", b"ok"), comment=v.text.encode()),
    ),
    body(
        "text before a zip",
        "an archive may begin anywhere",
        "application/zip",
        lambda v: v.text.encode() + b"\n" + _zip(("a.txt", b"ok"), stored=True),
    ),
    body("tar.gz in base64 in JSON", "three layers", _JSON, lambda v: _in_string(_tar(v))),
    body(
        "zip in base64 in JSON",
        "two layers",
        _JSON,
        lambda v: _in_string(_zip(("a", v.text.encode()))),
    ),
    body("letters of a docx", "each letter is a run of its own", "application/octet-stream", _docx),
    body("pdf", "a stream of a page is not read", "application/pdf", _pdf),
    body("comment of a picture", "pictures are not read", "image/png", _png),
    body("multipart", "parts are not read", _FORM, lambda v: _part(v.text) + "--b1--\r\n"),
    body("multipart in multipart", "the outer parts are read", _FORM, _nested),
    body(
        "attachment of a wrong type",
        "a picture's content is not read",
        _FORM,
        lambda v: _part(v.text, "content-type: image/png") + "--b1--\r\n",
    ),
    body(
        "boundary that does not occur",
        "no part is found",
        "multipart/form-data; boundary=b9",
        lambda v: _part(v.text) + "--b1--\r\n",
        clean="UNSCANNABLE",
    ),
    body(
        "text before the parts",
        "receivers skip it",
        _FORM,
        lambda v: v.text + "\r\n" + _part("ok") + "--b1--\r\n",
    ),
    body(
        "text behind the parts",
        "receivers skip it",
        _FORM,
        lambda v: _part("ok") + "--b1--\r\n" + v.text,
    ),
    body(
        "name of a part",
        "names are not read",
        _FORM,
        lambda v: _part("ok", f'x-note: "{v.text}"') + "--b1--\r\n",
    ),
)
