"""One unit as a task: the same function on every engine."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from atrest import names
from atrest.detection import Detection
from atrest.examine import examine
from atrest.globs import MASK
from atrest.manners import Manners
from atrest.profile import NAME, Column, Hit, Profile
from atrest.protection import Protection
from atrest.readers.registry import open_source
from atrest.source import Budget, Item, ReadError, Reason, Unread
from atrest.spec import Spec
from atrest.unit import Unit
from extauthz.rest.quiet import quiet

_MOST_PARTS: Final = 10


@dataclass(frozen=True, slots=True)
class Task:
    """A unit to be read.

    Args:
        spec: its source.
        unit: which.
        budget: how much of it.
        manners: how the source may be used.
    """

    spec: Spec
    unit: Unit
    budget: Budget
    manners: Manners


@dataclass(frozen=True, slots=True)
class Outcome:
    """A unit that was read, or was not.

    Args:
        unit: which.
        shown: its name; what the detectors found in it is masked.
        profile: what was counted. What failed is counted in it too.
        protection: what is known of its encryption.
        seconds: that it took.
        detail: of the error that ended it: our own words, an SQLSTATE, an extra to install. Or
            the parts that were not read: columns, and files of a table.
    """

    unit: Unit
    shown: str
    profile: Profile
    protection: Protection
    seconds: float
    detail: str = ""


def perform(task: Task, detection: Detection, beat: Callable[[int, int], None]) -> Outcome:
    """Read one unit. A failure is an outcome, and what a driver prints goes nowhere.

    Only what ends the process is raised: KeyboardInterrupt and SystemExit.

    Args:
        task: the unit.
        detection: the detectors.
        beat: called with rows and bytes as they were read.
    """
    began = time.monotonic()
    shown, named, protection = MASK, Profile(), Protection()
    try:
        with quiet():
            shown, named = _name(task.unit, detection)
            profile, protection, detail = _read(task, detection, beat)
    except ReadError as error:
        profile, detail = _failed(error.reason), error.detail
    except (KeyboardInterrupt, SystemExit):
        raise
    # a driver's own error quotes rows, so its text stays here; one in Rust raises no Exception
    except BaseException as error:  # noqa: BLE001 - one unit's failure must not end the others
        profile, detail = _failed(Reason.INTERNAL_ERROR), type(error).__name__
    seconds = time.monotonic() - began
    return Outcome(task.unit, shown, profile + named, protection, seconds, detail)


def _read(
    task: Task, detection: Detection, beat: Callable[[int, int], None]
) -> tuple[Profile, Protection, str]:
    """Return what was counted, what is known of the encryption, and what was not read."""
    source = open_source(task.spec, task.manners, os.environ)
    try:
        parts: set[str] = set()
        items = _noting(source.read(task.unit, task.budget), parts)
        profile, error = examine(items, detection, task.budget, beat)
        detail = error.detail if error else _shown(parts, detection)
        return profile, source.protection(task.unit), detail
    finally:
        source.close()


def lost(unit: Unit, seconds: float) -> Outcome:
    """Return the outcome of a unit whose worker died. Its name was not looked at."""
    return Outcome(unit, MASK, _failed(Reason.WORKER_LOST), Protection(), seconds)


def _noting(items: Iterable[Item], parts: set[str]) -> Iterator[Item]:
    """Yield items, and note the names of parts that were not read: columns, files of a table."""
    for item in items:
        if isinstance(item, Unread) and item.member:
            parts.add(item.member)
        yield item


def _shown(parts: set[str], detection: Detection) -> str:
    """Return the names of parts as they may be shown: a name can be a value."""
    first = [names.look(part, detection)[0] for part in sorted(parts)[:_MOST_PARTS]]
    more = len(parts) - len(first)
    return ", ".join(first) + (f" and {more} more" if more else "")


def _failed(reason: Reason) -> Profile:
    return Profile(unread=Counter([reason.value]))


def _name(unit: Unit, detection: Detection) -> tuple[str, Profile]:
    """Return a unit's name as it may be shown, and what was found in it."""
    if unit.is_secret:
        return MASK, Profile()
    shown, found = names.look(unit.name, detection)
    hits = Counter({Hit("", f.info_type, f.likelihood, f.subject, f.detector): 1 for f in found})
    return shown, Profile(columns={NAME: Column(1, 1, hits)} if hits else {})
