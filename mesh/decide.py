"""The decision: facts, a scan report and a policy in, one `Decision` out. Pure and total.

How it decides. Each question below gives at most one ruling (an action and its reason), without looking at the
others; the strictest ruling wins, and among equals the reason that stands first in `_PRECEDENCE`. Nothing depends on
the order of rules or findings, and no ruling can take back another: that is what makes the decision monotone.

    caller     is the proxy that asks the one that the facts speak of?
    protocol   can the connection be read, or does a rule name it?
    edge       does a rule name the edge, or the default action open it? could a rule that lists paths not be evaluated?
    encryption is the connection mutual TLS?
    disclosure may each infoType found flow (only for PHI)?
    coverage   was everything seen?

INVARIANT (monotone): another finding, a worse verdict or less coverage never gives a lower `action.rank`. Dropping
mutual TLS does not either, with one exception that the design asks for: unencrypted traffic without PHI is alerted
even on an edge that no rule names, where the same traffic with an identity is denied.

Cost: one dictionary access, the candidates' patterns, and one set test per distinct kind of finding.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from mesh.decision import Action, Decision, Mode, Reason
from mesh.facts import Direction, Facts, Protocol, Vantage
from mesh.match import Edge, Matches, edge_of, matches_of
from mesh.policy import Disclosure, Policy, Rule
from phiscan.finding import Coverage, Finding, Gap, ScanReport, Subject, Verdict
from phiscan.identifiers import Identifier

_PRECEDENCE: Final = {
    reason: place
    for place, reason in enumerate(
        (
            Reason.CALLER_MISMATCH,
            Reason.PROTOCOL_NOT_ALLOWED,
            Reason.AMBIGUOUS_PATH,
            Reason.EDGE_NOT_ALLOWED,
            Reason.INTERNAL_ERROR,
            Reason.UNENCRYPTED,
            Reason.MINIMUM_NECESSARY,
            Reason.OUT_OF_TIME,
            Reason.TRUNCATED,
            Reason.UNSCANNABLE,
            Reason.REDACTION_UNAVAILABLE,
            Reason.REDACTED_BY_RULE,
            Reason.ALERTED_BY_RULE,
            Reason.ALLOWED_BY_RULE,
            Reason.NO_PHI,
        )
    )
}
_REASON_OF_ACTION: Final = {
    Action.DENY: Reason.MINIMUM_NECESSARY,
    Action.REDACT: Reason.REDACTED_BY_RULE,
    Action.ALERT: Reason.ALERTED_BY_RULE,
    Action.ALLOW: Reason.ALLOWED_BY_RULE,
}


@dataclass(frozen=True, slots=True)
class _Ruling:
    action: Action
    reason: Reason
    tipped: tuple[str, ...] = ()
    redact: tuple[str, ...] = ()


class _Kind(NamedTuple):
    """All that entries of a rule can tell apart in a finding; `individual` is False for a provider's and for health."""

    info_type: str
    identifier: Identifier | None
    individual: bool


@dataclass(frozen=True, slots=True)
class _Question:
    """All that the rulings look at."""

    facts: Facts
    report: ScanReport
    policy: Policy
    edge: Edge
    matches: Matches
    phi: bool


def decide(facts: Facts, report: ScanReport, policy: Policy) -> Decision:
    """What happens to one message. Never raises: whatever goes wrong is a denial that is enforced."""
    try:
        return _decide(facts, report, policy)
    except Exception:  # noqa: BLE001  # fail closed: an undecided message would pass
        return Decision(Action.DENY, Reason.INTERNAL_ERROR, coverage=Coverage.UNSCANNABLE, gap=Gap.INTERNAL_ERROR)


