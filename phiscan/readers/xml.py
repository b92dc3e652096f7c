"""XML documents: each element goes to the reader of the vocabulary that it belongs to, whatever envelope is around it.

The root's name and namespace say what a document is; an element within it that has another vocabulary's namespace begins a part of
that (a CDA document in a SOAP body). Expat says whether the text is well-formed, so that no receiver sees another document than we.
"""

import re
from typing import Final, Protocol
from xml.parsers import expat

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.formats.cda import tables as cda_tables
from phiscan.formats.cda.reader import CdaReader
from phiscan.formats.dicom import xml as dicom_xml
from phiscan.formats.dicom.xml import DicomXmlReader
from phiscan.formats.fhir import xml as fhir_xml
from phiscan.formats.fhir.xml import FhirXmlReader
from phiscan.formats.hl7v2 import xml as hl7v2_xml
from phiscan.formats.hl7v2.xml import V2XmlReader
from phiscan.formats.ncpdp.script import ScriptReader
from phiscan.labelled.html import MEDIA as HTML
from phiscan.labelled.xml import LabelReader
from phiscan.media_kind import MediaKind, Sample
from phiscan.syntax.xml_elements import Document, Element, XmlTooDeepError
from phiscan.syntax.xml_tokens import Kind, tokens
from phiscan.syntax.xml_values import Hidden

_START: Final = re.compile(rb"[\s\xef\xbb\xbf]*<(?:\?xml\b|!--|!DOCTYPE|[A-Za-z_])", re.IGNORECASE)
_NAME: Final = re.compile(r"[\w.-]+")
_HTML: Final = frozenset(
    "html head body title meta link base script style noscript template div p table caption "
    "colgroup col thead tbody tfoot tr td th ul ol"
    " li dl dt dd h1 h2 h3 h4 h5 h6 form fieldset legend input label select optgroup option "
    "textarea button output section article"
    " header footer main nav aside address figure figcaption details summary dialog blockquote pre "
    "hr br img picture video audio"
    " source track iframe embed object param canvas svg path a abbr b bdi bdo big center cite code "
    "del dfn em font i ins kbd mark q"
    " s samp small span strike strong sub sup time tt u var wbr datalist progress meter menu "
    "hgroup search slot map area data ruby"
    " rb rt rtc rp frameset frame noframes basefont dir acronym marquee nobr".split()
)
"""Names of HTML, of today and of before; a fragment of a page has no others."""
_DRAWN: Final = frozenset(
    "g rect circle ellipse line polyline polygon text tspan textpath defs use symbol marker mask "
    "pattern clippath image lineargradient"
    " radialgradient stop filter desc metadata animate foreignobject".split()
)
"""Names of SVG, which count where a page holds a drawing: an address has lines too."""
_NARRATIVE: Final = _HTML | frozenset(
    "content paragraph list item linkhtml footnote footnoteref rendermultimedia".split()
)
"""Names of a CDA narrative block, which is HTML by other names: https://hl7.org/cda,
NarrativeBlock. Attachments hold pieces of one."""
_CLINICAL: Final = re.compile(
    rb"""["']2\.16\.840\.1\.113883\.|templateId|nullFlavor|moodCode|classCode"""
)
_SCRIPT: Final = re.compile(
    rb"ncpdp\.org|TransactionDomain\s*=|<(?:\w+:)?(?:NewRx|Rx[A-Z]\w+|Refill\w+|CancelRx)\b",
    re.IGNORECASE,
)
_HEAD: Final = 4096
# matches `<?xml version=""`, which Expat lets pass; not `<?xml version="1.0"`, `<?xml-stylesheet `
_NO_VERSION: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml\s+(?=\S)(?!version\s*=\s*(?:"1\.\d+"|'1\.\d+'))"""
)


class VocabularyReader(Protocol):
    """What reads the elements of one vocabulary."""

    def element(self, element: Element) -> None:
        """Take one element that has closed."""

    def finish(self) -> None:
        """Add what can be said only at the end."""


def look(sample: Sample) -> MediaKind | None:
    """One of KINDS if the document begins as markup."""
    return sniff(sample.data, declared=sample.declared.endswith("xml"))


def sniff(data: bytes, *, declared: bool = False) -> MediaKind | None:
    """Which of KINDS `data` begins as, or None when it is no markup.

    Args:
        declared: the sender says that it is XML. Else a text that only begins with `<word>` is
            none.
    """
    head = data[:_HEAD]
    if _START.match(head) is None:
        return None
    for token in tokens(head):
        if token.kind is Kind.DOCTYPE and head[token.start : token.end].lower().startswith(
            b"<!doctype html"
        ):
            return HTML
        if token.kind is Kind.SUBSET:
            return XML
        if token.kind in (Kind.OPEN, Kind.EMPTY):
            namespaces = head[token.attributes[0] : token.attributes[1]].decode("latin-1")
            kind = _kind(token.name, namespaces) or _unnamed(token.name, head, declared=declared)
            return kind or (XML if declared or _is_markup(head, token.name) else None)
    return XML if declared or b"<?xml" in head else None


def _unnamed(name: str, head: bytes, *, declared: bool) -> MediaKind | None:
    """A root without a namespace that says what it is, by its name and what stands near."""
    if name in cda_tables.FRAGMENTS and _CLINICAL.search(head):
        return CDA
    if name == "Message" and _SCRIPT.search(head):
        return SCRIPT
    if declared or b"<?xml" in head:
        return None
    known = _NARRATIVE | _DRAWN if b"<svg" in head else _NARRATIVE
    is_page = all(
        t.name.lower() in known for t in tokens(head) if t.kind in (Kind.OPEN, Kind.EMPTY)
    )
    return HTML if is_page else None


def _is_markup(head: bytes, name: str) -> bool:
    return _NAME.fullmatch(name) is not None and (
        b"<?xml" in head or b"</" in head or b"/>" in head
    )


def _kind(name: str, attributes: str) -> MediaKind | None:
    """The vocabulary that an element begins by its name or a namespace in its tag; None when it
    begins none."""
    if (
        cda_tables.NAMESPACE in attributes
        or name == "ClinicalDocument"
        or cda_tables.MESSAGE.fullmatch(name)
    ):
        return CDA
    if fhir_xml.NAMESPACE + '"' in attributes or fhir_xml.NAMESPACE + "'" in attributes:
        return FHIR
    if "ncpdp.org" in attributes.lower() or (
        "TransactionDomain" in attributes and "SCRIPT" in attributes
    ):
        return SCRIPT
    if hl7v2_xml.NAMESPACE in attributes:
        return HL7V2
    if dicom_xml.NAMESPACE in attributes:
        return DICOM
    return HTML if name.lower() == "html" else None


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the elements of `data` say to `evidence`; a gap when not all of it could be read."""
    document = Document(data)
    hidden = Hidden(document, evidence)
    labels = LabelReader(document, evidence)
    readers: dict[MediaKind, VocabularyReader] = {
        CDA: CdaReader(document, evidence),
        FHIR: FhirXmlReader(document, evidence),
        SCRIPT: ScriptReader(document, evidence, labels),
        HL7V2: V2XmlReader(document, evidence),
        DICOM: DicomXmlReader(document, evidence),
        XML: labels,
    }
    dialects = _Dialects(sniff(data, declared=True), data)
    gap = Gap.NONE
    try:
        for element in evidence.context.timed(document.elements()):
            readers[dialects.of(element)].element(element)
            hidden.element(element)
    except XmlTooDeepError:
        gap = Gap.OVER_LIMIT
    for reader in readers.values():
        reader.finish()
    return gap or document.gap or hidden.finish() or _judge(data, document.codec)


