"""One unit as a task: the same function on every engine."""

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from atrest import names
from atrest.catalogue import NAME
from atrest.detection import Detection
from atrest.examine import examine
from atrest.globs import MASK
from atrest.manners import Manners
from atrest.profile import Column, Hit, Profile
from atrest.protection import Protection
from atrest.readers.registry import open_source
from atrest.source import Budget, ReadError, Reason
from atrest.spec import Spec
from atrest.unit import Unit


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
        detail: of the error that ended it: our own words, an SQLSTATE, an extra to install.
    """

    unit: Unit
    shown: str
    profile: Profile
    protection: Protection
    seconds: float
    detail: str = ""


def perform(task: Task, detection: Detection, beat: Callable[[int, int], None]) -> Outcome:
    """Read one unit. Nothing is raised: a failure is an outcome.

    Args:
        task: the unit.
        detection: the detectors.
        beat: called with rows and bytes as they were read.
    """
    began = time.monotonic()
    profile, protection, detail = Profile(), Protection(), ""
    shown, name_profile = _name(task.unit, detection)
    try:
        source = open_source(task.spec, task.manners, os.environ)
        try:
            items = source.read(task.unit, task.budget)
            profile, error = examine(items, detection, task.budget, beat)
            detail = error.detail if error else ""
            protection = source.protection(task.unit)
        finally:
            source.close()
    except ReadError as error:
        profile, detail = _failed(error.reason), error.detail
    # a driver's own error quotes rows, so its text stays here
    except Exception as error:  # noqa: BLE001 - one unit's failure must not end the others
        profile, detail = _failed(Reason.INTERNAL_ERROR), type(error).__name__
    seconds = time.monotonic() - began
    return Outcome(task.unit, shown, profile + name_profile, protection, seconds, detail)


def lost(unit: Unit, seconds: float) -> Outcome:
    """Return the outcome of a unit whose worker died. Its name was not looked at."""
    return Outcome(unit, MASK, _failed(Reason.WORKER_LOST), Protection(), seconds)


def _failed(reason: Reason) -> Profile:
    return Profile(unread=Counter([reason.value]))


def _name(unit: Unit, detection: Detection) -> tuple[str, Profile]:
    """Return a unit's name as it may be shown, and what was found in it."""
    if unit.is_secret:
        return MASK, Profile()
    shown, found = names.look(unit.name, detection)
    hits = Counter({Hit("", f.info_type, f.likelihood, f.subject, f.detector): 1 for f in found})
    return shown, Profile(columns={NAME: Column(1, 1, hits)} if hits else {})
