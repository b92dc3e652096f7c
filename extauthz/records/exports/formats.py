"""The forms of `phiguard audit export --format`, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from extauthz.records.exports import (
    cef,
    csv_rows,
    fhir_audit_event,
    json_lines,
    ocsf,
    otlp_logs,
    syslog,
)
from extauthz.records.exports.values import Record


@dataclass(frozen=True, slots=True)
class Form:
    """One form of decisions.

    Args:
        text: returns the lines of a decision, each with its end.
        places: where each key goes; `docs/audit-exports.md` shows it.
        head: stands before the first decision.
        names_worker: whether the record needs the key `worker`, which the ledger's line has not.
    """

    text: Callable[[Record], str]
    places: Mapping[str, str]
    head: str = ""
    names_worker: bool = True


FORMS: Final[Mapping[str, Form]] = {
    "jsonl": Form(json_lines.line, json_lines.PLACES, names_worker=False),
    "csv": Form(csv_rows.rows, csv_rows.PLACES, csv_rows.head()),
    "ocsf": Form(ocsf.lines, ocsf.PLACES),
    "fhir": Form(fhir_audit_event.line, fhir_audit_event.PLACES),
    "otlp": Form(otlp_logs.line, otlp_logs.PLACES),
    "cef": Form(cef.line, cef.PLACES),
    "syslog": Form(syslog.line, syslog.PLACES),
}
