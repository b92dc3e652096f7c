"""X12 transactions of health care (005010 and 004010): whose the values of each segment are, and what they are.

Whose a value is, is a matter of place. Two facts are kept: the subject of the last name (NM1, N1), which N3, N4, PER and REF
continue, and whether the loop is a patient's, which HL, CLM, CLP, INS and ENT open. One pass, no look-back.
Components are parted by whatever follows a composite's qualifier, because senders mix delimiters up.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from phiscan import checks
from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Likelihood, Location, Subject
from phiscan.formats.x12 import tables
from phiscan.formats.x12.segments import LENGTHS, X12Segment, embedded, interchanges, sniff
from phiscan.media_kind import MediaKind
from phiscan.words.labels import is_masked

__all__ = ["embedded", "read", "sniff"]

_TAG: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_COMPOSITE: Final = re.compile(rb"\s*([A-Z0-9]{1,3})([^\w\s])([\w.]+)(?:\2(\w*)\2([\d-]*))?")


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the segments of `data` say to `evidence`; MALFORMED when a stretch of it is no
    segment."""
    found = interchanges(data)
    gaps = [_interchange(segments, evidence) for segments in found]
    return Gap.MALFORMED if not found or any(gaps) else Gap.NONE


def _interchange(segments: Iterable[X12Segment], evidence: Evidence) -> Gap:
    reader, gap, ended = _Interchange(evidence), Gap.NONE, False
    for segment in evidence.context.timed(segments):
        if _TAG.fullmatch(segment.tag):
            reader.segment(segment)
            ended |= segment.tag == "IEA"
        elif not ended:  # behind IEA, text is the mail's or the log's that carries the interchange
            gap = Gap.MALFORMED
    return gap


