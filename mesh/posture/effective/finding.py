"""What was found at one place of a configuration, and the worst of several findings."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from mesh.posture.effective.tree import UnreadableError
from mesh.posture.evidence import Stance

_RANK: Final = {Stance.DOWN: 0, Stance.UNKNOWN: 1}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, as `Evidence` will say it.

    Args:
        object: its kind and its name. `Proxy` knows the namespace.
    """

    stance: Stance
    code: str
    text: str
    fix: str = ""
    object: str = ""

    def within(self, place: str) -> "Finding":
        """The same finding, with the place where it was made."""
        return replace(self, text=f"{place}: {self.text}")


def down(code: str, text: str, fix: str = "", of: str = "") -> Finding:
    """A message can pass unjudged, or the guard cannot be asked."""
    return Finding(Stance.DOWN, code, text, fix, of)


def unknown(code: str, text: str, fix: str = "") -> Finding:
    """The configuration does not say it."""
    return Finding(Stance.UNKNOWN, code, text, fix)


def unread(error: UnreadableError) -> Finding:
    """A place that cannot be read."""
    return unknown("unreadable", str(error))


def worst(findings: Iterable[Finding], otherwise: Finding) -> Finding:
    """The worst finding, the first of several; `otherwise` where there is none.

    A way that is judged says more than one that is closed.
    """
    found = list(findings)
    if not found:
        return otherwise
    return min(found, key=lambda each: _RANK.get(each.stance, 2 + (each.stance is Stance.CLOSED)))
