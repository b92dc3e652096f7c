"""Request targets: the path and the query of a request, taken apart (RFC 9112, section 3.2).

A target stands in a request line, in a header (`Location`), or in a text (an access log). Each part
keeps the place where it stands, so that a finding can name it and redaction can mask it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import unquote, unquote_plus

from phiscan.finding import Location

# What stands before the path of an absolute URL.
# matches "https://ehr.example:8443" of "https://ehr.example:8443/fhir"; nothing of "/fhir"
_ORIGIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^/?#]*+")
# matches "Patient" and "77" in "/Patient/77"
_SEGMENT: Final = re.compile(r"[^/]+")
# matches "patient=77" and "family:exact=Ruiz" in "patient=77&family:exact=Ruiz"
_PAIR: Final = re.compile(r"([^&;=]*+)=?([^&;]*+)")


class Part(NamedTuple):
    """One segment of a path, or one parameter of a query.

    Args:
        name: the decoded name of a parameter; empty for a segment.
        value: the decoded value of the parameter, or the decoded segment.
        location: where the value stands.
    """

    name: str
    value: str
    location: Location


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of one target, in order.

    Args:
        path: the segments of its path. Empty where only the query is known.
        query: the parameters of its query.
    """

    path: tuple[Part, ...] = ()
    query: tuple[Part, ...] = ()


def segments(path: str, location: Location) -> tuple[Part, ...]:
    """The segments of a decoded path, which all stand at `location`."""
    return tuple(Part("", segment, location) for segment in _SEGMENT.findall(path))


Place = Callable[[int, int], Location]
"""Maps the start and the end of a range of a target to its location in the document."""


def parsed(text: str, located: Place) -> Target:
    """Take apart a target that stands in a text, where it has one character for each byte."""
    text, origin = text.partition("#")[0], _ORIGIN.match(text)
    first = origin.end() if origin else 0
    query = text.find("?", first)
    last = len(text) if query < 0 else query

    def place(match: re.Match[str], group: int = 0) -> Location:
        return located(*match.span(group))

    path = (Part("", _text(m[0]), place(m)) for m in _SEGMENT.finditer(text, first, last))
    pairs = (
        Part(_text(m[1]), _text(m[2], plus=True), place(m, 2))
        for m in (_PAIR.finditer(text, query + 1) if query >= 0 else ())
        if m[1]
    )
    return Target(tuple(path), tuple(pairs))


def _text(raw: str, *, plus: bool = False) -> str:
    """The decoded text of a part, whose characters each stand for one byte."""
    data = raw.encode("latin-1", "replace").decode("utf-8", "replace")
    return unquote_plus(data) if plus else unquote(data)
