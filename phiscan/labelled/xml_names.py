"""Where XML without a published format writes the name of a value: beside it, above it, in it.

<field name="ssn">...</field>                              an attribute of the element
<binding name="ssn"><literal>...</literal></binding>       an attribute of the element around it
<name>ssn</name><value>...</value>                         an element beside it, in either order
<Last_x0020_Name>...</Last_x0020_Name>                     its own name, with escapes
"""

import re
from collections.abc import Mapping
from typing import Final

from phiscan.syntax.xml_elements import Document, Element, Value
from phiscan.words.labels import read_label

_WRAPPERS: Final = frozenset(
    "value val text string date datetime exactdatetime number content data literal simplevalue "
    "item v display str int integer long short float double decimal bool boolean array arr "
    "list cell".split()
)
"""Names of elements that say nothing of their value. The label is around or beside them."""
_VALUE: Final = "value"
"""How the names of more such elements end: `columnValue`, `newValue`."""
_NAMING: Final = ("name", "key", "label", "field", "id", "code", "title", "column", "col", "n")
"""Attributes that name the content of their element, the most telling first."""
_NAMING_ENDS: Final = (
    "name",
    "key",
    "label",
    "field",
    "column",
    "internalid",
    "fieldid",
    "columnid",
    "questionid",
)
"""How the names of more such attributes end: `columnName`, `internalId`; not `data-testid`."""
_CLASS: Final = "classname"
"""The name of an attribute that says how its element looks."""
_NAMING_ELEMENTS: Final = frozenset("name key label field column property n".split())
_NAMING_ELEMENT_ENDS: Final = ("name", "key", "label")
"""How the names of more such elements end: `column-name`, `propertyName`."""
_FARTHEST: Final = 3
"""The most wrappers around a value within the element that is named."""
# A character that a name of XML cannot have, as SQL Server, Access and .NET write it
# (ISO/IEC 9075-14). matches "_x0020_" in "Last_x0020_Name"; not "_x20_"
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def is_wrapper(name: str) -> bool:
    """Whether the name of an element or attribute says nothing of the value in it."""
    lower = name.lower()
    return lower in _WRAPPERS or lower.endswith(_VALUE)


def is_naming(name: str) -> bool:
    """Whether the text of an element with this name may be the label of an element beside it."""
    lower = name.lower()
    if lower in _NAMING_ELEMENTS:
        return True
    return lower.endswith(_NAMING_ELEMENT_ENDS) and _says_little(name)


def given(attributes: Mapping[str, Value]) -> str:
    """The label that the attributes of an element give to its content, or ""."""
    for name in _NAMING:
        if name in attributes and read_label(attributes[name].text).rule is not None:
            return attributes[name].text
    for name, value in attributes.items():
        lower = name.lower()
        if (
            name not in _NAMING
            and (lower in _NAMING or lower.endswith(_NAMING_ENDS))
            and lower != _CLASS
            and _says_little(name)
            and read_label(value.text).rule is not None
        ):
            return value.text
    return ""


def _says_little(name: str) -> bool:
    """Whether a name alone says nothing of its value: `fieldName`; not `lastName`."""
    rule = read_label(name).rule
    return rule is None or rule.weak


class Around:
    """What is around the wrappers of one document. The answers are worked out once a name."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._is_wrapper: dict[str, bool] = {}
        self._given: dict[int, str] = {}

    def is_wrapper(self, name: str) -> bool:
        """What the function of this name says."""
        answer = self._is_wrapper.get(name)
        if answer is None:
            answer = self._is_wrapper[name] = is_wrapper(name)
        return answer

    def label(self, element: Element) -> str:
        """The label that an element around a wrapper gives by its attributes, or ""."""
        at = element
        for _ in range(_FARTHEST):
            if at.parent is None or not self.is_wrapper(at.name):
                return ""
            at = at.parent
            start, end = at.attributes
            label = self._label_of(at) if start < end else ""
            if label:
                return label
        return ""

    def holder(self, element: Element) -> Element | None:
        """The element in which a value and its name stand side by side."""
        at = element.parent
        for _ in range(_FARTHEST):
            if at is None or not self.is_wrapper(at.name):
                break
            at = at.parent
        return at

    def close(self, element: Element) -> None:
        """Forget an element that has closed."""
        if self._given:
            self._given.pop(element.start, None)

    def _label_of(self, element: Element) -> str:
        # kept while the element is open, so that its attributes are not read for each value in it
        label = self._given.get(element.start)
        if label is None:
            label = self._given[element.start] = given(self._document.attributes(element))
        return label


def decoded(name: str) -> str:
    """The name of an element or attribute with its escapes decoded: `Last Name`."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), name) if "_x" in name else name
