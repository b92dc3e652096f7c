"""One thing that is wrong with a mesh's configuration."""

from dataclasses import dataclass

from mesh.istio.snapshot import Document


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and the fix; `str` gives the one line that a user reads."""

    file: str
    title: str
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.file}: {self.title}: {self.message}; {self.hint}"


def problem(document: Document, message: str, hint: str) -> Problem:
    """A problem of one document."""
    return Problem(document.file, document.title, message, hint)
