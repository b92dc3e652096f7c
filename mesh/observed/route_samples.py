"""Paths that a route template stands for, so that a policy can decide on what was seen.

A template is a set of paths. Its plain witness has, in each `{id}`, an id that hardly any rule
names. A rule's path pattern may have another witness, which the pattern names: `/claims/urgent` for
`/claims/{id}`.
"""

from collections.abc import Iterable
from typing import Final

from mesh.message import identity
from mesh.message.message_types import OTHER, is_type, recorded
from mesh.observed.route_template import AMBIGUOUS, HOLE, MORE, literals, template_of

_ID: Final = "0x0"  # has a digit, so no template keeps it as a word
_OTHER_TYPE: Final = "ZZZ^Z00"  # of no table, and hardly any rule names it
_TWO_WAYS: Final = "/a//a"


def witness(template: str) -> str:
    """A path of the template, with ids that rules are unlikely to name."""
    return _TWO_WAYS if template == AMBIGUOUS else template.replace(HOLE, _ID).replace(MORE, _ID)


def witnesses(template: str, patterns: Iterable[str]) -> tuple[str, ...]:
    """The template's plain witness, and one more for each pattern that names other paths of it."""
    plain = witness(template)
    if not template.startswith("/"):
        return (plain,)
    others = (
        _named_by(pattern, template)
        for pattern in sorted(set(patterns))
        if not identity.matches(pattern, plain)
    )
    return (plain, *dict.fromkeys(path for path in others if path))


def _named_by(pattern: str, template: str) -> str:
    """A path of the template that the pattern names; empty when there is none."""
    is_open = pattern.endswith("*")
    asked = pattern.removesuffix("*").split("/")
    slots = template.split("/")
    if slots[-1] == MORE:
        slots[-1:] = [HOLE] * max(1, len(asked) - len(slots) + 1)
    if len(asked) > len(slots) or (len(asked) < len(slots) and not is_open):
        return ""
    segments = []
    for place, slot in enumerate(slots):
        part = asked[place] if place < len(asked) else ""
        open_here = is_open and place >= len(asked) - 1
        segments.append(part + (_ID if open_here else "") if slot == HOLE else slot)
        if slot != HOLE and not (slot.startswith(part) if open_here else slot == part):
            return ""
    path = "/".join(segments)
    return path if template_of(path, literals(template)) == template else ""


def message_types(seen: str, patterns: Iterable[str]) -> tuple[str, ...]:
    """The message types that a recorded one stands for: itself, or those of no table."""
    if seen != OTHER:
        return (seen,)
    named = (pattern.replace("*", "Z00") for pattern in sorted(set(patterns)))
    return (_OTHER_TYPE, *(each for each in named if is_type(each) and recorded(each) == OTHER))
