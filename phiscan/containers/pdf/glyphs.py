"""What the names of glyphs stand for (Adobe Glyph List), and the base encodings (annex D).

Names of letters with accents are put together from their parts: `eacute` is `e` with an acute.
"""

import re
import unicodedata
from html.entities import name2codepoint
from typing import Final

_NAMES: Final = (
    "space exclam quotedbl numbersign dollar percent ampersand quotesingle parenleft parenright "
    "asterisk plus comma hyphen period slash zero one two three four five six seven eight nine "
    "colon semicolon less equal greater question at bracketleft backslash bracketright "
    "asciicircum underscore grave braceleft bar braceright asciitilde bullet germandbls dotlessi "
    "Lslash lslash oslash Oslash ae AE oe OE Euro dagger daggerdbl perthousand trademark"
)
_SIGNS: Final = {
    **dict(
        zip(
            _NAMES.split(),
            " !\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~\u2022ßiŁłøØæÆœŒ€†‡‰™",
            strict=True,
        )
    ),
    **dict.fromkeys(("quoteleft", "quoteright", "quotesinglbase"), "'"),
    **dict.fromkeys(("quotedblleft", "quotedblright", "quotedblbase"), '"'),
    **dict.fromkeys(("minus", "softhyphen", "sfthyphen", "hyphenminus", "figuredash"), "-"),
    **dict.fromkeys(("nbspace", "nonbreakingspace"), " "),
    "endash": "\u2013",
    "emdash": "\u2014",
    "ellipsis": "...",
    "fi": "fi",
    "fl": "fl",
    "ff": "ff",
    "ffi": "ffi",
    "ffl": "ffl",
    "fraction": "/",
    "guilsinglleft": "<",
    "guilsinglright": ">",
}
_ACCENTS: Final = {
    "grave": "\u0300", "acute": "\u0301", "circumflex": "\u0302", "tilde": "\u0303",
    "macron": "\u0304", "breve": "\u0306", "dotaccent": "\u0307", "dieresis": "\u0308",
    "ring": "\u030a", "hungarumlaut": "\u030b", "caron": "\u030c", "cedilla": "\u0327",
    "ogonek": "\u0328", "commaaccent": "\u0326",
}  # fmt: skip
# matches "eacute" and "Scaron"; not "acute"
_ACCENTED: Final = re.compile(r"([A-Za-z])(" + "|".join(_ACCENTS) + ")")
# matches "uni0041", "uni00660069" and "u1F600"; not "union"
_UNICODE: Final = re.compile(r"uni((?:[0-9A-F]{4})+)|u([0-9A-F]{4,6})")
_STANDARD: Final = {
    0x27: "'", 0x60: "'", 0xA1: "¡", 0xA2: "¢", 0xA3: "£", 0xA4: "/", 0xA5: "¥", 0xA7: "§",
    0xA9: "'", 0xAA: '"', 0xAE: "fi", 0xAF: "fl", 0xB1: "\u2013", 0xB7: "\u2022", 0xBA: '"',
    0xBC: "...", 0xBF: "¿", 0xD0: "\u2014", 0xE1: "Æ", 0xE8: "Ł", 0xE9: "Ø", 0xEA: "Œ",
    0xF1: "æ", 0xF5: "i", 0xF8: "ł", 0xF9: "ø", 0xFA: "œ", 0xFB: "ß",
}  # fmt: skip


def text_of(name: str) -> str | None:
    """Return the text of a glyph by its name, or None when the name says nothing."""
    name = name.partition(".")[0]  # `a.sc` is a small capital
    if name in _SIGNS or len(name) == 1:
        return _SIGNS.get(name, name)
    if match := _ACCENTED.fullmatch(name):
        return unicodedata.normalize("NFC", match[1] + _ACCENTS[match[2]])
    if match := _UNICODE.fullmatch(name):
        digits = match[1] or match[2].zfill(8)
        return bytes.fromhex(digits).decode("utf-16-be" if match[1] else "utf-32-be", "ignore")
    if "_" in name.strip("_"):  # a ligature
        parts = [text_of(part) for part in name.split("_") if part]
        return None if None in parts else "".join(filter(None, parts))
    return chr(name2codepoint[name]) if name in name2codepoint else None


def base_encoding(name: str) -> list[str | None]:
    """Return the texts of the codes 0 to 255 in a base encoding."""
    if name in ("WinAnsiEncoding", "MacRomanEncoding"):
        codec = "cp1252" if name == "WinAnsiEncoding" else "mac_roman"
        letters = [bytes((code,)).decode(codec, "ignore") or None for code in range(256)]
    else:
        letters = [chr(code) if 0x20 <= code < 0x7F else None for code in range(256)]
        for code, text in _STANDARD.items():
            letters[code] = text
    letters[0xAD if name == "WinAnsiEncoding" else 0x2D] = "-"
    return letters


# Widths of the codes 32 to 126, in thousandths of the size.
_HELVETICA: Final = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, *[556] * 10,
    278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556,
    833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333,
    500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_TIMES: Final = (
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, *[500] * 10,
    278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611,
    889, 722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500,
    333, 444, 500, 444, 500, 444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333,
    389, 278, 500, 500, 722, 500, 500, 444, 480, 200, 480, 541,
)  # fmt: skip


def standard_widths(font: str) -> list[float]:
    """Return the widths of the codes 0 to 255 of a font that every viewer has."""
    if "Courier" in font or "Mono" in font:
        return [600.0] * 256
    known = _TIMES if "Times" in font or "Serif" in font else _HELVETICA
    return [500.0] * 32 + [float(width) for width in known] + [500.0] * 129
