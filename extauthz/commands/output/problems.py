"""Problems of a file that a person wrote, as text and as JSON."""

from collections.abc import Iterable
from typing import Annotated, TypedDict

from extauthz.terminal import say, tones
from mesh.policy_file.problems import FileProblem, Severity


class Problem(TypedDict):
    """One problem, with its place and its fix."""

    file: str
    line: Annotated[int, "from 1"]
    column: Annotated[int, "from 1"]
    severity: Annotated[Severity, "an error makes the file unusable"]
    message: str
    hint: Annotated[str, "how to fix it; may be empty"]


def plain(problems: Iterable[FileProblem]) -> list[Problem]:
    """Return problems as JSON has them."""
    return [
        Problem(
            file=each.file,
            line=each.line,
            column=each.column,
            severity=each.severity,
            message=each.message,
            hint=each.hint,
        )
        for each in problems
    ]


def tell(problems: Iterable[FileProblem]) -> None:
    """Write one line for each problem to the standard output."""
    say.lines(tones.judged(str(each)) for each in problems)
