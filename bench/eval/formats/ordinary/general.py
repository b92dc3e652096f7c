"""Documents without PHI that an ordinary mesh carries.

Some name persons, but none holds health information about them.
"""

from collections.abc import Callable

from bench.eval.document import Document
from bench.eval.formats.case import Case
from bench.eval.formats.ordinary import machines, office
from bench.eval.formats.ordinary.made import Made, one_of
from phiscan.finding import Verdict

_GENERAL: tuple[Callable[[Case], Made], ...] = (
    office.invoice,
    office.order,
    office.contacts,
    office.employees,
    office.bank,
    machines.webhook,
    machines.telemetry,
    machines.sensors,
    machines.kubernetes,
    machines.source,
    machines.logs,
    office.page,
    office.marketing,
    machines.configuration,
    office.order_table,
    office.sign_up,
    office.ticket,
    machines.graph,
    machines.changelog,
    machines.style_sheet,
    machines.commented,
    office.colleagues,
)


def general(seed: str) -> Document:
    """An ordinary document without health information."""
    return one_of(Case(seed, "not-phi"), _GENERAL, Verdict.NONE)
