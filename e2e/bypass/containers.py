"""Documents within documents, and places of a document that nobody reads."""

import base64
import gzip
import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

from e2e.bypass.technique import Sent, Technique, Value, post

_JSON: Final = "application/json"
_XML: Final = "application/xml"
_FORM: Final = "multipart/form-data; boundary=b1"


def _body(name: str, hope: str, kind: str, write: Callable[[Value], str | bytes], **ends: str):
    def make(value: Value) -> Sent:
        body = write(value)
        return post(value, body.encode() if isinstance(body, str) else body, kind)

    return Technique(name, hope, make, **ends)


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


def _field(number: int, data: bytes) -> bytes:
    """A field of protobuf with a length."""
    return bytes((number << 3 | 2, len(data))) + data


def _message(value: Value) -> bytes:
    return b"\x08\x01" + _field(2, b"note") + _field(15, value.text.encode())


def _framed(message: bytes, *, compressed: bool = False) -> bytes:
    data = gzip.compress(message, mtime=0) if compressed else message
    return struct.pack(">BI", compressed, len(data)) + data


def _packed(value: Value) -> bytes:
    """A map of strings in MessagePack."""
    pairs = (part for pair in value.record.items() for part in pair)
    return bytes((0x80 + len(value.record),)) + b"".join(
        bytes((0xA0 + len(part),)) + part.encode() for part in pairs
    )


def _cbor(value: Value) -> bytes:
    """A map of strings in CBOR, all of indefinite length."""
    pairs = (part.encode() for pair in value.record.items() for part in pair)
    strings = (
        b"\x7f" + b"".join(bytes((0x60 + len(p),)) + p for p in (s[:4], s[4:])) + b"\xff"
        for s in pairs
    )
    return b"\xbf" + b"".join(strings) + b"\xff"


def _lines(value: Value) -> str:
    line = json.dumps({"articleName": "gauze rolls", "shelf": "A12"})
    return "\n".join([*[line] * 9999, json.dumps(dict(value.record))])


def _xml(value: Value, write: Callable[[str], str] = str) -> str:
    return "<r>" + "".join(f"<{n}>{write(t)}</{n}>" for n, t in value.record.items()) + "</r>"


def _cut(text: str, mark: str) -> str:
    return mark.join(text)


def _csv(value: Value) -> str:
    fields = "\r\n".join(f'"{name}","{text}"' for name, text in value.record.items())
    return f'note,count\r\n"first line\r\n{fields.replace(chr(34), chr(34) * 2)}",3\r\n'


def _sql(value: Value) -> str:
    names = ", ".join(value.record)
    values = ", ".join(f"'{text}'" for text in value.record.values())
    return f"INSERT INTO t ({names}) VALUES ({values});"  # noqa: S608 - a body, never run


