"""A segmentation policy as a value.

`mesh.policy_file` reads one from YAML, and `mesh.policy.decide` applies it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from mesh.policy.decision import Action, Mode, Refusal, Uneventful
from mesh.policy.decision_cache import DecisionCache
from mesh.policy.rule import Disclosure, OperationMatch, Peer, Rule, Target, Terms, Wanted
from mesh.policy.rule_index import RuleIndex
from mesh.policy.vocabulary import InfoTypes
from phiscan.finding import Verdict
from phiscan.identifiers import INFO_TYPES

__all__ = ["Disclosure", "OperationMatch", "Peer", "Policy", "Rule", "Target", "Terms", "Wanted"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One immutable revision of a policy.

    Args:
        digest: SHA-256 of the text of its files, by which every decision names its revision.
        services: Istio service host to the principal that serves it, for the sender's sidecar.
        rules: all rules, with AUDIT rules and with exceptions, expired ones too.
        today: the day (UTC) on which exceptions are judged. None when it is unknown: then no
            exception holds.
        info_types: the infoTypes that its entries may name, with an organisation's own.
        mllp_refusal: what the sender of a refused HL7 message over MLLP gets.
        uneventful: how the ledger records uneventful decisions. No decision depends on it.
        closed: namespaces whose part of the policy is unknown, each with the mode in which every
            message to it is denied (`mesh.policy_file.teams`).
    """

    name: str
    digest: str
    mode: Mode = Mode.ENFORCE
    default_action: Action = Action.DENY
    treat_identifiers_as_phi: bool = False
    on_unscannable: Action = Action.DENY
    on_opaque: Action = Action.ALERT
    services: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    rules: tuple[Rule, ...] = ()
    today: date | None = None
    info_types: InfoTypes = field(default_factory=lambda: INFO_TYPES, repr=False, compare=False)
    mllp_refusal: Refusal = Refusal.NAK
    uneventful: Uneventful = Uneventful.EACH
    closed: Mapping[str, Mode] = field(default_factory=lambda: MappingProxyType({}))
    exceptions: frozenset[str] = field(init=False, repr=False, compare=False)
    """Names of the rules that end, expired ones too."""
    _index: RuleIndex = field(init=False, repr=False, compare=False)
    _cache: DecisionCache = field(
        init=False, repr=False, compare=False, default_factory=DecisionCache
    )

    def __post_init__(self) -> None:
        index = RuleIndex(rule for rule in self.rules if rule.holds_on(self.today))
        object.__setattr__(self, "_index", index)  # set once: the class is frozen
        ending = frozenset(rule.name for rule in self.rules if rule.terms is not None)
        object.__setattr__(self, "exceptions", ending)

    @property
    def in_force(self) -> tuple[Rule, ...]:
        """The rules that decide: without expired exceptions and without AUDIT rules."""
        return tuple(rule for rule in self.rules if rule.holds_on(self.today) and not rule.audit)

    @property
    def auditing(self) -> tuple[Rule, ...]:
        """The AUDIT rules, which decide nothing."""
        return tuple(rule for rule in self.rules if rule.audit)

    def on(self, day: date) -> "Policy":
        """The policy as it holds on that day.

        Returns the policy itself when no exception starts or stops holding and no year begins.
        """
        changes = (self.today is None or self.today.year != day.year) or any(
            rule.holds_on(day) != rule.holds_on(self.today) for rule in self.rules
        )
        return replace(self, today=day) if changes else self

    @property
    def index(self) -> RuleIndex:
        """Finds the rules of an edge without trying every rule."""
        return self._index

    @property
    def cache(self) -> DecisionCache:
        """Caches what the rules of this revision say."""
        return self._cache

    def handles_as_phi(self, verdict: Verdict) -> bool:
        """Whether a message with this verdict is ruled as PHI."""
        return verdict is Verdict.PHI or (
            self.treat_identifiers_as_phi and verdict is Verdict.IDENTIFIERS
        )

    @property
    def enforces(self) -> bool:
        """Whether the policy or any of its rules changes what the mesh does."""
        return Mode.ENFORCE in {self.mode, *self._index.modes, *self.closed.values()}
