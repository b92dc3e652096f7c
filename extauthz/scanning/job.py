"""One message for a scanner process, and the work on it."""

from dataclasses import dataclass, field, replace

from extauthz.policies.store import PolicySnapshot
from extauthz.scanning.frames import Answer
from extauthz.scanning.timed_exchange import Before, Budget, TimedExchange
from mesh.exchange.events import Body, Event
from phiscan.finding import ScanReport
from phiscan.finding_kinds import each_kind


@dataclass(frozen=True, slots=True)
class Job:
    """One whole message.

    Args:
        events: of the message, from its head to its end.
        budget: of its scans.
        before: what came before it.
        with_places: whether each finding comes back with its place. A proxy asks for none, and a
            report can have thousands.
    """

    events: tuple[Event, ...] = field(repr=False)
    budget: Budget
    before: Before = field(repr=False)
    with_places: bool

    @property
    def size(self) -> int:
        """Bytes of its body."""
        return sum(len(event.data) for event in self.events if isinstance(event, Body))

    def done_by(self, snapshot: PolicySnapshot) -> Answer:
        """Do the work. Raises as `judge`."""
        return judge(self, snapshot)


def judge(job: Job, snapshot: PolicySnapshot) -> Answer:
    """Judge a message by a policy snapshot, as its worker would.

    Raises:
        ValueError: the events are no whole message.
    """
    exchange = TimedExchange(snapshot, job.budget, job.before)
    for event in job.events:
        outcome = exchange.receive(event)
        if outcome is not None:
            if not job.with_places:
                outcome = replace(outcome, report=_without_places(outcome.report))
            return Answer(outcome, tuple(exchange.steps), exchange.seconds)
    raise ValueError("the events of a message gave no outcome")


def _without_places(report: ScanReport) -> ScanReport:
    return replace(
        report, findings=each_kind(report.findings), providers=each_kind(report.providers)
    )
