"""XML documents. Each element goes to the reader of its vocabulary, whatever envelope is around it.

The name and namespace of the root say what the document is. An element within it with the namespace
of another vocabulary begins a part in that vocabulary (a CDA document in a SOAP body). Expat checks
that the document is well-formed, so that a receiver cannot read it in another way.
"""

import re
from collections.abc import Callable
from typing import Final, Protocol
from xml.parsers import expat

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.formats.apple_health import xml as apple_health
from phiscan.formats.apple_health.xml import AppleHealthReader
from phiscan.formats.atna import xml as atna_xml
from phiscan.formats.atna.xml import AuditReader
from phiscan.formats.cda import absent as cda_absent
from phiscan.formats.cda import tables as cda_tables
from phiscan.formats.cda.reader import CdaReader
from phiscan.formats.dicom import xml as dicom_xml
from phiscan.formats.dicom.xml import DicomXmlReader
from phiscan.formats.fhir import absent as fhir_absent
from phiscan.formats.fhir import tables as fhir_tables
from phiscan.formats.fhir import xml as fhir_xml
from phiscan.formats.fhir.xml import FhirXmlReader
from phiscan.formats.hl7v2 import xml as hl7v2_xml
from phiscan.formats.hl7v2.xml import V2XmlReader
from phiscan.formats.ihe import assertions, registry
from phiscan.formats.ihe.assertions import AssertionReader
from phiscan.formats.ihe.registry import RegistryReader
from phiscan.formats.ncpdp.script import ScriptReader
from phiscan.formats.openehr import xml as openehr_xml
from phiscan.formats.openehr.xml import OpenEhrXmlReader
from phiscan.formats.x12 import xml as x12_xml
from phiscan.formats.x12.xml import X12XmlReader
from phiscan.labelled.html import MEDIA as HTML
from phiscan.labelled.xml import LabelReader
from phiscan.media_kind import Masking, MediaKind, Sample
from phiscan.readers import xml_fields
from phiscan.syntax.xml_elements import Document, Element, XmlTooDeepError
from phiscan.syntax.xml_tokens import Kind, tokens
from phiscan.syntax.xml_values import Hidden

