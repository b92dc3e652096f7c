"""The properties of an office file: title, author, keywords, and what an organisation adds.

    <cp:coreProperties><dc:creator>Ana Ruiz</dc:creator>...
    <Properties><property name="MRN"><vt:lpwstr>7730145</vt:lpwstr></property>...
    <meta:user-defined meta:name="MRN">7730145</meta:user-defined>

They become lines `name: value`.
"""

from typing import Final

from phiscan.syntax.xml_elements import Document

_DULL: Final = frozenset(
    "Application AppVersion DocSecurity ScaleCrop LinksUpToDate SharedDoc HyperlinksChanged "
    "TotalTime Pages Words Characters Lines Paragraphs CharactersWithSpaces Template revision "
    "created modified i4 bool generator creation-date editing-cycles editing-duration "
    "document-statistic PresentationFormat Slides Notes HiddenSlides MMClips size baseType".split()
)
"""Properties that a program writes, and no person."""


def lines_of(data: bytes) -> list[str]:
    """Return the properties in a part as lines."""
    document, lines = Document(data), list[str]()
    for element in document.elements():
        if not element.leaf or element.name in _DULL or not element.runs:
            continue
        value = " ".join(document.run(run).text for run in element.runs)
        above = (
            element if element.parent is None or element.name == "user-defined" else element.parent
        )
        named = document.attributes(element) or document.attributes(above)
        name = named["name"].text if "name" in named else element.name
        lines.append(f"{name}: {value}")
    return lines
