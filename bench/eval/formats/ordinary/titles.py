"""Texts with words of patients, devices and numbers, about nobody.

Instruments, roles and devices behind `Patient`, part numbers in the form of an SSN, accession
numbers of public databases, places of work, and acknowledgements of X12.
"""

from collections.abc import Callable
from typing import Final

from bench.eval.document import Document
from bench.eval.formats.case import Case
from phiscan.finding import Verdict

_EPONYMS: Final = (
    "Parkinson Bergstrom Hoyer Foley Zimmer Braden Norton Edinburgh Whitaker Montreal Karlsson "
    "Stryker Hollister Penrose Kessler Lindqvist Moreau Santos Okafor Tanaka"
).split()
_INSTRUMENTS: Final = (
    "Activation Measure",
    "Global Impression of Change",
    "Mini Mental State Examination",
    "Disease Questionnaire",
    "Satisfaction Survey",
    "Symptom Inventory",
    "Distress Scale",
    "Outcome Index",
    "Recovery Score",
    "Comfort Assessment Tool",
)
_ROLES: Final = (
    "Safety Officer",
    "Experience Navigator",
    "Flow Coordinator",
    "Advocate Liaison",
    "Access Representative",
    "Care Ombudsman",
    "Transport Technician",
    "Education Specialist",
)
_DEVICES: Final = (
    "Catheter Kit",
    "Lift",
    "Transfer Sling",
    "Warming Blanket",
    "Monitor",
    "Bed Alarm",
    "Slide Sheet",
    "Infusion Pump",
    "Gown",
    "Wristband Printer",
)
_ILLNESSES: Final = ("diabetes", "asthma", "dementia", "stroke", "hypertension", "pneumonia")
_DO: Final = ("reduce readmission in", "is validated for", "and guidelines for", "was used in")


def _title(case: Case, endings: tuple[str, ...]) -> str:
    inv = case.inv
    named = f"{inv.pick(*_EPONYMS)} " if inv.chance(0.5) else ""
    return f"{inv.pick('Patient', 'Patient', 'PATIENT', 'patient')} {named}{inv.pick(*endings)}"


def _sentence(case: Case, endings: tuple[str, ...]) -> str:
    inv = case.inv
    return (
        f"{inv.pick('The ', '', 'A ', 'Our ')}{_title(case, endings)} "
        f"{inv.pick(*_DO)} {inv.pick(*_ILLNESSES)}{inv.pick('.', ' and asthma.', ';')}"
    )


def instruments(case: Case) -> str:
    return " ".join(_sentence(case, _INSTRUMENTS) for _ in range(4)) + "\n"


def roles(case: Case) -> str:
    return "\n".join(f"- {_sentence(case, _ROLES)}" for _ in range(4)) + "\n"


def devices(case: Case) -> str:
    lines = (
        f"{n + 1}. {_title(case, _DEVICES)}, {case.inv.pick(*_ILLNESSES)} unit, qty 2"
        for n in range(5)
    )
    return f"Order for the {case.inv.pick(*_ILLNESSES)} ward:\n" + "\n".join(lines) + "\n"


def part_numbers(case: Case) -> str:
    inv = case.inv
    rows = (
        f"{inv.pick('PN', 'SKU', 'A7', 'CAT')}-{inv.ssn()}  {_title(case, _DEVICES)}"
        if inv.chance(0.5)
        else f"{inv.ssn()}-{inv.pick('aaaa', 'rev2', '0f3c', 'KIT')}  glucose meter"
        for _ in range(5)
    )
    return "Parts for diabetes care\n" + "\n".join(rows) + "\n"


def accessions(case: Case) -> str:
    inv = case.inv
    number = (
        f"GSE{inv.digits(5)}",
        f"NM_{inv.digits(6)}.{inv.digits(1)}",
        f"PRJNA{inv.digits(6)}",
        f"SAMN{inv.digits(8)}",
        f"SRR{inv.digits(7)}",
    )
    lines = (f"accession: {inv.pick(*number)}  gene of {inv.pick(*_ILLNESSES)}" for _ in range(4))
    return "\n".join(lines) + "\n"


def workplaces(case: Case) -> str:
    inv = case.inv
    return (
        f"Back injury at work ({inv.pick(*_EPONYMS)} Marine) and asthma at "
        f"{inv.pick(*_EPONYMS)} Foods: exposure in the shipyard and in bakeries. Workers at "
        f"{inv.pick(*_EPONYMS)} Steel had fractures.\n"
    )


_KINDS: Final[tuple[Callable[[Case], str], ...]] = (
    instruments,
    roles,
    devices,
    part_numbers,
    accessions,
    workplaces,
)


def title(seed: str) -> Document:
    """One text about nobody."""
    case = Case(seed, "title")
    kind = case.inv.pick(*_KINDS)
    return case.document(
        kind(case),
        case.inv.pick("text/plain", ""),
        style=kind.__name__,
        verdict=Verdict.HEALTH,
    )
