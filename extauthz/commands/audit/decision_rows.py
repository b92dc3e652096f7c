"""Decisions as a table for people. In place of an id, a summary shows how many there were."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from extauthz.commands.audit.record_words import SUMMARY, decisions_in, receiver
from extauthz.terminal import tables
from extauthz.terminal.drawn import Drawn

COLUMNS: Final = (
    "time",
    "decision",
    "reason",
    "verdict",
    "classes",
    "direction",
    "source",
    "destination",
    "id",
)


def lines(records: Iterable[Mapping[str, Any]], *, head: bool = True) -> list[Drawn]:
    """Return the lines of a table: one for each record, below the names of the columns."""
    return tables.lines(map(_row, records), COLUMNS, has_head=head)


def _row(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a row of the table.

    The record is not verified: whoever can write the file may have written anything.
    """

    def text(key: str) -> str:
        return _shown(record.get(key))

    action = text("decision") if record.get("enforced") is True else f"({text('decision')})"
    identifiers = record.get("identifiers")
    return (
        text("time"),
        action,
        text("reason"),
        text("verdict"),
        _shown("".join(map(str, identifiers)) if isinstance(identifiers, list) else ""),
        text("direction"),
        text("source"),
        _shown(receiver(record)),
        f"{decisions_in(record)} decisions" if record.get("kind") == SUMMARY else text("id"),
    )


def _shown(value: object) -> str:
    return str(value or "") or "-"