def refuse(reason: Reason, policy: Policy | None = None, facts: Facts | None = None) -> Decision:
    """A denial because the message could not be judged. Never raises.

    It is enforced as the edge is. Where the edge is not known, it is enforced if the policy enforces anywhere, and
    where there is no policy, it is enforced.
    """
    gap = {Reason.OUT_OF_TIME: Gap.OUT_OF_TIME, Reason.INTERNAL_ERROR: Gap.INTERNAL_ERROR}.get(reason, Gap.NONE)
    denial = Decision(Action.DENY, reason, coverage=Coverage.UNSCANNABLE, gap=gap)
    try:
        if policy is None:
            return denial
        enforced = policy.enforces if facts is None else _enforced(policy, matches_of(policy, edge_of(facts, policy)))
        return replace(denial, enforced=enforced, policy=policy.digest)
    except Exception:  # noqa: BLE001  # fail closed: the denial that is already made stands
        return denial


def _decide(facts: Facts, report: ScanReport, policy: Policy) -> Decision:
    edge = edge_of(facts, policy)
    matches = matches_of(policy, edge)
    phi = report.verdict is Verdict.PHI or (policy.treat_identifiers_as_phi and report.verdict is Verdict.IDENTIFIERS)
    question = _Question(facts, report, policy, edge, matches, phi)
    ruling = max(_rulings(question), key=lambda r: (r.action.rank, -_PRECEDENCE[r.reason]))
    forged = ruling.reason is Reason.CALLER_MISMATCH  # its edge is the forger's word
    spoke: tuple[Rule, ...] = matches.named
    if ruling.reason is Reason.AMBIGUOUS_PATH:
        spoke += matches.unsure
    return Decision(
        action=ruling.action,
        reason=ruling.reason,
        enforced=policy.enforces if forged else _enforced(policy, matches),
        rules=tuple(sorted({rule.name for rule in spoke})),
        identifiers=report.identifiers,
        tipped=ruling.tipped,
        redact=ruling.redact,
        verdict=report.verdict,
        coverage=report.coverage,
        gap=report.gap,
        policy=policy.digest,
    )


def _enforced(policy: Policy, matches: Matches) -> bool:
    """Whether any rule that names the edge (or might) enforces; the policy's mode where none surely names it."""
    modes = {rule.mode or policy.mode for rule in _lasting(matches.named)} or {policy.mode}
    return Mode.ENFORCE in modes | {rule.mode or policy.mode for rule in matches.unsure}


