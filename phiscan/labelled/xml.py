"""XML without a published format, and SOAP envelopes: element and attribute names are the labels.

`<patient><name first="Ann"/></patient>` is read like the object
`{"patient": {"name": {"first": "Ann"}}}`. Some elements only wrap a value
(`<DateOfBirth><Date>`): the value gets the label around it. Some name the value beside it
(`<field name="ssn">`, `<Name>ssn</Name><Value>`): that name is its label.
"""

from typing import Final

from phiscan.evidence import Evidence, shown_path
from phiscan.labelled.records import Labelled, is_of_care, read_records
from phiscan.syntax.xml_elements import Document, Element, Value
from phiscan.syntax.xml_values import add_base64, text
from phiscan.words.label_vocabulary import ROLES
from phiscan.words.labels import read_label
from phiscan.words.statement_labels import fewest_terms

_WRAPPERS: Final = frozenset(
    "value val text string date datetime exactdatetime number content data literal simplevalue "
    "item v display attributevalue".split()
)
"""Names of elements that say nothing of their value. The label is around or beside them."""
_NAMING: Final = ("name", "key", "label", "field", "id", "code", "title")
"""Attributes that name the content of their element."""
_NAMING_ELEMENTS: Final = frozenset("name key label field attributename propertyname".split())


class LabelReader:
    """Collects labelled values as elements close; `finish` reads them as records."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._values: list[Labelled] = []
        self._beside: dict[int, str] = {}

    def element(self, element: Element) -> None:
        """Take the values of one element."""
        attributes = self._document.attributes(element)
        given = next(
            (
                attributes[k].text
                for k in _NAMING
                if k in attributes and read_label(attributes[k].text).rule
            ),
            "",
        )
        value = text(self._document, element)
        if value is not None and value.text:
            self._text(element, value, attributes, given)
        for name, attribute in attributes.items():
            if name == "xmlns" or not attribute.text or attribute.text == given:
                continue
            label = (given or "") if name.lower() in _WRAPPERS else name
            self._take(element, [label] if label else [], attribute, _record(element))

    def finish(self) -> None:
        """Add what the labels say to the evidence."""
        read_records(self._values, self._evidence, "xml_label")

    def _text(
        self, element: Element, value: Value, attributes: dict[str, Value], given: str
    ) -> None:
        kind = attributes["type"].text if "type" in attributes else ""
        if (
            kind.endswith(("base64Binary", "base64"))
            or attributes.get("encoding", _NO_VALUE).text.lower() == "base64"
        ):
            media = attributes["mediaType"].text if "mediaType" in attributes else ""
            add_base64(self._evidence, value, shown_path(element.path()), media)
            return
        holder = element.parent.start if element.parent else -1
        record = _record(element.parent or element)
        if element.name.lower() in _NAMING_ELEMENTS and read_label(value.text).rule is not None:
            self._beside[holder] = value.text
        elif element.name.lower() in _WRAPPERS and holder in self._beside:
            self._take(element, [self._beside.pop(holder)], value, record)
        else:
            self._take(element, [given] if given else [], value, record)

    def _take(self, element: Element, extra: list[str], value: Value, record: int) -> None:
        """Keep a value if its label has a rule."""
        labels = [at.name for at in element.chain()][::-1] + extra
        while len(labels) > 1 and labels[-1].lower() in _WRAPPERS:
            labels.pop()
        rule = read_label(labels[-1]).rule
        if rule is None and not fewest_terms(labels[-1]):
            return
        if rule is not None and _is_link(value.text, rule.info_type):
            return
        family = _family(element if extra else element.parent or element)
        self._values.append(
            Labelled(tuple(labels), value.text, value.start, value.end, record, family)
        )


_NO_VALUE: Final = Value("", -1, -1)


def _is_link(value: str, info_type: str) -> bool:
    """Whether a value is a web address in another field: `<endpoint address="https://...">`."""
    return "://" in value and info_type not in ("URL", "FACE_PHOTO")


def _record(element: Element) -> int:
    """The number of a value's record: the offset of the innermost element that is no label."""
    return next(
        (at.start for at in element.chain() if read_label(at.name).rule is None), element.start
    )


def _family(element: Element) -> int:
    """The number that the parts of one record share: the offset of the element around them.

    A part is an element that names a person or care: `<client>`, `<visit>`.
    """
    holder = next((at for at in element.chain() if read_label(at.name).rule is None), element)
    while holder.parent is not None and _is_part(holder.name):
        holder = holder.parent
    return holder.start


def _is_part(name: str) -> bool:
    return read_label(name).subject is not None or name.lower() in ROLES or is_of_care(name)
