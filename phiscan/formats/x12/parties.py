"""Names, addresses, contacts and references of X12. Loop and qualifiers say whose they are."""

from phiscan import checks
from phiscan.finding import Likelihood, Subject
from phiscan.formats.x12 import tables
from phiscan.formats.x12.loops import Loop
from phiscan.formats.x12.segments import X12Segment


def name(loop: Loop, segment: X12Segment) -> None:
    """Read NM1: entity, type, names, number."""
    code, person = segment.text(1), segment.text(2) != "2" or bool(segment.text(4))
    subject = _entity(code, segment.text(8), person=person)
    loop.named = subject
    if subject is Subject.PATIENT:
        loop.open(segment)
    for number in (3, 4, 5, 12) if person and code not in tables.EMPLOYERS else ():
        loop.add("PERSON_NAME", segment, number, subject)
    _identification(loop, segment, 8)


def party(loop: Loop, segment: X12Segment) -> None:
    """Read N1: an organisation by its name; in some transactions a person."""
    code = segment.text(1)
    trade = loop.transaction and loop.transaction not in tables.HEALTH_TRANSACTIONS
    # In a load tender or an order the same codes name a pick-up, a beneficiary or a buyer, which is
    # a company.
    loop.named = Subject.PROVIDER if trade else _entity(code, segment.text(3), person=False)
    if loop.named is Subject.PATIENT:
        loop.open(segment)
        loop.add("PERSON_NAME", segment, 2, Subject.PATIENT)
    _identification(loop, segment, 3)


def more_name(loop: Loop, segment: X12Segment) -> None:
    """Read N2: the name goes on."""
    if loop.named is Subject.PATIENT:
        loop.add("PERSON_NAME", segment, 1, Subject.PATIENT)
        loop.add("PERSON_NAME", segment, 2, Subject.PATIENT)


def _entity(code: str, qualifier: str, *, person: bool) -> Subject:
    if code in tables.PATIENT_ENTITIES:
        return Subject.PATIENT
    if code in tables.EMPLOYERS:
        return Subject.PERSON
    if code in tables.PROVIDER_ENTITIES or qualifier == "XX" or not person:
        return Subject.PROVIDER
    # INVARIANT (fail closed): a person whom no table knows does not count as a provider
    return Subject.PERSON


def _identification(loop: Loop, segment: X12Segment, number: int) -> None:
    """Read the qualifier and the number at the end of NM1 or N1."""
    qualifier, subject = segment.text(number), loop.about
    if subject is Subject.PROVIDER:
        if qualifier == "XX":
            loop.add("US_HEALTHCARE_NPI", segment, number + 1, subject)
        elif qualifier in ("34", "SY"):
            loop.add("US_SOCIAL_SECURITY_NUMBER", segment, number + 1, subject)
        return
    if subject is Subject.PERSON and qualifier not in ("34", "SY", "MI"):
        return
    _member(
        loop,
        tables.PERSON_IDS.get(qualifier, "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        segment,
        number + 1,
    )


def _member(loop: Loop, info_type: str, segment: X12Segment, number: int) -> None:
    if info_type == "HEALTH_PLAN_BENEFICIARY_NUMBER" and checks.mbi(segment.text(number)):
        info_type = "US_MEDICARE_BENEFICIARY_ID_NUMBER"
    loop.add(info_type, segment, number, loop.about)


def street(loop: Loop, segment: X12Segment) -> None:
    """Read N3: two address lines."""
    loop.add("STREET_ADDRESS", segment, 1, loop.about)
    loop.add("STREET_ADDRESS", segment, 2, loop.about)


def city(loop: Loop, segment: X12Segment) -> None:
    """Read N4: city, state (no identifier), postal code, country, and a county if N4-05 is CY."""
    loop.add("CITY", segment, 1, loop.about)
    loop.add("US_ZIP_CODE", segment, 3, loop.about)
    if segment.text(5) == "CY":
        loop.add("CITY", segment, 6, loop.about)


def contact(loop: Loop, segment: X12Segment) -> None:
    """Read PER: a contact's name and up to three numbers. In an 835 it is no patient's."""
    payers = loop.transaction == "835" or segment.text(1) in tables.CONTACTS_OF_PAYERS
    subject = Subject.PROVIDER if payers else loop.about
    loop.add("PERSON_NAME", segment, 2, subject)
    for number in (3, 5, 7):
        info_type = tables.CONTACT_NUMBERS.get(segment.text(number))
        if info_type:
            loop.add(info_type, segment, number + 1, subject)


def reference(loop: Loop, segment: X12Segment) -> None:
    """Read REF by its qualifier.

    Behind a provider's name, only what can be nobody else's is the patient's.
    """
    qualifier = segment.text(1)
    behind_provider = loop.named is Subject.PROVIDER
    if (
        behind_provider
        and qualifier in tables.PROVIDER_REFERENCES
        and not (qualifier == "SY" and loop.is_remittance)
    ):
        loop.add(tables.PROVIDER_REFERENCES[qualifier], segment, 2, Subject.PROVIDER)
        return
    if not loop.patient or (behind_provider and qualifier not in tables.REFERENCES):
        return
    info_type = tables.REFERENCES.get(qualifier)
    if info_type:
        _named_reference(loop, info_type, segment)
    elif qualifier not in tables.IMPERSONAL_REFERENCES and any(
        c.isdigit() for c in segment.text(2)[3:]
    ):
        loop.add("UNIQUE_CODE", segment, 2, Subject.PATIENT, Likelihood.LIKELY)


def _named_reference(loop: Loop, info_type: str, segment: X12Segment) -> None:
    if info_type == "HEALTH_PLAN_BENEFICIARY_NUMBER" and checks.mbi(segment.text(2)):
        info_type = "US_MEDICARE_BENEFICIARY_ID_NUMBER"
    loop.add(info_type, segment, 2, Subject.PATIENT)
