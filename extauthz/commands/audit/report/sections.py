"""The sections of a report: a chart where it says more than a table, and the table beside it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from extauthz.commands.audit.record_words import NO, NOT_KNOWN, SAID, receiver, text_of
from extauthz.commands.audit.report import charts
from extauthz.commands.audit.report.summary import (
    Edge,
    EdgeCount,
    Record,
    Summary,
    second_of,
)
from extauthz.commands.pages.html import Markup, element, table
from phiscan.identifiers import INFO_TYPES, Identifier

_DRAWN: Final = 15
_ROWS: Final = 100
_DIFF_LINES: Final = 400
_TITLES: Final = {each.value: each.name.replace("_", " ").lower() for each in Identifier}


def days(summary: Summary) -> Iterator[Markup]:
    """Yield the decisions by day."""
    if not summary.days:
        yield element("p", "No decision was made in this period.")
        return
    yield charts.legend()
    yield charts.columns(summary.days, "decisions by day and outcome")
    yield table(
        ("day", *charts.ACTIONS),
        [
            (day, *(counts[action] for action in charts.ACTIONS))
            for day, counts in sorted(summary.days.items())
        ],
        empty="",
    )


def edges(summary: Summary) -> Iterator[Markup]:
    """Yield the decisions by edge, those with most decisions first."""
    found = sorted(summary.edges.items(), key=lambda item: -item[1].total)
    if found:
        yield charts.legend()
        yield charts.bars(
            [(_short(edge), _by_action(count)) for edge, count in found[:_DRAWN]],
            "decisions by edge and outcome",
        )
    yield table(
        ("source", "destination", "decisions", "outcomes", "identifiers", "mutual TLS"),
        [
            (
                *edge,
                count.total,
                _counts(count.actions),
                _counts(count.identifiers),
                _counts(count.mtls),
            )
            for edge, count in found[:_ROWS]
        ],
        empty="No decision was made in this period.",
    )
    yield from _left_out(found)


def identifiers(summary: Summary) -> Iterator[Markup]:
    """Yield the decisions by HIPAA class, and how often each infoType was in a message."""
    rows = sorted(summary.identifiers.items())
    if rows:
        yield element("p", "Number of decisions on messages in which each class was found.")
        yield charts.legend()
        yield charts.bars(
            [(f"{name} {_TITLES.get(name, '')}", counts) for name, counts in rows[:_ROWS]],
            "decisions by identifier and outcome",
        )
    yield table(
        ("class", "identifier, 45 CFR 164.514(b)(2)(i)", *charts.ACTIONS),
        [
            (name, _TITLES.get(name, NOT_KNOWN), *(counts[a] for a in charts.ACTIONS))
            for name, counts in rows[:_ROWS]
        ],
        empty="No identifier was found.",
    )
    yield element("h3", "InfoTypes")
    yield table(
        ("infoType", "what it is", "messages"),
        [
            (name, INFO_TYPES[name].title if name in INFO_TYPES else "of this organisation", count)
            for name, count in summary.info_types.most_common(_ROWS)
        ],
        empty="None was found.",
    )


def denials(summary: Summary) -> Iterator[Markup]:
    """Yield the denials by reason, and the last ones with their ids."""
    by_reason = Counter(
        {key: n for key, n in summary.reasons.items() if key[0] in ("DENY", "(DENY)")}
    )
    yield table(
        ("reason", "enforced", "decisions"),
        [
            (reason, "yes" if effect == "DENY" else "no: it passed", count)
            for (effect, reason), count in by_reason.most_common(_ROWS)
        ],
        empty="Nothing was denied.",
    )
    if summary.denials:
        yield element("h3", "The last denials")
        yield element("p", "phiguard audit show ID says more of each.", class_="soft")
        yield table(
            ("time", "reason", "source", "destination", "because of", "id"),
            [_denial(record) for record in reversed(summary.denials)],
            empty="",
        )


def canaries(summary: Summary) -> Iterator[Markup]:
    """Yield the canaries that were refused, by what the scan found. No other count holds them."""
    yield table(
        ("found", "read", "canaries"),
        [(*found, count) for found, count in summary.canaries.most_common(_ROWS)],
        empty="No canary came in this period.",
    )


def unscannable(summary: Summary) -> Iterator[Markup]:
    """Yield the messages that were not read whole, by gap and by edge."""
    yield table(
        ("gap", "decisions"),
        summary.gaps.most_common(_ROWS),
        empty="Every message was read whole.",
    )
    found = [
        (*edge, sum(count.gaps.values()), _counts(count.gaps))
        for edge, count in summary.edges.items()
        if count.gaps
    ]
    if found:
        rows = sorted(found, key=lambda row: -row[2])
        yield table(("source", "destination", "decisions", "gaps"), rows[:_ROWS], empty="")


def unencrypted(summary: Summary) -> Iterator[Markup]:
    """Yield the edges on which a receiver saw no mutual TLS, and what nobody has proved."""
    counts = summary.edges.values()
    without = [(edge, count) for edge, count in summary.edges.items() if count.mtls[NO]]
    yield table(
        ("source", "destination", "decisions without mutual TLS", "outcomes on this edge"),
        [
            (*edge, count.mtls[NO], _counts(count.actions))
            for edge, count in sorted(without, key=lambda item: -item[1].mtls[NO])[:_ROWS]
        ],
        empty="No receiver saw a connection without mutual TLS.",
    )
    if said := sum(count.mtls[SAID] for count in counts):
        yield element(
            "p",
            f"Decisions with mutual TLS that is said only: {said}. Their caller showed the guard "
            "no certificate, so anybody may have said it.",
        )
    if unproved := sum(set(count.mtls) == {NOT_KNOWN} for count in counts):
        yield element(
            "p",
            f"{unproved} of the edges above were seen by senders only, before the handshake. "
            "Where the receiver is guarded, its own edge proves the connection.",
        )


def policies(summary: Summary) -> Iterator[Markup]:
    """Yield each policy that came into force, with the difference to the one before."""
    if not summary.policies:
        yield element("p", "These ledgers have no record of a policy.")
    for change in summary.policies:
        record = change.record
        yield element("h3", f"{second_of(record)}: {text_of(record.get('name'))}")
        yield element(
            "p",
            f"Digest {text_of(record.get('policy'))}, mode {text_of(record.get('mode'))}, "
            f"phiguard {text_of(record.get('version'))}.",
        )
        problems = record.get("problems")
        if isinstance(problems, list) and problems:
            yield element("ul", *(element("li", str(problem)) for problem in problems))
        if change.diff:
            yield element("pre", "\n".join(change.diff[:_DIFF_LINES]))
            if len(change.diff) > _DIFF_LINES:
                yield element("p", f"{len(change.diff) - _DIFF_LINES} more lines have changed.")


def refusals(summary: Summary) -> Iterator[Markup]:
    """Yield the revisions that could not be used, the last ones."""
    yield table(
        ("time", "the policy that stayed", "problems"),
        [
            (_time(record), text_of(record.get("policy")), _listed(record.get("problems")))
            for record in summary.refusals[-_ROWS:]
        ],
        empty="Every new revision of the policy could be used.",
    )


def exceptions(summary: Summary) -> Iterator[Markup]:
    """Yield the exceptions of the last policy."""
    record = summary.policies[-1].record if summary.policies else {}
    named, ended = record.get("exceptions"), record.get("ended")
    yield table(
        ("exception", "last day", "state"),
        [
            (name, str(day), "ended" if isinstance(ended, list) and name in ended else "holds")
            for name, day in (sorted(named.items()) if isinstance(named, dict) else ())
        ],
        empty="The last policy has no exception.",
    )


def starts(summary: Summary) -> Iterator[Markup]:
    """Yield the starts of worker processes, the last ones."""
    yield table(
        ("time", "host", "worker", "release", "kind"),
        [
            (
                *(text_of(record.get(key)) for key in ("time", "host", "worker", "version")),
                _start(record),
            )
            for record in summary.starts[-_ROWS:]
        ],
        empty="No process began to write in this period.",
    )


def postures(summary: Summary) -> Iterator[Markup]:
    """Yield the audits of the posture, the last ones, and which cells were DOWN in the last."""
    yield table(
        ("audited", "cells", "UP", "UNKNOWN", "DOWN", "accepted", "SHA-256 of the report"),
        [
            (
                text_of(record.get("at"))[:19].replace("T", " "),
                _number(record.get("cells")),
                *(_number(_part(record, state)) for state in ("UP", "UNKNOWN", "DOWN")),
                _number(record.get("accepted")),
                text_of(record.get("report")),
            )
            for record in summary.postures[-_ROWS:]
        ],
        empty="These ledgers have no record of an audit of the posture, so nothing is known of "
        "workloads that no guard has seen: phiguard posture audit --record DIR.",
    )
    last = summary.postures[-1] if summary.postures else {}
    down = last.get("down")
    if isinstance(down, list) and down:
        yield element("h3", "DOWN in the last audit, and not accepted")
        yield element("ul", *(element("li", str(name)) for name in down[:_ROWS]))


def _part(record: Record, state: str) -> object:
    states = record.get("states")
    return states.get(state) if isinstance(states, dict) else None


def _number(value: object) -> int:
    return value if type(value) is int else 0


def _listed(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else ""


def _start(record: Record) -> str:
    if record.get("kind") != "recovery":
        return "start"
    return f"recovery: {text_of(record.get('torn'))} lines were torn by a crash or a full disk"


def _time(record: Record) -> Markup:
    return element("span", second_of(record), class_="time")


def _denial(record: Record) -> tuple[str, ...]:
    tipped = record.get("tipped")
    reason = text_of(record.get("reason"))
    return (
        _time(record),
        reason if record.get("enforced") is True else f"{reason} (not enforced)",
        text_of(record.get("source")),
        text_of(receiver(record)),
        ", ".join(map(str, tipped)) if isinstance(tipped, list) else "",
        text_of(record.get("id")),
    )


def _by_action(count: EdgeCount) -> Counter[str]:
    found: Counter[str] = Counter()
    for action, number in count.actions.items():
        found[action.strip("()")] += number
    return found


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name}: {number:,}" for name, number in sorted(counts.items()))


def _short(edge: Edge) -> str:
    """Return an edge for a chart: the last part of each name, `ehr to billing`."""
    names = (each.rpartition("/")[2] or each for each in edge)
    return " to ".join(name if len(name) <= 16 else f"{name[:15]}…" for name in names)


def _left_out(found: Iterable[object]) -> Iterator[Markup]:
    more = len(list(found)) - _ROWS
    if more > 0:
        yield element("p", f"{more} edges with fewer decisions are not listed.")
