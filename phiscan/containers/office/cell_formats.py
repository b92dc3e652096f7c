"""What the formats of cells do to numbers in a spreadsheet (ECMA-376 part 1, 18.8).

A number with a date format becomes a date, and one with a format of digits and dashes
(`000-00-0000`) is written in that way, because so a person sees it.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from phiscan.syntax.xml_elements import Document
from phiscan.syntax.xml_tokens import Kind, tokens

_DATE_FORMATS: Final = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Numbers of built-in formats of dates and times (18.8.30)."""
# What is no sign of a date in a format: texts in quotes, escaped signs, colours and conditions.
# matches '"day"', "\\d" and "[Red]"; not "d"
_NO_SIGN: Final = re.compile(r'"[^"]*+"|\\.|\[[^\]]*+\]')
# matches in "yyyy-mm-dd" and "h:mm"; not in "0.00" or "General"
_DATE_SIGN: Final = re.compile(r"[dmyhs]", re.IGNORECASE)
# A format of digits and fixed signs.
# matches "000\\-00\\-0000", "00000" and "(000) 000-0000"; not "0.00" or "#,##0"
_DIGITS: Final = re.compile(r'(?:0|[-() /]|\\[-() /]|"[-() /]*+"){2,40}')
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - no zone
_LAST_DAY: Final = 2_958_465
"""31 December 9999."""


class Styles:
    """What the formats of cells do to numbers (18.8).

    Args:
        data: the part with the styles, or nothing.
        starts_1904: whether days count from 1904.
    """

    def __init__(self, data: bytes, *, starts_1904: bool) -> None:
        self._epoch = _EPOCH_1904 if starts_1904 else _EPOCH
        document, codes, formats, is_cell = Document(data), dict[int, str](), list[int](), False
        for token in tokens(data):
            if token.name == "cellXfs":
                is_cell = token.kind is Kind.OPEN
            elif token.name in ("numFmt", "xf") and token.kind in (Kind.OPEN, Kind.EMPTY):
                named = document.attributes_in(*token.attributes)
                number = integer(named["numFmtId"].text) if "numFmtId" in named else 0
                if token.name == "numFmt" and "formatCode" in named:
                    codes[number] = named["formatCode"].text
                elif token.name == "xf" and is_cell:
                    formats.append(number)
        self._is_date = [_is_date(number, codes.get(number, "")) for number in formats]
        self._digits = [_digits(codes.get(number, "")) for number in formats]

    def shown(self, value: str, style: int) -> str:
        """Return a number as its format shows it, as far as that matters."""
        try:
            number = float(value)
        except ValueError:
            return value
        known = 0 <= style < len(self._is_date)
        if known and self._is_date[style] and 0 < number < _LAST_DAY:
            return self._date(number)
        if number.is_integer() and abs(number) < 1e15:
            digits = str(int(number))
            return _filled_in(self._digits[style], digits) if known and number >= 0 else digits
        return value

    def _date(self, number: float) -> str:
        moment = self._epoch + timedelta(days=number)
        if moment == moment.replace(hour=0, minute=0, second=0, microsecond=0):
            return moment.strftime("%Y-%m-%d")
        return moment.strftime("%Y-%m-%d %H:%M:%S")


def _is_date(number: int, code: str) -> bool:
    if number in _DATE_FORMATS:
        return True
    return _DATE_SIGN.search(_NO_SIGN.sub("", code)) is not None


def _digits(code: str) -> str:
    """Return a format of digits and fixed signs without escapes, or empty."""
    first = code.partition(";")[0]
    if _DIGITS.fullmatch(first) is None:
        return ""
    return first.replace("\\", "").replace('"', "")


def _filled_in(code: str, digits: str) -> str:
    """Write digits into a format: 536904431 in `000-00-0000` is 536-90-4431."""
    places = code.count("0")
    if not code or len(digits) > places:
        return digits
    left = iter(digits.zfill(places))
    return "".join(next(left) if sign == "0" else sign for sign in code)


def integer(text: str) -> int:
    """Return a number of up to nine digits, or -1 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
