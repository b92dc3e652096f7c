"""Free text of clinicians, clerks and nurses.

The styles are notes with printed headers, letters, messages and reports.
"""

# ruff: noqa: D102 - each method makes one kind of phrase, named by its kind

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bench.eval.document import Document
from bench.eval.formats.case import Case
from bench.eval.people import Patient, Provider, Visit


@dataclass(frozen=True, slots=True)
class Note:
    """What a note is about."""

    case: Case
    p: Patient
    doctor: Provider
    visit: Visit

    def day(self, value: date, info_type: str = "SERVICE_DATE") -> str:
        """A date in one of the forms that people write."""
        month = value.strftime("%B")
        return self.case.phi(
            info_type,
            self.case.inv.pick(
                value.isoformat(),
                value.strftime("%m/%d/%Y"),
                f"{value.month}/{value.day}/{value.year}",
                f"{month} {value.day}, {value.year}",
                value.strftime("%d-%b-%Y"),
                f"{month[:3]} {value.day}, {value.year}",
                value.strftime("%m-%d-%Y"),
            ),
        )

    def born(self) -> str:
        return self.day(self.p.born, "DATE_OF_BIRTH")

    def name(self, text: str) -> str:
        return self.case.phi("PERSON_NAME", text)

    def full(self) -> str:
        return self.name(f"{self.p.given} {self.p.family}")

    def listed(self) -> str:
        middle = f" {self.p.middle[0]}." if self.p.middle else ""
        return self.name(f"{self.p.family}, {self.p.given}{middle}")

    def title(self) -> str:
        return "Mr." if self.p.sex == "M" else self.case.inv.pick("Mrs.", "Ms.")

    def titled(self) -> str:
        return f"{self.title()} {self.name(self.p.family)}"

    def mrn(self) -> str:
        return self.case.phi("MEDICAL_RECORD_NUMBER", self.p.mrn)

    def ssn(self) -> str:
        return self.case.phi("US_SOCIAL_SECURITY_NUMBER", self.p.ssn)

    def phone(self, digits: str) -> str:
        return self.case.phi("PHONE_NUMBER", self.case.inv.written_phone(digits))

    def physician(self) -> str:
        d = self.doctor
        return self.case.inv.pick(
            f"Dr. {self.case.staff('PERSON_NAME', f'{d.given} {d.family}')}",
            f"{self.case.staff('PERSON_NAME', f'{d.given} {d.family}')}, MD",
            f"Dr. {self.case.staff('PERSON_NAME', d.family)}",
        )

    def age(self) -> str:
        """The age at the visit, marked only when it is over 89 (164.514(b)(2)(i)(C))."""
        years = self.visit.admitted.year - self.p.born.year
        text = str(max(1, years))
        return self.case.phi("AGE_OVER_89", text) if years > 89 else text

    def she(self) -> str:
        return "She" if self.p.sex == "F" else "He"

    def assessment(self) -> str:
        v = self.visit
        return self.case.inv.pick(
            f"Assessment: {v.diagnosis[1]} ({v.diagnosis[0]}). Continue {v.drug[0]} once daily.",
            f"ASSESSMENT AND PLAN: {v.diagnosis[1]}. Start {v.drug[0]} po bid, recheck "
            f"{v.lab[1]} in 6 weeks.",
            f"Impression: {v.diagnosis[1]}. {v.lab[1]} {v.value} {v.lab[2]}.",
            f"Dx: {v.diagnosis[0]} {v.diagnosis[1]}\nRx: {v.drug[0]}\nLabs: {v.lab[1]} "
            f"{v.value} {v.lab[2]}",
        )


