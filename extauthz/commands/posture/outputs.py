"""A report of the posture as a table for people, JSON, SARIF 2.1.0 and JUnit XML."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from xml.etree import ElementTree as ET

from atrest.exports import sarif_log
from extauthz.commands.posture import page, report_file
from extauthz.commands.posture.sources import Audited
from extauthz.records.release import VERSION
from extauthz.terminal import json_text, tables
from extauthz.terminal.screen import FILE, Screen
from extauthz.terminal.text import shown
from mesh.posture.acceptance import Acceptance, Accepted
from mesh.posture.verdict import State, Verdict

_LEVELS: Final = {State.DOWN: "error", State.UNKNOWN: "warning"}


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be written.

    Args:
        everything: also the cells that are UP, in the table.
        screen: where the table is shown.
    """

    audited: Audited
    accepted: Accepted
    everything: bool = False
    screen: Screen = FILE

    def rows(self) -> list[Verdict]:
        """The cells that the table shows, DOWN first."""
        order = {State.DOWN: 0, State.UNKNOWN: 1, State.UP: 2}
        found = [v for v in self.audited.report.verdicts if self.everything or v.state != State.UP]
        return sorted(found, key=lambda each: (order[each.state], each.cell))


def table(ask: Ask) -> str:
    """One line a cell: what it is, and why."""
    rows: list[tuple[str, ...]] = []
    for verdict in ask.rows():
        known = ask.accepted.of(verdict)
        why = verdict.line.removeprefix(f"{verdict.cell}: {verdict.title}: ")
        note = f" [accepted until {known.until} by {known.by}: {known.reason}]" if known else ""
        rows.append((verdict.title, str(verdict.cell), why + note))
    nothing = "no cell is DOWN or UNKNOWN" if ask.audited.report.verdicts else "no cell was found"
    lines = tables.lines(rows, ("state", "cell", "why"), ask.screen) if rows else [nothing]
    return "".join(f"{line}\n" for line in lines)


def as_json(ask: Ask) -> str:
    """One JSON object."""
    value = report_file.value_of(ask.audited, ask.accepted)
    return json_text.pretty(value).decode()


def sarif(ask: Ask) -> str:
    """One SARIF log: a result for each cell that is not UP. What is accepted is suppressed."""
    bad = [each for each in ask.audited.report.verdicts if each.state is not State.UP]
    codes = dict.fromkeys(_code(each) for each in bad)

    def rules() -> Iterator[sarif_log.Item]:
        return (sarif_log.rule(code, code.replace("-", " ")) for code in codes)

    notes = (sarif_log.notification(each, quote(_place(each))) for each in ask.audited.problems)
    results = (_result(each, ask.accepted.of(each)) for each in bad)
    return "".join(sarif_log.log(results, rules, notes, VERSION))


def _result(verdict: Verdict, known: Acceptance | None) -> dict[str, Any]:
    why = verdict.decisive
    result: dict[str, Any] = {
        "ruleId": _code(verdict),
        "level": _LEVELS[verdict.state],
        "message": {"text": verdict.line},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": quote(why.source or "mesh")}},
                "logicalLocations": [{"fullyQualifiedName": str(verdict.cell)}],
            }
        ],
        "properties": {"state": verdict.state.value, "object": why.object},
        "partialFingerprints": {"cell/v1": f"{verdict.cell} {_code(verdict)}"},
    }
    if known is not None:
        words = f"{known.by}, until {known.until}: {known.reason}"
        result["suppressions"] = [{"kind": "external", "justification": words}]
    return result


def _code(verdict: Verdict) -> str:
    return verdict.decisive.code or f"{verdict.decisive.layer}-{verdict.state.lower()}"


def _place(problem: str) -> str:
    return problem.partition(":")[0]


def junit(ask: Ask) -> str:
    """One test suite a namespace, one test case a cell: failed is DOWN, skipped is UNKNOWN."""
    name = "phiguard posture audit"
    root = ET.Element("testsuites", name=name)
    spaces: dict[str, list[Verdict]] = {}
    for verdict in ask.audited.report.verdicts:
        spaces.setdefault(verdict.cell.workload.namespace, []).append(verdict)
    for space, verdicts in spaces.items():
        holes = [v for v in verdicts if v.state is State.DOWN and ask.accepted.of(v) is None]
        skipped = sum(v.state is State.UNKNOWN for v in verdicts) + (
            sum(v.state is State.DOWN for v in verdicts) - len(holes)
        )
        suite = ET.SubElement(
            root,
            "testsuite",
            name=shown(space),
            tests=str(len(verdicts)),
            failures=str(len(holes)),
            errors="0",
            skipped=str(skipped),
        )
        for verdict in verdicts:
            _case(suite, verdict, ask.accepted.of(verdict))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, verdict: Verdict, known: Acceptance | None) -> None:
    workload = shown(str(verdict.cell.workload))
    case = ET.SubElement(suite, "testcase", classname=workload, name=shown(str(verdict.cell)))
    line = shown(verdict.line)
    if known is not None:
        ET.SubElement(case, "skipped", message=shown(f"accepted until {known.until}: {line}"))
    elif verdict.state is State.DOWN:
        ET.SubElement(case, "failure", message=line)
    elif verdict.state is State.UNKNOWN:
        ET.SubElement(case, "skipped", message=line)


def html(ask: Ask) -> str:
    """One page that loads nothing and runs no script."""
    return page.page(ask.audited, ask.accepted, VERSION)


FORMATS: Final[Mapping[str, Callable[[Ask], str]]] = {
    "table": table,
    "json": as_json,
    "sarif": sarif,
    "junit": junit,
    "html": html,
}