def _lasting(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules that are no exceptions; all when there are only exceptions."""
    return tuple(rule for rule in rules if rule.terms is None) or rules


def _rulings(question: _Question) -> Iterator[_Ruling]:
    yield _Ruling(Action.ALLOW, Reason.ALLOWED_BY_RULE if question.phi else Reason.NO_PHI)
    yield from _caller(question.facts)
    if question.edge.protocol is not Protocol.HTTP and not question.matches.protocol_listed:
        yield _Ruling(Action.DENY, Reason.PROTOCOL_NOT_ALLOWED)
    yield from _edge(question)
    yield from _encryption(question)
    yield from _disclosure(question)
    yield from _coverage(question)


def _caller(facts: Facts) -> Iterator[_Ruling]:
    """The receiver's proxy asks as the destination, the sender's as the source; anyone else probes or forges."""
    speaks_for = facts.source if facts.vantage is Vantage.OUTBOUND else facts.destination
    if facts.caller and facts.caller != speaks_for:
        yield _Ruling(Action.DENY, Reason.CALLER_MISMATCH)


def _edge(question: _Question) -> Iterator[_Ruling]:
    named, unsure = question.matches.named, question.matches.unsure
    if unsure and (question.phi or not named):  # a rule that cannot be evaluated denies
        yield _Ruling(Action.DENY, Reason.AMBIGUOUS_PATH if question.edge.path is None else Reason.EDGE_NOT_ALLOWED)
    if not named and question.edge.encrypted and question.policy.default_action is not Action.ALLOW:
        yield _Ruling(Action.DENY, Reason.EDGE_NOT_ALLOWED)


def _encryption(question: _Question) -> Iterator[_Ruling]:
    if question.edge.encrypted:
        return
    waived = any(not rule.mtls for rule in question.matches.named)
    yield _Ruling(Action.DENY if question.phi and not waived else Action.ALERT, Reason.UNENCRYPTED)


def _coverage(question: _Question) -> Iterator[_Ruling]:
    report = question.report
    if report.coverage is Coverage.COMPLETE:
        return
    if report.gap in {Gap.OUT_OF_TIME, Gap.INTERNAL_ERROR}:
        # fail closed: this gap is ours and says nothing about the message, so `onUnscannable` does not waive it
        yield _Ruling(Action.DENY, Reason.OUT_OF_TIME if report.gap is Gap.OUT_OF_TIME else Reason.INTERNAL_ERROR)
        return
    reason = Reason.TRUNCATED if report.coverage is Coverage.TRUNCATED else Reason.UNSCANNABLE
    yield _Ruling(Action.ALERT if question.policy.on_unscannable is Action.ALERT else Action.DENY, reason)


def _disclosure(question: _Question) -> Iterator[_Ruling]:
    """45 CFR 164.502(b), minimum necessary: each infoType of a PHI message flows only if the rules let it."""
    if not question.phi or not question.matches.named:
        return
    if not question.report.identifiers:  # a verdict that its findings do not bear out: there is nothing to rule on
        yield _Ruling(Action.DENY, Reason.INTERNAL_ERROR)
        return
    disclosure = _combined(question)
    actions = {kind: _ruled(kind, disclosure) for kind in _kinds(question.report.findings)}
    strictest = max(actions.values(), key=lambda action: action.rank)
    tipped = tuple(sorted({kind.info_type for kind, action in actions.items() if action is strictest}))
    targeted = {kind for kind, action in actions.items() if action is Action.REDACT}
    if strictest is not Action.REDACT:
        yield _Ruling(strictest, _REASON_OF_ACTION[strictest], () if strictest is Action.ALLOW else tipped)
    elif _can_redact(question, targeted):
        yield _Ruling(Action.REDACT, Reason.REDACTED_BY_RULE, tipped, tipped)
    else:
        yield _Ruling(Action.DENY, Reason.REDACTION_UNAVAILABLE, tipped)


def _combined(question: _Question) -> Disclosure:
    """All rules that name the edge as one disclosure.

    A rule that asks for mutual TLS allows nothing on an unencrypted edge, but what it forbids stays forbidden.
    """
    is_request = question.facts.direction is Direction.REQUEST
    rules = question.matches.named
    parts = [rule.request if is_request else rule.response for rule in rules]
    lasting = [part for rule, part in zip(rules, parts, strict=True) if rule.terms is None] or parts
    allowing = [part for rule, part in zip(rules, parts, strict=True) if _may_allow(rule, question.edge)]
    return Disclosure(
        allow=frozenset().union(*(part.allow for part in allowing)),
        redact=frozenset().union(*(part.redact for part in parts)),
        deny=frozenset().union(*(part.deny for part in parts)),
        otherwise=max((part.otherwise for part in lasting), key=_rank),
    )


def _rank(action: Action) -> int:
    return action.rank


def _may_allow(rule: Rule, edge: Edge) -> bool:
    return edge.encrypted or not rule.mtls


def _kinds(findings: Iterable[Finding]) -> set[_Kind]:
    """The kinds among findings. A document has thousands of findings and a dozen kinds."""
    told_apart = {(f.info_type, f.identifier, f.subject is not Subject.PROVIDER) for f in findings}
    return {_Kind(name, identifier, identifier is not None and own) for name, identifier, own in told_apart}


def _ruled(kind: _Kind, disclosure: Disclosure) -> Action:
    names = {kind.info_type, *((kind.identifier,) if kind.identifier else ()), *(("*",) if kind.individual else ())}
    for entries, action in (
        (disclosure.deny, Action.DENY),
        (disclosure.redact, Action.REDACT),
        (disclosure.allow, Action.ALLOW),
    ):
        if not entries.isdisjoint(names):
            return action
    return disclosure.otherwise if kind.individual else Action.ALLOW


def _can_redact(question: _Question, targeted: Set[_Kind]) -> bool:
    return (
        question.facts.redactable
        and all(
            kind.identifier for kind in targeted
        )  # a diagnosis is stated by a document's structure: no mask unsays it
        and question.report.coverage is Coverage.COMPLETE
        and not _kinds(f for f in question.report.findings if f.location.start < 0) & targeted
    )
