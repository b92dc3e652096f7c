"""The decision: facts, a scan report and a policy go in, one `Decision` comes out. Pure and total.

How it decides. Each question below gives at most one ruling (an action and its reason) without
looking at the other questions. The strictest ruling wins; among equal actions, the reason that
comes first in `_PRECEDENCE` wins. The order of rules and findings does not matter, and no ruling
can undo another. That makes the decision monotone.

    caller      does the proxy that asks belong to the end that it claims to speak for?
    closed      is the destination in a namespace whose part of the policy is unknown?
    protocol    is it HTTP, or does a rule name its protocol?
    edge        does a rule name the edge, or does the default action open it?
                is there a rule that could not be evaluated?
    encryption  is the connection mutual TLS?
    media       was it read as a media kind that every rule with a list of media lists?
    disclosure  may each infoType that was found flow? In a message that is no PHI, does an entry of
                `deny` or `redact` name one?
    coverage    was everything scanned?
    opaque      is there a part that nobody can read?

INVARIANT (monotone): another finding, a worse verdict or less coverage never lowers `action.rank`.
Dropping mutual TLS does not lower it either, with one exception that the design asks for:
unencrypted traffic without PHI gets ALERT even on an edge that no rule names, where the same
traffic over mutual TLS is denied.

AUDIT rules stand apart. Each one is asked the same questions by itself, as if it were the only rule
of the edge, and `Decision.audits` says what it would have done. INVARIANT (audit): no other part of
the decision depends on AUDIT rules.

Cost: the policy caches the rules between two ends, their rulings on kinds of findings, and whole
decisions on HL7 over MLLP (`mesh.policy.decision_cache`). Any other message pays for normalising
its path, for each distinct condition of those rules, and for collecting the kinds of its findings.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from mesh.message.facts import Direction, Facts, Protocol, Vantage
from mesh.policy.combined_rules import CombinedRules, CombinedRuling, Scope, kind_of, kinds_of
from mesh.policy.decision import Action, Decision, Mode, Reason
from mesh.policy.decision_cache import asked
from mesh.policy.matching import Edge, closing_mode, edge_of, rules_on
from mesh.policy.policy import Policy
from phiscan.finding import Coverage, Gap, ScanReport

_PRECEDENCE: Final = (
    Reason.CALLER_MISMATCH,
    Reason.NO_POLICY,
    Reason.PROTOCOL_NOT_ALLOWED,
    Reason.AMBIGUOUS_PATH,
    Reason.EDGE_NOT_ALLOWED,
    Reason.INTERNAL_ERROR,
    Reason.UNENCRYPTED,
    Reason.MEDIA_NOT_ALLOWED,
    Reason.MINIMUM_NECESSARY,
    Reason.NAMED_BY_ENTRY,
    Reason.OUT_OF_TIME,
    Reason.TRUNCATED,
    Reason.UNSCANNABLE,
    Reason.OPAQUE,
    Reason.REDACTION_UNAVAILABLE,
    Reason.REDACTED_BY_RULE,
    Reason.ALERTED_BY_RULE,
    Reason.ALLOWED_BY_RULE,
    Reason.ALLOWED_BY_DEFAULT,
    Reason.NO_PHI,
)
_OWN_GAPS: Final = frozenset((Gap.OUT_OF_TIME, Gap.INTERNAL_ERROR))
"""Gaps that come from the guard and not from the message."""
_EMPTY: Final = ScanReport().media
_UNREAD: Final = "unknown"
_REASON_OF_ACTION: Final = {
    Action.DENY: Reason.MINIMUM_NECESSARY,
    Action.ALERT: Reason.ALERTED_BY_RULE,
    Action.ALLOW: Reason.ALLOWED_BY_RULE,
}


class _Ruling(NamedTuple):
    """The answer to one question.

    Args:
        weight: the largest wins. It orders by action, the strictest highest, then by `_PRECEDENCE`,
            the first reason highest.
    """

    weight: int
    action: Action
    reason: Reason
    tipped: tuple[str, ...] = ()
    redact: tuple[str, ...] = ()


def _weight(action: Action, reason: Reason) -> int:
    return (action.rank + 1) * len(_PRECEDENCE) - _PRECEDENCE.index(reason)


_WEIGHTS: Final = {
    (action, reason): _weight(action, reason) for action in Action for reason in _PRECEDENCE
}
# rulings without infoTypes, which nearly all are, made once
_CONSTANT: Final = {pair: _Ruling(weight, *pair) for pair, weight in _WEIGHTS.items()}
_NO_PHI: Final = _CONSTANT[Action.ALLOW, Reason.NO_PHI]
_ALLOWED_BY_DEFAULT: Final = _CONSTANT[Action.ALLOW, Reason.ALLOWED_BY_DEFAULT]
_FORGED: Final = _CONSTANT[Action.DENY, Reason.CALLER_MISMATCH]
_UNREADABLE: Final = _CONSTANT[Action.DENY, Reason.PROTOCOL_NOT_ALLOWED]
_UNNAMED: Final = _CONSTANT[Action.DENY, Reason.EDGE_NOT_ALLOWED]
_CLOSED: Final = _CONSTANT[Action.DENY, Reason.NO_POLICY]


class _Question(NamedTuple):
    """Everything that the rulings look at.

    Args:
        combined: what the rules of the edge say about the findings; None when there are no rules or
            no findings.
    """

    facts: Facts
    report: ScanReport
    policy: Policy
    edge: Edge
    rules: CombinedRules
    phi: bool
    combined: CombinedRuling | None


def decide(facts: Facts, report: ScanReport, policy: Policy) -> Decision:
    """Decide what happens to one message. Never raises: any failure is an enforced denial."""
    try:
        if facts.protocol is not Protocol.MLLP:  # a path is of one message only, and may hold PHI
            return _decide(facts, report, policy)
        known, key = policy.cache.decisions, asked(facts, report)
        return known.get(key) or known.keep(key, _decide(facts, report, policy))
    except Exception:  # noqa: BLE001  # fail closed: an undecided message would pass
        return Decision(
            Action.DENY,
            Reason.INTERNAL_ERROR,
            coverage=Coverage.UNSCANNABLE,
            gap=Gap.INTERNAL_ERROR,
        )


def refuse(reason: Reason, policy: Policy | None = None, facts: Facts | None = None) -> Decision:
    """A denial of a message that could not be judged. Never raises.

    It is enforced as the edge is. Where the edge is unknown, it is enforced if the policy enforces
    anywhere. Without a policy it is enforced.
    """
    gap = {Reason.OUT_OF_TIME: Gap.OUT_OF_TIME, Reason.INTERNAL_ERROR: Gap.INTERNAL_ERROR}.get(
        reason, Gap.NONE
    )
    denial = Decision(Action.DENY, reason, coverage=Coverage.UNSCANNABLE, gap=gap)
    try:
        if policy is None:
            return denial
        enforced = (
            policy.enforces if facts is None else _is_enforced(policy, edge_of(facts, policy))
        )
        return replace(denial, enforced=enforced, policy=policy.digest)
    except Exception:  # noqa: BLE001  # fail closed: the denial that is already made stands
        return denial


def _decide(facts: Facts, report: ScanReport, policy: Policy) -> Decision:
    edge = edge_of(facts, policy)
    rules = rules_on(policy, edge)
    verdict = report.verdict
    phi = policy.handles_as_phi(verdict)
    question = _Question(facts, report, policy, edge, rules, phi, None)
    combined = _combined(question)
    if combined is not None:
        question = question._replace(combined=combined)
    ruling = _strictest(question)
    forged = ruling is _FORGED  # the edge cannot be trusted: the forger named it
    return Decision(
        ruling.action,
        ruling.reason,
        policy.enforces if forged else _is_enforced(policy, edge),
        rules.all_names if ruling.reason is Reason.AMBIGUOUS_PATH else rules.names,
        combined.identifiers if combined else report.identifiers,
        ruling.tipped,
        ruling.redact,
        verdict,
        report.coverage,
        report.gap,
        policy.digest,
        _audits(question) if rules.audits else (),
        combined.masks if combined and ruling.redact else (),
    )


def _is_enforced(policy: Policy, edge: Edge) -> bool:
    mode = closing_mode(policy, edge)
    return rules_on(policy, edge).enforced if mode is None else mode is Mode.ENFORCE


def _audits(question: _Question) -> tuple[tuple[str, Action], ...]:
    """What each AUDIT rule of the edge would have done, without those that would have allowed."""
    found = []
    for name, rule in question.rules.audits:
        alone = question._replace(rules=rule)
        action = _strictest(alone._replace(combined=_combined(alone))).action
        if action is not Action.ALLOW:
            found.append((name, action))
    return tuple(found)


def _strictest(question: _Question) -> _Ruling:
    strictest = _ALLOWED_BY_DEFAULT if question.phi else _NO_PHI
    for ask in _QUESTIONS:
        ruling = ask(question)
        if ruling is not None and ruling.weight > strictest.weight:
            strictest = ruling
    return strictest


def _caller(question: _Question) -> _Ruling | None:
    """Deny when the caller is not the end that it speaks for: it probes or forges.

    The receiver's proxy asks as the destination, the sender's proxy as the source.
    """
    facts = question.facts
    speaks_for = facts.source if facts.vantage is Vantage.OUTBOUND else facts.destination
    return _FORGED if facts.caller and facts.caller != speaks_for else None


def _closed(question: _Question) -> _Ruling | None:
    """Deny what goes to a namespace whose part of the policy is unknown.

    Fail closed: the part could deny what the other rules allow.
    """
    return None if closing_mode(question.policy, question.edge) is None else _CLOSED


def _protocol(question: _Question) -> _Ruling | None:
    """Deny what no rule lists, but for HTTP: a policy that says nothing of it does not open it."""
    protocol = question.edge.protocol
    if protocol is Protocol.HTTP or protocol in question.rules.protocols:
        return None
    return _UNNAMED if protocol.is_read else _UNREADABLE


def _edge(question: _Question) -> _Ruling | None:
    rules, edge = question.rules, question.edge
    # a rule that cannot be evaluated denies, as far as it could speak of this message
    if rules.unsure and (question.phi or not rules.named or _may_be_forbidden(question)):
        return _CONSTANT[
            Action.DENY, Reason.AMBIGUOUS_PATH if edge.path is None else Reason.EDGE_NOT_ALLOWED
        ]
    if not rules.named and edge.encrypted and question.policy.default_action is not Action.ALLOW:
        return _CONSTANT[Action.DENY, Reason.EDGE_NOT_ALLOWED]
    return None


def _encryption(question: _Question) -> _Ruling | None:
    if question.edge.encrypted:
        return None
    denied = question.phi and not question.rules.waived
    return _CONSTANT[Action.DENY if denied else Action.ALERT, Reason.UNENCRYPTED]


def _media(question: _Question) -> _Ruling | None:
    """Deny what was not read as a media kind that the rules of the edge list.

    The kind is what the bytes were read as, never what a Content-Type says. Of a container, the
    kinds of its parts count too.
    """
    rules, report = question.rules, question.report
    if not rules.named:
        return None
    listed = rules.disclosure(
        is_request=question.facts.direction is Direction.REQUEST, encrypted=question.edge.encrypted
    )
    # what follows an upgrade, and TCP, is not read at all
    is_read = question.edge.protocol.is_read
    if listed.media is None or (is_read and listed.admits(_kinds_read(report))):
        return None
    # fail closed all the same: `_coverage` denies these, and its reason says whose fault it is
    if report.gap in _OWN_GAPS:
        return None
    return _CONSTANT[Action.DENY, Reason.MEDIA_NOT_ALLOWED]


def _kinds_read(report: ScanReport) -> frozenset[str]:
    """The media kinds that a list must hold; an empty body needs none.

    What is not well-formed was not read as its kind, which may be the declared one only. No list
    can hold `_UNREAD`.
    """
    kinds = frozenset((report.media, *report.parts))
    if report.coverage is Coverage.COMPLETE:
        return kinds - {_EMPTY}
    return kinds | {_UNREAD} if report.gap is Gap.MALFORMED else kinds


def _coverage(question: _Question) -> _Ruling | None:
    report = question.report
    if report.coverage is Coverage.COMPLETE:
        return None
    if report.gap in _OWN_GAPS:
        # fail closed: this gap comes from the guard, not from the message, so `onUnscannable` does
        # not waive it
        return _CONSTANT[Action.DENY, Reason(report.gap.value)]
    reason = Reason.TRUNCATED if report.coverage is Coverage.TRUNCATED else Reason.UNSCANNABLE
    return _CONSTANT[
        Action.ALERT if question.policy.on_unscannable is Action.ALERT else Action.DENY, reason
    ]


def _opaque(question: _Question) -> _Ruling | None:
    """Alert or deny where a part looks encoded or encrypted and decodes to nothing."""
    if not question.report.opaque:
        return None
    action = question.rules.on_opaque
    return None if action is Action.ALLOW else _CONSTANT[action, Reason.OPAQUE]


def _disclosure(question: _Question) -> _Ruling | None:
    """Rule on each infoType that was found.

    In PHI it flows only if the rules allow it (45 CFR 164.502(b), minimum necessary). In any other
    message it flows unless an entry of `deny` or `redact` names it.
    """
    combined = question.combined
    if combined is None:
        return None
    if not question.phi and combined.action is Action.ALLOW:
        return None
    # the verdict is PHI without an individual's identifier: the report contradicts itself
    if question.phi and not combined.identifiers:
        return _CONSTANT[Action.DENY, Reason.INTERNAL_ERROR]
    if combined.action is not Action.REDACT:
        reason = _REASON_OF_ACTION[combined.action] if question.phi else Reason.NAMED_BY_ENTRY
        return _ruling(combined.action, reason, combined)
    if _can_redact(question, combined):
        reason = Reason.REDACTED_BY_RULE if question.phi else Reason.NAMED_BY_ENTRY
        return _ruling(Action.REDACT, reason, combined)
    return _ruling(Action.DENY, Reason.REDACTION_UNAVAILABLE, combined)


def _ruling(action: Action, reason: Reason, combined: CombinedRuling) -> _Ruling:
    return _Ruling(
        _WEIGHTS[action, reason],
        action,
        reason,
        combined.tipped,
        combined.tipped if action is Action.REDACT else (),
    )


def _combined(question: _Question) -> CombinedRuling | None:
    """What the rules of the edge say about the report's kinds of findings; cached."""
    rules, report = question.rules, question.report
    if not rules.named or not (question.phi or report.findings):
        return None
    remembered = question.policy.cache.rulings
    is_request = question.facts.direction is Direction.REQUEST
    scope = Scope(is_request, question.edge.encrypted, question.phi)
    key = rules, scope, kinds_of(report.findings)
    return remembered.get(key) or remembered.keep(key, rules.ruling(key[2], scope))


def _may_be_forbidden(question: _Question) -> bool:
    """Whether a rule that could not be evaluated forbids the message: by name, or by its media."""
    is_request = question.facts.direction is Direction.REQUEST
    report = question.report
    return question.rules.may_forbid(
        kinds_of(report.findings), _kinds_read(report), is_request=is_request
    )


def _can_redact(question: _Question, combined: CombinedRuling) -> bool:
    """Whether every value to mask lies in a complete body that the caller can replace."""
    report = question.report
    return (
        question.facts.redactable
        and combined.is_maskable
        and report.coverage is Coverage.COMPLETE
        and not any(
            finding.location.start < 0 and kind_of(finding) in combined.targeted
            for finding in report.findings
        )
    )


_QUESTIONS: Final[tuple[Callable[[_Question], _Ruling | None], ...]] = (
    _caller,
    _closed,
    _protocol,
    _edge,
    _encryption,
    _media,
    _disclosure,
    _coverage,
    _opaque,
)
