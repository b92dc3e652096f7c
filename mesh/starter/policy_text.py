"""The policy of the answers, as a file for a person to go on with."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from mesh.policy_file.layout import formatted
from mesh.starter.answers import Answers, Call, Outside, Service
from mesh.starter.purposes import NEEDS, Purpose

_NO_PHI = "{otherwise: DENY}"


def render(answers: Answers) -> str:
    """The text of the policy. It has a rule for each call."""
    lines = [
        f"# Written by `phiguard init`. {_mode(answers)}",
        "# What no rule names is refused. Narrow each rule to the methods and paths of its API:",
        "#     operation: {methods: [POST], paths: [/claims, /claims/*]}",
        "apiVersion: phiguard.dev/v1alpha1",
        "kind: SegmentationPolicy",
        f"metadata: {{name: {json.dumps(answers.name)}}}",
        "spec:",
        f"  mode: {'enforce' if answers.enforces else 'monitor'}",
        "  defaultAction: DENY",
        "  onUnscannable: DENY",
        *_services(answers),
        "  rules:" if answers.calls or answers.outside else "  rules: []",
    ]
    names = rule_names(answers)
    for call, name in names.items():
        lines += [f"  {line}" for line in _rule(call, name, answers.trust_domain)]
    return formatted("\n".join(lines) + "\n")


def rule_names(answers: Answers) -> dict[Call | Outside, str]:
    """The name of each rule: `ehr-to-billing`, with namespaces where that would name two."""
    calls: Sequence[Call | Outside] = (*answers.calls, *answers.outside)
    counted = Counter(_short(each) for each in calls)
    found: dict[Call | Outside, str] = {}
    for each in calls:
        name = _short(each) if counted[_short(each)] == 1 else _long(each)
        numbered = (f"{name}-{number}" for number in count(2))
        used = set(found.values())
        found[each] = name if name not in used else next(n for n in numbered if n not in used)
    return found


def _short(call: Call | Outside) -> str:
    to = call.example if isinstance(call, Outside) else call.destination.account
    return f"{call.source.account}-to-{to}"


def _long(call: Call | Outside) -> str:
    to = call.example if isinstance(call, Outside) else _joined(call.destination)
    return f"{_joined(call.source)}-to-{to}"


def _joined(service: Service) -> str:
    return f"{service.namespace}-{service.account}"


def _mode(answers: Answers) -> str:
    if answers.enforces:
        return "It stops what no rule allows, from the start."
    return "It records and stops nothing; `mode: enforce` stops."


def _services(answers: Answers) -> Iterator[str]:
    called = {call.destination: None for call in answers.calls}
    if called:
        yield "  services:  # CHECK: the principal behind each host; a wrong one sends PHI astray"
    for each in called:
        host = json.dumps(each.host(answers.cluster_domain))
        principal = json.dumps(each.principal(answers.trust_domain))
        yield f"  - {{host: {host}, principal: {principal}}}"


def _rule(call: Call | Outside, name: str, trust_domain: str) -> Iterator[str]:
    yield f"- name: {json.dumps(name)}"
    yield f"  from: [{{principals: [{json.dumps(call.source.principal(trust_domain))}]}}]"
    if isinstance(call, Outside):
        yield f"  to: [{{hosts: [{json.dumps(call.host)}]}}]"
        if call.purpose is not None:
            yield "  # The guard cannot see who answers outside the mesh: each such message alerts."
            yield "  when: {mtls: any}"
    else:
        yield f"  to: [{{principals: [{json.dumps(call.destination.principal(trust_domain))}]}}]"
    yield from _phi(call.purpose)


def _phi(purpose: Purpose | None) -> Iterator[str]:
    if purpose is None:
        yield f"  phi: {{request: {_NO_PHI}, response: {_NO_PHI}}}  # no PHI"
        return
    need = NEEDS[purpose]
    yield "  phi:"
    yield f"    # {need.why}"
    lists = [f"allow: {_entries(need.allow)}"]
    lists += [f"redact: {_entries(need.redact)}"] if need.redact else []
    part = f"{{{', '.join(lists)}, otherwise: DENY}}"
    yield f"    request: {part}"
    yield f"    response: {part}"


def _entries(words: Iterable[str]) -> str:
    return f"[{', '.join(json.dumps(word) if word == '*' else word for word in words)}]"
