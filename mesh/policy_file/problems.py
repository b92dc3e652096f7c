"""Problems of a file that a person wrote, each with its place and its fix."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error makes the file unusable; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class FileProblem:
    """One problem; sorts by place.

    Args:
        line: from 1.
        column: from 1.
        message: one sentence, starting in lower case, with the user's input in backticks.
        hint: how to fix it; may be empty.
    """

    file: str
    line: int
    column: int
    severity: Severity
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}{hint}"


class PolicyError(Exception):
    """A file cannot be used.

    `problems` holds all of its problems, warnings too, in order of place.
    """

    def __init__(self, problems: tuple[FileProblem, ...]) -> None:
        super().__init__("\n".join(str(p) for p in problems if p.severity is Severity.ERROR))
        self.problems = problems
