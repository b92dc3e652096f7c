"""What happens to each infoType in a message along an edge. `diff` and `graph` are made of flows.

The answers come from `decide`.
"""

from typing import Final

from mesh.message.facts import Direction, Facts, Protocol
from mesh.policy.decide import decide
from mesh.policy.decision import Action
from mesh.policy.matching import edge_of, rules_on
from mesh.policy.policy import Policy
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import InfoType, InfoTypeKind
from phiscan.media_names import MEDIA_NAMES
from phiscan.redaction.masks import MaskForm

PROVIDERS_OWN: Final = "provider's "
"""Prefix of the name of a provider's own identifier."""
WITHOUT_CONTEXT: Final = " without health context"
"""Suffix of the name of what is found in a message that is no PHI."""
_ALONE: Final = {
    InfoTypeKind.IDENTIFIER: Verdict.IDENTIFIERS,
    InfoTypeKind.HEALTH: Verdict.HEALTH,
}
"""The verdict on a message in which nothing else is found."""


def flows(facts: Facts, policy: Policy) -> dict[str, Action]:
    """What happens to each infoType in a message with PHI, by name.

    A provider's own identifier has the prefix `PROVIDERS_OWN`. Health information and providers'
    identifiers are absent where no individual's identifier may flow.
    """
    individuals = {
        name: decide(facts, _report(_found(info_type, Subject.PATIENT)), policy).action
        for name, info_type in policy.info_types.items()
        if info_type.kind is InfoTypeKind.IDENTIFIER
    }
    found = dict(individuals)
    flowing = sorted(
        (action.rank, name) for name, action in individuals.items() if action is not Action.DENY
    )[:2]
    for name, info_type in policy.info_types.items() if flowing else ():
        beside = next((other for _, other in flowing if other != name), "")
        if beside:
            is_identifier = info_type.kind is InfoTypeKind.IDENTIFIER
            subject = Subject.PROVIDER if is_identifier else Subject.NOBODY
            report = _report(
                _found(policy.info_types[beside], Subject.PATIENT), _found(info_type, subject)
            )
            decision = decide(facts, report, policy)
            spoken = decision.action is Action.DENY or name in decision.tipped
            found[f"{PROVIDERS_OWN if is_identifier else ''}{name}"] = (
                decision.action if spoken else Action.ALLOW
            )
    return found


def named_flows(facts: Facts, policy: Policy) -> dict[str, Action]:
    """What happens to each infoType alone, in a message that is no PHI, by name.

    Only entries of `deny` and `redact` that name it make a difference there. The names have the
    suffix `WITHOUT_CONTEXT`.
    """
    found = {}
    for name, info_type in policy.info_types.items():
        verdict = _ALONE.get(info_type.kind, Verdict.NONE)
        report = ScanReport((_found(info_type, Subject.PERSON),), verdict=verdict)
        found[name + WITHOUT_CONTEXT] = decide(facts, report, policy).action
    return found


def masks(facts: Facts, policy: Policy) -> dict[str, MaskForm]:
    """The form of the mask of each identifier that is masked in a message with PHI, by name."""
    found = {}
    for name, info_type in policy.info_types.items():
        if info_type.kind is InfoTypeKind.IDENTIFIER:
            decision = decide(facts, _report(_found(info_type, Subject.PATIENT)), policy)
            if decision.action is Action.REDACT:
                found[name] = dict(decision.masks).get(name, MaskForm.PLAIN)
    return found


def media_flows(facts: Facts, policy: Policy) -> dict[str, Action]:
    """What happens to a message without findings, by the media kind that it was read as."""
    return {
        name: decide(facts, ScanReport(media=name), policy).action for name in sorted(MEDIA_NAMES)
    }


def opaque_flow(facts: Facts, policy: Policy) -> dict[str, Action]:
    """What happens to a message in which nothing is found but a part that nobody can read."""
    return {"": decide(facts, ScanReport(opaque=(Location(),)), policy).action}


def _found(info_type: InfoType, subject: Subject) -> Finding:
    return Finding.of(info_type, Likelihood.LIKELY, "", Location("", 0, 1), subject)


def _report(*findings: Finding) -> ScanReport:
    return ScanReport(findings, verdict=Verdict.PHI)


def standing(facts: Facts, policy: Policy) -> object:
    """Everything that the policy's decision can depend on, except the content.

    Messages with equal standing get equal decisions on equal content.
    """
    edge = edge_of(facts, policy)
    rules = rules_on(policy, edge)
    is_request = facts.direction is Direction.REQUEST
    said = (
        rules.disclosure(is_request=is_request, encrypted=edge.encrypted) if rules.named else None
    )
    is_read = edge.protocol.is_read
    masking = rules.masking(is_request=is_request)
    return (
        said,
        masking,
        bool(rules.unsure),
        rules.enforced,
        rules.waived,
        is_read,
        edge.protocol is Protocol.HTTP or edge.protocol in rules.protocols,
        edge.encrypted,
        rules.on_opaque,
    )