class _Interchange:
    """Reads the segments of one interchange in order."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._begin("")

    def _begin(self, transaction: str) -> None:
        self._transaction = transaction
        self._patient = False
        self._named: Subject | None = None
        self._claimed = False
        self._copied = ""

    def segment(self, segment: X12Segment) -> None:
        """Add what `segment` says."""
        tag = segment.tag
        handler = _HANDLERS.get(tag)
        if handler is not None:
            handler(self, segment)
        if not self._patient:
            return
        for number, info_type in tables.PLAIN_ELEMENTS.get(tag, {}).items():
            self._add(info_type, segment, number, Subject.PATIENT)
        for number in tables.CODE_ELEMENTS.get(tag, ()):
            self._code(segment, number)
        for number in tables.DATE_ELEMENTS.get(tag, ()):
            if checks.calendar_date(segment.text(number)[:8]):
                self._add("SERVICE_DATE", segment, number, Subject.PATIENT)
        if tag in _LOOP_STARTS:
            self._named = None

    @property
    def _about(self) -> Subject:
        if self._named is not None:
            return self._named
        return Subject.PATIENT if self._patient else Subject.PROVIDER

    def _add(
        self,
        info_type: str,
        segment: X12Segment,
        number: int,
        subject: Subject,
        likelihood: Likelihood = Likelihood.VERY_LIKELY,
    ) -> None:
        value = segment.text(number)
        if value.strip("0 -.") and not is_masked(value):
            self._evidence.add(
                "x12_element", info_type, segment.location(number), subject, likelihood
            )

    def _open(self, segment: X12Segment) -> None:
        """A patient's loop begins: all that follows is health information about that person."""
        self._patient = True
        if not self._claimed and (
            self._transaction in tables.HEALTH_TRANSACTIONS or not self._transaction
        ):
            self._claimed = True
            self._claim(segment)

    def _claim(self, segment: X12Segment) -> None:
        location = Location(segment.tag, segment.start, segment.start + len(segment.elements[0]))
        self._evidence.add("x12_segment", "HEALTH_CLAIM", location, Subject.PATIENT)

    # loops

    def start(self, segment: X12Segment) -> None:
        """ST, SE: a transaction begins or ends."""
        self._begin(segment.text(1) if segment.tag == "ST" else "")

    def level(self, segment: X12Segment) -> None:
        """HL: whose level of the hierarchy this is."""
        self._named = None
        self._patient = False
        if segment.text(3) in tables.PATIENT_LEVELS:
            self._open(segment)

    def number(self, segment: X12Segment) -> None:
        """LX, PLB and LE end a name; in an 835, LX and PLB stand outside of claims."""
        self._named = None
        if segment.tag == "PLB" or (segment.tag == "LX" and self._transaction == "835"):
            self._patient = False

    def subject_of(self, segment: X12Segment) -> None:
        """CLM, CLP, INS: a claim or a member."""
        self._named = None
        self._open(segment)
        if segment.tag == "INS":
            self._death(segment, 12)

    def remitter(self, segment: X12Segment) -> None:
        """ENT (820): 2J is an individual."""
        self._named = None
        self._patient = False
        if segment.text(2) == "2J":
            self._open(segment)
            info_type = tables.PERSON_IDS.get(segment.text(3), "HEALTH_PLAN_BENEFICIARY_NUMBER")
            self._add(info_type, segment, 4, Subject.PATIENT)

    # names and what continues them

    def name(self, segment: X12Segment) -> None:
        """NM1: entity, type, names, number."""
        code, person = segment.text(1), segment.text(2) != "2" or bool(segment.text(4))
        subject = self._entity(code, segment.text(8), person=person)
        self._named = subject
        if subject is Subject.PATIENT:
            self._open(segment)
        for number in (3, 4, 5, 12) if person and code not in tables.EMPLOYERS else ():
            if any(c.isalpha() for c in segment.text(number)):
                self._add("PERSON_NAME", segment, number, subject)
        self._identification(segment, 8)

    def party(self, segment: X12Segment) -> None:
        """N1: organisations, and in some transactions persons, by one name."""
        code = segment.text(1)
        trade = self._transaction and self._transaction not in tables.HEALTH_TRANSACTIONS
        # in a load tender or an order the same codes name a pick-up, a beneficiary or a buyer that
        # is a company
        self._named = (
            Subject.PROVIDER if trade else self._entity(code, segment.text(3), person=False)
        )
        if self._named is Subject.PATIENT:
            self._open(segment)
            self._add("PERSON_NAME", segment, 2, Subject.PATIENT)
        self._identification(segment, 3)

    def more_name(self, segment: X12Segment) -> None:
        """N2: the name goes on."""
        if self._named is Subject.PATIENT:
            self._add("PERSON_NAME", segment, 1, Subject.PATIENT)
            self._add("PERSON_NAME", segment, 2, Subject.PATIENT)

    def _entity(self, code: str, qualifier: str, *, person: bool) -> Subject:
        if code in tables.PATIENT_ENTITIES:
            return Subject.PATIENT
        if code in tables.EMPLOYERS:
            return Subject.PERSON
        if code in tables.PROVIDER_ENTITIES or qualifier == "XX" or not person:
            return Subject.PROVIDER
        # INVARIANT (fail closed): a person whom no table knows is not taken for a provider
        return Subject.PERSON

    def _identification(self, segment: X12Segment, number: int) -> None:
        """Qualifier and number at the end of NM1 and N1."""
        qualifier, subject = segment.text(number), self._about
        if subject is Subject.PROVIDER:
            if qualifier == "XX":
                self._add("US_HEALTHCARE_NPI", segment, number + 1, subject)
            elif qualifier in ("34", "SY"):
                self._add("US_SOCIAL_SECURITY_NUMBER", segment, number + 1, subject)
            return
        if subject is Subject.PERSON and qualifier not in ("34", "SY", "MI"):
            return
        self._member(
            tables.PERSON_IDS.get(qualifier, "HEALTH_PLAN_BENEFICIARY_NUMBER"), segment, number + 1
        )

    def _member(self, info_type: str, segment: X12Segment, number: int) -> None:
        if info_type == "HEALTH_PLAN_BENEFICIARY_NUMBER" and checks.mbi(segment.text(number)):
            info_type = "US_MEDICARE_BENEFICIARY_ID_NUMBER"
        self._add(info_type, segment, number, self._about)

    def street(self, segment: X12Segment) -> None:
        """N3: two address lines."""
        self._add("STREET_ADDRESS", segment, 1, self._about)
        self._add("STREET_ADDRESS", segment, 2, self._about)

    def city(self, segment: X12Segment) -> None:
        """N4: city, state (no identifier), postal code, country, and a county when N4-05 says
        so."""
        self._add("CITY", segment, 1, self._about)
        self._add("US_ZIP_CODE", segment, 3, self._about)
        if segment.text(5) == "CY":
            self._add("CITY", segment, 6, self._about)

    def contact(self, segment: X12Segment) -> None:
        """PER: a contact's name and up to three numbers; in an 835 it is always the payer's or
        payee's."""
        payers = self._transaction == "835" or segment.text(1) in tables.CONTACTS_OF_PAYERS
        subject = Subject.PROVIDER if payers else self._about
        if any(c.isalpha() for c in segment.text(2)):
            self._add("PERSON_NAME", segment, 2, subject)
        for number in (3, 5, 7):
            info_type = tables.CONTACT_NUMBERS.get(segment.text(number))
            if info_type:
                self._add(info_type, segment, number + 1, subject)

    def reference(self, segment: X12Segment) -> None:
        """REF: by its qualifier; behind a provider's name only what can be nobody else's is the
        patient's."""
        qualifier = segment.text(1)
        behind_provider = self._named is Subject.PROVIDER
        if (
            behind_provider
            and qualifier in tables.PROVIDER_REFERENCES
            and not (qualifier == "SY" and self._remittance)
        ):
            self._add(tables.PROVIDER_REFERENCES[qualifier], segment, 2, Subject.PROVIDER)
            return
        if not self._patient or (behind_provider and qualifier not in tables.REFERENCES):
            return
        info_type = tables.REFERENCES.get(qualifier)
        if info_type:
            self._named_reference(info_type, segment)
        elif qualifier not in tables.IMPERSONAL_REFERENCES and any(
            c.isdigit() for c in segment.text(2)[3:]
        ):
            self._add("UNIQUE_CODE", segment, 2, Subject.PATIENT, Likelihood.LIKELY)

    @property
    def _remittance(self) -> bool:
        return self._transaction == "835" and self._patient

    def _named_reference(self, info_type: str, segment: X12Segment) -> None:
        if info_type == "HEALTH_PLAN_BENEFICIARY_NUMBER" and checks.mbi(segment.text(2)):
            info_type = "US_MEDICARE_BENEFICIARY_ID_NUMBER"
        self._add(info_type, segment, 2, Subject.PATIENT)

    # what is said of a patient

    def demographics(self, segment: X12Segment) -> None:
        """DMG stands in no provider's loop."""
        if segment.text(2)[:8].isdigit():
            self._add("DATE_OF_BIRTH", segment, 2, Subject.PATIENT)

    def patient_information(self, segment: X12Segment) -> None:
        """PAT: date of death in PAT-06."""
        self._named = None
        self._death(segment, 6)

    def _death(self, segment: X12Segment, number: int) -> None:
        if checks.calendar_date(segment.text(number)[:8]):
            self._add("DATE_OF_DEATH", segment, number, Subject.PATIENT)

    def date(self, segment: X12Segment) -> None:
        """DTP (qualifier, format, value) and DTM (qualifier, value, ..., format, period) inside of
        a patient's loop."""
        for number in (3,) if segment.tag == "DTP" else (2, 6):
            value = segment.text(number)
            short = segment.text(number - 1) in ("D6", "RD6", "DB") and value[:6].isdigit()
            if self._patient and (short or checks.calendar_date(value[:8])):
                info_type = (
                    "DATE_OF_DEATH" if segment.text(1) in tables.DEATH_DATES else "SERVICE_DATE"
                )
                self._add(info_type, segment, number, Subject.PATIENT)

    def _code(self, segment: X12Segment, number: int) -> None:
        """A composite: qualifier, code, and in HI a date behind its format."""
        if number >= len(segment.elements):
            return
        match = _COMPOSITE.match(segment.elements[number])
        if match is None:
            return
        qualifier, code = match[1].decode(), match[3].decode("latin-1")
        info_type, at = tables.CODES.get(qualifier), segment.at(number)
        self._component(
            info_type or "",
            segment,
            f"{number:02d}.2",
            (at + match.start(3), at + match.end(3), code),
        )
        if match[5] and checks.calendar_date(match[5][:8].decode()):
            birth = qualifier == "BH" and code in tables.BIRTH_OCCURRENCES
            day = (at + match.start(5), at + match.end(5), match[5].decode())
            self._component(
                "DATE_OF_BIRTH" if birth else "SERVICE_DATE", segment, f"{number:02d}.4", day
            )

    def _component(
        self, info_type: str, segment: X12Segment, place: str, value: tuple[int, int, str]
    ) -> None:
        start, end, text = value
        if info_type and not is_masked(text):
            location = Location(f"{segment.tag}-{place}", start, end)
            self._evidence.add("x12_element", info_type, location, Subject.PATIENT)

    def qualified_code(self, segment: X12Segment) -> None:
        """III (qualifier, code) of a 270 and 271, LIN (number, qualifier, code) of a claim."""
        number = 1 if segment.tag == "III" else 2
        info_type = tables.CODES.get(segment.text(number))
        if info_type and self._patient:
            self._add(info_type, segment, number + 1, Subject.PATIENT)

    def remittance(self, segment: X12Segment) -> None:
        """RMR (820): what a person's premium is paid for."""
        info_type = tables.REMITTANCES.get(segment.text(1))
        if info_type and self._patient:
            self._add(info_type, segment, 2, Subject.PATIENT)

    def adjustment(self, segment: X12Segment) -> None:
        """PLB (835): pairs of a composite (reason, reference) and an amount."""
        self.number(segment)
        for number in range(3, min(len(segment.elements), 14), 2):
            match = _COMPOSITE.match(segment.elements[number])
            if match is not None and match[1].decode() in tables.CLAIM_ADJUSTMENTS:
                at = segment.at(number) + match.start(3)
                value = (at, at + len(match[3]), match[3].decode("latin-1"))
                self._component("ACCOUNT_NUMBER", segment, f"{number:02d}.2", value)

    def attachment(self, segment: X12Segment) -> None:
        """BIN, BDS (275): a document of any kind, often a CDA."""
        number = LENGTHS[segment.tag.encode()] + 1
        if number < len(segment.elements) and not is_masked(segment.text(number)):
            self._evidence.nested.append(Nested(segment.elements[number], segment.location(number)))

    # acknowledgements

    def copied_segment(self, segment: X12Segment) -> None:
        """IK3, AK3: which segment the errors that follow are in."""
        self._copied = segment.text(1)

    def copied_element(self, segment: X12Segment) -> None:
        """IK4-04, AK4-04: a copy of the bad element."""
        position = re.match(r"\d+", segment.text(1))
        info_type = tables.ECHOED.get((self._copied, int(position[0]) if position else 0))
        if info_type and segment.text(4) and self._transaction in tables.ACKNOWLEDGEMENTS:
            subject = (
                Subject.PATIENT if self._copied in tables.PATIENTS_SEGMENTS else Subject.PERSON
            )
            self._claim(segment)
            self._add(info_type, segment, 4, subject)

    def context(self, segment: X12Segment) -> None:
        """CTX-01 (999): which claim or member is in error."""
        first = segment.elements[1] if len(segment.elements) > 1 else b""
        match = re.match(rb"([A-Z0-9 ]{5,40})([^\w\s])(.+)", first)
        info_type = tables.CONTEXTS.get(match[1].decode().rpartition(" ")[2]) if match else None
        if match and info_type:
            at = segment.at(1) + match.start(3)
            self._claim(segment)
            self._component(
                info_type,
                segment,
                "01.2",
                (at, at + len(match[3]), match[3].decode("utf-8", "replace")),
            )


