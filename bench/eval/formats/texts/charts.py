"""Notes, letters, calls and messages from text templates with named people and facts.

A template is a text with placeholders: `{full}` is the patient's name, `{kin2}` that of a second
relative, `{mrn}` the record number. Every value is marked with its truth.

Names have the forms of many cultures, and telephone numbers those of many writers.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from bench.eval import names
from bench.eval.document import Document
from bench.eval.formats.case import Case
from bench.eval.formats.texts.chart_texts import TEXTS
from bench.eval.formats.texts.chart_texts_unseen import UNSEEN
from bench.eval.people import Invent

# matches "{full}", "{kin2}"; not "{ full"
_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z]+)(\d*)\}")
_WOMEN: Final = ("daughter", "wife", "sister", "mother", "niece", "granddaughter", "aunt", "spouse")
_MEN: Final = ("son", "husband", "brother", "father", "nephew", "grandson", "uncle", "partner")
_PARTICLES: Final = ("de la ", "van der ", "von ", "al-", "bin ", "dos ", "el ", "Mc", "O'", "St. ")
_ORIGINS: Final = ("Vietnamese", "Nigerian", "Mexican", "Indian", "Polish", "Lebanese")


class Person:
    """An invented person: given name, middle initial or "", family name and sex."""

    def __init__(self, inv: Invent) -> None:
        self.is_woman = inv.chance(0.5)
        self.given = _given(inv, names.GIVEN_F if self.is_woman else names.GIVEN_M)
        self.middle = inv.pick("", "", "", inv.rng.choice("ABCDEFGHJKLMNPRSTW"))
        self.family = _family(inv)

    @property
    def full(self) -> str:
        """Given name, perhaps an initial, family name."""
        return " ".join(filter(None, (self.given, self.middle and f"{self.middle}.", self.family)))

    @property
    def listed(self) -> str:
        """Family name, comma, given name, perhaps an initial."""
        return f"{self.family}, {self.given}" + (f" {self.middle}." if self.middle else "")


def _given(inv: Invent, known: Sequence[str]) -> str:
    """A given name. One in eight is double (`María José`)."""
    first = inv.rng.choice(known)
    return first + inv.pick(" ", "-") + inv.rng.choice(known) if inv.chance(0.12) else first


def _family(inv: Invent) -> str:
    """A family name: plain, double, hyphenated, or with a particle of some language."""
    one, other = inv.family(), inv.family()
    if inv.chance(0.65):
        return one
    return inv.pick(f"{one} {other}", f"{one}-{other}", f"{inv.pick(*_PARTICLES)}{one}")


class Cast:
    """The people and facts of one text.

    Args:
        case: the document that is made.
        person: makes a new person.
    """

    def __init__(self, case: Case, person: Callable[[Invent], Person] = Person) -> None:
        inv = case.inv
        self.case = case
        self.patient = person(inv)
        self.doctor = person(inv)
        self.record = inv.patient()
        self.visit = inv.visit()
        self.kin = [person(inv) for _ in range(6)]

    def say(self, text: str) -> str:
        """The text with marked values in place of its placeholders."""
        return _PLACEHOLDER.sub(lambda m: self._value(m[1], int(m[2] or 1) - 1), text)

    def _value(self, name: str, number: int) -> str:
        if name in _OF_KIN:
            return self.case.phi("PERSON_NAME", _OF_KIN[name](self.kin[number]))
        if name in _OF_PATIENT:
            return self.case.phi("PERSON_NAME", _OF_PATIENT[name](self.patient))
        if name in _OF_STAFF:
            return self.case.staff("PERSON_NAME", _OF_STAFF[name](self.doctor))
        return _FACTS[name](self)

    def relation(self) -> str:
        """What the first relative is to the patient."""
        return self.case.inv.pick(*(_WOMEN if self.kin[0].is_woman else _MEN))

    def day(self, value: date, info_type: str) -> str:
        """A day as people write it."""
        month = value.strftime("%B")
        return self.case.phi(
            info_type,
            self.case.inv.pick(
                value.isoformat(),
                value.strftime("%m/%d/%Y"),
                f"{month} {value.day}, {value.year}",
                value.strftime("%d-%b-%Y"),
            ),
        )

    def phone(self) -> str:
        """A private number."""
        inv = self.case.inv
        return self.case.phi("PHONE_NUMBER", written_phone(inv, inv.phone()))


def written_phone(inv: Invent, digits: str) -> str:
    """A number in one of the forms in which people and systems write it."""
    a, b, c = digits[:3], digits[3:6], digits[6:]
    return inv.pick(
        f"({a}) {b}-{c}",
        f"({a}){b}-{c}",
        f"{a}-{b}-{c}",
        f"{a}.{b}.{c}",
        f"{a} {b} {c}",
        f"{a}-{b}-{c}x{inv.digits(3)}",
        f"({a}){b}-{c} ext. {inv.digits(4)}",
        f"001-{a}-{b}-{c}",
        f"+1-{a}-{b}-{c}",
        f"+1 ({a}) {b}-{c}",
        f"1.{a}.{b}.{c}",
        f"+44 20 7{inv.digits(3)} {inv.digits(4)}",
        f"+52 55 {inv.digits(4)} {inv.digits(4)}",
        f"+91 98{inv.digits(3)} {inv.digits(5)}",
        f"+234 803 {inv.digits(3)} {inv.digits(4)}",
        f"+49 (0)30 {inv.digits(7)}",
    )


def _record_number(inv: Invent) -> str:
    return inv.pick(
        inv.mrn(),
        inv.digits(7),
        f"{inv.pick('BCM', 'SJH', 'NW', 'UH')}-{inv.digits(6)}",
        f"{inv.digits(2)}-{inv.digits(2)}-{inv.digits(2)}",
    )


_OF_PATIENT: Final[Mapping[str, Callable[[Person], str]]] = MappingProxyType(
    {
        "full": lambda p: p.full,
        "listed": lambda p: p.listed,
        "first": lambda p: p.given,
        "last": lambda p: p.family,
        "caps": lambda p: p.full.upper(),
        "CAPS": lambda p: p.listed.upper(),
        "lcaps": lambda p: p.family.upper(),
    }
)
"""The forms of the patient's name."""
_OF_KIN: Final[Mapping[str, Callable[[Person], str]]] = MappingProxyType(
    {
        "kin": lambda p: p.full,
        "kinf": lambda p: p.given,
        "klast": lambda p: p.family,
        "kcaps": lambda p: p.full.upper(),
    }
)
"""The forms of a relative's name."""
_OF_STAFF: Final[Mapping[str, Callable[[Person], str]]] = MappingProxyType(
    {"doc": lambda p: p.full, "docl": lambda p: p.family}
)
"""The forms of a clinician's name."""


