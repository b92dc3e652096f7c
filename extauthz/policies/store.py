"""The policy store: holds the immutable policy snapshot in force.

A new snapshot replaces it by one assignment. When the next revision is broken, the old snapshot
stays. Every exchange pins the snapshot that it began with. A revision is put in force whole: its
policy and its detectors are valid together and compiled. Reading, checking and compiling happen in
the thread that calls `refresh`, never in the thread that reads `current`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from extauthz.detection import freed_memory
from extauthz.detection.detector_sets import DetectorSet
from extauthz.detection.engines import EngineError
from extauthz.policies import revision
from extauthz.policies.files import PolicyUnreadableError
from extauthz.policies.last_good import NO_MEMORY, Memory
from extauthz.policies.revision import Texts
from mesh.policy.policy import Policy
from mesh.policy_file.problems import FileProblem, PolicyError
from mesh.policy_file.teams import LastGood, SetAside
from phiscan.engine import Engine

Today = Callable[[], date]
"""Returns the current day in UTC."""
EngineOf = Callable[[Sequence[DetectorSet]], Engine]
"""Returns a compiled engine with these detector sets added. Raises EngineError."""


class Source(Protocol):
    """Where the texts of a policy come from."""

    def read(self) -> Texts:
        """Return the current texts. Raises PolicyUnreadableError."""


@dataclass(frozen=True, slots=True)
class PolicySnapshot:
    """What decides a message from its first byte to its last.

    Args:
        policy: None while there is none; then every message is denied.
        engine: for the event loop only, because it is not thread-safe.
        texts: what the policy and the engine's detectors were made of.
        today: the day on which the policy's exceptions were judged.
        sets: digests of the detectors in `texts`, by the name of their set.
        problems: of the newest texts of the source: warnings, and what sets a namespace aside.
        aside: namespaces whose newest texts are not in force.
    """

    policy: Policy | None
    engine: Engine
    texts: Texts
    today: date
    sets: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[FileProblem, ...] = ()
    aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What was last made of the source's texts. It is one value, replaced by one assignment.

    Args:
        texts: of the source. None until they could be read.
        problems: of the texts.
        is_refused: whether none of them is in force because of them.
    """

    texts: Texts | None
    problems: tuple[FileProblem, ...] = ()
    is_refused: bool = False


class PolicyStore:
    """Holds the snapshot in force.

    Args:
        source: where the texts of the policy and its detectors come from.
        today: returns the day on which exceptions are judged.
        engine_of: compiles an engine.
        required: whether an unusable first revision raises. If not, the store begins without a
            policy, and `refresh` goes on trying.
        memory: keeps the last good texts of broken namespaces for a restart.

    Raises:
        PolicyUnreadableError: a file cannot be read.
        PolicyError: the files have errors; its `problems` say where.
        EngineError: the detectors cannot run.
    """

    def __init__(
        self,
        source: Source,
        today: Today,
        engine_of: EngineOf,
        *,
        required: bool = True,
        memory: Memory = NO_MEMORY,
    ) -> None:
        self._source = source
        self._today = today
        self._engine_of = engine_of
        self._memory = memory
        self._judged = Judged(None)
        self._detectors: tuple[str, ...] = ()  # digests of the sets that the engine runs
        self._tried = self._in_force = b""
        self._refused = False
        try:
            texts = source.read()
            self._current = self._made(texts, today(), None)
            self._in_force = texts.digest
            self._refused = bool(self._current.aside)
        except (PolicyError, PolicyUnreadableError):
            if required:
                raise
            nothing = PolicySnapshot(None, engine_of(()), Texts(), today())
            self._current, self._refused = nothing, True
            self._tried = b""  # so that the first refresh says what is wrong
        freed_memory.give_back()

    @property
    def current(self) -> PolicySnapshot:
        """The snapshot in force. Keep the value for a whole exchange: it may change at any time."""
        return self._current

    @property
    def refused(self) -> bool:
        """Whether some of the newest texts are not in force: they are unusable or unreachable."""
        return self._refused

    @property
    def judged(self) -> Judged:
        """What was last made of the source's texts. Any thread may ask."""
        return self._judged

    def refresh(self) -> bool:
        """Read the source again and put a changed revision in force.

        Return whether something changed.

        Exceptions end here too, whatever the source gives. A revision is tried once: until a text
        changes again, later calls return False.

        Raises:
            PolicyUnreadableError, PolicyError, EngineError: as in the constructor. The old snapshot
                stays.
        """
        today = self._today()
        ended = self._end_exceptions(today)
        try:
            return self._take(self._source.read(), today) or ended
        except (PolicyError, PolicyUnreadableError, EngineError):
            self._refused = True
            raise

    def _end_exceptions(self, today: date) -> bool:
        policy = self._current.policy
        if policy is None or (dated := policy.on(today)) is policy:
            return False
        self._current = replace(self._current, policy=dated, today=today)
        return True

    def _take(self, texts: Texts, today: date) -> bool:
        digest = texts.digest
        if digest in {self._tried, self._in_force}:
            if digest != self._tried:  # what was in force before a refused revision is back
                self._judged = Judged(texts, self._current.problems)
            self._judged = replace(self._judged, texts=texts)
            self._tried = digest
            self._refused = digest != self._in_force or bool(self._current.aside)
            return False
        made = self._made(texts, today, self._current)
        is_compiled = made.engine is not self._current.engine
        self._current = made
        self._in_force, self._refused = digest, bool(made.aside)
        if is_compiled:
            freed_memory.give_back()
        return True

    def _made(self, texts: Texts, today: date, old: PolicySnapshot | None) -> PolicySnapshot:
        """Return the new snapshot, and note what was made of the texts.

        The engine is kept while its detectors stay: compiling takes a second.
        """
        self._tried = texts.digest
        self._judged = Judged(texts, is_refused=True)
        try:
            made = revision.settle(texts, self._last_good(texts, old), today=today)
        except PolicyError as error:
            self._judged = replace(self._judged, problems=error.problems)
            raise
        detectors = tuple(each.digest for each in made.sets)
        same = old is not None and old.policy is not None and detectors == self._detectors
        engine = old.engine if old is not None and same else self._engine_of(made.sets)
        self._detectors = detectors
        sets = {each.name: each.digest for each in made.sets}
        self._judged = Judged(texts, made.problems)
        self._memory.keep(texts, made)
        return PolicySnapshot(
            made.policy, engine, made.texts, today, sets, made.problems, made.aside
        )

    def _last_good(self, newest: Texts, old: PolicySnapshot | None) -> LastGood:
        if old is None or old.policy is None:
            return self._memory.recall(newest)
        return LastGood(old.texts.units(), frozenset(old.texts.closed), is_in_force=True)


__all__ = ["PolicySnapshot", "PolicyStore", "Source", "Today"]
