"""What a detector is: a pattern that Hyperscan can run, what a candidate must satisfy, and how sure that makes us.

The ladder is pattern, then context, then validator. Each step only prunes or raises; none invents.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from phiscan.finding import Likelihood, Subject
from phiscan.identifiers import Trait, having

CONTEXT_WINDOW = 48
"""Bytes before a candidate in which a context word counts: a label, a few words, or a JSON key."""
REPORTED = Likelihood.POSSIBLE
"""Candidates below this likelihood are no findings."""

_PATIENT = re.compile(
    rb"\b(?:patients?|pts?(?!\.[a-z])|his|her|their|decedent|newborn)\b(?![\x80-\xff])",
    re.IGNORECASE,
)
_PROVIDER = re.compile(
    rb"\b(?:providers?|physicians?|doctor|prescriber|practitioner|clinic|hospital|pharmacy|office|npi|facility"
    rb"|(?:family|internal) medicine|medical (?:center|group|associates)|surgery center"
    rb"|dr(?=\.? ))\b(?![\x80-\xff])",  # "Dr. Chen"; not "8812 Sable Ridge Dr, Plano"
    re.IGNORECASE,
)
_PUBLISHED = having(Trait.PUBLISHED)
_ADDRESSES = having(Trait.ADDRESS)
# "Acme Foundation, Inc., 12 Main St", also on the next line of a comment
_COMPANY = re.compile(
    rb"\b(?:inc|l\.?l\.?c|ltd|corp|corporation|gmbh|foundation)\b[.,)]{0,2}[\s#*/%-]{1,24}(?:[\w.# -]{1,30}, ){0,2}\Z",
    re.IGNORECASE,
)
_SENTENCE = re.compile(rb"[\n\r;|]|[a-z0-9)]{3}[.!?] ")
"""Where words before a candidate speak of something else: "Dr. Chen" is no end, "with Dr. Chen. "
is one."""


def anything(_: str) -> bool:
    """The validator of what every match is."""
    return True


@dataclass(frozen=True, slots=True)
class Context:
    """Words that raise a candidate: whole words, without case.

    Args:
        near: what ends as one of the words, in a text of small letters.
        anywhere: Hyperscan syntax that matches wherever `near` can, and in more places: it asks for
            no word boundary.
    """

    near: re.Pattern[bytes]
    anywhere: str

    def stands_in(self, text: bytes) -> bool:
        """Whether one of the words does."""
        # an expression that begins with letters of one case is found three times faster than one
        # that begins with a boundary
        text, at = text.lower(), 0
        while (found := self.near.search(text, at)) is not None:
            at = found.start()
            if not text[at - 1 : at].isalpha():
                return True
            at += 1
        return False


def words(*alternatives: str) -> Context:
    """A context of any of these expressions, which are in small letters."""
    joined = "|".join(alternatives)
    return Context(re.compile(rf"(?:{joined})(?![a-z])".encode()), f"(?:{joined})")


@dataclass(frozen=True, slots=True)
class Detector:
    """One infoType's pattern and rules.

    Args:
        name: unique, shown in findings.
        info_type: a name from `phiscan.identifiers.INFO_TYPES`.
        pattern: Hyperscan syntax over UTF-8 bytes.
        caseless: whether letters match in either case; a short pattern of letters costs much less
            with their own case.
        lead: what stands in front of a match and belongs to it, up to its end (`\\Z`); without it
            there is no match. Hyperscan is several times faster with patterns that begin with what
            is rare: an address with its `@`.
        value: where the value is inside of a match (group 1); the whole match when None.
        validate: says of the value's text whether it can be one.
        bare: likelihood without context.
        context: words that must stand within `CONTEXT_WINDOW` bytes before the match to raise it to
            `supported`.
        supported: likelihood with context.
        hint: Hyperscan syntax that occurs in every match of the pattern, when that is cheaper or
            rarer than what `prefilter` takes else.
        once: whether its first finding says all: a document that names a code system once names it.
        subject: whom it is about when nothing near says; `neighbours` tells whether words nearby
            may say so.
    """

    name: str
    info_type: str
    pattern: str
    bare: Likelihood
    lead: re.Pattern[bytes] | None = None
    value: re.Pattern[bytes] | None = None
    validate: Callable[[str], bool] = anything
    context: Context | None = None
    supported: Likelihood = Likelihood.VERY_LIKELY
    subject: Subject = Subject.PERSON
    neighbours: bool = True
    caseless: bool = True
    once: bool = False
    hint: str = ""

    @property
    def prefilter(self) -> str:
        """An expression that occurs in every text in which this detector can find anything, as
        cheap as it can be.

        A candidate that is nothing without its context cannot be found where no context stands.
        """
        if self.hint:
            return self.hint
        if self.context is not None and self.bare < REPORTED:
            return self.context.anywhere
        return self.pattern

    def likelihood(self, before: bytes) -> Likelihood:
        """How likely a valid candidate is this infoType with `before` in front of it: a context
        word raises it."""
        supported = self.context is not None and self.context.stands_in(before)
        return max(self.bare, self.supported) if supported else self.bare

    def about(self, before: bytes) -> Subject:
        """Whom a candidate with `before` in front of it is about: the nearest word of its sentence
        that says so wins."""
        if not self.neighbours:
            return self.subject
        if self.info_type in _ADDRESSES and _COMPANY.search(before):
            return Subject.PROVIDER
        before = _SENTENCE.split(before)[-1]
        patient = _last(_PATIENT, before)
        provider = _last(_PROVIDER, before) if self.info_type in _PUBLISHED else -1
        if patient > provider:
            return Subject.PATIENT
        return Subject.PROVIDER if provider > patient else self.subject


def _last(words: re.Pattern[bytes], text: bytes) -> int:
    return max((m.end() for m in words.finditer(text)), default=-1)