class _Dialects:
    """The vocabulary of each element: its own namespace says, else it has that of the element
    around it."""

    def __init__(self, root: MediaKind | None, data: bytes) -> None:
        self._root = XML if root is None or root is HTML else root
        self._data = data

    def of(self, element: Element) -> MediaKind:
        """One of KINDS, but HTML. Each element is asked once: the answer is noted on it."""
        if element.dialect is None:
            above = self.of(element.parent) if element.parent is not None else self._root
            element.dialect = self._own(element) or above
        return element.dialect

    def _own(self, element: Element) -> MediaKind | None:
        start, end = element.attributes
        if self._data.find(b"xmlns", start, end) < 0 and not element.name[:1].isupper():
            return None
        kind = _kind(element.name, self._data[start:end].decode("latin-1"))
        return None if kind is HTML else kind


def _judge(data: bytes, codec: str) -> Gap:
    """MALFORMED unless `data` is well-formed XML 1.0. Prefixes without a namespace are let pass:
    they hide nothing.

    Expat reads no DTD and no other file, and its parser is gone with the document. libxml2 keeps
    the names of all documents, and its messages about them, as long as the thread lives."""
    if _NO_VERSION.match(data):
        return Gap.MALFORMED
    try:
        expat.ParserCreate(codec).Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError):
        return Gap.MALFORMED
    return Gap.NONE


CDA: Final = MediaKind("cda", read, is_markup=True, names_providers=True)
FHIR: Final = MediaKind("fhir+xml", read, is_markup=True, names_providers=True)
SCRIPT: Final = MediaKind("script", read, is_markup=True, names_providers=True)
HL7V2: Final = MediaKind("hl7v2+xml", read, is_markup=True, names_providers=True)
DICOM: Final = MediaKind("dicom+xml", read, is_markup=True)
XML: Final = MediaKind("xml", read, is_markup=True, may_hold_prose=True)
KINDS: Final = (CDA, FHIR, SCRIPT, HL7V2, DICOM, XML, HTML)
