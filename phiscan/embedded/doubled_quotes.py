r"""Documents in the cells of a table, whose quotes are doubled (RFC 4180, section 2.7).

    id,payload
    7,"{""resourceType"": ""Patient"", ""id"": ""77""}"

Databases and log stores export columns of JSON so. Ranges are mapped back through the quotes, so
redaction masks single values.

Cost: one pass over the quotes of a text in which such a document begins.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated

MARK: Final = r"[{\[]\s{0,8}\"\"\w"
"""Hyperscan expression for the first key of JSON in a cell. Matches `{""a`; not `{"a`, `{""}`."""
_SIGN: Final = re.compile(MARK.encode())
# A cell in quotes. matches b'"a ""b"""'; not b'"a'
_CELL: Final = re.compile(rb'"([^"]*+' + repeated(rb'""[^"]*+', "*") + rb')"')


def find(data: bytes) -> Iterator[Nested | None]:
    """Yield the cells that hold JSON, and None for other cells."""
    for cell in _CELL.finditer(data):
        if _SIGN.search(data, *cell.span(1)) is None:
            yield None
            continue
        text, (start, end) = Derived(), cell.span(1)
        at = start
        while (quote := data.find(b'""', at, end)) >= 0:
            text.copy(data, at, quote)
            text.put(b'"', quote, quote + 2)
            at = quote + 2
        text.copy(data, at, end)
        yield Nested(text.text(), Location("cell", start, end), declared=False, origin=text)
