"""The base of every generator: invented people, and marks for the text it builds."""

from dataclasses import dataclass, field
from datetime import date

from bench.eval.document import Document, Marks
from bench.eval.people import Invent
from phiscan.finding import Verdict


@dataclass(slots=True)
class Case:
    """One document that a generator is building."""

    seed: str
    format: str
    inv: Invent = field(init=False)
    marks: Marks = field(init=False)

    def __post_init__(self) -> None:
        self.inv = Invent(self.seed)
        self.marks = Marks()

    def phi(self, info_type: str, text: str, also: str = "") -> str:
        """Mark a patient's value."""
        return self.marks.patient(info_type, text, also)

    def may(self, info_type: str, text: str) -> str:
        """Mark a value that a scanner may report or not: either counts as right."""
        return self.marks.optional(info_type, text)

    def staff(self, info_type: str, text: str) -> str:
        """Mark a provider's own value."""
        return self.marks.provider(info_type, text)

    def document(
        self,
        text: str,
        content_type: str,
        *,
        style: str = "",
        verdict: Verdict = Verdict.PHI,
        encoding: str = "utf-8",
    ) -> Document:
        """Return the document: its marks become labels with offsets."""
        data, labels = self.marks.finish(text, encoding)
        return Document(self.format, style, data, content_type, verdict, labels)


def ymd(day: date) -> str:
    """The date as YYYYMMDD, the form of HL7 v2, X12, NCPDP and DICOM."""
    return day.strftime("%Y%m%d")
