"""Invented people, providers and visits, from a seeded random source: same seed, same corpus."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from bench.eval import names
from phiscan.checks import luhn

T = TypeVar("T")
_MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"


@dataclass(frozen=True, slots=True)
class Patient:
    """An invented patient."""

    given: str
    middle: str
    family: str
    sex: str
    born: date
    ssn: str
    mrn: str
    member: str
    mbi: str
    group: str
    phone: str
    mobile: str
    email: str
    street: str
    city: str
    state: str
    zip: str
    account: str
    licence: str


@dataclass(frozen=True, slots=True)
class Provider:
    """An invented clinician or organisation."""

    given: str
    family: str
    npi: str
    dea: str
    organization: str
    phone: str
    street: str
    city: str
    state: str
    zip: str


@dataclass(frozen=True, slots=True)
class Visit:
    """An invented visit of a patient."""

    admitted: date
    discharged: date
    hour: int
    minute: int
    diagnosis: tuple[str, str, str]
    drug: tuple[str, str, str]
    lab: tuple[str, str, str, float, float]
    value: str
    procedure: str
    claim: str
    amount: str


class Invent:
    """Makes people and numbers."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)

    def digits(self, count: int) -> str:
        """`count` random digits, the first not 0."""
        return str(self.rng.randint(1, 9)) + "".join(self.rng.choices("0123456789", k=count - 1))

    def pick(self, *choices: T) -> T:
        """One of `choices`."""
        return self.rng.choice(choices)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.rng.random() < probability

    def date(self, first: int, last: int) -> date:
        """A day between the years `first` and `last`."""
        return date(first, 1, 1) + timedelta(days=self.rng.randrange(365 * (last - first + 1)))

    def family(self) -> str:
        """A family name: most come from the list, some from random syllables that no list holds."""
        if self.chance(0.7):
            return self.rng.choice(names.FAMILY)
        syllables = [
            self.rng.choice(names.ONSETS)
            + self.rng.choice(names.VOWELS)
            + self.rng.choice(names.CODAS)
            for _ in range(self.rng.randint(2, 3))
        ]
        return "".join(syllables).capitalize()

    def phone(self) -> str:
        """Ten digits of a valid North American number."""
        area = f"{self.rng.randint(2, 9)}{self.rng.randint(0, 8)}{self.rng.randint(2, 9)}"
        return f"{area}{self.rng.randint(2, 9)}{self.rng.randint(2, 9)}{self.digits(5)}"

    def written_phone(self, digits: str) -> str:
        """The number as people write it."""
        a, b, c = digits[:3], digits[3:6], digits[6:]
        return self.pick(
            f"({a}) {b}-{c}",
            f"{a}-{b}-{c}",
            f"{a}.{b}.{c}",
            f"+1 {a} {b} {c}",
            f"+1-{a}-{b}-{c}",
            f"1-{a}-{b}-{c}",
        )

    def ssn(self) -> str:
        """Nine digits that the SSA could have issued, dashed."""
        area = self.rng.choice([n for n in range(100, 899) if n != 666])
        return f"{area:03d}-{self.rng.randint(1, 99):02d}-{self.rng.randint(1, 9999):04d}"

    def npi(self) -> str:
        """Ten digits with the NPI's check digit (69 FR 3434)."""
        head = self.pick("1", "2") + self.digits(8)
        return next(head + str(d) for d in range(10) if luhn(f"80840{head}{d}"))

    def dea(self, family: str) -> str:
        """A DEA number with its check digit (21 CFR 1301)."""
        d = [self.rng.randint(0, 9) for _ in range(6)]
        check = (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10
        initial = family[0].upper() if family[0].isascii() else "9"
        return self.pick("A", "B", "F", "M") + initial + "".join(map(str, d)) + str(check)

    def mbi(self) -> str:
        """A Medicare beneficiary identifier: C A AN N A AN N A A N N."""
        r = self.rng
        either = _MBI_LETTERS + "0123456789"
        return "".join(
            r.choice(c)
            for c in (
                "123456789",
                _MBI_LETTERS,
                either,
                "0123456789",
                _MBI_LETTERS,
                either,
                "0123456789",
                _MBI_LETTERS,
                _MBI_LETTERS,
                "0123456789",
                "0123456789",
            )
        )

    def street(self) -> str:
        """A street address in one line."""
        name = self.rng.choice(names.STREETS).replace("_", " ")
        prefix = self.pick("", "", "", "N ", "West ", "S. ")
        unit = self.pick(
            "",
            "",
            "",
            f" Apt {self.rng.randint(1, 40)}",
            f" #{self.rng.randint(1, 90)}",
            f", Unit {self.pick('A', 'B', '12')}",
        )
        return (
            f"{self.rng.randint(1, 9999)} {prefix}{name} "
            f"{self.rng.choice(names.STREET_KINDS)}{unit}"
        )

    def town(self) -> tuple[str, str, str]:
        """City, state, postal code."""
        plus4 = f"-{self.digits(4)}" if self.chance(0.2) else ""
        return (
            self.rng.choice(names.TOWNS).replace("_", " "),
            self.rng.choice(names.STATES),
            f"{self.rng.randint(10001, 99950):05d}{plus4}",
        )

    def mrn(self) -> str:
        """A record number in the style of some hospital."""
        return self.pick(
            self.digits(8),
            self.digits(7),
            self.digits(6),
            f"MRN{self.digits(7)}",
            f"{self.pick('A', 'H', 'M', 'P')}{self.digits(8)}",
            f"{self.digits(3)}-{self.digits(2)}-{self.digits(2)}",
            f"00{self.digits(6)}",
            f"E{self.digits(9)}",
        )

    def member(self) -> str:
        """A health plan's number for its member."""
        letters = "".join(self.rng.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=3))
        return self.pick(
            f"{letters}{self.digits(9)}",
            self.digits(10),
            f"W{self.digits(9)}",
            f"{self.digits(8)}A",
            f"{letters}{self.digits(6)}{self.digits(2)}",
        )

    def patient(self) -> Patient:
        """A new patient."""
        sex = self.pick("F", "M")
        given = self.rng.choice(names.GIVEN_F if sex == "F" else names.GIVEN_M)
        middle = self.pick(
            "",
            self.rng.choice(names.GIVEN_F + names.GIVEN_M),
            self.rng.choice("ABCDEFGHJKLMNPRSTW"),
        )
        family = self.family()
        city, state, postal = self.town()
        local = "".join(
            c for c in f"{given}.{family}".lower() if c.isascii() and (c.isalnum() or c == ".")
        )
        return Patient(
            given,
            middle,
            family,
            sex,
            self.date(1926, 2021),
            self.ssn(),
            self.mrn(),
            self.member(),
            self.mbi(),
            self.digits(6),
            self.phone(),
            self.phone(),
            f"{local}{self.rng.randint(1, 99)}@{self.rng.choice(names.DOMAINS)}",
            self.street(),
            city,
            state,
            postal,
            self.pick(self.digits(9), f"ACC{self.digits(7)}"),
            f"{self.pick('D', 'S', 'K')}{self.digits(7)}",
        )

    def provider(self) -> Provider:
        """A new provider."""
        family = self.family()
        city, state, postal = self.town()
        return Provider(
            self.rng.choice(names.GIVEN_F + names.GIVEN_M),
            family,
            self.npi(),
            self.dea(family),
            self.rng.choice(names.ORGANIZATIONS),
            self.phone(),
            self.street(),
            city,
            state,
            postal,
        )

    def visit(self) -> Visit:
        """A new visit."""
        admitted = self.date(2015, 2025)
        lab = self.rng.choice(names.LABS)
        return Visit(
            admitted,
            admitted + timedelta(days=self.rng.randint(0, 9)),
            self.rng.randint(0, 23),
            self.rng.randint(0, 59),
            self.rng.choice(names.DIAGNOSES),
            self.rng.choice(names.DRUGS),
            lab,
            f"{self.rng.uniform(lab[3], lab[4]):.1f}",
            f"{self.rng.randint(10021, 99499)}",
            self.pick(
                f"CLM{self.digits(8)}", self.digits(12), f"{self.digits(4)}-{self.digits(6)}"
            ),
            f"{self.rng.uniform(20, 9000):.2f}",
        )
