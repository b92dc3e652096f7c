"""Cases for the policy of the answers: what it does with made-up messages of each call.

They pass as they are. Whoever narrows the policy sees from them what the change does.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

from mesh.policy.decision import Action, Reason
from mesh.starter.answers import Answers, Call, Outside, Service
from mesh.starter.purposes import NEEDS, PATIENT, Sample

_RECORD = f"{{{PATIENT}}}"
_NO_PHI = (
    Sample("a patient's record does not pass", _RECORD, Action.DENY, Reason.MINIMUM_NECESSARY),
)


def render(answers: Answers, policy: str) -> str:
    """The text of the case file.

    Args:
        policy: the policy's file, as the case file names it.
    """
    lines = [
        "# Written by `phiguard init`: what the policy does. The values are made up.",
        "# phiguard policy test FILE runs them.",
        f"policy: {json.dumps(policy)}",
        "cases:",
    ]
    for call in answers.calls:
        lines += _call(call, answers)
    for each in answers.outside:
        lines += _outside(each, answers)
    lines += _closed(answers)
    return "\n".join(lines) + "\n"


def _call(call: Call, answers: Answers) -> Iterator[str]:
    edge = f"{call.source.label} to {call.destination.label}"
    ends = _ends(call.source, call.destination, answers)
    yield f"# {edge}: {call.purpose or 'no PHI'}"
    for sample in NEEDS[call.purpose].samples if call.purpose else _NO_PHI:
        yield from _case(edge, sample, f"{ends}, mtls: true")
    if call.purpose:
        first = NEEDS[call.purpose].samples[0]
        at_sender = _at_sender(call.source, call.destination.host(answers.cluster_domain), answers)
        named = Sample(f"at the sender, {first.name}", first.body, first.decision, first.reason)
        yield from _case(edge, named, at_sender)
        plain = Sample("nothing without mutual TLS", first.body, Action.DENY, Reason.UNENCRYPTED)
        yield from _case(edge, plain, f"{ends}, mtls: false")
    yield from _case(
        edge,
        Sample("what holds no PHI passes", "{accepted: true}", Action.ALLOW, Reason.NO_PHI),
        f"{ends}, mtls: true",
    )


def _outside(call: Outside, answers: Answers) -> Iterator[str]:
    edge = f"{call.source.label} to {call.host}"
    request = _at_sender(call.source, call.example, answers)
    yield f"# {edge}, outside the mesh: {call.purpose or 'no PHI'}"
    if call.purpose is None:
        yield from _case(
            edge,
            Sample("a patient's record does not leave", _RECORD, Action.DENY, Reason.UNENCRYPTED),
            request,
        )
        return
    for sample in NEEDS[call.purpose].samples:
        yield from _case(edge, _alerting(sample), request)


def _alerting(sample: Sample) -> Sample:
    """The sample outside the mesh, where what passes unmasked passes with an alert."""
    if sample.decision is not Action.ALLOW:
        return sample
    return replace(sample, decision=Action.ALERT, reason=Reason.UNENCRYPTED)


def _closed(answers: Answers) -> Iterator[str]:
    """Calls that nobody named stay closed: of a stranger, and one between two of the services."""
    opened = {(call.source, call.destination) for call in answers.calls}
    stranger = Service("unknown", "stranger", "stranger")
    yield "# calls that nobody named"
    for destination in answers.services:
        others = (each for each in answers.services if each != destination)
        unnamed = next((each for each in others if (each, destination) not in opened), None)
        for source in filter(None, (unnamed, stranger)):
            yield from _case(
                f"{source.label} to {destination.label}",
                Sample("is closed", "{accepted: true}", Action.DENY, Reason.EDGE_NOT_ALLOWED),
                f"{_ends(source, destination, answers)}, mtls: true",
            )


def _ends(source: Service, destination: Service, answers: Answers) -> str:
    return f"source: {_principal(source, answers)}, destination: {_principal(destination, answers)}"


def _at_sender(source: Service, host: str, answers: Answers) -> str:
    named = json.dumps(host)
    return (
        f"source: {_principal(source, answers)}, vantage: outbound, service: {named}, host: {named}"
    )


def _principal(service: Service, answers: Answers) -> str:
    return json.dumps(service.principal(answers.trust_domain))


def _case(edge: str, sample: Sample, request: str) -> Iterator[str]:
    yield f"- name: {json.dumps(f'{edge}: {sample.name}')}"
    yield f"  request: {{{request}, method: POST, path: /,"
    yield f"    body: {sample.body}}}"
    yield f"  expect: {{decision: {sample.decision}, reason: {sample.reason}}}"
