"""The posture as metrics: cells by state, and when they were judged."""

import os
from pathlib import Path
from typing import Final

from extauthz.records.allow_list import Key
from extauthz.records.exposition import rendered
from extauthz.records.series import Family, Kind
from mesh.posture.audit import Report
from mesh.posture.verdict import State

ACCEPTED: Final = "ACCEPTED"
"""The word for cells that are DOWN and accepted."""
STATES: Final = (*(state.value for state in State), ACCEPTED)


def families(report: Report, accepted: int) -> list[Family]:
    """Return the metrics of one audit.

    Args:
        accepted: number of cells that are DOWN and accepted. They do not count as DOWN here.
    """
    counts = {state.value: report.counts[state] for state in State}
    counts[State.DOWN.value] -= accepted
    counts[ACCEPTED] = accepted
    return [
        Family(
            "phiguard.posture.cells",
            Kind.GAUGE,
            "{cell}",
            "Cells of the mesh by what holds there",
            (Key.CELL_STATE,),
            values=[((word,), counts[word]) for word in STATES],
        ),
        Family(
            "phiguard.posture.audited",
            Kind.GAUGE,
            "s",
            "When the posture was last judged, in seconds since 1970",
            (),
            values=[((), report.at)],
        ),
    ]


def write(path: Path, report: Report, accepted: int) -> None:
    """Write a file for the textfile collector of Prometheus' node exporter. Raises OSError."""
    page, _ = rendered([("", families(report, accepted))], openmetrics=False)
    # the collector may read at any time, and reads nothing that does not end in `.prom`
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(page)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
