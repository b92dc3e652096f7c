"""The ledger record of one audit of the posture.

It holds counts, names of cells, and the digest of the report. The report itself is a file that an
auditor keeps; the digest says which one it was.
"""

from collections.abc import Sequence
from typing import Any, Final

from extauthz.posture.times import written
from extauthz.records.policy_record import MAX_PROBLEM_CHARS, MAX_PROBLEMS
from extauthz.records.release import VERSION
from mesh.posture.acceptance import Accepted
from mesh.posture.audit import Report
from mesh.posture.verdict import Grade, State

KIND: Final = "posture"
"""The kind of such a record."""
MOST_CELLS: Final = 100
"""Cells that are DOWN are named up to this number."""


def record(
    report: Report, accepted: Accepted, digest: str, problems: Sequence[str]
) -> dict[str, Any]:
    """Return the record.

    Args:
        digest: SHA-256 of the report.
        problems: what could not be read.
    """
    down = [each for each in report.verdicts if each.state is State.DOWN]
    unaccepted = [str(each.cell) for each in down if accepted.of(each) is None]
    grades = [each.grade for each in report.verdicts]
    return {
        "kind": KIND,
        "version": VERSION,
        "at": written(report.at),
        "cells": len(report.verdicts),
        "states": {state.value: report.counts[state] for state in State},
        "grades": {each.value: grades.count(each) for each in Grade if each is not Grade.NONE},
        "accepted": len(down) - len(unaccepted),
        "down": unaccepted[:MOST_CELLS],
        "report": digest,
        "problems": [each[:MAX_PROBLEM_CHARS] for each in problems[:MAX_PROBLEMS]],
    }