def _headed(n: Note) -> str:
    inv = n.case.inv
    sep = inv.pick("\n", "\n", "\r\n", "   ")
    lines = [
        f"{inv.pick('Patient Name', 'Patient', 'NAME', 'Name', 'Pt Name')}: "
        f"{n.listed() if inv.chance(0.5) else n.full()}",
        f"{inv.pick('MRN', 'MRN#', 'Medical Record Number', 'Med Rec #', 'MR #', 'Chart No')}"
        f": {n.mrn()}",
        f"{inv.pick('DOB', 'Date of Birth', 'D.O.B.', 'Birth Date', 'Birthdate')}: {n.born()}",
    ]
    if inv.chance(0.4):
        lines.append(f"{inv.pick('SSN', 'Social Security Number', 'SS#', 'Soc Sec No')}: {n.ssn()}")
    if inv.chance(0.4):
        lines.append(
            f"{inv.pick('Phone', 'Tel', 'Home Phone', 'Cell', 'Contact Number')}: "
            f"{n.phone(n.p.phone)}"
        )
    if inv.chance(0.4):
        city = f"{n.case.phi('CITY', n.p.city)}, {n.p.state} {n.case.phi('US_ZIP_CODE', n.p.zip)}"
        lines.append(f"Address: {n.case.phi('STREET_ADDRESS', n.p.street)}, {city}")
    if inv.chance(0.5):
        lines.append(
            f"{inv.pick('Date of Service', 'Date of Visit', 'Admission Date', 'DOS', 'Admitted')}"
            f": {n.day(n.visit.admitted)}"
        )
    if inv.chance(0.5):
        lines.append(
            f"{inv.pick('Attending', 'Physician', 'Provider', 'Attending Physician', 'PCP')}"
            f": {n.physician()}"
        )
    body = (
        f"{n.titled()} is a {n.age()}-year-old {'woman' if n.p.sex == 'F' else 'man'} who "
        f"presents with {n.visit.diagnosis[1].lower()}."
    )
    return (
        sep.join(lines) + f"\n\nHISTORY OF PRESENT ILLNESS:\n{body} {n.she()} denies fever or "
        f"chills.\n\n{n.assessment()}\n"
    )


def _letter(n: Note) -> str:
    inv = n.case.inv
    return (
        f"Dear {n.physician()},\n\n{inv.pick('RE', 'Re')}: {n.full()}, "
        f"{inv.pick('DOB', 'born', 'date of birth')} {n.born()}, MRN {n.mrn()}\n\n"
        f"Thank you for referring {n.titled()}, whom I saw in clinic on "
        f"{n.day(n.visit.admitted)}. {n.she()} has a history of "
        f"{n.visit.diagnosis[1].lower()} and takes "
        f"{n.visit.drug[0]} daily. {n.visit.lab[1]} was {n.visit.value} "
        f"{n.visit.lab[2]}.\n\n{n.she()} can be reached at {n.phone(n.p.mobile)}"
        f"{' or ' + n.case.phi('EMAIL_ADDRESS', n.p.email) if inv.chance(0.5) else ''}.\n"
        f"\nSincerely,\n{n.physician()}\n{n.doctor.organization}\n"
    )


def _soap(n: Note) -> str:
    inv = n.case.inv
    head = inv.pick(
        f"{n.listed()} | MRN {n.mrn()} | DOB {n.born()}",
        f"Pt: {n.full()}  MRN: {n.mrn()}  DOB: {n.born()}",
        f"Patient: {n.full()} ({inv.pick('MRN', 'MRN:', 'medical record')} {n.mrn()}, "
        f"DOB {n.born()})",
    )
    return (
        f"{head}\nS: Pt is a {n.age()} y/o {n.p.sex} c/o worsening symptoms of "
        f"{n.visit.diagnosis[1].lower()}. "
        f"{inv.pick('Denies SOB.', 'No CP.', 'Reports fatigue.')}\n"
        f"O: BP 142/88, HR 76, {n.visit.lab[1]} {n.visit.value}\nA: "
        f"{n.visit.diagnosis[1]} {n.visit.diagnosis[0]}\nP: {n.visit.drug[0]} po daily. "
        f"f/u with {n.physician()} in 3 months.\n"
    )


def _call(n: Note) -> str:
    inv = n.case.inv
    daughter = inv.patient()
    return (
        f"Telephone encounter {n.day(n.visit.admitted)}. Patient {n.full()} (MRN: "
        f"{n.mrn()}) called about refill of {n.visit.drug[0]}. "
        f"{inv.pick('Call back number', 'Callback', 'Phone')}: {n.phone(n.p.mobile)}. "
        f"Emergency contact: {n.name(f'{daughter.given} {daughter.family}')}, "
        f"{n.phone(daughter.phone)}. {n.she()} was diagnosed with "
        f"{n.visit.diagnosis[1].lower()} last year. Message routed to {n.physician()}.\n"
    )


