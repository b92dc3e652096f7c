"""Detectors that an organisation writes itself, for its own chart numbers or study codes.

A custom detector is data. It becomes a `Detector` only when Hyperscan can run its pattern and its
examples hold. Without examples, people would trust a detector that finds nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from phiscan import checks
from phiscan.evidence import Evidence
from phiscan.finding import Likelihood, Subject
from phiscan.identifiers import InfoType
from phiscan.patterns import judge
from phiscan.patterns.detector import Detector, anything, words
from phiscan.patterns.matcher import Single
from phiscan.scan_context import ScanContext
from phiscan.text.normalise import normalise


def _small(word: str) -> str:
    """An expression that matches `word` literally, in lower-case ASCII."""
    return re.escape(word.encode().lower().decode())


def _luhn(text: str) -> bool:
    digits = checks.compact(text)
    return digits.isascii() and digits.isdigit() and checks.luhn(digits)


VALIDATORS: Final = MappingProxyType(
    {
        "luhn": _luhn,
        "ssn": checks.ssn,
        "mbi": checks.mbi,
        "npi": checks.npi,
        "dea": checks.dea,
        "card": checks.card,
        "vin": checks.vin,
        "aba": checks.aba,
        "iban": checks.iban,
        "imei": checks.imei,
        "date": checks.calendar_date,
        "ip": checks.ip,
    }
)
"""The validators that a custom detector may name; `docs/detection.md` says what each checks."""


@dataclass(frozen=True, slots=True)
class CustomDetector:
    """A detector as its author writes it.

    Args:
        name: unique among all detectors, shown in findings.
        info_type: what it finds.
        pattern: Hyperscan syntax. The whole match is the value.
        context: plain words. One of them shortly before a candidate makes it `supported`.
        validator: a name from `VALIDATORS`, or empty.
        bare: likelihood without a context word.
        supported: likelihood with a context word.
        subject: whom it is about, unless a word nearby says so.
        caseless: whether letters match in either case.
        matching: texts in which it must find something.
        not_matching: texts in which it must find nothing.
    """

    name: str
    info_type: InfoType
    pattern: str
    context: tuple[str, ...] = ()
    validator: str = ""
    bare: Likelihood = Likelihood.LIKELY
    supported: Likelihood = Likelihood.VERY_LIKELY
    subject: Subject = Subject.PERSON
    caseless: bool = True
    matching: tuple[str, ...] = ()
    not_matching: tuple[str, ...] = ()

    def detector(self) -> Detector:
        """The detector that this data describes. It is not tested here; see `faults`."""
        return Detector(
            name=self.name,
            info_type=self.info_type.name,
            pattern=self.pattern,
            bare=self.bare,
            context=words(*map(_small, self.context)) if self.context else None,
            supported=self.supported,
            subject=self.subject,
            caseless=self.caseless,
            validate=VALIDATORS[self.validator] if self.validator else anything,
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """An example that does not hold.

    Args:
        index: the number of the example, from 0, in `matching`, or in `not_matching` if `found`.
        found: whether the detector found something in it.
    """

    index: int
    found: bool


def faults(custom: CustomDetector, info_types: Mapping[str, InfoType]) -> Iterator[Fault]:
    """Run a detector over its own examples, and give those that do not hold.

    Args:
        custom: the detector.
        info_types: the infoTypes of an engine. They must include the detector's own.

    Raises:
        PatternError: Hyperscan cannot run the pattern.
    """
    matcher = Single(custom.detector())
    for examples, expected in ((custom.matching, True), (custom.not_matching, False)):
        for index, example in enumerate(examples):
            evidence = Evidence(ScanContext(info_types=info_types))
            judge.run(normalise(example.encode()), matcher, evidence)
            if bool(evidence.findings) is not expected:
                yield Fault(index, found=not expected)
