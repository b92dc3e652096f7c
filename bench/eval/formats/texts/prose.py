"""People in prose without printed headers: transcripts, chats, letters and hand-offs.

Names follow words for relatives, ages, questions and salutations.
"""

from collections.abc import Callable

from bench.eval.document import Document
from bench.eval.formats.case import Case
from bench.eval.formats.texts.notes import Note


def _relative(n: Note) -> str:
    """A relative's name, alone or with a family name, which may differ from the patient's."""
    person = n.case.inv.patient()
    return n.name(
        n.case.inv.pick(
            person.given, f"{person.given} {n.p.family}", f"{person.given} {person.family}"
        )
    )


def follow_up(n: Note) -> str:
    inv = n.case.inv
    who = inv.pick("husband", "wife", "daughter", "son", "sister", "niece")
    return (
        f"{n.full()} is a {n.age()} year old {inv.pick('man', 'woman')} with "
        f"{n.visit.diagnosis[1].lower()} here for follow-up. {inv.pick('Her', 'His')} "
        f"{who}, {_relative(n)}, "
        f"came along. {n.visit.lab[1]} {n.visit.value}. Continue {n.visit.drug[0]}. "
        f"{n.titled()} will be seen again in {inv.pick('6 weeks', '3 months')}. Call "
        f"{n.phone(n.p.mobile)} with results.\n"
    )


def nursing(n: Note) -> str:
    inv = n.case.inv
    return (
        f"0700 Assumed care of {n.titled()} in bed {inv.digits(2)}A. A&Ox3, denies "
        f"pain.\n0930 {n.visit.drug[0]} given. BP 138/82.\n"
        f"1115 {inv.pick('Daughter', 'Wife', 'Son')} {_relative(n)} at bedside, cell "
        f"{n.phone(n.p.phone)}.\n1500 Report given to "
        f"{n.case.staff('PERSON_NAME', n.doctor.family)} RN.\n"
    )


def transcript(n: Note) -> str:
    inv = n.case.inv
    agent, caller = inv.pick(("Agent", "Caller"), ("REP", "CALLER"))
    return (
        f"{agent}: Thank you for calling member services. May I have your "
        f"name?\n{caller}: {inv.pick('Sure, this is', 'Yes, my name is')} {n.full()}.\n"
        f"{agent}: And your date of birth?\n{caller}: {n.born()}.\n{agent}: What is the "
        f"best phone number?\n{caller}: {n.phone(n.p.mobile)}.\n"
        f"{agent}: How can I help?\n{caller}: My prescription for {n.visit.drug[0]} was "
        f"denied, I take it for {n.visit.diagnosis[1].lower()}.\n"
    )


def portal(n: Note) -> str:
    inv = n.case.inv
    return (
        f"Hello, my name is {n.full()} and I need a refill of my {n.visit.drug[0]}. My "
        f"birthday is {n.born()}. {inv.pick('You can call me at', 'My cell is')} "
        f"{n.phone(n.p.mobile)} "
        f"or write to {n.case.phi('EMAIL_ADDRESS', n.p.email)}.\n\nThank "
        f"you,\n{n.name(n.p.given)}\n"
    )


def result_letter(n: Note) -> str:
    return (
        f"{n.full()}\n{n.case.phi('STREET_ADDRESS', n.p.street)}\n"
        f"{n.case.phi('CITY', n.p.city)}, {n.p.state} "
        f"{n.case.phi('US_ZIP_CODE', n.p.zip)}\n\n"
        f"Dear {n.titled()},\n\nYour biopsy from {n.day(n.visit.admitted)} was normal. "
        f"Please keep taking {n.visit.drug[0]}.\n\nSincerely,\n{n.physician()}\n"
    )


def hand_off(n: Note) -> str:
    inv = n.case.inv
    beds = []
    for bed in range(3):
        p = inv.patient()
        beds.append(
            f"{bed + 4} {n.name(f'{p.family}, {p.given}')} "
            f"{inv.rng.randint(20, 85)}{p.sex} {inv.visit().diagnosis[1].lower()}, on "
            f"{inv.visit().drug[0]}"
        )
    return "\n".join(beds) + "\n"


def appeal(n: Note) -> str:
    return (
        f"To whom it may concern:\n\nI am writing to appeal the denial of "
        f"{n.visit.drug[0]} for my {n.visit.diagnosis[1].lower()}. My date of birth is "
        f"{n.born()} and my Social Security number is {n.ssn()}. "
        f"Member ID {n.case.phi('HEALTH_PLAN_BENEFICIARY_NUMBER', n.p.member)}.\n\n"
        f"Sincerely,\n\n{n.full()}\n"
    )


_GENRES: tuple[Callable[[Note], str], ...] = (
    follow_up,
    nursing,
    transcript,
    portal,
    result_letter,
    hand_off,
    appeal,
)


def prose(seed: str) -> Document:
    """One text without printed headers."""
    case = Case(seed, "prose")
    genre = case.inv.pick(*_GENRES)
    text = genre(Note(case, case.inv.patient(), case.inv.provider(), case.inv.visit()))
    return case.document(
        text, case.inv.pick("text/plain", "text/plain; charset=utf-8", ""), style=genre.__name__
    )
