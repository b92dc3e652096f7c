"""The delimiters of an HL7 v2 message, which its header names (chapter 2, section 2.5.4)."""

from dataclasses import dataclass
from typing import Final

_MARKS: Final = 3
"""The fewest delimiters of a header. One with fewer is cut short, and names none."""


@dataclass(frozen=True, slots=True)
class V2Delimiters:
    """MSH-1 and MSH-2: field, component, repetition, escape, subcomponent."""

    field: bytes = b"|"
    component: bytes = b"^"
    repetition: bytes = b"~"
    escape: bytes = b"\\"
    subcomponent: bytes = b"&"

    @property
    def are_ambiguous(self) -> bool:
        """Whether one mark stands for two things."""
        marks = (self.field, self.component, self.repetition, self.escape, self.subcomponent)
        return len(set(marks)) < len(marks)

    @classmethod
    def of(cls, header: bytes) -> "V2Delimiters | None":
        """Return the delimiters of a segment MSH, FHS or BHS, or None if it is cut short.

        The usual ones stand in for those that it leaves out.
        """
        marks = [bytes((c,)) for c in header[3:8]]
        if len(marks) < _MARKS:
            return None
        end = next((i for i, m in enumerate(marks[1:], 1) if m == marks[0]), len(marks))
        return cls(*marks[:end])