def _discharge(n: Note) -> str:
    v = n.visit
    return (
        f"DISCHARGE SUMMARY\n\nPATIENT NAME: "
        f"{n.name(f'{n.p.family}, {n.p.given}'.upper())}\nMEDICAL RECORD NUMBER: "
        f"{n.mrn()}\nACCOUNT NUMBER: {n.case.phi('ACCOUNT_NUMBER', n.p.account)}\n"
        f"DATE OF BIRTH: {n.born()}\nADMISSION DATE: {n.day(v.admitted)}\nDISCHARGE "
        f"DATE: {n.day(v.discharged)}\nATTENDING PHYSICIAN: {n.physician()}\n\n"
        f"DISCHARGE DIAGNOSIS: {v.diagnosis[1]}.\nHOSPITAL COURSE: The patient is a "
        f"{n.age()}-year-old admitted with {v.diagnosis[1].lower()}. "
        f"{n.titled()} tolerated treatment well.\nDISCHARGE MEDICATIONS: {v.drug[0]} daily.\n"
    )


def _message(n: Note) -> str:
    inv = n.case.inv
    return (
        f"Hi team, can someone check the chart of {n.titled()} (MRN {n.mrn()})? "
        f"{n.she()} was admitted on {n.day(n.visit.admitted)} with "
        f"{n.visit.diagnosis[1].lower()} "
        f"and the {inv.pick('pharmacy', 'family')} asks about {n.visit.drug[0]}. SSN "
        f"{n.ssn()} and member ID "
        f"{n.case.phi('HEALTH_PLAN_BENEFICIARY_NUMBER', n.p.member)} for the prior auth. "
        f"Thanks!\n"
    )


def _radiology(n: Note) -> str:
    return (
        f"RADIOLOGY REPORT\nPatient: {n.listed()}    MRN: {n.mrn()}    DOB: "
        f"{n.born()}\nExam: CT chest without contrast    Exam Date: "
        f"{n.day(n.visit.admitted)}\n"
        f"Ordering Physician: {n.physician()}\n\nCLINICAL HISTORY: "
        f"{n.visit.diagnosis[1]}.\nFINDINGS: The lungs are clear. No pleural effusion. "
        f"Heart size is normal.\n"
        f"IMPRESSION: No acute cardiopulmonary process.\n\nElectronically signed by "
        f"{n.physician()}\n"
    )


def _referral(n: Note) -> str:
    return (
        f"Referral request\n\nPatient is {n.full()}, date of birth {n.born()}, Medicare "
        f"ID {n.case.phi('US_MEDICARE_BENEFICIARY_ID_NUMBER', n.p.mbi)}. "
        f"Lives at {n.case.phi('STREET_ADDRESS', n.p.street)}, "
        f"{n.case.phi('CITY', n.p.city)}, {n.p.state} "
        f"{n.case.phi('US_ZIP_CODE', n.p.zip)}. "
        f"Phone {n.phone(n.p.phone)}. Reason: {n.visit.diagnosis[1].lower()}, positive "
        f"for progression. Referring provider {n.physician()}, NPI "
        f"{n.case.staff('US_HEALTHCARE_NPI', n.doctor.npi)}, "
        f"office {n.case.staff('PHONE_NUMBER', n.case.inv.written_phone(n.doctor.phone))}.\n"
    )


_STYLES: tuple[Callable[[Note], str], ...] = (
    _headed,
    _headed,
    _headed,
    _letter,
    _soap,
    _call,
    _discharge,
    _message,
    _radiology,
    _referral,
)


def note_text(case: Case, patient: Patient, doctor: Provider) -> tuple[str, str]:
    """A marked note, and the name of its style."""
    style = case.inv.pick(*_STYLES)
    return style(Note(case, patient, doctor, case.inv.visit())), style.__name__.strip("_")


def note(seed: str) -> Document:
    """One note."""
    case = Case(seed, "note")
    text, style = note_text(case, case.inv.patient(), case.inv.provider())
    return case.document(
        text,
        case.inv.pick("text/plain", "text/plain; charset=utf-8", "", "application/octet-stream"),
        style=style,
    )
