"""A proposal as a policy file for a person to review: what it opens, its evidence, what is marked.

The text parses with `mesh.policy_file` without an error. Marked operations stand in comments. A
rule that may be put in force is written there, to be uncommented.

INVARIANT (nothing but forms): every text in the file comes from this module or was checked against
a form (principal, host, template, infoType). So nothing in a store can break out of its comment.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, groupby

from mesh.message.facts import Direction
from mesh.message.identity import account_of, namespace_of
from mesh.observed.proposal import Ends, Mark, Marked, Proposal, Proposed, ProposedFlow
from mesh.observed.proposal_caveats import passes_with_alert
from phiscan.media_names import MEDIA_NAMES

_ADVICE = {
    Mark.UNENCRYPTED: (
        "give both ends a sidecar and mutual TLS, or stop it; nothing below is opened"
    ),
    Mark.HL7_UNENCRYPTED: (
        "give both ends a sidecar and mutual TLS; without a rule they do not pass"
    ),
    Mark.OUTSIDE: ("if it may leave, uncomment its rule; `mtls: any` lets PHI out, with an alert"),
    Mark.UNKNOWN_DESTINATION: "the receiver is unknown; nothing below is opened",
    Mark.UNSEEN_RECEIVER: (
        "no guarded workload receives there; add its principal to `services`, and learn again"
    ),
    Mark.STOPPED: "nothing below is opened",
    Mark.UNREAD: (
        "encoded, encrypted, too large, a WebSocket or TCP; `onUnscannable: DENY` refuses it"
    ),
    Mark.AMBIGUOUS: "`//`, `/../`, `;`, `%2f` and the like; refused where a rule lists paths",
    Mark.METHOD: "nothing below is opened",
    Mark.MESSAGE_TYPE: "not of HL7's tables, or an answer to nobody knows what; nothing is opened",
    Mark.RARE: "seen in fewer than {least} messages; uncomment what is intended",
    Mark.RARE_IDENTIFIER: "seen in fewer than {least} messages; add to `allow` what is intended",
}
_INDENT = "  "
_MOST = 50
"""The number of entries that are written out for each mark."""
_NOBODY = "(no identity)"


def render(proposal: Proposal, *, name: str, least: int, left_out: int = 0) -> str:
    """The text of the file.

    Args:
        name: name of the policy, in a form that Kubernetes accepts.
        least: the number of messages below which something is marked as rare.
        left_out: messages that the stores could not count.
    """
    names = _names([*proposal.rules, *(marked.rule for marked in proposal.marked if marked.rule)])
    lines = [
        *(f"# {line}".rstrip() for line in _summary(proposal, left_out)),
        "apiVersion: phiguard.dev/v1alpha1",
        "kind: SegmentationPolicy",
        f"metadata: {{name: {json.dumps(name)}}}",
        "spec:",
        "  mode: monitor  # `enforce` once `phiguard policy learn --against` shows no drift that "
        "you do not want",
        "  defaultAction: DENY",
        "  onUnscannable: DENY",
        *_services(proposal),
        "  rules:" if proposal.rules else "  rules: []",
    ]
    for rule in proposal.rules:
        lines += [f"{_INDENT}{line}" for line in _rule(rule, names[rule])]
    for mark, found in groupby(proposal.marked, key=lambda marked: marked.mark):
        lines += ["", f"{_INDENT}# {_title(mark)}: {_ADVICE[mark].format(least=least)}"]
        lines += [f"{_INDENT}# {line}" for line in _section(tuple(found), names)]
    return "\n".join(lines) + "\n"


def _section(found: Sequence[Marked], names: Mapping[Proposed, str]) -> Iterator[str]:
    """The busiest entries of one mark, in order.

    Clients choose routes, and must not make the file too long to read.
    """
    busiest = sorted(range(len(found)), key=lambda place: -found[place].messages)[:_MOST]
    for place in sorted(busiest):
        yield from _marked(found[place], names)
    if len(found) > len(busiest):
        yield f"* and {len(found) - len(busiest):,} more that were seen no more often"


def _title(mark: Mark) -> str:
    return f"MARKED, {mark.value}"


def _summary(proposal: Proposal, left_out: int) -> Iterator[str]:
    if proposal.observations:
        yield from _evidence(proposal)
    else:
        yield "Proposed by `phiguard policy learn` from no traffic at all: it opens nothing."
    if left_out:
        messages = _many(left_out, "message")
        yield f"INCOMPLETE: {messages} could not be counted, because a store was full."


def _evidence(proposal: Proposal) -> Iterator[str]:
    seen = proposal.observations
    days = f"{min(each.first for each in seen)} to {max(each.last for each in seen)}"
    judged = _many(sum(each.count for each in seen), "judged message")
    yield f"Proposed by `phiguard policy learn` from {judged} ({days})."
    yield "It lets through what was seen, right or wrong."
    yield "Review every rule as if a stranger had asked for it."
    counts = Counter(marked.mark for marked in proposal.marked)
    if counts:
        words = "; ".join(
            f"{mark.value} ({number})" for mark, number in sorted(counts.items(), key=_by_mark)
        )
        yield f"Marked below and not opened: {words}."
    if alerted := sum(each.count for each in seen if passes_with_alert(each)):
        messages = _many(alerted, "message")
        yield (
            f"{messages} without PHI came without mutual TLS: "
            "they pass with an alert, and need no rule."
        )


def _by_mark(item: tuple[Mark, int]) -> int:
    return list(Mark).index(item[0])


def _services(proposal: Proposal) -> Iterator[str]:
    if proposal.services:
        yield "  services:"
    for service in proposal.services:
        guess = "  # a guess from observed calls: check it" if service.guessed else ""
        host, principal = json.dumps(service.host), json.dumps(service.principal)
        yield f"  - {{host: {host}, principal: {principal}}}{guess}"


def _rule(rule: Proposed, name: str) -> Iterator[str]:
    yield f"- name: {name}  # {_many(rule.messages, 'message')}"
    yield f"  from: [{{principals: [{json.dumps(rule.ends.source)}]}}]"
    yield "  to:"
    peer = (
        f"hosts: [{json.dumps(rule.ends.host)}]"
        if rule.ends.host
        else f"principals: [{json.dumps(rule.ends.destination)}]"
    )
    for template, pattern in rule.widened:
        yield f"  # wider than what was seen: {template} is opened as {pattern}"
    for methods, patterns in rule.operations:
        named = ", ".join(map(json.dumps, patterns))
        of_http = f"methods: [{', '.join(methods)}], paths: [{named}]"
        of_hl7 = f"protocols: [MLLP], messageTypes: [{named}]"
        yield f"  - {peer}"
        yield f"    operation: {{{of_http if any(methods) else of_hl7}}}"
    if not rule.mtls:
        yield "  when: {mtls: any}"
    yield "  phi:"
    for direction, part in ((Direction.REQUEST, rule.request), (Direction.RESPONSE, rule.response)):
        yield f"    {direction.value}: {_part(part)}"


def _part(part: ProposedFlow) -> str:
    lists = [
        f"{key}: [{', '.join(names)}]"
        for key, names in (("allow", part.allow), ("redact", part.redact))
        if names
    ]
    notes = [f"beside {', '.join(part.health)}"] if part.health else []
    if part.media and set(part.media) <= MEDIA_NAMES.keys():
        notes.append(f"`media: [{', '.join(part.media)}]` would refuse all else")
    note = f"  # {'; '.join(notes)}" if notes else ""
    return f"{{{', '.join([*lists, 'otherwise: DENY'])}}}{note}"


def _marked(marked: Marked, names: Mapping[Proposed, str]) -> Iterator[str]:
    ends = marked.ends
    to = ends.destination or ends.host or _NOBODY
    what = f", {', '.join(marked.identifiers)}" if marked.identifiers else ""
    way = f"({marked.direction.value})" if marked.direction else ""
    call = " ".join(
        filter(None, (ends.source or _NOBODY, "->", to, marked.method, marked.route, way))
    )
    yield f"* {call}: {_many(marked.messages, 'message')}{what}"
    if marked.rule is not None:
        yield from _rule(marked.rule, names[marked.rule])


def _names(rules: Sequence[Proposed]) -> dict[Proposed, str]:
    """A name for each rule, made of its ends' accounts.

    Namespaces are added where accounts are ambiguous, and a number from the second rule on.
    """
    ends: dict[str, set[Ends]] = defaultdict(set)
    for rule in rules:
        ends[_short(rule.ends)].add(rule.ends)
    found: dict[Proposed, str] = {}
    used: set[str] = set()
    for rule in rules:
        name = _short(rule.ends) if len(ends[_short(rule.ends)]) == 1 else _long(rule.ends)
        numbered = (f"{name}-{number}" for number in count(2))
        found[rule] = name if name not in used else next(n for n in numbered if n not in used)
        used.add(found[rule])
    return found


def _short(ends: Ends) -> str:
    return f"{account_of(ends.source)}-to-{account_of(ends.destination) or ends.host}"


def _long(ends: Ends) -> str:
    to = (
        f"{namespace_of(ends.destination)}-{account_of(ends.destination)}"
        if ends.destination
        else ends.host
    )
    return f"{namespace_of(ends.source)}-{account_of(ends.source)}-to-{to}"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
