"""Problems of a mesh as text, JSON, SARIF 2.1.0 (code hosts) and JUnit XML (CI servers)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypedDict
from urllib.parse import quote
from xml.etree import ElementTree as ET

from atrest.exports import sarif_log
from extauthz.records.release import VERSION
from extauthz.terminal import json_text, tones
from extauthz.terminal.drawn import Drawn
from mesh.istio.check import RULES
from mesh.istio.problem import IstioProblem, Rule, Severity

_LEVELS: Final = {
    Severity.HOLE: "error",
    Severity.LEAK: "error",
    Severity.REFUSAL: "warning",
    Severity.ADVICE: "note",
}


class MeshProblem(TypedDict):
    """One problem of the mesh's configuration."""

    rule: str
    severity: Annotated[Severity, "all but advice make the exit code 1"]
    file: str
    line: Annotated[int | None, "null where nobody knows it"]
    object: str
    field: str
    message: str
    why: Annotated[str, "what the rule is for"]
    fix: str
    istioctl: Annotated[str | None, "what `istioctl analyze` calls it"]


class MeshReport(TypedDict):
    """Configuration that lets PHI pass unread."""

    documents: Annotated[int, "how many objects were judged"]
    problems: list[MeshProblem]
    notGiven: Annotated[list[str], "kinds of which no object was given, so they were not judged"]
    notRead: Annotated[list[str], "files and folders that were left out"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check found.

    Args:
        problems: in the order in which they are shown.
        documents: how many objects were judged.
        unseen: kinds of which no object was given.
        skipped: a line for each file or folder that was left out.
    """

    problems: tuple[IstioProblem, ...]
    documents: int
    unseen: tuple[str, ...]
    skipped: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether anything but advice was found."""
        return any(each.rule.severity is not Severity.ADVICE for each in self.problems)


def summary(checked: Checked) -> list[str]:
    """Lines for people: how many of what, and what was not judged."""
    counts = Counter(problem.rule.severity for problem in checked.problems)
    parts = ", ".join(
        f"{severity}: {counts[severity]}" for severity in Severity if counts[severity]
    )
    lines = [f"{checked.documents} documents, {len(checked.problems)} problems"]
    if parts:
        lines[0] += f" ({parts})"
    if checked.unseen:
        lines[0] += f"; not given, so not judged: {', '.join(checked.unseen)}"
    return [*lines, *(f"not read: {s}" for s in checked.skipped)]


def lines(checked: Checked) -> Iterator[Drawn]:
    """One line a problem, with its severity in its tone."""
    return (tones.judged(str(problem)) for problem in checked.problems)


def as_json(checked: Checked) -> str:
    """One JSON object."""
    found = MeshReport(
        documents=checked.documents,
        problems=[_item(problem) for problem in checked.problems],
        notGiven=list(checked.unseen),
        notRead=list(checked.skipped),
    )
    return json_text.pretty(found).decode()


def _item(problem: IstioProblem) -> MeshProblem:
    return {
        "rule": problem.rule.name,
        "severity": problem.rule.severity,
        "file": problem.file,
        "line": problem.line or None,
        "object": problem.title,
        "field": problem.field,
        "message": problem.message,
        "why": problem.rule.why,
        "fix": problem.hint,
        "istioctl": problem.rule.istioctl or None,
    }


def sarif(checked: Checked) -> str:
    """One SARIF log with one run."""
    used = {problem.rule for problem in checked.problems}

    def rules() -> Iterator[sarif_log.Item]:
        return (_rule(rule) for rule in RULES if rule in used)

    notes = (sarif_log.notification(each, "") for each in checked.skipped)
    return "".join(sarif_log.log(map(_result, checked.problems), rules, notes, VERSION))


def _rule(rule: Rule) -> dict[str, Any]:
    found = sarif_log.rule(rule.name, rule.why)
    return {
        **found,
        "properties": {"severity": rule.severity.value, "istioctl": rule.istioctl or None},
    }


def _result(problem: IstioProblem) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(problem.file)}}
    if problem.line:
        physical["region"] = {"startLine": problem.line}
    name = f"{problem.title}: {problem.field}" if problem.field else problem.title
    words = f"{name}: {problem.message}: {problem.rule.why}; {problem.hint}"
    return {
        "ruleId": problem.rule.name,
        "level": _LEVELS[problem.rule.severity],
        "message": {"text": words},
        "locations": [
            {
                "physicalLocation": physical,
                "logicalLocations": [{"fullyQualifiedName": name}],
            }
        ],
    }


def junit(checked: Checked) -> str:
    """One `testcase` a rule: it fails where anything but advice was found by it."""
    by_rule: dict[Rule, list[IstioProblem]] = {}
    for problem in checked.problems:
        if problem.rule.severity is not Severity.ADVICE:
            by_rule.setdefault(problem.rule, []).append(problem)
    name = "phiguard istio check"
    root = ET.Element("testsuites", name=name)
    suite = ET.SubElement(
        root,
        "testsuite",
        name=name,
        tests=str(len(RULES)),
        failures=str(len(by_rule)),
        errors="0",
        skipped="0",
    )
    for rule in RULES:
        case = ET.SubElement(suite, "testcase", classname=rule.severity.value, name=rule.name)
        if found := by_rule.get(rule):
            ET.SubElement(case, "failure", message=rule.why).text = "\n".join(map(str, found))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


FORMATS: Final[Mapping[str, Callable[[Checked], str]]] = {
    "json": as_json,
    "sarif": sarif,
    "junit": junit,
}
