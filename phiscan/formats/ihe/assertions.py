"""SAML assertions that name a patient: IHE XUA, XSPA and their national profiles.

    <Attribute Name="urn:oasis:names:tc:xacml:2.0:resource:resource-id">
      <AttributeValue>77120^^^&amp;1.3.6&amp;ISO</AttributeValue>

An assertion is made for the user of a system. Most of its attributes are that user's, and only the
resource that is asked for is a patient's record (ITI TF-2 section 3.40.4.1.2.3).
"""

from typing import Final

from phiscan.evidence import Evidence, shown_path
from phiscan.finding import Location, Subject
from phiscan.formats.hl7v2 import cx
from phiscan.labelled.records import Labelled, read_records
from phiscan.labelled.xml import LabelReader
from phiscan.syntax.xml_elements import Document, Element
from phiscan.syntax.xml_values import text
from phiscan.words.labels import is_masked, read_label

_DETECTOR: Final = "saml_attribute"
_RESOURCES: Final = frozenset(("resource-id", "resourceid"))
"""Last parts of the names of attributes that hold a patient's number as CX."""
_USERS_NAMES: Final = frozenset(("subject-id", "subjectid"))
"""Last parts of the names of attributes that hold the user's name."""
KNOWN: Final = frozenset("Assertion AttributeStatement Attribute AttributeValue".split())
"""Element names that a field path may show."""


def begins(name: str, attributes: str) -> bool:
    """Whether an element with this name and these attributes begins an assertion."""
    return name == "AttributeStatement" or (name == "Assertion" and "IssueInstant" in attributes)


class AssertionReader:
    """Reads elements in the order in which they close. Call `finish` at the end.

    Args:
        labels: reads the elements that are no attributes. Profiles put statements of their own
            into assertions.
    """

    def __init__(self, document: Document, evidence: Evidence, labels: LabelReader) -> None:
        self._document = document
        self._evidence = evidence
        self._labels = labels
        self._labelled: list[Labelled] = []

    def element(self, element: Element) -> None:
        """Read one value of an attribute, or another element by its label."""
        holder = element.parent
        if element.name != "AttributeValue" or holder is None:
            if element.name != "Attribute":
                self._labels.element(element)
            return
        named = self._document.attributes(holder).get("Name")
        value = text(self._document, element)
        if named is None or value is None or not value.text or is_masked(value.text):
            return
        name = named.text.replace("/", ":").rpartition(":")[2]
        field = shown_path(element.path(), KNOWN)
        label = read_label(name)
        if name.lower() in _RESOURCES:
            for start, end in cx.numbers(self._document.data, value.start, value.end):
                location = Location(field, start, end)
                self._evidence.add(_DETECTOR, "MEDICAL_RECORD_NUMBER", location, Subject.PATIENT)
        elif name.lower() in _USERS_NAMES:
            location = Location(field, value.start, value.end)
            self._evidence.add(_DETECTOR, "PERSON_NAME", location, Subject.PROVIDER)
        elif label.subject is Subject.PATIENT and label.rule is not None:
            record = holder.parent.start if holder.parent is not None else holder.start
            self._labelled.append(Labelled((name,), value.text, value.start, value.end, record))

    def finish(self) -> None:
        """Add what the labels of attributes say."""
        read_records(self._labelled, self._evidence, _DETECTOR)
