"""Text of others, safe to show: it cannot command the terminal."""

from typing import Final

_BYTES: Final = range(0xDC80, 0xDD00)


def shown(text: str) -> str:
    r"""Return a foreign text for a terminal: what is not printable is escaped, as in `\x1b[2J`.

    That holds for control characters, for those that turn the direction of text, and for bytes of
    a file name that are no UTF-8, which Python keeps as surrogates.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def ascii_of(text: str) -> str:
    r"""Return a text in ASCII: other characters are escaped, as in `caf\xe9`."""
    return text if text.isascii() else text.encode("ascii", "backslashreplace").decode("ascii")


def _escaped(character: str) -> str:
    if ord(character) in _BYTES:
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
