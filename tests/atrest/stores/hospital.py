"""One made-up hospital with known truth, to be put into every store."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import orjson

ROWS = 60
_GIVEN = "Maria Jose Ana Pedro Luis Fatima Wei Olga".split()
_FAMILY = "Ruiz Lopez Garcia Smith Okafor Petersen Haddad".split()
_DRUGS = "metformin lisinopril atorvastatin levothyroxine".split()
_CODES = "E11.9 I10 J45.909 N18.3".split()


@dataclass(frozen=True)
class Table:
    """A table and what it holds.

    Args:
        name: its name.
        columns: name and SQL type of each.
        rows: the cells: int, Decimal, date, str, dict (a JSON document) or None.
        truth: the infoTypes of a column that a scan has to name; of others it names none.
    """

    name: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[object]]
    truth: Mapping[str, frozenset[str]]

    def records(self) -> Iterator[dict[str, object]]:
        """Each row by its columns."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


def name_of(number: int) -> str:
    """The full name of a patient."""
    return f"{_GIVEN[number % 8]} {_FAMILY[number % 7]}"


def _born(number: int) -> datetime.date:
    return datetime.date(1930 + number % 60, 1 + number % 12, 1 + number % 28)


def _ssn(number: int) -> str:
    return f"{100 + number:03d}-{10 + number % 80}-{1000 + 37 * number % 9000}"


def _patient(number: int) -> tuple[object, ...]:
    return (
        number,
        str(7_000_000 + 31 * number),
        name_of(number),
        _born(number),
        None if number % 10 == 0 else _ssn(number),
        f"(312) 555-0{100 + number % 100}",
        f"{_GIVEN[number % 8].lower()}.{number}@example.org",
        f"{10 + number} Maple Street",
    )


def _encounter(number: int) -> tuple[object, ...]:
    return (
        number,
        str(7_000_000 + 31 * number),
        datetime.date(2024, 1 + number % 12, 1 + number % 28),
        _CODES[number % 4],
        _DRUGS[number % 4],
    )


def _note(number: int) -> tuple[object, ...]:
    words = (
        f"Patient {name_of(number)} (SSN {_ssn(number)}) was seen for type 2 diabetes."
        if number % 4 == 0
        else "stable, no complaints today"
    )
    return number, words


def _claim(number: int) -> tuple[object, ...]:
    record = {"patient": {"name": name_of(number), "born": _born(number).isoformat()}}
    return number, f"MBR{8_800_000 + 17 * number}", Decimal(f"{number}.50"), record


def _product(number: int) -> tuple[object, ...]:
    """What looks like identifiers and is none."""
    return (
        number,
        f"SCN-{number % 1000:03d}",
        f"{number % 10}.{number % 7}.{number % 5}",
        f"P-{1000 + number}-{number % 9}",
        ("red", "blue", "green")[number % 3],
        f"{number % 50}.99",
    )


def _of(*names: str) -> frozenset[str]:
    return frozenset(names)


_SHAPES = {
    "patient": (
        _patient,
        {
            "id": "int",
            "mrn": "varchar(20)",
            "full_name": "varchar(80)",
            "dob": "date",
            "ssn": "varchar(20)",
            "phone": "varchar(30)",
            "email": "varchar(80)",
            "street": "varchar(80)",
        },
        {
            "mrn": _of("MEDICAL_RECORD_NUMBER"),
            "full_name": _of("PERSON_NAME"),
            "dob": _of("DATE_OF_BIRTH"),
            "ssn": _of("US_SOCIAL_SECURITY_NUMBER"),
            "phone": _of("PHONE_NUMBER"),
            "email": _of("EMAIL_ADDRESS"),
            "street": _of("STREET_ADDRESS"),
        },
    ),
    "encounter": (
        _encounter,
        {
            "id": "int",
            "mrn": "varchar(20)",
            "admission_date": "date",
            "dx_code": "varchar(20)",
            "medication": "varchar(40)",
        },
        {
            "mrn": _of("MEDICAL_RECORD_NUMBER"),
            "admission_date": _of("SERVICE_DATE"),
            "dx_code": _of("DIAGNOSIS"),
            "medication": _of("MEDICATION"),
        },
    ),
    "note": (
        _note,
        {"id": "int", "body": "text"},
        {"body": _of("PERSON_NAME", "US_SOCIAL_SECURITY_NUMBER", "DIAGNOSIS")},
    ),
    "claim": (
        _claim,
        {"id": "int", "member_id": "varchar(20)", "amount": "decimal(10,2)", "record": "text"},
        {
            "member_id": _of("HEALTH_PLAN_BENEFICIARY_NUMBER"),
            "record": _of("PERSON_NAME", "DATE_OF_BIRTH"),
        },
    ),
    "product": (
        _product,
        {
            "id": "int",
            "scenario_code": "varchar(20)",
            "version": "varchar(20)",
            "sku": "varchar(20)",
            "colour": "varchar(20)",
            "price": "varchar(20)",
        },
        {},
    ),
}


def hospital() -> list[Table]:
    """All tables."""
    return [
        Table(name, columns, [row(number) for number in range(1, ROWS + 1)], truth)
        for name, (row, columns, truth) in _SHAPES.items()
    ]


def truth() -> set[tuple[str, str, str]]:
    """Table, column and infoType of everything that a scan has to find."""
    return {
        (table.name, column, info_type)
        for table in hospital()
        for column, found in table.truth.items()
        for info_type in found
    }


def text(cell: object) -> str | None:
    """A cell as text: documents as JSON."""
    if cell is None:
        return None
    return orjson.dumps(cell).decode() if isinstance(cell, dict) else str(cell)
