"""Cells that turned, as JSON has them, and whether they are worse now."""

from typing import Annotated, Final, TypedDict

from mesh.posture.drift import Turn
from mesh.posture.verdict import State

_ORDER: Final = {state: place for place, state in enumerate(State)}


class TurnedCell(TypedDict):
    """A cell that turned."""

    cell: Annotated[str, "its name"]
    before: Annotated[str | None, "UP, DOWN or UNKNOWN; null for a new cell"]
    after: Annotated[str | None, "the same; null for a cell that is gone"]
    line: Annotated[str, "why"]


def is_worse(turn: Turn) -> bool:
    """Whether a cell is worse than before: DOWN is worse than UNKNOWN, and that than UP.

    A new cell is worse when it is not UP. One that is gone is not: nothing runs there.
    """
    if turn.after is None:
        return False
    before = State.UP if turn.before is None else turn.before.state
    return _ORDER[turn.after.state] > _ORDER[before]


def value_of(turn: Turn) -> TurnedCell:
    """Return one turn as a JSON value. A cell that is new or gone has no state there."""
    return {
        "cell": str(turn.cell),
        "before": None if turn.before is None else turn.before.state.value,
        "after": None if turn.after is None else turn.after.state.value,
        "line": turn.line,
    }
