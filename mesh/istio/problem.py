"""One problem of a mesh's configuration, and the rules that find problems."""

from dataclasses import dataclass
from enum import StrEnum

from mesh.istio.snapshot import MeshObject, Node


class Severity(StrEnum):
    """What a problem costs, worst first.

    HOLE: a message can pass unread or unencrypted. LEAK: PHI can reach a span, a log or a metric.
    REFUSAL: messages that should pass are refused. ADVICE: nothing yet.
    """

    HOLE = "hole"
    LEAK = "leak"
    REFUSAL = "refusal"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of mistake.

    Args:
        name: its stable name, `provider-fail-open`.
        why: why it matters, in one sentence without its full stop.
        istioctl: the code of `istioctl analyze` that finds the same; empty for none.
    """

    name: str
    severity: Severity
    why: str
    istioctl: str = ""


@dataclass(frozen=True, slots=True)
class IstioProblem:
    """What is wrong, where, and the fix. `str` gives one line for the user.

    Args:
        field: the path of the field, `spec.configPatches[0].match`; may be empty.
        line: in the file; 0 when unknown.
    """

    rule: Rule
    file: str
    line: int
    title: str
    field: str
    message: str
    hint: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f"{self.title}: {self.field}" if self.field else self.title
        also = f", istioctl {self.rule.istioctl}" if self.rule.istioctl else ""
        return (
            f"{place}: {self.rule.severity}: {where}: {self.message}: {self.rule.why}; "
            f"{self.hint} ({self.rule.name}{also})"
        )


def problem(rule: Rule, document: MeshObject, node: Node, message: str, hint: str) -> IstioProblem:
    """A problem of one document.

    Args:
        node: the field that is wrong, or would have to be there.
    """
    line = node.line or document.body.line
    return IstioProblem(rule, document.file, line, document.title, node.field, message, hint)
