"""What all archives share: their members become nested documents, and names become texts.

A member's name can hold PHI, so no location shows it. A location shows the member's number.
"""

import re
from collections.abc import Iterable
from typing import Final

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Location

NOWHERE: Final = -1
"""The offsets of a value in a container. Its bytes are no bytes of the document."""
# The separators of a name's words.
# matches in "labs/ruiz_ana_1961-04-02.pdf" the slash and both low lines; not the dashes
_SEPARATOR: Final = re.compile(r"[/\\_\x00]+")
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_CONTROLS: Final = dict.fromkeys((*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F), " ")
"""Control characters become blanks: with one, a text would look like a file of another kind."""
_TYPES: Final = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".eml": "message/rfc822",
    ".emlx": "message/rfc822",
}
"""Media types of names whose content is not always recognisable by its bytes."""


def place(container: str, number: int) -> Location:
    """Return the location of a member: `zip>member 3`."""
    return Location(f"{container}>member {number}", NOWHERE, NOWHERE)


def part(container: str, name: str) -> Location:
    """Return the location of a part that the format itself names: `docx>comments`."""
    return Location(f"{container}>{name}", NOWHERE, NOWHERE)


def media_type(name: str) -> str:
    """Return the media type of a member by its name, or empty."""
    extension = _EXTENSION.search(name)
    return _TYPES.get(extension[0].lower(), "") if extension else ""


def add_names(names: Iterable[str], container: str, evidence: Evidence) -> None:
    """Nest the names and comments as one text."""
    add_text(names_text(names), part(container, "names"), evidence)


def names_text(names: Iterable[str]) -> str:
    """Return names and comments as a text, one a line, with blanks between their words.

    `labs/ruiz_ana_1961-04-02.pdf` has no word that a detector knows; its words have.
    """
    lines = dict.fromkeys(_SEPARATOR.sub(" ", _EXTENSION.sub(r" \g<0>", name)) for name in names)
    return "\n".join(lines)


def add_text(text: str, location: Location, evidence: Evidence, media: str = "text/plain") -> None:
    """Nest a text that was taken out of a container."""
    text = text.translate(_CONTROLS)
    if text.strip():
        evidence.nested.append(Nested(text.encode("utf-8", "replace"), location, media))