def _by_sex(woman: str, man: str) -> Callable[[Cast], str]:
    return lambda c: woman if c.patient.is_woman else man


_FACTS: Final[Mapping[str, Callable[[Cast], str]]] = MappingProxyType(
    {
        "mr": _by_sex("Ms.", "Mr."),
        "MR": _by_sex("MS.", "MR."),
        "he": _by_sex("she", "he"),
        "He": _by_sex("She", "He"),
        "HE": _by_sex("SHE", "HE"),
        "him": _by_sex("her", "him"),
        "his": _by_sex("her", "his"),
        "His": _by_sex("Her", "His"),
        "HIS": _by_sex("HER", "HIS"),
        "sex": _by_sex("F", "M"),
        "woman": _by_sex("woman", "man"),
        "WOMAN": _by_sex("WOMAN", "MAN"),
        "boy": _by_sex("girl", "boy"),
        "child": _by_sex("daughter", "son"),
        "rel": Cast.relation,
        "Rel": lambda c: c.relation().capitalize(),
        "REL": lambda c: c.relation().upper(),
        "parent": _by_sex("mother", "father"),
        "origin": lambda c: c.case.inv.pick(*_ORIGINS),
        "age": lambda c: str(c.case.inv.rng.randint(19, 88)),
        "born": lambda c: c.day(c.record.born, "DATE_OF_BIRTH"),
        "day": lambda c: c.day(c.visit.admitted, "SERVICE_DATE"),
        "mrn": lambda c: c.case.phi("MEDICAL_RECORD_NUMBER", _record_number(c.case.inv)),
        "phone": Cast.phone,
        "plain": lambda c: c.case.phi("PHONE_NUMBER", c.case.inv.phone()),
        "fax": lambda c: c.case.phi(
            "FAX_NUMBER", c.case.inv.written_phone(c.case.inv.phone()), also="D"
        ),
        "desk": lambda c: c.case.may("PHONE_NUMBER", c.case.inv.written_phone(c.case.inv.phone())),
        "ssn": lambda c: c.case.phi("US_SOCIAL_SECURITY_NUMBER", c.record.ssn),
        "member": lambda c: c.case.phi("HEALTH_PLAN_BENEFICIARY_NUMBER", c.record.member),
        "account": lambda c: c.case.phi("ACCOUNT_NUMBER", c.record.account),
        "mail": lambda c: c.case.phi("EMAIL_ADDRESS", c.record.email),
        "street": lambda c: c.case.phi("STREET_ADDRESS", c.record.street),
        "city": lambda c: c.case.may("CITY", c.record.city),
        "dx": lambda c: c.visit.diagnosis[1],
        "ill": lambda c: c.visit.diagnosis[1].lower(),
        "code": lambda c: c.visit.diagnosis[0],
        "drug": lambda c: c.visit.drug[0].split()[0],
        "DRUG": lambda c: c.visit.drug[0].split()[0].upper(),
        "lab": lambda c: c.visit.lab[1],
        "value": lambda c: c.visit.value,
        "unit": lambda c: c.visit.lab[2],
        "clinic": lambda c: c.case.inv.pick(*names.ORGANIZATIONS),
        "number": lambda c: c.case.may("ACCOUNT_NUMBER", c.case.inv.digits(7)),
    }
)
"""What else a placeholder may say."""


def document(case: Case, text: str, style: str, person: Callable[[Invent], Person]) -> Document:
    """The document of one template."""
    return case.document(Cast(case, person).say(text), case.inv.pick("text/plain", ""), style=style)


def chart(seed: str) -> Document:
    """One text of a template that the detectors were made with."""
    case = Case(seed, "chart")
    style, text = case.inv.pick(*TEXTS.items())
    return document(case, text, style, Person)


def unseen(seed: str) -> Document:
    """One text of the second set of templates."""
    case = Case(seed, "chart-unseen")
    style, text = case.inv.pick(*UNSEEN.items())
    return document(case, text, style, Person)
