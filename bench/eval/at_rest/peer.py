"""presidio-structured on the same tables, in the peers' own environment (`make peers`)."""

import json
import subprocess
from pathlib import Path
from typing import Final

from bench.eval.at_rest.made import Table
from bench.eval.at_rest.score import Score

_PYTHON: Final = Path(".peers-venv/bin/python")
_PROGRAM: Final = Path(__file__).with_name("peer_structured.py")
_ROWS: Final = 30
"""Rows of each table that it gets: it samples columns, and takes long for each cell."""
_SECONDS: Final = 1800
_CLASSES: Final = {
    "PERSON": "A",
    "LOCATION": "B",
    "DATE_TIME": "C",
    "PHONE_NUMBER": "D",
    "EMAIL_ADDRESS": "F",
    "US_SSN": "G",
    "US_MBI": "I",
    "US_BANK_NUMBER": "J",
    "CREDIT_CARD": "J",
    "IBAN_CODE": "J",
    "US_DRIVER_LICENSE": "K",
    "MEDICAL_LICENSE": "K",
    "URL": "N",
    "IP_ADDRESS": "O",
}


def measure(tables: list[Table]) -> tuple[Score | None, str]:
    """Return its score, or None and why it did not run. It does not say which tables are PHI."""
    if not _PYTHON.exists():
        return None, "`make peers` installs it"
    given = [
        {
            "columns": [column.name for column in table.columns],
            "rows": [[str(cell) for cell in row] for row in table.rows()[:_ROWS]],
        }
        for table in tables
    ]
    done = subprocess.run(
        [_PYTHON, _PROGRAM],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        return None, done.stderr.strip().rsplit("\n", 1)[-1][:120]
    score = Score()
    for table, found in zip(tables, json.loads(done.stdout), strict=True):
        said = {column: {_CLASSES.get(entity, "R")} for column, entity in found.items()}
        score.take(table, said)
    return score, ""
