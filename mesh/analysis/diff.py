"""What changes between two policies: edges, identifiers and settings that open or close.

The comparison uses `decide` on the messages of `mesh.analysis.endpoint_classes`, not text. A rule
that is renamed, reordered or split but lets the same flow is no change. Only edges that a changed
rule may name are tried: a decision depends on the rules that name its edge and on the settings, and
the settings are compared one by one.

An individual's identifier is tried alone. Health information and a provider's own identifiers are
tried beside an individual's identifier that may flow, because without one there is no PHI. They are
reported only where such an identifier may flow under both policies. Each infoType is tried alone in
a message that is no PHI too, where only entries that name it count. Each media kind is tried in a
message without findings.

Cost: about two hundred decisions for each distinct pair of what the two policies say about an edge.
A further edge with the same pair costs only its matching.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from mesh.analysis.endpoint_classes import Parties, asked_for, messages, trials
from mesh.analysis.equivalence_classes import OperationClass, OperationClasses
from mesh.analysis.flows import flows, masks, media_flows, named_flows, opaque_flow, standing
from mesh.message.facts import Direction, Facts
from mesh.policy.decide import decide
from mesh.policy.decision import Action, Decision, Mode, Uneventful
from mesh.policy.policy import Policy, Rule
from phiscan.finding import ScanReport
from phiscan.identifiers import INFO_TYPES, InfoType
from phiscan.redaction.masks import MaskForm, strictest


class MoveKind(StrEnum):
    """What a move is about."""

    EDGE = "edge"
    IDENTIFIER = "identifier"
    MEDIA = "media"
    OPAQUE = "opaque"
    ENFORCEMENT = "enforcement"


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """One thing that two policies decide differently for one message.

    Args:
        name: the infoType of an identifier, or the media kind; empty otherwise.
        before: an action; for enforcement, `enforced` or `recorded`.
    """

    what: MoveKind
    name: str
    before: str
    after: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """What two policies decide differently for one class of messages.

    Args:
        facts: the facts of the class's witness.
    """

    source: str
    destination: str
    operation: OperationClass
    facts: Facts = field(repr=False)
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the whole policy that differs, in the words of a policy file."""

    name: str
    before: str
    after: str
    opens: bool


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that differs between the policies in a way that decisions cannot show.

    Args:
        how: `new`, `changed` or `removed`.
        about: the claims or headers that it requires, in words; empty for an AUDIT rule.
    """

    rule: str
    how: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Diff:
    """All differences.

    Args:
        operations: the operations that the policies tell apart, by labels of source and
            destination.
        untried: changed rules that require claims or headers. No witness has those, so a person
            must review the rules. They count as opening.
        audits: changed AUDIT rules. They decide nothing, so nothing opens or closes.
        info_types: infoTypes of both policies, by name.
    """

    settings: tuple[Setting, ...]
    differences: tuple[Difference, ...]
    operations: Mapping[tuple[str, str], OperationClasses]
    untried: tuple[RuleChange, ...] = ()
    audits: tuple[RuleChange, ...] = ()
    info_types: Mapping[str, InfoType] = field(default_factory=lambda: INFO_TYPES, repr=False)

    @property
    def opens(self) -> bool:
        """Whether anything becomes looser or may become looser."""
        return (
            bool(self.untried)
            or any(s.opens for s in self.settings)
            or any(m.opens for d in self.differences for m in d.moves)
        )

    @property
    def empty(self) -> bool:
        """Whether the policies decide and record the same everywhere."""
        return not (self.settings or self.differences or self.untried or self.audits)


def diff(old: Policy, new: Policy) -> Diff:
    """What `new` decides differently from `old`.

    Exceptions count as they hold on each policy's own day.

    Raises:
        TooManyError: the changed rules name too many messages.
    """
    rules = (*old.in_force, *new.in_force)
    known = {**old.info_types, **new.info_types}
    parties = Parties(rules)
    changed = set(old.in_force) ^ set(new.in_force)
    pairs = (pair for rule in rules if rule in changed for pair in parties.pairs(rule))
    compared = _Comparison(
        replace(old, info_types={**known, **old.info_types}), replace(new, info_types=known)
    )
    found: list[Difference] = []
    operations: dict[tuple[str, str], OperationClasses] = {}
    for source, destination, between in trials((old, new), pairs):
        names = source.label, destination.label
        operations[names] = between
        for each in between:
            for facts in messages(source, destination, each):
                if moves := compared.moves(facts):
                    found.append(Difference(*names, each, facts, moves))
    untried = _rule_changes(
        *([rule for rule in each.in_force if asked_for(rule)] for each in (old, new))
    )
    audits = _rule_changes(old.auditing, new.auditing)
    return Diff(_settings(old, new), tuple(found), operations, untried, audits, known)


def _rule_changes(old: Iterable[Rule], new: Iterable[Rule]) -> tuple[RuleChange, ...]:
    """The rules that differ in more than their name."""
    before, after = ({replace(rule, name=""): rule.name for rule in rules} for rules in (old, new))
    gone = {before[rule]: rule for rule in before.keys() - after.keys()}
    come = {after[rule]: rule for rule in after.keys() - before.keys()}
    words = {(True, True): "changed", (True, False): "removed", (False, True): "new"}
    return tuple(
        RuleChange(name, words[name in gone, name in come], asked_for(come.get(name) or gone[name]))
        for name in sorted(gone.keys() | come.keys())
    )


class _Comparison:
    """Decides messages by both policies.

    Messages about which the rules of both policies say the same are decided once.
    """

    def __init__(self, old: Policy, new: Policy) -> None:
        self._policies = (old, new)
        self._known: dict[object, tuple[Move, ...]] = {}

    def moves(self, facts: Facts) -> tuple[Move, ...]:
        key = facts.direction, *(standing(facts, policy) for policy in self._policies)
        if key not in self._known:
            before, after = (decide(facts, ScanReport(), policy) for policy in self._policies)
            edge = [] if facts.direction is Direction.RESPONSE else _edge_moves(before, after)
            self._known[key] = (*edge, *self._identifier_moves(facts))
            # where the edge itself opens or closes, everything in a message that is no PHI moves
            if before.action is after.action:
                self._known[key] += (*self._named_moves(facts), *self._media_moves(facts))
        return self._known[key]

    def _identifier_moves(self, facts: Facts) -> Iterator[Move]:
        yield from _moves(MoveKind.IDENTIFIER, *(flows(facts, each) for each in self._policies))
        yield from _mask_moves(*(masks(facts, policy) for policy in self._policies))

    def _named_moves(self, facts: Facts) -> Iterator[Move]:
        found = (named_flows(facts, each) for each in self._policies)
        yield from _moves(MoveKind.IDENTIFIER, *found)

    def _media_moves(self, facts: Facts) -> Iterator[Move]:
        yield from _moves(MoveKind.MEDIA, *(media_flows(facts, each) for each in self._policies))
        yield from _moves(MoveKind.OPAQUE, *(opaque_flow(facts, each) for each in self._policies))


def _moves(
    what: MoveKind, before: Mapping[str, Action], after: Mapping[str, Action]
) -> Iterator[Move]:
    for name in before.keys() & after.keys():
        if before[name] is not after[name]:
            opens = after[name].rank < before[name].rank
            yield Move(what, name, before[name], after[name], opens)


def _mask_moves(before: Mapping[str, MaskForm], after: Mapping[str, MaskForm]) -> Iterator[Move]:
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        if old is not new:
            before_as, after_as = (f"{Action.REDACT} as {form}" for form in (old, new))
            opens = strictest(old, new) is old
            yield Move(MoveKind.IDENTIFIER, name, before_as, after_as, opens)


def _edge_moves(before: Decision, after: Decision) -> list[Move]:
    moves = []
    if (before.action is Action.DENY) != (after.action is Action.DENY):
        moves.append(
            Move(MoveKind.EDGE, "", before.action, after.action, opens=before.action is Action.DENY)
        )
    if before.enforced != after.enforced:
        words = ("enforced", "recorded") if before.enforced else ("recorded", "enforced")
        moves.append(Move(MoveKind.ENFORCEMENT, "", *words, opens=before.enforced))
    return moves


def _settings(old: Policy, new: Policy) -> tuple[Setting, ...]:
    """The settings that differ.

    A setting opens when its new value is looser. A changed principal of a service opens too: it is
    another receiver.
    """
    loosest = (Mode.DISCOVER, Mode.MONITOR, Mode.ENFORCE)
    found = [
        Setting("mode", old.mode, new.mode, loosest.index(new.mode) < loosest.index(old.mode)),
        _action_setting("defaultAction", old.default_action, new.default_action),
        _action_setting("onUnscannable", old.on_unscannable, new.on_unscannable),
        _action_setting("onOpaque", old.on_opaque, new.on_opaque),
        Setting(
            "treatIdentifiersAsPhi",
            str(old.treat_identifiers_as_phi).lower(),
            str(new.treat_identifiers_as_phi).lower(),
            opens=old.treat_identifiers_as_phi,
        ),
        # either way nothing of a refused message flows
        Setting("mllp.onDenied", old.mllp_refusal, new.mllp_refusal, opens=False),
        # it lets nothing flow, but less is recorded of what flows
        Setting(
            "audit.uneventful",
            old.uneventful,
            new.uneventful,
            opens=new.uneventful is Uneventful.SUMMARY,
        ),
    ]
    for host in sorted({*old.services, *new.services}):
        before, after = old.services.get(host, ""), new.services.get(host, "")
        found.append(
            Setting(f"services `{host}`", before or "none", after or "none", opens=bool(after))
        )
    # an infoType that is no longer looked for can flow
    for name in sorted(old.info_types.keys() | new.info_types.keys()):
        before, after = (
            "found" if name in policy.info_types else "not found" for policy in (old, new)
        )
        found.append(Setting(f"infoType `{name}`", before, after, opens=after == "not found"))
    return tuple(setting for setting in found if setting.before != setting.after)


def _action_setting(name: str, before: Action, after: Action) -> Setting:
    return Setting(name, before, after, after.rank < before.rank)
