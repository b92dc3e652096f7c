"""One run: lists the sources, reads what is new or changed, and keeps the results."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from atrest import names
from atrest.catalogue import Kept
from atrest.detection import Detection
from atrest.manners import Manners
from atrest.protection import Evidence
from atrest.readers.registry import is_server, open_source
from atrest.source import Budget, ReadError, Reason, Unlisted
from atrest.spec import Spec
from atrest.unit import Unit
from extauthz.records.release import VERSION
from extauthz.rest.folder import UnitKeys
from extauthz.rest.schedule import Feed
from extauthz.rest.store import Run, Store
from extauthz.rest.task import Outcome, Task
from phiscan.patterns.compiled import digest
from phiscan.patterns.matcher import plans

_SEEN_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be read, and how.

    Args:
        specs: the sources.
        budget: how much of each unit.
        manners: how the sources may be used.
        connections: to one server at once.
        workers: that read at once what is no server.
        wants: whether a unit's name is chosen.
        below: what is known of the volume below a source, by its name.
    """

    specs: Sequence[Spec]
    budget: Budget
    manners: Manners
    connections: int
    workers: int
    wants: Callable[[str], bool]
    below: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)

    def share(self, spec: Spec) -> Manners:
        """Return how each of those that read a source at once may use it."""
        return self.manners.share(self.connections if is_server(spec) else self.workers)


@dataclass(slots=True)
class Counts:
    """What a run did.

    Args:
        listed: units that were listed and chosen.
        unchanged: of those, how many did not have to be read.
        read: units that were read.
        unlisted: places that could not be listed.
        incomplete: names of the sources that were not listed whole.
    """

    listed: int = 0
    unchanged: int = 0
    read: int = 0
    unlisted: int = 0
    incomplete: set[str] = field(default_factory=set)


class Reading:
    """A run over all sources. Before `begin` it is a rehearsal, which writes nothing.

    Args:
        plan: what is to be read.
        store: the catalogue.
        keys: of the units, and digests of their versions.
        detection: the detectors, for names of places that cannot be listed.
    """

    def __init__(self, plan: Plan, store: Store, keys: UnitKeys, detection: Detection) -> None:
        self._plan = plan
        self._store = store
        self._keys = keys
        self._detection = detection
        self.detectors = detectors_digest(detection)
        self.counts = Counts()
        self._run: Run | None = None
        self._seen: list[bytes] = []

    def begin(self) -> None:
        """Begin the run in the catalogue."""
        self._run = self._store.begin(_now(), self.detectors)

    def feeds(self) -> list[Feed]:
        """Return the tasks of each source, listed as they are asked for."""
        return [
            Feed(spec.name, self._tasks(spec), self._plan.connections if is_server(spec) else 0)
            for spec in self._plan.specs
        ]

    def _tasks(self, spec: Spec) -> Iterator[Task]:
        how, manners = self._how(spec.name), self._plan.share(spec)
        for unit in self._units(spec):
            key = self._keys.of(unit)
            if not self._plan.wants(unit.name):
                self._is_there(key)
                continue
            self.counts.listed += 1
            version = self._keys.version(unit)
            if version and self._store.is_known(key, version, how):
                self.counts.unchanged += 1
                self._is_there(key)
                continue
            yield Task(spec, unit, self._plan.budget, manners)

    def _is_there(self, key: bytes) -> None:
        self._seen.append(key)
        if len(self._seen) >= _SEEN_AT_ONCE:
            self._tell_seen()

    def _units(self, spec: Spec) -> Iterator[Unit]:
        try:
            source = open_source(spec, self._plan.manners, os.environ)
            try:
                # a server is listed whole first, so that it has one connection at a time
                found = list(source.list()) if is_server(spec) else source.list()
                for item in found:
                    if isinstance(item, Unlisted):
                        self._put_unlisted(item)
                    else:
                        yield item
            finally:
                source.close()
        except ReadError as error:
            self._put_unlisted(Unlisted(spec.name, "", error.reason, error.detail))
        # a driver's own error may quote a name or a row, so its text stays here
        except Exception as error:  # noqa: BLE001 - one source's failure must not end the others
            fault = type(error).__name__
            self._put_unlisted(Unlisted(spec.name, "", Reason.INTERNAL_ERROR, fault))

    def _put_unlisted(self, place: Unlisted) -> None:
        self.counts.unlisted += 1
        self.counts.incomplete.add(place.source)
        if self._run is not None:
            self._store.put_unlisted(self._run, place, names.look(place.name, self._detection)[0])

    def _how(self, source: str) -> str:
        """Return what a result depends on besides the content.

        Detectors, budget and seed, and what is known of the volume below the source.
        """
        budget = self._plan.budget
        below = [f":{each.asked}:{each.answer}" for each in self._below(source)]
        how = f"{self.detectors}:{budget.rows}:{budget.document_bytes}:{budget.seed}"
        return how + "".join(below)

    def _below(self, source: str) -> tuple[Evidence, ...]:
        return self._plan.below.get(source, ())

    def keep(self, outcome: Outcome) -> None:
        """Keep a unit's result."""
        run = self._begun()
        unit = outcome.unit
        seen = outcome.protection
        protection = replace(seen, storage=(*seen.storage, *self._below(unit.source)))
        kept = Kept(
            self._keys.of(unit).hex(),
            unit.source,
            outcome.shown,
            unit.kind,
            self._keys.version(unit),
            self.detectors,
            outcome.profile,
            protection,
            run.began,
            outcome.detail,
            self._plan.budget.seed,
        )
        self._store.put(run, kept, self._how(unit.source), outcome.seconds)
        self.counts.read += 1

    def _tell_seen(self) -> None:
        if self._run is not None:
            self._store.saw(self._seen)
        self._seen = []

    def _begun(self) -> Run:
        if self._run is None:
            raise RuntimeError("keep and end come after begin")
        return self._run

    def end(self) -> None:
        """End the run. Units that a whole listing did not show are gone."""
        self._tell_seen()
        listed = {spec.name for spec in self._plan.specs} - self.counts.incomplete
        self._store.end(self._begun(), _now(), sorted(listed))


def detectors_digest(detection: Detection) -> str:
    """Return a digest of the detectors and of this release, whose readers find too."""
    found = digest(plans(detection.engine.matcher.detectors)) + VERSION.encode()
    return hashlib.sha256(found).hexdigest()[:16]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
