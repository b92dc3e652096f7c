"""The page as a whole: one HTML document without scripts and without references to elsewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from atrest.protection import Shield
from atrest.source import Unlisted
from extauthz.commands.pages.html import Markup, document, element, numbers, section, table
from extauthz.commands.pages.style import STYLE
from extauthz.commands.rest.page import sections
from extauthz.commands.rest.page.summary import Summary
from extauthz.rest.store import Changed, Run

_DUTIES: Final = (
    (
        "45 CFR 164.308(a)(1)(ii)(A)",
        "Risk analysis: know where electronic PHI is and what threatens it.",
        "Sources, identifiers, and what was not read.",
    ),
    (
        "45 CFR 164.312(a)(2)(iv)",
        "Encryption of electronic PHI at rest (addressable).",
        "Units with PHI, with the evidence on their storage.",
    ),
    (
        "45 CFR 164.312(e)(2)(ii)",
        "Encryption in transit (addressable).",
        "The connections over which the sources were read.",
    ),
)
_LIMITS: Final = (
    "It says what was found, not that nothing was missed. No detector finds all PHI.",
    "A bound speaks of rows that were sampled at random. Where a reader cannot sample so, the page "
    "gives no bound.",
    "Encrypted storage says nothing about who may read it.",
    "Evidence is what the source itself answered. A layer below it, which was not asked, may "
    "encrypt: then the page says not known.",
    "Names are masked where the detectors found something in them; `phiguard rest locate KEY` "
    "prints the name.",
    "It helps to prepare for an audit. It does not certify compliance.",
)


@dataclass(frozen=True, slots=True)
class Report:
    """What the page says.

    Args:
        made: when, ISO 8601 in UTC.
        version: release of phiguard.
        summary: what was counted.
        runs: all runs, the first one first.
        places: that could not be listed.
        changes: of the last run.
    """

    made: str
    version: str
    summary: Summary
    runs: Sequence[Run]
    places: Sequence[Unlisted]
    changes: Sequence[Changed]


def page(report: Report) -> str:
    """Return the HTML document."""
    summary = report.summary
    return document(
        f"phiguard: PHI at rest {report.made[:10]}",
        STYLE,
        element("h1", "PHI at rest: where it lies, and how it is protected"),
        element("p", _head(report), class_="soft"),
        _verdict(report),
        numbers(
            (
                ("units", summary.units),
                ("with PHI", summary.phi),
                ("not encrypted", summary.stored(Shield.DOWN)),
                ("not known", summary.stored(Shield.UNKNOWN)),
                ("encrypted", summary.stored(Shield.UP)),
                ("not read", _not_read(report)),
                ("not whole", report.summary.partly_seen),
            )
        ),
        section("Sources", sections.sources(summary)),
        section("Identifiers", sections.identifiers(summary)),
        section("Units with PHI", sections.protection(summary)),
        section("What was found, and in how many rows", sections.columns(summary)),
        section("Tables in which nothing was found", sections.clean(summary)),
        section("Not read", sections.not_read(summary, report.places)),
        section("Changed since the run before", sections.changes(report.changes, len(report.runs))),
        section("What this is evidence for", _duties()),
        section("What this does not show", _limits()),
    )


def _head(report: Report) -> str:
    made = f"Made {report.made} by phiguard {report.version}."
    if not report.runs:
        return f"{made} No run yet."
    last = report.runs[-1]
    ended = f"ended {last.ended}" if last.ended else "did not end: what follows is not complete"
    return f"{made} Run {last.id} began {last.began} and {ended}."


def _not_read(report: Report) -> int:
    return sum(each.not_read for each in report.summary.sources.values()) + len(report.places)


def _verdict(report: Report) -> Markup:
    """Return the sentence that an auditor reads first."""
    down = report.summary.stored(Shield.DOWN)
    unknown = report.summary.stored(Shield.UNKNOWN)
    unread = _not_read(report)
    partly = report.summary.partly_seen
    why = ", ".join(f"{gap} {count:,}" for gap, count in sorted(report.summary.gaps.items()))
    runs = report.runs
    said = [
        "Nothing was scanned yet." * (not runs),
        "The last run did not end." * (bool(runs) and not runs[-1].ended),
        f"Units with PHI that are stored without encryption: {down:,}." * bool(down),
        f"Units with PHI whose encryption is not known: {unknown:,}." * bool(unknown),
        f"Units and places that could not be read, where PHI may lie: {unread:,}." * bool(unread),
        f"Units that were not seen whole, where PHI may lie: {partly:,} ({why})." * bool(partly),
    ]
    text = " ".join(filter(None, said))
    if not text:
        phi = report.summary.phi
        found = "No unit holds PHI" if not phi else "Every unit with PHI is stored encrypted"
        return element("p", f"{found}, and every unit was read whole.", class_="holds")
    return element("p", text, class_="broken")


def _duties() -> Iterator[Markup]:
    yield table(("rule", "subject", "evidence here"), _DUTIES, empty="")


def _limits() -> Iterator[Markup]:
    yield element("ul", *(element("li", text) for text in _LIMITS))
