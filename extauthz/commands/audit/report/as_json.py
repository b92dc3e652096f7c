"""The counts of a report as JSON. The page has more: charts, denials, differences of policies."""

from typing import Annotated, TypedDict

from extauthz.commands.audit.report.page import Report


class ReportedChain(TypedDict):
    """The result of verifying one chain."""

    chain: Annotated[str, "its folder and worker"]
    records: Annotated[int, "number of its last record that holds"]
    head: Annotated[str, "hash of that one"]
    problem: Annotated[str, "the first place where it does not hold; empty when all of it does"]


class ReasonCount(TypedDict):
    """How many decisions had a reason."""

    decision: Annotated[str, "in parentheses when it was not enforced"]
    reason: str
    count: int


class ReportedEdge(TypedDict):
    """Decisions on one edge."""

    source: str
    destination: str
    decisions: int
    actions: Annotated[dict[str, int], "by decision; in parentheses when it was not enforced"]
    identifiers: Annotated[dict[str, int], "decisions in which each class was found"]
    gaps: Annotated[dict[str, int], "decisions on messages that were not read whole"]
    mtls: Annotated[dict[str, int], "by what is known of mutual TLS"]


class ReportedReview(TypedDict):
    """Who has reviewed what."""

    signed: Annotated[str, "when"]
    reviewer: str
    period: str
    decisions: int
    result: str


class PeriodReport(TypedDict):
    """What a ledger says of a period."""

    since: Annotated[str, "empty for the beginning"]
    until: Annotated[str, "empty for the end"]
    made: str
    version: Annotated[str, "release of phiguard"]
    holds: Annotated[bool, "whether every chain holds and no line was left out"]
    odd: Annotated[int, "lines of the period that do not fit their own hash"]
    chains: list[ReportedChain]
    decisions: int
    summed: Annotated[int, "of these, only counted"]
    actions: Annotated[dict[str, int], "by decision; in parentheses when it was not enforced"]
    reasons: list[ReasonCount]
    infoTypes: Annotated[dict[str, int], "decisions in which each was found"]
    gaps: Annotated[dict[str, int], "decisions on messages that were not read whole"]
    edges: list[ReportedEdge]
    reviews: list[ReportedReview]


def plain(report: Report) -> PeriodReport:
    """Return the counts of a report."""
    summary = report.summary
    return PeriodReport(
        since=report.period[0],
        until=report.period[1],
        made=report.made,
        version=report.version,
        holds=report.holds,
        odd=report.odd,
        chains=[
            ReportedChain(
                chain=each.chain, records=each.records, head=each.head, problem=each.problem
            )
            for each in report.chains
        ],
        decisions=summary.total,
        summed=summary.summed,
        actions=dict(summary.actions),
        reasons=[
            ReasonCount(decision=decision, reason=reason, count=count)
            for (decision, reason), count in summary.reasons.items()
        ],
        infoTypes=dict(summary.info_types),
        gaps=dict(summary.gaps),
        edges=[
            ReportedEdge(
                source=edge.source,
                destination=edge.destination,
                decisions=counts.total,
                actions=dict(counts.actions),
                identifiers=dict(counts.identifiers),
                gaps=dict(counts.gaps),
                mtls=dict(counts.mtls),
            )
            for edge, counts in summary.edges.items()
        ],
        reviews=[
            ReportedReview(
                signed=signed, reviewer=who, period=period, decisions=decisions, result=result
            )
            for signed, who, period, decisions, result in report.reviews
        ],
    )