# matches b"<?xml ", b"<!--" and b"<Patient"; not b"< 5"
_START: Final = re.compile(rb"[\s\xef\xbb\xbf]*<(?:\?xml\b|!--|!DOCTYPE|[A-Za-z_])", re.IGNORECASE)
# matches "Patient"; not "ana@example.org", as in "<ana@example.org>"
_NAME: Final = re.compile(r"[\w.-]+")
HTML_NAMES: Final = frozenset(
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
"""Element names of current and former HTML. A fragment of a page has only these."""
_DRAWN: Final = frozenset(
    "g rect circle ellipse line polyline polygon text tspan textpath defs use symbol marker mask "
    "pattern clippath image lineargradient"
    " radialgradient stop filter desc metadata animate foreignobject".split()
)
"""Element names of SVG. They count only beside an `<svg`, because an address has lines too."""
_NARRATIVE: Final = HTML_NAMES | frozenset(
    "content paragraph list item linkhtml footnote footnoteref rendermultimedia".split()
)
"""Element names of a CDA narrative block (https://hl7.org/cda, NarrativeBlock).

The block is like HTML with some other names. Attachments hold pieces of such blocks.
"""
# matches b'root="2.16.840.1.113883.19"' and b'moodCode="EVN"'; not b'code="2.16"'
_CLINICAL: Final = re.compile(
    rb"""["']2\.16\.840\.1\.113883\.|templateId|nullFlavor|moodCode|classCode"""
)
# matches b"<NewRx>" and b"<ns:RxRenewalRequest>"; not b"<Rx>"
_SCRIPT: Final = re.compile(
    rb"ncpdp\.org|TransactionDomain\s*=|<(?:\w+:)?(?:NewRx|Rx[A-Z]\w+|Refill\w+|CancelRx)\b",
    re.IGNORECASE,
)
_HEAD: Final = 4096
# An XML declaration without a valid version, which Expat accepts.
# matches `<?xml version=""`; not `<?xml version="1.0"` or `<?xml-stylesheet `
_NO_VERSION: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml\s+(?=\S)(?!version\s*=\s*(?:"1\.\d+"|'1\.\d+'))"""
)


class VocabularyReader(Protocol):
    """Reads the elements of one vocabulary."""

    def element(self, element: Element) -> None:
        """Read one element that has closed."""

    def finish(self) -> None:
        """Add the findings that are known only at the end of the document."""


def look(sample: Sample) -> MediaKind | None:
    """One of KINDS if the document begins like markup."""
    return sniff(sample.data, declared=sample.declared.endswith("xml"))


def sniff(data: bytes, *, declared: bool = False) -> MediaKind | None:
    """Return the one of KINDS that `data` begins like, or None when it is not markup.

    Args:
        declared: whether the Content-Type says that it is XML. Undeclared, a text that only begins
            with `<word>` is not markup.
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
            if kind is None and fhir_xml.is_resource(token.name, head, token.end):
                return FHIR
            return kind or (XML if declared or _is_markup(head, token.name) else None)
    return XML if declared or b"<?xml" in head else None


def _unnamed(name: str, head: bytes, *, declared: bool) -> MediaKind | None:
    """Return the kind by a root that has no telling namespace, by its name and what is near it."""
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
    """Return the vocabulary that an element begins, by its name or a namespace in its tag.

    None when the element begins no vocabulary.
    """
    return next((kind for kind, begins in _BEGINNINGS if begins(name, attributes)), None)


def begins_vocabulary(name: str, attributes: bytes) -> bool:
    """Whether a start tag begins a part in a health vocabulary.

    Args:
        name: the element's name without prefix.
        attributes: the attributes of the tag as they are written.
    """
    if not (name[:1].isupper() or name in _TELLING or b"xmlns" in attributes):
        return False
    return _kind(name, attributes.decode("latin-1")) not in (None, HTML)


def _is_cda(name: str, attributes: str) -> bool:
    return (
        cda_tables.NAMESPACE in attributes
        or name in cda_tables.UNQUALIFIED
        or cda_tables.MESSAGE.fullmatch(name) is not None
    )


def _is_fhir(_name: str, attributes: str) -> bool:
    return fhir_xml.NAMESPACE + '"' in attributes or fhir_xml.NAMESPACE + "'" in attributes


def _is_script(_name: str, attributes: str) -> bool:
    return "ncpdp.org" in attributes.lower() or (
        "TransactionDomain" in attributes and "SCRIPT" in attributes
    )


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the elements of `data` say. A gap when not all of it could be read."""
    document = Document(data)
    hidden = Hidden(document, evidence)
    labels = LabelReader(document, evidence)
    readers: dict[MediaKind, VocabularyReader] = {
        CDA: CdaReader(document, evidence),
        FHIR: FhirXmlReader(document, evidence),
        SCRIPT: ScriptReader(document, evidence, labels),
        HL7V2: V2XmlReader(document, evidence),
        DICOM: DicomXmlReader(document, evidence),
        OPENEHR: OpenEhrXmlReader(document, evidence),
        ATNA: AuditReader(document, evidence),
        REGISTRY: RegistryReader(document, evidence),
        SAML: AssertionReader(document, evidence, labels),
        APPLE_HEALTH: AppleHealthReader(document, evidence),
        XML: labels,
    }
    dialects = _Dialects(sniff(data, declared=True), data)
    # X12 as XML has no names of its own for what is around it
    everywhere: list[VocabularyReader] = []
    if x12_xml.sniff(data):
        everywhere.append(X12XmlReader(document, evidence))
    gap = Gap.NONE
    try:
        for element in evidence.context.timed(document.elements()):
            readers[dialects.of(element)].element(element)
            hidden.element(element)
            for each in everywhere:
                each.element(element)
    except XmlTooDeepError:
        gap = Gap.OVER_LIMIT
    for reader in (*readers.values(), *everywhere):
        reader.finish()
    return gap or document.gap or hidden.finish() or _check_well_formed(data, document.codec)


class _Dialects:
    """The vocabulary of each element.

    It is that of the element's own name or namespace, or else that of the enclosing element.
    """

    def __init__(self, root: MediaKind | None, data: bytes) -> None:
        self._root = XML if root is None or root is HTML else root
        self._data = data
        self._named: dict[str, MediaKind | None] = {}

    def of(self, element: Element) -> MediaKind:
        """Return one of KINDS except HTML. The answer is stored in the element."""
        if element.dialect is None:
            above = self.of(element.parent) if element.parent is not None else self._root
            element.dialect = self._own(element) or above
        return element.dialect

    def _own(self, element: Element) -> MediaKind | None:
        start, end = element.attributes
        if end == start:
            if element.name not in self._named:
                self._named[element.name] = _kind(element.name, "")
            kind = self._named[element.name]
        elif (
            element.name[:1].isupper()
            or element.name in _TELLING
            or self._data.find(b"xmlns", start, end) >= 0
        ):
            kind = _kind(element.name, self._data[start:end].decode("latin-1"))
        else:
            kind = None
        if kind is None and fhir_xml.is_resource(element.name, self._data, element.content):
            return FHIR
        return None if kind is HTML else kind


def _check_well_formed(data: bytes, codec: str) -> Gap:
    """MALFORMED unless `data` is well-formed XML 1.0.

    Prefixes without a namespace are accepted, because they hide nothing.

    Expat reads no DTD and no other file, and its parser keeps nothing after the document. libxml2
    would keep the names of all documents, and its messages about them, for the life of the thread.
    """
    if _NO_VERSION.match(data):
        return Gap.MALFORMED
    try:
        expat.ParserCreate(codec).Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError):
        return Gap.MALFORMED
    return Gap.NONE


_FIELDS: Final = xml_fields.fields(fhir_tables.KNOWN | cda_tables.KNOWN)
CDA: Final = MediaKind(
    "cda",
    read,
    is_markup=True,
    fields=_FIELDS,
    names_providers=True,
    masking=Masking(absent=cda_absent.edits, partial_dates=True),
)
FHIR: Final = MediaKind(
    "fhir+xml",
    read,
    is_markup=True,
    fields=_FIELDS,
    names_providers=True,
    reads_references=True,
    masking=Masking(absent=fhir_absent.in_xml, partial_dates=True),
)
SCRIPT: Final = MediaKind("script", read, is_markup=True, fields=_FIELDS, names_providers=True)
HL7V2: Final = MediaKind(
    "hl7v2+xml",
    read,
    is_markup=True,
    fields=_FIELDS,
    names_providers=True,
    masking=Masking(partial_dates=True),
)
DICOM: Final = MediaKind("dicom+xml", read, is_markup=True, fields=_FIELDS)
OPENEHR: Final = MediaKind(
    "openehr+xml",
    read,
    is_markup=True,
    fields=_FIELDS,
    may_hold_prose=True,
    names_providers=True,
    masking=Masking(partial_dates=True),
)
ATNA: Final = MediaKind("atna", read, is_markup=True, fields=_FIELDS, names_providers=True)
REGISTRY: Final = MediaKind("ebrim", read, is_markup=True, fields=_FIELDS, names_providers=True)
SAML: Final = MediaKind("saml", read, is_markup=True, fields=_FIELDS, may_hold_prose=True)
APPLE_HEALTH: Final = MediaKind("apple-health", read, is_markup=True, fields=_FIELDS)
XML: Final = MediaKind("xml", read, is_markup=True, fields=_FIELDS, may_hold_prose=True)
_BEGINNINGS: Final[tuple[tuple[MediaKind, Callable[[str, str], bool]], ...]] = (
    (CDA, _is_cda),
    (FHIR, _is_fhir),
    (SCRIPT, _is_script),
    (HL7V2, lambda _name, attributes: hl7v2_xml.NAMESPACE in attributes),
    (DICOM, lambda _name, attributes: dicom_xml.NAMESPACE in attributes),
    (OPENEHR, openehr_xml.begins),
    (ATNA, atna_xml.begins),
    (REGISTRY, registry.begins),
    (SAML, assertions.begins),
    (APPLE_HEALTH, apple_health.begins),
    (HTML, lambda name, _attributes: name.lower() == "html"),
)
"""Each vocabulary, and whether a start tag with this name and these attributes begins it."""
_TELLING: Final = cda_tables.UNQUALIFIED | frozenset(openehr_xml.ROOTS)
"""Names in lower case that may begin a vocabulary without a namespace in their own tag."""
KINDS: Final = (
    CDA, FHIR, SCRIPT, HL7V2, DICOM, OPENEHR, ATNA, REGISTRY, SAML, APPLE_HEALTH, XML, HTML
)  # fmt: skip
