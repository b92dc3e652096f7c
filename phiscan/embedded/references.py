"""Documents written with character references: `{&quot;resourceType&quot;:`, `&lt;Patient xmlns=`.

Outside of XML nothing decodes them. The text as a whole is decoded once, and is examined again.
References within references (`&amp;quot;`) are decoded there.
"""

from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.syntax import xml_values

MARKS: Final = (
    # the end of a key of JSON: matches `&quot;:` and `&amp;quot; :`; not `&quot;a&quot;`
    r"&(?:amp;){0,3}quot;\s?:",
    # XML: matches `&lt;?xml`, `&lt;/name` and `&lt;a xmlns`; not `x &lt; 5`
    r"&(?:amp;){0,3}lt;(?:\?xml|/[A-Za-z]|[A-Za-z][\w:.-]{0,60}\sxmlns)",
    # the delimiters of HL7 v2: matches `MSH|^~\&amp;`
    r"(?:MSH|FHS|BHS)[^\w\s][^\w\s]{1,3}&amp;",
    # a letter or a bracket, which no encoder has to write so, perhaps behind zeros:
    # matches `&#77;`, `&#0077;`; not `&#39;`
    r"&(?:amp;){0,3}#0{0,4}(?:6[5-9]|[78]\d|9[01789]|1[01]\d|12[0-3]);",
    r"&(?:amp;){0,3}#[xX]0{0,4}(?:[46][1-9a-fA-F]|[57][0-9aAbB]);",
)
"""Hyperscan expressions for a document that is written with references."""


def find(data: bytes) -> Iterator[Nested]:
    """Yield the text with its references decoded."""
    text = xml_values.unescaped(data, 0, len(data))
    yield Nested(text.text(), Location("escaped", 0, len(data)), declared=False, origin=text)
