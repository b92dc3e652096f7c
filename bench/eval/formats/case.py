"""What every generator starts from: invented people, and marks for the text that is being built."""

from dataclasses import dataclass, field
from datetime import date

from bench.eval.document import Document, Marks
from bench.eval.people import Invent
from phiscan.finding import Verdict


@dataclass(slots=True)
class Case:
    """One document in the making."""

    seed: str
    format: str
    inv: Invent = field(init=False)
    marks: Marks = field(init=False)

    def __post_init__(self) -> None:
        self.inv = Invent(self.seed)
        self.marks = Marks()

    def phi(self, info_type: str, text: str, also: str = "") -> str:
        """A patient's value, marked."""
        return self.marks.patient(info_type, text, also)

    def may(self, info_type: str, text: str) -> str:
        """A value that may be found or not, marked."""
        return self.marks.optional(info_type, text)

    def staff(self, info_type: str, text: str) -> str:
        """A provider's own value, marked."""
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
        """The finished document."""
        data, labels = self.marks.finish(text, encoding)
        return Document(self.format, style, data, content_type, verdict, labels)


def ymd(day: date) -> str:
    """YYYYMMDD, as HL7, X12, NCPDP and DICOM write dates."""
    return day.strftime("%Y%m%d")
