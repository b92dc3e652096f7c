"""What a detector is: a pattern that Hyperscan can run, what a candidate must satisfy, and how sure that makes us.

The ladder is pattern, then validator, then context. Each step only prunes or raises; none invents.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from phiscan.finding import Likelihood, Subject

CONTEXT_WINDOW = 48
"""Bytes before a candidate in which a context word counts: a label, a few words, or a JSON key."""

_PATIENT = re.compile(rb"\b(?:patients?|pts?|his|her|their|decedent|newborn)\b", re.IGNORECASE)
_PROVIDER = re.compile(
    rb"\b(?:providers?|physicians?|doctor|dr|md|prescriber|practitioner|clinic|hospital|pharmacy|office|npi|facility)\b",
    re.IGNORECASE,
)


def _anything(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Detector:
    """One infoType's pattern and rules.

    Args:
        name: unique, shown in findings.
        info_type: a name from `phiscan.identifiers.INFO_TYPES`.
        pattern: Hyperscan syntax over UTF-8 bytes, matched without case.
        value: where the value is inside of a match (group 1); the whole match when None.
        validate: says of the value's text whether it can be one.
        bare: likelihood without context.
        context: words that must stand within `CONTEXT_WINDOW` bytes before the match to raise it to `supported`.
        supported: likelihood with context.
        subject: whom it is about when nothing near says; `neighbours` tells whether words nearby may say so.
    """

    name: str
    info_type: str
    pattern: str
    bare: Likelihood
    value: re.Pattern[bytes] | None = None
    validate: Callable[[str], bool] = _anything
    context: re.Pattern[bytes] | None = None
    supported: Likelihood = Likelihood.VERY_LIKELY
    subject: Subject = Subject.PERSON
    neighbours: bool = True

    def judge(self, text: str, before: bytes) -> Likelihood | None:
        """How likely `text` is this infoType with `before` in front of it; None when it cannot be one."""
        if not self.validate(text):
            return None
        if self.context is not None and self.context.search(before):
            return max(self.bare, self.supported)
        return self.bare

    def about(self, before: bytes) -> Subject:
        """Whom a candidate with `before` in front of it is about: the nearest word that says so wins."""
        if not self.neighbours:
            return self.subject
        patient, provider = _last(_PATIENT, before), _last(_PROVIDER, before)
        if patient == provider:
            return self.subject
        return Subject.PATIENT if patient > provider else Subject.PROVIDER


def _last(words: re.Pattern[bytes], text: bytes) -> int:
    return max((m.end() for m in words.finditer(text)), default=-1)


def words(*alternatives: str) -> re.Pattern[bytes]:
    """A context: any of these expressions as whole words, without case."""
    return re.compile((r"(?:^|[^a-z])(?:" + "|".join(alternatives) + r")(?:$|[^a-z])").encode(), re.IGNORECASE)