TECHNIQUES: Final = (
    _body(
        "zip",
        "archives are not read",
        "application/zip",
        lambda v: _zip(("a.txt", v.text.encode())),
    ),
    _body(
        "zip in zip in zip",
        "the guard opens one archive",
        "application/zip",
        lambda v: _zip(("a.zip", _zip(("b.zip", _zip(("c.txt", v.text.encode())))))),
    ),
    _body(
        "name in a zip",
        "names are not read",
        "application/zip",
        lambda v: _zip((f"{v.text}.txt", b"ok")),
    ),
    _body(
        "comment of a zip",
        "comments are not read",
        "application/zip",
        lambda v: _zip(("a.txt", b"ok"), comment=v.text.encode()),
    ),
    _body(
        "text before a zip",
        "an archive may begin anywhere",
        "application/zip",
        lambda v: v.text.encode() + b"\n" + _zip(("a.txt", b"ok"), stored=True),
    ),
    _body("tar.gz in base64 in JSON", "three layers", _JSON, lambda v: _in_string(_tar(v))),
    _body(
        "zip in base64 in JSON",
        "two layers",
        _JSON,
        lambda v: _in_string(_zip(("a", v.text.encode()))),
    ),
    _body(
        "letters of a docx", "each letter is a run of its own", "application/octet-stream", _docx
    ),
    _body("pdf", "a stream of a page is not read", "application/pdf", _pdf),
    _body("comment of a picture", "pictures are not read", "image/png", _png),
    _body("multipart", "parts are not read", _FORM, lambda v: _part(v.text) + "--b1--\r\n"),
    _body("multipart in multipart", "the outer parts are read", _FORM, _nested),
    _body(
        "attachment of a wrong type",
        "a picture's content is not read",
        _FORM,
        lambda v: _part(v.text, "content-type: image/png") + "--b1--\r\n",
    ),
    _body(
        "boundary that does not occur",
        "no part is found",
        "multipart/form-data; boundary=b9",
        lambda v: _part(v.text) + "--b1--\r\n",
        clean="UNSCANNABLE",
    ),
    _body(
        "text before the parts",
        "receivers skip it",
        _FORM,
        lambda v: v.text + "\r\n" + _part("ok") + "--b1--\r\n",
    ),
    _body(
        "text behind the parts",
        "receivers skip it",
        _FORM,
        lambda v: _part("ok") + "--b1--\r\n" + v.text,
    ),
    _body(
        "name of a part",
        "names are not read",
        _FORM,
        lambda v: _part("ok", f'x-note: "{v.text}"') + "--b1--\r\n",
    ),
    _body("gRPC", "frames are binary", "application/grpc", lambda v: _framed(_message(v))),
    _body(
        "compressed gRPC",
        "a flag in a frame",
        "application/grpc",
        lambda v: _framed(_message(v), compressed=True),
    ),
    _body(
        "second frame of gRPC",
        "the guard reads one frame",
        "application/grpc",
        lambda v: _framed(b"\x08\x01") + _framed(_message(v)),
    ),
    _body(
        "gRPC-Web",
        "frames of a browser",
        "application/grpc-web+proto",
        lambda v: _framed(_message(v)),
    ),
    _body(
        "gRPC-Web as text",
        "frames in base64",
        "application/grpc-web-text",
        lambda v: base64.b64encode(_framed(_message(v))),
    ),
    _body("unknown fields of protobuf", "no schema names them", "application/x-protobuf", _message),
    _body("MessagePack", "binary is not read", "application/msgpack", _packed),
    _body("MessagePack called octets", "binary is not read", "application/octet-stream", _packed),
    _body("CBOR in pieces", "strings of indefinite length", "application/cbor", _cbor),
    _body(
        "last of ten thousand lines",
        "the guard reads the first lines",
        "application/x-ndjson",
        _lines,
    ),
    _body(
        "list of letters", "no string holds two letters", _JSON, lambda v: json.dumps(list(v.text))
    ),
    _body(
        "keys instead of values", "only values are read", _JSON, lambda v: json.dumps({v.text: 1})
    ),
    _body(
        "one key twice",
        "the receiver takes the first, the guard the last",
        _JSON,
        lambda v: (
            json.dumps(dict(v.record))[:-1] + ', "ssn": "1", "patientName": "", "diagnosis": ""}'
        ),
    ),
    _body(
        "JSON with comments",
        "no JSON",
        _JSON,
        lambda v: f"// a\n{json.dumps(dict(v.record))}",
    ),
    _body(
        "value in a comment of JSON",
        "comments are skipped",
        _JSON,
        lambda v: f'{{"a": 1 /* {v.text} */}}',
    ),
    _body(
        "JSON with single quotes",
        "no JSON",
        _JSON,
        lambda v: str(dict(v.record)),
    ),
    _body(
        "text behind JSON",
        "the receiver stops at the end",
        _JSON,
        lambda v: f'{{"a": 1}}\n{v.text}',
        clean="UNSCANNABLE",
    ),
    _body(
        "JSON in a string of JSON",
        "strings are not parsed",
        _JSON,
        lambda v: json.dumps({"a": json.dumps({"b": json.dumps(dict(v.record))})}),
    ),
    _body("CDATA", "markup within markup", _XML, lambda v: _xml(v, lambda t: f"<![CDATA[{t}]]>")),
    _body(
        "CDATA in pieces",
        "no piece is a number",
        _XML,
        lambda v: _xml(v, lambda t: "".join(f"<![CDATA[{c}]]>" for c in t)),
    ),
    _body(
        "entities of XML",
        "letters are numbers",
        _XML,
        lambda v: _xml(v, lambda t: "".join(f"&#{ord(c)};" for c in t)),
    ),
    _body(
        "comments of XML",
        "the number is cut",
        _XML,
        lambda v: _xml(v, lambda t: _cut(t, "<!---->")),
    ),
    _body(
        "value in a comment of XML",
        "comments are skipped",
        _XML,
        lambda v: f"<r><!-- {v.text} --></r>",
    ),
    _body(
        "value in an instruction of XML",
        "instructions are skipped",
        _XML,
        lambda v: f"<?note {v.text}?><r/>",
    ),
    _body(
        "attributes of XML",
        "only text is read",
        _XML,
        lambda v: "<r " + " ".join(f'{n}="{t}"' for n, t in v.record.items()) + "/>",
    ),
    _body(
        "names of one's own namespace",
        "the label is no label",
        _XML,
        lambda v: (
            "<q:r xmlns:q='urn:q'>"
            + "".join(f"<q:{n}>{t}</q:{n}>" for n, t in v.record.items())
            + "</q:r>"
        ),
    ),
    _body(
        "entities of a DTD",
        "the receiver puts the number together",
        _XML,
        lambda v: (
            "<!DOCTYPE r ["
            + "".join(f'<!ENTITY e{i} "{c}">' for i, c in enumerate(v.text))
            + "]><r>"
            + "".join(f"&e{i};" for i in range(len(v.text)))
            + "</r>"
        ),
        dirty="UNSCANNABLE",
        clean="UNSCANNABLE",
    ),
    _body("lines within a field of CSV", "a row is a line", "text/csv", _csv),
    _body("statement of SQL", "a language, not a document", "application/sql", _sql),
    _body(
        "lines of YAML",
        "indented text",
        "application/yaml",
        lambda v: "\n".join(f"? {n}\n: >-\n  {t}" for n, t in v.record.items()),
    ),
)
