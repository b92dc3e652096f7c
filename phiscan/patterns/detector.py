"""A detector: a pattern for Hyperscan, checks of its candidates, and how likely a candidate is.

A match of the pattern becomes a candidate. Context raises its likelihood, and the validator may
reject it. Neither step adds a candidate.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from phiscan.finding import Likelihood, Subject
from phiscan.identifiers import Trait, having

CONTEXT_WINDOW = 48
"""Bytes before a candidate in which a context word counts: room for a label or a JSON key."""
REPORTED = Likelihood.POSSIBLE
"""The least likelihood of a finding. Candidates below it are dropped."""

# matches "her", "pt", "patients"; not "pt.id" (program text), "sheriff"
_PATIENT = re.compile(
    rb"\b(?:patients?|pts?(?!\.[a-z])|his|her|their|decedent|newborn|nok|next of kin)\b"
    rb"(?![\x80-\xff])",
    re.IGNORECASE,
)
# matches "physician", "dr" in "Dr. Chen"; not the street "8812 Sable Ridge Dr, Plano"
_PROVIDER = re.compile(
    rb"\b(?:providers?|physicians?|doctor|prescriber|practitioner|clinic|hospital|pharmacy|office"
    rb"|npi|facility|(?:family|internal) medicine|medical (?:center|group|associates)"
    rb"|surgery center|dr(?=\.? ))\b(?![\x80-\xff])",
    re.IGNORECASE,
)
_PUBLISHED = having(Trait.PUBLISHED)
_ADDRESSES = having(Trait.ADDRESS)
# A company's name just before an address, also on the line above in a comment.
# matches "Acme Foundation, Inc., "; not "Inc. is late. "
_COMPANY = re.compile(
    rb"\b(?:inc|l\.?l\.?c|ltd|corp|corporation|gmbh|foundation)\b[.,)]{0,2}"
    rb"[\s#*/%-]{1,24}(?:[\w.# -]{1,30}, ){0,2}\Z",
    re.IGNORECASE,
)
# A clinician's label in a dialogue, before what the clinician says.
# matches "Doctor: Is "; not "Doctor: Chen, ", "Dr. Chen "
_TURN = re.compile(
    rb"\A\W{0,6}(?:doctor|provider|physician|dr|doc)\.?\W{0,3}:\W{0,3}"
    rb"(?=(?:is|are|can|could|do|does|did|and|so|what|which|okay|ok|right|we|i|i'll|you|your|if"
    rb"|should|shall|perfect|great|thanks|thank|good|sure|alright|hi|hello)\b)",
    re.IGNORECASE,
)
# Where a sentence ends. Words before it speak of something else.
# matches "hen. " in "with Dr. Chen. ", "90. " in "MRN 64-33-90. "; not "Dr. Chen"
_SENTENCE = re.compile(rb"[\n\r;|]|(?:[a-z0-9)]{3}|\d\d)[.!?] ")


def anything(_: str) -> bool:
    """The validator that accepts every match."""
    return True


@dataclass(frozen=True, slots=True)
class Context:
    """Words near a candidate that raise its likelihood: whole words, without regard to case.

    Args:
        near: matches one of the words and the end of a word, in lower-case text.
        anywhere: Hyperscan syntax for the prefilter. It needs no word boundary, so it matches
            wherever `near` does, and in more places.
    """

    near: re.Pattern[bytes]
    anywhere: str

    def stands_in(self, text: bytes) -> bool:
        """Whether one of the words occurs in `text`."""
        # An expression that begins with letters is found three times faster than one that begins
        # with a word boundary. So the code checks the boundary.
        text, at = text.lower(), 0
        while (found := self.near.search(text, at)) is not None:
            at = found.start()
            if not text[at - 1 : at].isalpha():
                return True
            at += 1
        return False


def words(*alternatives: str) -> Context:
    """The context of any of these expressions, which are in lower case."""
    joined = "|".join(alternatives)
    return Context(re.compile(rf"(?:{joined})(?![a-z])".encode()), f"(?:{joined})")


@dataclass(frozen=True, slots=True)
class Detector:
    """One infoType's pattern and rules.

    Args:
        name: unique, shown in findings.
        info_type: a name from `phiscan.identifiers.INFO_TYPES`.
        pattern: Hyperscan syntax over UTF-8 bytes.
        bare: likelihood without context.
        lead: matches the text before a match that belongs to it, and ends with `\\Z`. Without a
            lead there is no candidate. It lets the pattern begin with what is rare, such as the `@`
            of an address: Hyperscan is then several times faster.
        value: finds the value in a match, as group 1. None: the whole match is the value.
        validate: whether the text of a value can be one.
        context: words that raise the likelihood to `supported`. They must occur within
            `CONTEXT_WINDOW` bytes before the match.
        supported: likelihood with context.
        subject: whom the value is about when no word nearby says so.
        neighbours: whether words nearby may say whom the value is about.
        caseless: whether letters match in either case. A short pattern of letters costs much less
            when case counts.
        once: whether the first finding is enough. A document that names a code system once names
            it.
        hint: Hyperscan syntax that occurs in every match of the pattern, for the prefilter. Given
            where it is cheaper or rarer than the pattern.
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
        """An expression that occurs in every text in which this detector can find anything.

        It is the cheapest such expression. A detector that finds nothing without context is
        looked for by its context words.
        """
        if self.hint:
            return self.hint
        if self.context is not None and self.bare < REPORTED:
            return self.context.anywhere
        return self.pattern

    def likelihood(self, before: bytes) -> Likelihood:
        """How likely a valid candidate is, given the bytes before it."""
        supported = self.context is not None and self.context.stands_in(before)
        return max(self.bare, self.supported) if supported else self.bare

    def about(self, before: bytes) -> Subject:
        """Whom a candidate is about, given the bytes before it.

        The nearest word in the same sentence that names a patient or a provider decides.
        """
        if not self.neighbours:
            return self.subject
        if self.info_type in _ADDRESSES and _COMPANY.search(before):
            return Subject.PROVIDER
        before = _TURN.sub(b"", _SENTENCE.split(before)[-1])
        patient = _last(_PATIENT, before)
        provider = _last(_PROVIDER, before) if self.info_type in _PUBLISHED else -1
        if patient > provider:
            return Subject.PATIENT
        return Subject.PROVIDER if provider > patient else self.subject


def _last(words: re.Pattern[bytes], text: bytes) -> int:
    return max((m.end() for m in words.finditer(text)), default=-1)