_LOOP_STARTS: Final = frozenset("SBR SVC SV1 SV2 SV3 SVD HD EB COB UM STC HI MIA MOA".split())
"""Segments behind which a REF belongs to the claim, service or coverage and to no name before
it."""
_HANDLERS: Final[dict[str, Callable[[_Interchange, X12Segment], None]]] = {
    **dict.fromkeys(("ST", "SE"), _Interchange.start),
    **dict.fromkeys(("LX", "LE", "LS"), _Interchange.number),
    **dict.fromkeys(("CLM", "CLP", "INS"), _Interchange.subject_of),
    **dict.fromkeys(("DTP", "DTM"), _Interchange.date),
    **dict.fromkeys(("III", "LIN"), _Interchange.qualified_code),
    **dict.fromkeys(("BIN", "BDS"), _Interchange.attachment),
    **dict.fromkeys(("IK3", "AK3"), _Interchange.copied_segment),
    **dict.fromkeys(("IK4", "AK4"), _Interchange.copied_element),
    "HL": _Interchange.level,
    "ENT": _Interchange.remitter,
    "NM1": _Interchange.name,
    "N1": _Interchange.party,
    "N2": _Interchange.more_name,
    "N3": _Interchange.street,
    "N4": _Interchange.city,
    "PER": _Interchange.contact,
    "REF": _Interchange.reference,
    "DMG": _Interchange.demographics,
    "PAT": _Interchange.patient_information,
    "RMR": _Interchange.remittance,
    "PLB": _Interchange.adjustment,
    "CTX": _Interchange.context,
}


MEDIA: Final = MediaKind("x12", read, names_providers=True)
