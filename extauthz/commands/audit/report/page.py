"""The page of a report: one HTML document without scripts and without references to elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extauthz.commands.audit.record_words import NO
from extauthz.commands.audit.report import duties, sections
from extauthz.commands.audit.report.summary import Summary
from extauthz.commands.pages.html import Markup, document, element, numbers, section, table
from extauthz.commands.pages.style import STYLE


@dataclass(frozen=True, slots=True)
class ChainResult:
    """The result of verifying one chain.

    Args:
        chain: its folder and worker, for people.
        records: number of its last record that holds.
        head: the hash of that one.
        problem: the first place where it does not hold; empty when all of it does.
    """

    chain: str
    records: int
    head: str
    problem: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the page says.

    Args:
        period: since and until, in the ledger's format; empty for open.
        made: when, ISO 8601 in UTC.
        version: release of phiguard.
        summary: of the period.
        chains: all that were read.
        reviews: time, reviewer, period, decisions, whether the signature fits.
        odd: number of lines in the period that do not fit their own hash.
    """

    period: tuple[str, str]
    made: str
    version: str
    summary: Summary
    chains: Sequence[ChainResult]
    reviews: Sequence[tuple[str, str, str, int, str]]
    odd: int

    @property
    def holds(self) -> bool:
        """Whether every chain holds and no line was left out."""
        return not self.odd and not any(each.problem for each in self.chains)


def page(report: Report) -> str:
    """Return the HTML document."""
    summary = report.summary
    body = (
        element("h1", "PHI in the mesh: what the guard decided"),
        element(
            "p",
            f"{_shown(report.period[0]) or 'The beginning'} to "
            f"{_shown(report.period[1]) or 'the end'}, UTC. "
            f"Made {report.made} by phiguard {report.version}. "
            f"First decision: {_shown(summary.first) or 'none'}; "
            f"last: {_shown(summary.last) or 'none'}.",
            class_="soft",
        ),
        _verdict(report),
        _numbers(summary),
        section("Decisions by day", sections.days(summary)),
        section("Decisions by edge", sections.edges(summary)),
        section("Decisions by identifier", sections.identifiers(summary)),
        section("Denials", sections.denials(summary)),
        section("Canaries", sections.canaries(summary)),
        section("Messages that were not read whole", sections.unscannable(summary)),
        section("Connections without mutual TLS", sections.unencrypted(summary)),
        section("Policies in force", sections.policies(summary)),
        section("Policies that were refused", sections.refusals(summary)),
        section("Exceptions", sections.exceptions(summary)),
        section("Starts of the guard", sections.starts(summary)),
        section("Posture: where the guard was up", sections.postures(summary)),
        section("Verification", _verification(report)),
        section("Reviews", _reviews(report)),
        section("What this is evidence for", _duties()),
        section("What this does not show", _limits()),
    )
    title = f"phiguard report {report.period[0][:10]} {report.period[1][:10]}"
    return document(title, STYLE, *body)


def _shown(time: str) -> str:
    return time[:19].replace("T", " ")


def _verdict(report: Report) -> Markup:
    if report.holds:
        text = f"Verified: every record of {_chains(report)} follows from the one before it."
        return element("p", text, class_="holds")
    broken = sum(bool(each.problem) for each in report.chains)
    return element(
        "p",
        f"NOT verified. Chains that do not hold: {broken} of {len(report.chains)}. Lines of the "
        f"period that do not fit their own hash: {report.odd}. The numbers below may be wrong. See "
        "Verification.",
        class_="broken",
    )


def _chains(report: Report) -> str:
    return f"{len(report.chains)} chain{'s' * (len(report.chains) != 1)}"


def _numbers(summary: Summary) -> Markup:
    actions = summary.actions
    passed = sum(count for action, count in actions.items() if action.startswith("("))
    insecure = sum(edge.mtls[NO] for edge in summary.edges.values())
    return numbers(
        (
            ("decisions", summary.total),
            *([("of these only counted", summary.summed)] if summary.summed else []),
            ("denied", actions["DENY"]),
            ("redacted", actions["REDACT"]),
            ("alerts", actions["ALERT"]),
            ("not enforced", passed),
            ("not read whole", sum(summary.gaps.values())),
            ("without mutual TLS", insecure),
        )
    )


def _verification(report: Report) -> Iterable[Markup]:
    yield table(
        ("chain", "records", "head", "result"),
        [(each.chain, each.records, each.head, each.problem or "holds") for each in report.chains],
        empty="No chain was read.",
    )


def _reviews(report: Report) -> Iterable[Markup]:
    yield table(
        ("signed", "reviewer", "period", "decisions", "result"),
        report.reviews,
        empty="Nobody has signed a review yet: phiguard audit review --sign NAME --key FILE.",
    )


def _duties() -> Iterable[Markup]:
    yield table(("rule", "subject", "evidence here"), duties.DUTIES, empty="")


def _limits() -> Iterable[Markup]:
    yield element("ul", *(element("li", text) for text in duties.LIMITS))
