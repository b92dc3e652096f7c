"""XML without a published format, and SOAP envelopes: element and attribute names are the labels.

`<patient><name first="Ann"/></patient>` is read like the object
`{"patient": {"name": {"first": "Ann"}}}`. Some elements only wrap a value
(`<DateOfBirth><Date>`): the value gets the label around it. Some name the value beside it
(`<field name="ssn">`, `<Name>ssn</Name><Value>`): that name is its label. Cells of rows have the
labels of the columns above them.
"""

from typing import Final

from phiscan.evidence import Evidence, shown_path
from phiscan.labelled.records import Labelled, is_of_care, read_records
from phiscan.labelled.xml_names import Around, decoded, given, is_naming
from phiscan.labelled.xml_tables import XmlTables
from phiscan.syntax.xml_elements import Document, Element, Value
from phiscan.syntax.xml_values import add_base64, text
from phiscan.words.label_vocabulary import ROLES
from phiscan.words.labels import read_label
from phiscan.words.statement_labels import fewest_terms


class LabelReader:
    """Collects labelled values as elements close; `finish` reads them as records."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._values: list[Labelled] = []
        self._tables = XmlTables()
        self._around = Around(document)
        self._has_escapes = b"_x00" in document.data
        self._beside: dict[int, str] = {}
        self._before: dict[int, tuple[Element, Value]] = {}

    def element(self, element: Element) -> None:
        """Take the values of one element."""
        attributes = self._document.attributes(element)
        label = given(attributes) if attributes else ""
        value = text(self._document, element)
        if value is not None and value.text:
            self._text(element, value, attributes, label)
        for name, attribute in attributes.items():
            if name == "xmlns" or not attribute.text or attribute.text == label:
                continue
            own = label if self._around.is_wrapper(name) else name
            self._take(element, [own] if own else [], attribute, _record(element))
        self._tables.element(element, value, label)
        self._around.close(element)
        if self._beside:
            self._beside.pop(element.start, None)
        if self._before:
            self._before.pop(element.start, None)

    def finish(self) -> None:
        """Add what the labels say to the evidence."""
        self._values.extend(self._tables.finish())
        read_records(self._values, self._evidence, "xml_label")

    def _text(
        self, element: Element, value: Value, attributes: dict[str, Value], label: str
    ) -> None:
        kind = attributes["type"].text if "type" in attributes else ""
        if (
            kind.endswith(("base64Binary", "base64"))
            or attributes.get("encoding", _NO_VALUE).text.lower() == "base64"
        ):
            media = attributes["mediaType"].text if "mediaType" in attributes else ""
            add_base64(self._evidence, value, shown_path(element.path()), media)
            return
        if self._around.is_wrapper(element.name):
            self._wrapped(element, value, label)
        elif is_naming(element.name) and not label:
            self._name(element, value)
        else:
            self._take(element, [label] if label else [], value, _record(element.parent or element))

    def _name(self, element: Element, value: Value) -> None:
        """Take a text that may name a value beside it, or be one."""
        around = element.parent.start if element.parent else -1
        before = self._before.pop(around, None) if around not in self._beside else None
        if read_label(value.text).rule is None:
            self._beside[around] = ""  # the next value is not that of an earlier label
            self._take(element, [], value, _record(element.parent or element))
        elif before is not None:
            self._beside[around] = ""
            self._pair(*before, value.text)
        else:
            self._beside[around] = value.text

    def _wrapped(self, element: Element, value: Value, label: str) -> None:
        """Take a value whose label is beside it, around it, or its own attribute."""
        around = self._around.holder(element)
        at = around.start if around else -1
        beside = self._beside.get(at, "")
        if beside:
            self._beside[at] = ""
            self._pair(element, value, beside)
        elif label:
            self._take(element, [label], value, _record(element.parent or element))
        elif above := self._around.label(element):
            self._pair(element, value, above)
        else:
            if at not in self._beside:
                self._before.setdefault(at, (element, value))
            self._take(element, [], value, _record(element.parent or element))

    def _pair(self, element: Element, value: Value, name: str) -> None:
        """Keep a value with the name beside or around it. The pairs of one list are one record."""
        around = self._around.holder(element) or element
        self._take(element, [name], value, _record(around.parent or around))

    def _take(self, element: Element, extra: list[str], value: Value, record: int) -> None:
        """Keep a value if its label has a rule."""
        labels = [at.name for at in element.chain()][::-1] + extra
        if self._has_escapes:
            labels = list(map(decoded, labels))
        while len(labels) > 1 and self._around.is_wrapper(labels[-1]):
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
