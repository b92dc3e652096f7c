"""The rules that name an edge, and what they say together about each kind of finding.

Nothing here looks at a message. Everything depends on the rules alone, so each result is computed
once and kept (`mesh.policy.decision_cache`).
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import reduce
from operator import itemgetter
from typing import Final, NamedTuple

from mesh.message.facts import Protocol
from mesh.policy.conditions import Condition
from mesh.policy.decision import Action, Mode
from mesh.policy.rule import Disclosure, Rule
from phiscan.finding import Finding, Subject
from phiscan.identifiers import Identifier, InfoTypeKind
from phiscan.redaction.masks import MaskForm, strictest

FindingKind = tuple[str, Identifier | None, Subject, InfoTypeKind]
"""What an entry of a rule can tell apart: infoType, identifier class, subject and kind."""

# `itemgetter` runs in C: a document can have thousands of findings
kind_of: Final[Callable[[Finding], FindingKind]] = itemgetter(0, 1, 5, 6)
"""The kind of one finding."""


class CombinedRuling(NamedTuple):
    """What the rules of an edge say about the findings of one message with PHI.

    Args:
        action: the strictest action over all kinds.
        tipped: infoTypes that led to the action, sorted.
        targeted: kinds to mask; empty unless the action is REDACT.
        identifiers: classes of individuals' identifiers among the kinds, sorted.
        masks: the form of the mask of each targeted infoType that has not the plain one, sorted.
    """

    action: Action
    tipped: tuple[str, ...]
    targeted: Set[FindingKind]
    identifiers: tuple[Identifier, ...]
    masks: tuple[tuple[str, MaskForm], ...] = ()

    @property
    def is_maskable(self) -> bool:
        """Whether every targeted kind is an identifier.

        Only identifiers can be masked. The structure of a document states a diagnosis, and a mask
        does not remove that.
        """
        return all(kind is InfoTypeKind.IDENTIFIER for *_, kind in self.targeted)


class Scope(NamedTuple):
    """What a ruling depends on besides the rules and the kinds of findings.

    Args:
        phi: whether the message is PHI. When it is not, only the entries of `deny` and `redact`
            that name an infoType or a class are asked.
    """

    is_request: bool
    encrypted: bool
    phi: bool


class ApplicableRule(NamedTuple):
    """A rule between two ends.

    Args:
        entries: indices into `RulesBetween.conditions`, one for each entry of the rule's `to` that
            names the destination.
    """

    rule: Rule
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RulesBetween:
    """All rules between two ends, with their distinct conditions.

    Compared by identity, so that an object is a cheap key.
    """

    rules: tuple[ApplicableRule, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CombinedRules:
    """The rules that name an edge, and those that may name it.

    Compared by identity, so that an object is a cheap key.

    Args:
        named: rules that surely name the edge, without AUDIT rules.
        unsure: rules that may name the edge, without AUDIT rules.
        protocols: protocols listed by the matching entries of the rules in `named`.
        mode: the policy's mode.
        audits: AUDIT rules that name or may name the edge, by name, each as if it were the only
            rule.
        names: names of the rules in `named`, sorted.
        enforced: whether a rule that names or may name the edge enforces. Where no rule surely
            names the edge, the policy's mode counts too.
        waived: whether a rule in `named` lets PHI flow unencrypted.
        on_opaque: the strictest that the policy and the rules say of parts that nobody can read.
    """

    named: tuple[Rule, ...]
    unsure: tuple[Rule, ...]
    protocols: frozenset[Protocol]
    mode: Mode
    audits: "Audits" = ()
    names: tuple[str, ...] = field(init=False)
    enforced: bool = field(init=False)
    waived: bool = field(init=False)
    opaque_default: Action = Action.ALERT
    on_opaque: Action = field(init=False)
    _disclosures: dict[tuple[bool, bool], Disclosure] = field(
        init=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", _names(self.named))
        object.__setattr__(self, "enforced", self._is_enforced())
        object.__setattr__(self, "waived", not all(rule.mtls for rule in self.named))
        object.__setattr__(self, "on_opaque", self._strictest_on_opaque())

    @property
    def all_names(self) -> tuple[str, ...]:
        """Names of the rules that name or may name the edge, sorted."""
        return _names((*self.named, *self.unsure))

    def ruling(self, kinds: frozenset[FindingKind], scope: Scope) -> CombinedRuling:
        """What the rules say about findings of these kinds; DENY for PHI without any kind."""
        disclosure = self.disclosure(is_request=scope.is_request, encrypted=scope.encrypted)
        if not scope.phi:
            disclosure = disclosure.explicit
        actions = {kind: ruled(kind, disclosure) for kind in kinds}
        strictest = max(
            actions.values(), key=_rank, default=Action.DENY if scope.phi else Action.ALLOW
        )
        decisive = frozenset(kind for kind, action in actions.items() if action is strictest)
        targeted = decisive if strictest is Action.REDACT else frozenset()
        classes = {
            identifier
            for _, identifier, subject, kind in kinds
            if identifier is not None
            and kind is InfoTypeKind.IDENTIFIER
            and subject is not Subject.PROVIDER
        }
        return CombinedRuling(
            action=strictest,
            tipped=()
            if strictest is Action.ALLOW
            else tuple(sorted({name for name, *_ in decisive})),
            targeted=targeted,
            identifiers=tuple(sorted(classes)),
            masks=self._masks(targeted, scope),
        )

    def masking(self, *, is_request: bool) -> frozenset[frozenset[tuple[str, MaskForm]]]:
        """What each rule redacts and in which form. Empty where all masks are plain."""
        parts = [rule.request if is_request else rule.response for rule in self.named]
        return (
            frozenset(part.masking for part in parts)
            if any(part.forms for part in parts)
            else frozenset()
        )

    def _masks(
        self, kinds: Iterable[FindingKind], scope: Scope
    ) -> tuple[tuple[str, MaskForm], ...]:
        """The forms of these kinds. Within a rule the most specific entry counts.

        Of several rules, the form that tells less counts: a further rule never shows more.
        """
        parts = [dict(part) for part in self.masking(is_request=scope.is_request)]
        found: dict[str, MaskForm] = {}
        for kind in kinds:
            said = [form for part in parts if (form := _form(kind, part)) is not None]
            # findings of one infoType have one class, so all its kinds have one form
            found[kind[0]] = reduce(strictest, said) if said else MaskForm.PLAIN
        return tuple(sorted((n, form) for n, form in found.items() if form is not MaskForm.PLAIN))

    def may_forbid(
        self, kinds: frozenset[FindingKind], media: Set[str], *, is_request: bool
    ) -> bool:
        """Whether a rule that may name the edge denies or redacts one of these kinds by name.

        Also whether such a rule does not list one of the media kinds.
        """
        parts = [rule.request if is_request else rule.response for rule in self.unsure]
        return any(
            ruled(kind, part.explicit) is not Action.ALLOW for part in parts for kind in kinds
        ) or not all(part.admits(media) for part in parts)

    def disclosure(self, *, is_request: bool, encrypted: bool) -> Disclosure:
        """Combine all rules that name the edge into one disclosure.

        On an unencrypted edge, a rule that requires mutual TLS allows nothing. What it redacts or
        denies still counts, and so does its list of media.
        """
        found = self._disclosures.get((is_request, encrypted))
        if found is None:
            found = self._disclosures[is_request, encrypted] = self._combined(is_request, encrypted)
        return found

    def _combined(self, is_request: bool, encrypted: bool) -> Disclosure:
        parts = [(rule, rule.request if is_request else rule.response) for rule in self.named]
        lasting = [part for rule, part in parts if rule.terms is None] or [
            part for _, part in parts
        ]
        allowing = [part for rule, part in parts if encrypted or not rule.mtls]
        return Disclosure(
            allow=frozenset().union(*(part.allow for part in allowing)),
            redact=frozenset().union(*(part.redact for _, part in parts)),
            deny=frozenset().union(*(part.deny for _, part in parts)),
            otherwise=max((part.otherwise for part in lasting), key=_rank),
            media=_in_all(part.media for _, part in parts),
        )

    def _strictest_on_opaque(self) -> Action:
        """The strictest that the rules say. A rule that says nothing says what the policy does.

        Exceptions say nothing where another rule names the edge. A rule that may name it can only
        be stricter.
        """
        lasting = [rule for rule in self.named if rule.terms is None]
        said = [rule.on_opaque or self.opaque_default for rule in lasting] or [self.opaque_default]
        unsure = [rule.on_opaque for rule in self.unsure if rule.on_opaque is not None]
        return max((*said, *unsure), key=_rank)

    def _is_enforced(self) -> bool:
        lasting = [rule for rule in self.named if rule.terms is None] or self.named
        modes = {rule.mode or self.mode for rule in lasting} or {self.mode}
        return Mode.ENFORCE in modes | {rule.mode or self.mode for rule in self.unsure}


Audits = tuple[tuple[str, CombinedRules], ...]
"""Names of AUDIT rules, sorted, each with the rule by itself as `CombinedRules`."""


def kinds_of(findings: Iterable[Finding]) -> frozenset[FindingKind]:
    """The distinct kinds among findings: a dozen where a document has thousands of findings."""
    return frozenset(map(kind_of, findings))


def ruled(found: FindingKind, disclosure: Disclosure) -> Action:
    """What one disclosure says about one kind: deny wins over redact, redact over allow.

    A kind that no entry names gets `otherwise` if it is an individual's identifier, else ALLOW.
    """
    name, identifier, subject, kind = found
    is_individual = kind is InfoTypeKind.IDENTIFIER and subject is not Subject.PROVIDER
    names = {name, *((identifier.value,) if identifier else ()), *(("*",) if is_individual else ())}
    for entries, action in (
        (disclosure.deny, Action.DENY),
        (disclosure.redact, Action.REDACT),
        (disclosure.allow, Action.ALLOW),
    ):
        if not entries.isdisjoint(names):
            return action
    return disclosure.otherwise if is_individual else Action.ALLOW


def _form(found: FindingKind, masking: Mapping[str, MaskForm]) -> MaskForm | None:
    """The form that one rule names for this kind; None when the rule does not redact it."""
    name, identifier, *_ = found
    entries = [e for e in (name, identifier.value if identifier else "", "*") if e in masking]
    if not entries:
        return None
    form = masking[entries[0]]
    return form if form.suits(identifier) else MaskForm.PLAIN


def _in_all(lists: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """What every rule that lists media lists; None when none does."""
    listed = [each for each in lists if each is not None]
    return listed[0].intersection(*listed[1:]) if listed else None


def _names(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(sorted({rule.name for rule in rules}))


def _rank(action: Action) -> int:
    return action.rank
