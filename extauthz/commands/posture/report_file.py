"""A report of the posture as JSON, written and read: docs/posture.schema.json describes it.

INVARIANT (no values): it holds names of objects, words of closed sets, clauses and times.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from extauthz.commands.posture.sources import Audited
from extauthz.posture.times import written
from mesh.message.facts import Vantage
from mesh.posture.acceptance import Accepted
from mesh.posture.audit import Report
from mesh.posture.cell import Cell, PeerClass, WorkloadName
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.inventory import Omission
from mesh.posture.observed import time_of
from mesh.posture.verdict import Grade, State, Verdict

SCHEMA: Final = 1
_MOST: Final = 512 << 20


class ReportError(ValueError):
    """It is no report. The text is one clause."""


def value_of(audited: Audited, accepted: Accepted) -> dict[str, Any]:
    """Return the report as a JSON value."""
    report = audited.report
    return {
        "schema": SCHEMA,
        "at": written(report.at),
        "source": audited.source,
        "summary": summary_of(report, accepted),
        "cells": [cell_value(each, accepted) for each in report.verdicts],
        "omitted": [{"name": each.name, "why": each.why} for each in report.omitted],
        "problems": list(audited.problems),
    }


def summary_of(report: Report, accepted: Accepted) -> dict[str, int | bool]:
    """Return the counts of a report. `guaranteed`: every cell is UP."""
    counts = report.counts
    grades = [each.grade for each in report.verdicts]
    return {
        "cells": len(report.verdicts),
        **{state.value: counts[state] for state in State},
        **{grade.value: grades.count(grade) for grade in Grade if grade is not Grade.NONE},
        "accepted": sum(accepted.of(each) is not None for each in report.verdicts),
        "guaranteed": bool(report.verdicts) and counts[State.UP] == len(report.verdicts),
    }


def digest(audited: Audited, accepted: Accepted) -> str:
    """Return the SHA-256 of the report in its canonical form: sorted keys, no spaces."""
    data = orjson.dumps(value_of(audited, accepted), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(data).hexdigest()


def read(data: bytes) -> Audited:
    """Return the report of a file.

    Raises:
        ReportError: it is none.
    """
    if len(data) > _MOST:
        raise ReportError(f"has more than {_MOST} bytes")
    try:
        return _read(orjson.loads(data))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise ReportError("is no report of `phiguard posture audit --format json`") from None


def _read(value: Mapping[str, Any]) -> Audited:
    at = time_of(value["at"])
    if value["schema"] != SCHEMA or at is None:
        raise ReportError("of another schema")
    verdicts = tuple(map(_verdict, value["cells"]))
    omitted = tuple(Omission(str(each["name"]), str(each["why"])) for each in value["omitted"])
    problems = tuple(map(str, value["problems"]))
    return Audited(str(value["source"]), Report(at, verdicts, omitted), problems)


def cell_value(verdict: Verdict, accepted: Accepted) -> dict[str, Any]:
    """Return a cell of a report as a JSON value."""
    cell, why, known = verdict.cell, verdict.decisive, accepted.of(verdict)
    return {
        "cell": str(cell),
        "namespace": cell.workload.namespace,
        "workload": {"kind": cell.workload.kind, "name": cell.workload.name},
        "direction": cell.direction.value,
        "port": cell.port,
        "peers": cell.peers.value,
        "state": verdict.state.value,
        "grade": verdict.grade.value,
        "line": verdict.line,
        "accepted": None
        if known is None
        else {"reason": known.reason, "by": known.by, "until": known.until.isoformat()},
        "decisive": _evidence(why),
        "evidence": [_evidence(each) for each in verdict.evidence],
    }


def _evidence(each: Evidence) -> dict[str, Any]:
    return {
        "layer": each.layer.value,
        "stance": each.stance.value,
        "code": each.code,
        "source": each.source,
        "at": None if each.at is None else written(each.at),
        "text": each.text,
        "pod": each.pod,
        "object": each.object,
        "fix": each.fix,
    }


def _verdict(value: Mapping[str, Any]) -> Verdict:
    workload = value["workload"]
    name = WorkloadName(str(value["namespace"]), str(workload["kind"]), str(workload["name"]))
    cell = Cell(name, Vantage(value["direction"]), int(value["port"]), PeerClass(value["peers"]))
    evidence: Sequence[Evidence] = [_read_evidence(each) for each in value["evidence"]]
    return Verdict(
        cell,
        State(value["state"]),
        Grade(value["grade"]),
        _read_evidence(value["decisive"]),
        tuple(evidence),
    )


def _read_evidence(value: Mapping[str, Any]) -> Evidence:
    return Evidence(
        Layer(value["layer"]),
        Stance(value["stance"]),
        str(value["source"]),
        None if value["at"] is None else time_of(value["at"]),
        *(str(value[key]) for key in ("text", "pod", "object", "fix", "code")),
    )
