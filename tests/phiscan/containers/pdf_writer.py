"""Writes small PDF files for tests, object by object."""

import zlib

FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>%b>>"


def stream(content: bytes, entries: bytes = b"", *, packed: bool = False) -> bytes:
    """Return a stream, plain or packed with zlib."""
    if packed:
        content, entries = zlib.compress(content), entries + b"/Filter/FlateDecode"
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(content), content)


def written(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Return a file of these objects, numbered from 1, with a table."""
    out, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    entries = b"/Size %d/Root 1 0 R%b" % (len(objects) + 1, trailer)
    return out + head + table + b"trailer\n<<%b>>\nstartxref\n%d\n%%%%EOF\n" % (entries, len(out))


def page(
    content: bytes, *further: bytes, font: bytes = FONT, entries: bytes = b"", trailer: bytes = b""
) -> bytes:
    """Return a file with one page. Further objects have the numbers from 6 on."""
    return written(
        CATALOG,
        PAGES,
        PAGE % entries,
        stream(content, packed=True),
        font,
        *further,
        trailer=trailer,
    )


def lines(*texts: str) -> bytes:
    """Return a page's content that shows each text on a line of its own."""
    shown = (b"(%b) Tj 0 -20 Td" % text.encode("cp1252") for text in texts)
    return b"BT /F1 12 Tf 72 700 Td " + b" ".join(shown) + b" ET"
