"""The charset of an HL7 v2 message, as MSH-18 names it, and whether the bytes are of it.

Source: HL7 v2, table 0211.
"""

from collections.abc import Sequence
from typing import Final

from phiscan.text.charset import codec_of

_ASCII: Final = "ascii"
_NAMES: Final = {
    "ISO IR6": _ASCII,
    "UNICODE UTF-8": "utf-8",
    "GB 18030-2000": "gb18030",
    "BIG-5": "big5",
    "KS X 1001": "euc_kr",
    **dict.fromkeys(("ISO IR14", "ISO IR87", "ISO IR159"), "iso2022_jp"),
    **{f"8859/{number}": f"iso8859-{number}" for number in range(1, 17)},
}
# Other names that senders write. Not UTF-16 and UTF-32: half of a character can be the end of a
# frame. Not the codecs of Python that are no charset, or slow.
_OTHERS: Final = frozenset(
    (
        *(_ASCII, "utf-8", "gbk", "gb2312", "gb18030", "big5", "euc_kr", "euc_jp"),
        *("shift_jis", "cp932"),
        *(f"iso8859-{number}" for number in range(1, 17)),
        *(f"cp125{number}" for number in range(9)),
    )
)


def charset_of(names: Sequence[str]) -> str | None:
    """Python's name of the charset that the repetitions of MSH-18 name; empty where they name none.

    None when it cannot be read: nobody knows it, or no frame can hold it. Beside ASCII there is at
    most one.
    """
    if not any(names):
        return ""
    found = {_charset(name.strip()) for name in names if name.strip()}
    if not found:
        return ""
    other = found - {_ASCII}
    return other.pop() if len(other) == 1 else None if other else _ASCII


def _charset(name: str) -> str | None:
    known = _NAMES.get(name.upper())
    if known is not None:
        return known
    codec = codec_of(name)
    return codec if codec in _OTHERS else None


def is_of(message: bytes, charset: str) -> bool:
    """Whether the bytes are text of a charset that `charset_of` named; true of none."""
    if not charset:
        return True
    try:
        message.decode(charset)
    except UnicodeDecodeError:
        return False
    return True
