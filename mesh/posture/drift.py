"""What has changed between two audits: which cells turned, and by which evidence."""

from collections.abc import Iterator
from dataclasses import dataclass

from mesh.posture.audit import Report
from mesh.posture.cell import Cell
from mesh.posture.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Turn:
    """One cell whose verdict is another one now.

    Args:
        before: None for a cell that is new.
        after: None for a cell that is gone.
    """

    cell: Cell
    before: Verdict | None
    after: Verdict | None

    @property
    def line(self) -> str:
        """What happened, in one line."""
        if self.after is None:
            return f"{self.cell}: gone; it was {_title(self.before)}"
        before = "new" if self.before is None else _title(self.before)
        return f"{before} -> {self.after.line}"


def drift(before: Report, after: Report) -> tuple[Turn, ...]:
    """Return every cell whose state or reason is another one, sorted by cell.

    A grade that changes is no drift: a cell that was observed yesterday and proved today is UP.
    """
    return tuple(_turns(before, after))


def _turns(before: Report, after: Report) -> Iterator[Turn]:
    old = {each.cell: each for each in before.verdicts}
    new = {each.cell: each for each in after.verdicts}
    for cell in sorted(old.keys() | new.keys()):
        was, now = old.get(cell), new.get(cell)
        if was is None or now is None or _said(was) != _said(now):
            yield Turn(cell, was, now)


def _said(verdict: Verdict) -> tuple[str, ...]:
    """What a reader would act upon."""
    if not verdict.decisive.code:
        return (verdict.state,)
    why = verdict.decisive
    return (verdict.state, why.code, why.object, why.pod)


def _title(verdict: Verdict | None) -> str:
    return "" if verdict is None else verdict.title
