"""Why a message is decided as it is, as a short tree: edge, media, findings, what each rule says.

This module reads the decision and the policy. It decides nothing itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mesh.exchange.events import Outcome
from mesh.message.facts import Direction, Facts, Protocol, Vantage
from mesh.message.paths import normalise
from mesh.policy.decision import Decision, Uneventful
from mesh.policy.eventful import is_eventful
from mesh.policy.policy import Disclosure, Policy, Rule
from phiscan.finding import Finding, ScanReport, Subject
from phiscan.identifiers import InfoTypeKind


@dataclass(frozen=True, slots=True)
class Branch:
    """A line and the lines below it."""

    text: str
    below: tuple["Branch", ...] = ()


def explain(outcome: Outcome, policy: Policy) -> Branch:
    """The tree of one decided message. Of the message's values it shows only the path."""
    decision, facts = outcome.decision, outcome.facts or Facts()
    rules = [rule for rule in policy.rules if rule.name in decision.rules]
    parts = _parts(facts, rules)
    branches = [
        Branch(f"edge: {_edge(facts)}", _naming(rules, policy)),
        _media(outcome.report, parts),
        _content(outcome.report, parts, policy),
    ]
    branches += [_opaque(outcome.report, rules, policy)] if outcome.report.opaque else []
    branches += (
        [Branch("AUDIT rules, which decide nothing", audits)]
        if (audits := _audits(decision))
        else []
    )
    if decision.redact:
        forms = dict(decision.masks)
        names = (f"{n} as {forms[n]}" if n in forms else n for n in decision.redact)
        branches.append(Branch(f"masked: {', '.join(names)}"))
    if policy.uneventful is Uneventful.SUMMARY:
        branches.append(Branch(f"record: {_record(outcome, facts, policy)}"))
    branches.append(
        Branch(f"policy: {policy.name}, mode {policy.mode}, revision {policy.digest[:12]}")
    )
    return Branch(_headline(decision), tuple(branches))


def _record(outcome: Outcome, facts: Facts, policy: Policy) -> str:
    """How the ledger records it, where the policy sums up what is uneventful."""
    if is_eventful(facts, outcome.decision, outcome.report, policy):
        return "one of its own"
    return "counted in a summary, but for the first such message on the edge"


def _headline(decision: Decision) -> str:
    passes = "" if decision.enforced else " (not enforced: the message passes)"
    because = f" because of {', '.join(decision.tipped)}" if decision.tipped else ""
    return f"{decision.action} {decision.reason}{because}{passes}"


def _edge(facts: Facts) -> str:
    operation = facts.operation
    outbound = facts.vantage is Vantage.OUTBOUND
    callee = (facts.service if outbound else facts.destination) or "a peer without an identity"
    words = [
        f"{facts.source or 'a peer without an identity'} -> {callee}",
        "" if facts.protocol is Protocol.HTTP else facts.protocol.value,
        f"{operation.method} {operation.path}".strip() or operation.message_type,
        f"port {operation.port}" if operation.port else "",
        str(facts.direction),
        "seen by the sender" if outbound else f"{'mutual' if facts.mtls else 'without mutual'} TLS",
    ]
    if normalise(operation.path) is None:
        words.append("ambiguous path")
    return ", ".join(word for word in words if word)


def _naming(rules: Iterable[Rule], policy: Policy) -> tuple[Branch, ...]:
    named = tuple(Branch(f"named by {rule.name}{_extras(rule)}") for rule in rules)
    return named or (Branch(f"no rule names it: defaultAction {policy.default_action}"),)


def _extras(rule: Rule) -> str:
    words = [*(() if rule.mtls else ("mtls any",)), *((f"mode {rule.mode}",) if rule.mode else ())]
    if rule.terms is not None:
        words.append(f"exception until {rule.terms.expires}")
    return f" ({', '.join(words)})" if words else ""


def _audits(decision: Decision) -> tuple[Branch, ...]:
    return tuple(
        Branch(f"{rule}: {action} if it were the only rule") for rule, action in decision.audits
    )


def _content(report: ScanReport, parts: Mapping[str, Disclosure], policy: Policy) -> Branch:
    phi = policy.handles_as_phi(report.verdict)
    coverage = f"coverage {report.coverage} {report.gap}".rstrip()
    kinds = {
        (f.info_type, f.kind is InfoTypeKind.IDENTIFIER, f.subject is Subject.PROVIDER): f
        for f in report.findings
    }
    found = tuple(_finding(kinds[kind], parts, phi=phi) for kind in sorted(kinds))
    return Branch(
        f"content: verdict {report.verdict}, {coverage}",
        found or (Branch("nothing was found"),),
    )


def _media(report: ScanReport, parts: Mapping[str, Disclosure]) -> Branch:
    """What the message was read as, and what the rules list."""
    within = f" with {', '.join(report.parts)}" if report.parts else ""
    lists = tuple(
        Branch(f"{name} lists {', '.join(sorted(part.media))}")
        for name, part in parts.items()
        if part.media is not None
    )
    return Branch(f"media: read as {report.media}{within}", lists)


def _opaque(report: ScanReport, rules: Iterable[Rule], policy: Policy) -> Branch:
    """How many parts nobody can read, and what the policy and the rules say of them."""
    number = len(report.opaque)
    said = tuple(
        Branch(f"onOpaque {rule.on_opaque}, says {rule.name}")
        for rule in rules
        if rule.on_opaque is not None
    )
    text = f"opaque: {number} part{'s' * (number != 1)} that nobody can read"
    return Branch(text, said or (Branch(f"onOpaque {policy.on_opaque}"),))


def _parts(facts: Facts, rules: Iterable[Rule]) -> dict[str, Disclosure]:
    """What each rule says about the message's direction."""
    is_request = facts.direction is Direction.REQUEST
    return {rule.name: rule.request if is_request else rule.response for rule in rules}


def _finding(finding: Finding, parts: Mapping[str, Disclosure], *, phi: bool) -> Branch:
    is_identifier = finding.kind is InfoTypeKind.IDENTIFIER
    owner = "provider's " if is_identifier and not finding.is_individuals else ""
    letter = f" ({finding.identifier})" if finding.identifier else ""
    said = [f"{says(part, finding, phi=phi)}, says {name}" for name, part in parts.items()]
    head = f"{owner}{finding.info_type}{letter}"
    if len(said) == 1:
        return Branch(f"{head}: {said[0]}")
    return Branch(head, tuple(map(Branch, said)))


def says(part: Disclosure, finding: Finding, *, phi: bool) -> str:
    """What one rule says about a finding in one direction: `allow (A)`, `otherwise DENY`.

    In a message that is no PHI, only entries of `deny` and `redact` that name something count.
    """
    individual = finding.is_individuals
    part = part if phi else part.explicit
    entries = [
        finding.info_type,
        *((finding.identifier,) if finding.identifier else ()),
        *(("*",) if individual else ()),
    ]
    for word, listed in (("deny", part.deny), ("redact", part.redact), ("allow", part.allow)):
        named = [entry for entry in entries if entry in listed]
        if named:
            form = dict(part.forms).get(named[0]) if word == "redact" else None
            return f"{word} ({named[0]}{f' as {form}' if form else ''})"
    if not phi:
        return "no entry forbids it, and the message is no PHI"
    return f"otherwise {part.otherwise}" if individual else "nothing, so it flows"
