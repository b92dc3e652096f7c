"""One problem of a mesh's configuration."""

from dataclasses import dataclass

from mesh.istio.snapshot import MeshObject


@dataclass(frozen=True, slots=True)
class IstioProblem:
    """What is wrong, where, and the fix. `str` gives one line for the user."""

    file: str
    title: str
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.file}: {self.title}: {self.message}; {self.hint}"


def problem(document: MeshObject, message: str, hint: str) -> IstioProblem:
    """A problem of one document."""
    return IstioProblem(document.file, document.title, message, hint)
