"""Spellings of the same text: character sets, look-alikes, escapes and encodings."""

import base64
import binascii
import codecs
import json
import quopri
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from e2e.bypass.technique import GATES, Sent, Technique, Value, post

UNSCANNABLE: Final = "UNSCANNABLE"
_JSON: Final = "application/json"
_FULL_WIDTH: Final = {ord("0") + n: 0xFF10 + n for n in range(10)}
_ARABIC: Final = {ord("0") + n: 0x0660 + n for n in range(10)}
_BOLD: Final = {ord("0") + n: 0x1D7CE + n for n in range(10)}
_DASHES: Final = {ord("-"): 0x2011, ord(" "): 0x00A0}
_CYRILLIC: Final = str.maketrans("SaeopcPE", "Ѕаеорс\u0420\u0415")


def _text(
    name: str,
    hope: str,
    spell: Callable[[str], str | bytes],
    kind: str = "text/plain",
    known_open: str = "",
) -> Technique:
    """A technique that writes the sentence in another way."""

    def make(value: Value) -> Sent:
        spelled = spell(value.text)
        return post(value, spelled.encode() if isinstance(spelled, str) else spelled, kind)

    return Technique(name, hope, make, known_open=dict.fromkeys(GATES, known_open))


def _refused(
    name: str, hope: str, spell: Callable[[str], str | bytes], kind: str = "text/plain"
) -> Technique:
    """The same where the spelling itself is refused, because two readers read it differently."""
    return replace(_text(name, hope, spell, kind), dirty=UNSCANNABLE, clean=UNSCANNABLE)


def _string(
    name: str, hope: str, spell: Callable[[bytes], str | bytes], known_open: str = ""
) -> Technique:
    """A technique that encodes the sentence as a string of a JSON document."""

    def make(value: Value) -> Sent:
        spelled = spell(value.text.encode())
        text = spelled if isinstance(spelled, str) else spelled.decode()
        return post(value, json.dumps({"data": text}).encode(), _JSON)

    return Technique(name, hope, make, known_open=dict.fromkeys(GATES, known_open))


def _between(text: str, mark: str) -> str:
    """The text with a mark within each number."""
    return "".join(f"{mark}{c}" if c.isdigit() else c for c in text)


def _shifted(text: str) -> bytes:
    """UTF-7 in which each digit is shifted."""
    return "".join(
        f"+{base64.b64encode(c.encode('utf-16-be')).decode().rstrip('=')}-" if c.isdigit() else c
        for c in text
    ).encode()


def _overlong(text: str) -> bytes:
    return b"".join(bytes((0xC0, 0x80 | ord(c))) if c.isdigit() else c.encode() for c in text)


def _uuencoded(data: bytes) -> str:
    lines = [binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45)]
    return "begin 644 note.txt\n" + "".join(lines) + "`\nend\n"


