"""Invented people of a language, with what a hospital keeps of them."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from bench.eval import names
from bench.eval.at_rest.words import COMMON_FAMILY, COMMON_GIVEN, LOCALES
from bench.eval.people import Invent, Patient, Visit

_US_DAYS: Final = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%d-%b-%Y")


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as a table has them.

    Args:
        patient: numbers and contact details.
        visit: the last visit.
        day: the format of a date in this table.
    """

    patient: Patient
    visit: Visit
    day: str

    def dated(self, day: date) -> str:
        """A date as the table writes it."""
        return day.strftime(self.day)


def people(invent: Invent, count: int, language: str) -> list[Person]:
    """Return patients of one table, who write dates alike.

    Args:
        invent: the source of chance.
        count: how many.
        language: `en`, `fr`, `de` or `es`.
    """
    if language == "en":
        day = invent.pick(*_US_DAYS)
        return [Person(_english(invent), invent.visit(), day) for _ in range(count)]
    day = LOCALES[language].day
    return [Person(_foreign(invent, language), invent.visit(), day) for _ in range(count)]


def _english(invent: Invent) -> Patient:
    patient = invent.patient()
    if invent.chance(0.5):
        return patient
    return _changed(patient, invent.pick(*COMMON_GIVEN), invent.pick(*COMMON_FAMILY), invent)


def _foreign(invent: Invent, language: str) -> Patient:
    locale = LOCALES[language]
    family = invent.pick(*locale.family)
    if language == "es":
        family += f" {invent.pick(*locale.family)}"
    patient = _changed(invent.patient(), invent.pick(*locale.given), family, invent)
    place = {
        "street": invent.pick(*locale.streets).format(invent.rng.randint(1, 180)),
        "city": invent.pick(*locale.towns),
        "zip": _digits(locale.code, invent),
        "phone": _digits(locale.phone, invent),
        "mobile": _digits(locale.phone, invent),
    }
    return Patient(**{**_values(patient), **place})


def _changed(patient: Patient, given: str, family: str, invent: Invent) -> Patient:
    local = "".join(
        c for c in f"{given}.{family}".lower() if c.isascii() and (c.isalnum() or c == ".")
    )
    email = f"{local}{invent.rng.randint(1, 99)}@{invent.pick(*names.DOMAINS)}"
    return Patient(**{**_values(patient), "given": given, "family": family, "email": email})


def _values(patient: Patient) -> dict[str, object]:
    return {name: getattr(patient, name) for name in Patient.__slots__}


def _digits(form: str, invent: Invent) -> str:
    return "".join(str(invent.rng.randint(0, 9)) if c == "#" else c for c in form)
