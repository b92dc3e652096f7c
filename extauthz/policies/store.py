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
from extauthz.policies.revision import Texts
from mesh.policy.policy import Policy
from mesh.policy_file.problems import FileProblem, PolicyError
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
        problems: warnings about the texts.
    """

    policy: Policy | None
    engine: Engine
    texts: Texts
    today: date
    sets: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[FileProblem, ...] = ()


class PolicyStore:
    """Holds the snapshot in force.

    Args:
        source: where the texts of the policy and its detectors come from.
        today: returns the day on which exceptions are judged.
        engine_of: compiles an engine.
        required: whether an unusable first revision raises. If not, the store begins without a
            policy, and `refresh` goes on trying.

    Raises:
        PolicyUnreadableError: a file cannot be read.
        PolicyError: the files have errors; its `problems` say where.
        EngineError: the detectors cannot run.
    """

    def __init__(
        self, source: Source, today: Today, engine_of: EngineOf, *, required: bool = True
    ) -> None:
        self._source = source
        self._today = today
        self._engine_of = engine_of
        self._detectors: tuple[str, ...] = ()  # digests of the sets that the engine runs
        self._tried = self._in_force = b""
        self._refused = False
        try:
            texts = source.read()
            self._current = self._made(texts, today(), None)
            self._tried = self._in_force = texts.digest
        except (PolicyError, PolicyUnreadableError):
            if required:
                raise
            nothing = PolicySnapshot(None, engine_of(()), Texts(), today())
            self._current, self._refused = nothing, True
        freed_memory.give_back()

    @property
    def current(self) -> PolicySnapshot:
        """The snapshot in force. Keep the value for a whole exchange: it may change at any time."""
        return self._current

    @property
    def refused(self) -> bool:
        """Whether the newest texts are not in force, because they are unusable or unreachable."""
        return self._refused

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
            self._tried, self._refused = digest, digest != self._in_force
            return False
        self._tried = digest
        made = self._made(texts, today, self._current)
        is_compiled = made.engine is not self._current.engine
        self._current = made
        self._in_force, self._refused = digest, False
        if is_compiled:
            freed_memory.give_back()
        return True

    def _made(self, texts: Texts, today: date, old: PolicySnapshot | None) -> PolicySnapshot:
        """Return the new snapshot.

        The engine is kept while its detectors stay: compiling takes a second.
        """
        made = revision.parse(texts, today=today)
        detectors = tuple(each.digest for each in made.sets)
        same = old is not None and old.policy is not None and detectors == self._detectors
        engine = old.engine if old is not None and same else self._engine_of(made.sets)
        self._detectors = detectors
        sets = {each.name: each.digest for each in made.sets}
        return PolicySnapshot(made.policy, engine, texts, today, sets, made.problems)


__all__ = ["PolicySnapshot", "PolicyStore", "Source", "Today"]