def _in_lines(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    return "\r\n".join(text[at : at + 20] for at in range(0, len(text), 20))


def _in_groups(data: bytes, separator: str, size: int = 4) -> str:
    text = base64.b64encode(data).decode()
    return separator.join(text[at : at + size] for at in range(0, len(text), size))


def _times(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = base64.b64encode(data)
    return data


TECHNIQUES: Final = (
    *(
        _text(
            f"{name}",
            "patterns know ASCII",
            lambda t, codec=codec, mark=mark: mark + t.encode(codec),
        )
        for name, codec, mark in (
            ("UTF-16 with a mark", "utf-16-le", codecs.BOM_UTF16_LE),
            ("UTF-16 without a mark", "utf-16-le", b""),
            ("UTF-16 of the other order", "utf-16-be", b""),
            ("UTF-32 with a mark", "utf-32-be", codecs.BOM_UTF32_BE),
            ("UTF-32 without a mark", "utf-32-le", b""),
            ("UTF-8 with a mark", "utf-8", codecs.BOM_UTF8),
            ("EBCDIC", "cp037", b""),
        )
    ),
    _refused(
        "mark of another charset",
        "the receiver ignores the mark, the guard does not",
        lambda t: codecs.BOM_UTF16_LE + t.encode(),
    ),
    _text("UTF-7", "letters between plus and minus", _shifted),
    _refused(
        "charset UTF-7", "ASCII that means other letters", _shifted, "text/plain; charset=utf-7"
    ),
    _refused(
        "charset that is not the text's",
        "the guard decodes as it is told",
        str.encode,
        "text/plain; charset=utf-16",
    ),
    _text("Latin-1", "one byte that is no UTF-8", lambda t: f"résumé: {t}".encode("latin-1")),
    _text("overlong UTF-8", "lenient receivers decode it", _overlong),
    _text("full-width digits", "digits that no pattern knows", lambda t: t.translate(_FULL_WIDTH)),
    _text("Arabic digits", "digits that no pattern knows", lambda t: t.translate(_ARABIC)),
    _text("bold digits", "digits beyond the first plane", lambda t: t.translate(_BOLD)),
    _text("other dashes and blanks", "no-break signs", lambda t: t.translate(_DASHES)),
    _text("look-alike letters", "the label is no label", lambda t: t.translate(_CYRILLIC)),
    _text("combining marks", "each digit has an accent", lambda t: _between(t, "\u0301")),
    _text("zero-width blanks", "the number is cut", lambda t: _between(t, "\u200b")),
    _text("soft hyphens", "the number is cut", lambda t: _between(t, "\u00ad")),
    _text("bidi marks", "the number is cut", lambda t: _between(t, "\u202d")),
    _text("variation selectors", "the number is cut", lambda t: _between(t, "\ufe0e")),
    _text("tag characters", "the number is cut", lambda t: _between(t, "\U000e0031")),
    _refused("NUL bytes", "C ends a string there", lambda t: _between(t, "\0")),
    _refused("NUL before all", "C ends a string there", lambda t: "\0" + t),
    _refused("backspaces", "a terminal shows the number", lambda t: _between(t, "x\b")),
    _text("colours of a terminal", "the number is cut", lambda t: _between(t, "\x1b[1m")),
    _text(
        "entities of HTML",
        "a browser shows the number",
        lambda t: "<p>" + "".join(f"&#{ord(c)};" if c.isdigit() else c for c in t) + "</p>",
        "text/html",
    ),
    _text(
        "entities of entities",
        "decoded twice",
        lambda t: "<p>" + "".join(f"&amp;#x{ord(c):x};" if c.isdigit() else c for c in t) + "</p>",
        "text/html",
    ),
    _text(
        "comments of HTML",
        "a browser shows the number",
        lambda t: f"<p>{_between(t, '<!-- -->')}</p>",
        "text/html",
    ),
    _text(
        "tags within the number",
        "a browser shows the number",
        lambda t: f"<p>{_between(t, '<b></b>')}</p>",
        "text/html",
    ),
    _text("percent in a body", "no target is there", lambda t: f"q={quote(t, safe='')}"),
    _text(
        "escapes of JSON",
        "each letter is escaped",
        lambda t: '{"a": "' + "".join(f"\\u{ord(c):04x}" for c in t) + '"}',
        _JSON,
    ),
    _text(
        "escapes of JSON twice",
        "JSON within JSON",
        lambda t: json.dumps({"a": '"' + "".join(f"\\u{ord(c):04x}" for c in t) + '"'}),
        _JSON,
    ),
    _text(
        "escapes of bytes",
        "a log that a program reads",
        lambda t: "".join(f"\\x{ord(c):02x}" for c in t),
    ),
    _text(
        "octal escapes",
        "as printf writes them",
        lambda t: "".join(f"\\{ord(c):03o}" for c in t),
    ),
    _text(
        "quoted-printable",
        "mail's form of a text",
        lambda t: quopri.encodestring(t.encode(), quotetabs=True).replace(b"-", b"=2D"),
    ),
    _text("data address", "a document within a text", lambda t: f"data:,{quote(t)}"),
    _text(
        "data address in base64",
        "a document within a text",
        lambda t: f"data:text/plain;base64,{base64.b64encode(t.encode()).decode()}",
    ),
    _text("uuencode", "the oldest form of mail", lambda t: _uuencoded(t.encode())),
    _string("base64", "strings are not decoded", base64.b64encode),
    _string("base64 for addresses", "another alphabet", base64.urlsafe_b64encode),
    _string("base64 without padding", "broken base64", lambda d: base64.b64encode(d).rstrip(b"=")),
    _string("base64 in lines", "one line is judged", _in_lines),
    _string("base64 twice", "decoded once", lambda d: _times(d, 2)),
    _string("base64 six times", "decoded a few times", lambda d: _times(d, 6)),
    _string(
        "base64 with blanks",
        "no run of letters is long",
        lambda d: _in_groups(d, " "),
        "short texts in groups of four look like words",
    ),
    _string("base64 with commas", "no run of letters is long", lambda d: _in_groups(d, ",", 20)),
    _string(
        "base64 behind a slash", "the slash is a letter", lambda d: f"/a/{_times(d, 1).decode()}"
    ),
    _string("hexadecimal", "strings are not decoded", lambda d: d.hex()),
    _string("hexadecimal with colons", "no run of letters is long", lambda d: d.hex(":")),
    _string("base32", "another alphabet", base64.b32encode),
    _string("base85", "another alphabet", base64.b85encode),
    _string("Ascii85", "another alphabet", base64.a85encode),
    _string("list of numbers", "numbers are no text", lambda d: str(list(d))),
    _string(
        "binary digits",
        "two digits are no text",
        lambda d: " ".join(f"{b:08b}" for b in d),
        "binary digits are not decoded",
    ),
)
