"""What a label says of the value beside it: JSON keys, CSV headers, form fields, `Label: value`.

A label is split into words (`patientFirstName`, `PATIENT_FIRST_NAME`, `Patient first name`). The
words that say whom the value is about are removed. The rest, the core, is looked up:
`read_label("patientFirstName")` is a patient's PERSON_NAME.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from phiscan import checks
from phiscan.finding import Subject
from phiscan.memory import Memory
from phiscan.text.normalise import plain
from phiscan.words import program_text
from phiscan.words.given_names import GIVEN_NAMES

# A word of a label. matches "patient", "First", "MRN", "2"; of "patientDOB" "patient" and "DOB"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# What redaction writes: `XXX`, the 0 of a number, a token of `phiscan.redaction.tokens`.
# matches "XXX", "0"; not "XXL", "00"
_MASK = re.compile(r"[X*]+|0|XXX[A-P]{20}X*")
MASK_BEGINS: Final = frozenset("X*0")
"""The first characters of masks."""
# A break that no label has. matches " -- "; not ", "
_GAP = re.compile(r"[^A-Za-z0-9]{4}")
_TEMPLATE = re.compile(r"[{}]|^/")  # matches "{name}", "/name"; not "name/"
# A text that goes on, which no number does. The detectors find a number in it.
# matches "123, seen", "a b c d e"; not "A-123 45"
_SENTENCE = re.compile(r"[,;(]\s|\)$|(?:\S+\s+){4}")
# Source code, in place of a name or an address. matches "str) -> None", "f(x"; not "Ana (Ruiz)"
_SYNTAX = re.compile(r"[{}<>=]|\w[(\[]|\):")
# A minified program, in place of a code, a date or a statement.
# matches "e.patientUuid})),[3,4]", "new Date(2020,1,1)"; not "new date (2020)"
_PROGRAM = re.compile(r"[{}]|=>|\(\)|\)\)[,;)]|\bnew [A-Z]\w*\(")
# How a schema or a program goes on behind a label. matches "{type", "Column("; not "asthma ("
_DECLARED = re.compile(r"\s*(?:[{\[<$]|[A-Za-z_.]+[(\[])")
# matches "ana@acme.com", "Ana Ruiz <ana@acme.com>"; not "ana@"
_ONE_MAIL: Final = r"""(?:[^@<>]{0,60}<)?[^\s@<>,;"']+@[^\s@<>,;"']+>?"""
# One address or a few. Whatever goes on with anything else is a line of text.
# matches "a@b.c, d@e.f"; not "a@b.c is new"
_MAIL = re.compile(rf"(?:mailto:)?{_ONE_MAIL}(?:\s?[,;]\s?{_ONE_MAIL}){{0,9}}", re.IGNORECASE)
_SEPARATOR: Final = "[^a-z0-9]{0,3}"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,60}")  # matches "Date of birth"; not "DOB:"
_SHORTEST_TOLD: Final = 3
"""Letters of the shortest statement: `Flu`, `NKA`."""
_SINGLE: Final = frozenset(
    "name address city town county address1 address2 lastname firstname fullname surname "
    "middlename diagnosis diagnoses medication medications prescription prescriptions "
    "immunizations photo picture email phone mrn dob ssn npi zip zipcode".split()
)
"""Words that are a label, and never a name, a town or a condition."""
_COMPLAINED_OF: Final = frozenset(("LAB_RESULT", "PROCEDURE"))
"""InfoTypes whose labels are also reasons for a visit: `"reasonForVisit": "Blood pressure"`."""
_PLACEHOLDERS = {
    "",
    "null",
    "none",
    "n/a",
    "na",
    "nil",
    "unknown",
    "unspecified",
    "tbd",
    "-",
    "undefined",
    "false",
    "true",
    "string",
    "str",
    "int",
    "float",
    "bool",
    "bytes",
    "number",
    "boolean",
    "date",
    "datetime",
    "text",
    "object",
    "any",
}


def is_masked(value: str) -> bool:
    """Whether `value` is a mask."""
    return value[:1] in MASK_BEGINS and _MASK.fullmatch(value) is not None


def _filled(value: str) -> bool:
    text = value.strip()
    return text.lower() not in _PLACEHOLDERS and not is_masked(text)


def _worded(value: str) -> bool:
    """Whether the value says something of somebody; not `{type: string}`, `Column(String)`."""
    return (
        _filled(value)
        and _DECLARED.match(value) is None
        and _PROGRAM.search(value) is None
        and not _is_said_of_a_label(value)
    )


def _told(value: str) -> bool:
    """Whether the value is a statement in words.

    `IMMUNIZATIONS = "80"` and `DISCHARGE_SUMMARY = "DS"` hold codes.
    """
    return _worded(value) and sum(c.isalpha() for c in value) >= _SHORTEST_TOLD


def _name(value: str) -> bool:
    return _filled(value) and any(c.isalpha() for c in value) and len(value) <= 200


def _named(value: str) -> bool:
    return _name(value) and _SYNTAX.search(value) is None and not _is_said_of_a_label(value)


def _place(value: str) -> bool:
    return _named(value) and program_text.is_place(value)


def _picture(value: str) -> bool:
    return _filled(value) and program_text.is_picture(value)


def _print(value: str) -> bool:
    return _filled(value) and program_text.is_print(value)


def _is_said_of_a_label(value: str) -> bool:
    """Whether a value is code or a label, as in a translation: `"firstName": "First name"`."""
    return len(value) <= _LONGEST and (_is_label(value) or program_text.is_code(value))


def _is_label(value: str) -> bool:
    """Whether a value consists of words of labels: `Date of birth`, `Allergies`.

    Not `Pat Street`, which is a name.
    """
    split = _words(value) if _PLAIN.fullmatch(value) else []
    if not split or split[0] in GIVEN_NAMES:
        return False
    if len(split) == 1:
        return split[0] in _SINGLE
    core = "".join(split) if "".join(split) in RULES else _core(split, _AROUND)
    return core != "" and RULES[core].info_type not in _COMPLAINED_OF


def _code(value: str) -> bool:
    return (
        _filled(value)
        and len(value) <= 80
        and _SENTENCE.search(value) is None
        and _PROGRAM.search(value) is None
        and sum(c.isalnum() for c in value) >= 3
        and any(c.isdigit() and c != "0" for c in value)
    )


def _day(value: str) -> bool:
    return _filled(value) and (
        checks.calendar_date(value)
        or bool(
            _PROGRAM.search(value) is None
            and re.search(r"[A-Za-z]{3}", value)
            and re.search(r"\d{4}", value)
        )
    )


def _number(value: str) -> bool:
    return _filled(value) and 7 <= sum(c.isdigit() for c in value) <= 15


def _mail(value: str) -> bool:
    return len(value) <= 320 and _MAIL.fullmatch(value.strip()) is not None


def _zip(value: str) -> bool:
    return re.fullmatch(r"\d{5}(?:-?\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d", value.strip()) is not None


def _old(value: str) -> bool:
    digits = re.match(r"\s*(\d{1,3})\b", value)
    return digits is not None and 90 <= int(digits[1]) <= 125


def _coordinate(value: str) -> bool:
    return re.fullmatch(r"\s*-?\d{1,3}\.\d{3,}\s*", value) is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a label's core means.

    Args:
        info_type: the infoType of the value.
        shape: whether a value has the shape that the infoType needs.
        subject: whom the value is about, unless the label says so.
        weak: whether the rule holds only in a record of a person (`name`, `id`).
    """

    info_type: str
    shape: Callable[[str], bool]
    subject: Subject = Subject.PERSON
    weak: bool = False


_VOCABULARY: Final[tuple[tuple[str, Callable[[str], bool], Subject, bool, str], ...]] = (
    # infoType, shape of the value, default subject, weak, the cores; - where a separator may stand
    ("PERSON_NAME", _named, Subject.PERSON, False,
        "first-name last-name middle-name full-name given-name family-name sur-name fore-name "
        "maiden-name fname lname mname legal-name preferred-name first-initial last-first "
        "member-name"),
    ("PERSON_NAME", _named, Subject.PERSON, True, "name nm family given first last middle"),
    ("DATE_OF_BIRTH", _day, Subject.PERSON, False,
        "dob birth-date date-of-birth birth-day birth-dt birth-date-time date-of-birth-dt bdate "
        "birth"),
    ("DATE_OF_DEATH", _day, Subject.PERSON, False,
        "dod date-of-death death-date deceased-date deceased-date-time death-dt"),
    ("SERVICE_DATE", _day, Subject.PERSON, False,
        "admission-date admit-date admit-dt discharge-date discharge-dt date-of-service "
        "service-date dos visit-date encounter-date appointment-date surgery-date admit-date-time "
        "discharge-date-time admitted-on discharged-on admission-date-time procedure-date "
        "diagnosis-date onset-date appointment-time"),
    ("AGE_OVER_89", _old, Subject.PERSON, False, "age age-years age-in-years"),
    ("US_SOCIAL_SECURITY_NUMBER", checks.ssn_shape, Subject.PERSON, False,
        "ssn social-security-number social-security social-security-no soc-sec-no soc-sec ss-num "
        "ss-number ss-no social-security-num social-sec-no social-security-nbr sin ssn-number "
        "ssn-num"),
    ("US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER", checks.ssn_shape, Subject.PERSON, False,
        "itin tax-id taxpayer-id tin"),
    ("MEDICAL_RECORD_NUMBER", _code, Subject.PATIENT, False,
        "mrn medical-record-number medical-record-no medical-record-num medical-record-id "
        "med-rec-no med-rec med-rec-num medical-record chart-number chart-no chart-id "
        "hospital-number hospital-no emr-id ehr-id mpi empi record-number med-rec-number mr-number "
        "mr-no"),
    ("MEDICAL_RECORD_NUMBER", _code, Subject.PERSON, True,
        "id identifier number no num key uuid guid"),
    ("HEALTH_PLAN_BENEFICIARY_NUMBER", _code, Subject.PERSON, False,
        "member-id member-number member-no member-identifier subscriber-id subscriber-number "
        "subscriber-no beneficiary-id beneficiary-number insured-id insurance-id insurance-number "
        "insurance-no insurance-policy-number insurance-member-id enrollee-id policy-number "
        "policy-no policy-id group-number group-no plan-member-id cardholder-id insurance-policy"),
    ("HEALTH_PLAN_BENEFICIARY_NUMBER", _code, Subject.PATIENT, False,
        "health-plan-id health-plan-number medicaid-id medicaid-number medicare-id medicare-number "
        "hicn medicaid medicare plan-beneficiary-number health-insurance-id "
        "health-insurance-number health-plan-beneficiary health-plan-beneficiary-number "
        "health-plan-beneficiary-no health-plan-beneficiary-id"),
    ("US_MEDICARE_BENEFICIARY_ID_NUMBER", checks.mbi, Subject.PATIENT, False,
        "mbi medicare-beneficiary-id medicare-beneficiary-identifier medicare-beneficiary-number"),
    ("ACCOUNT_NUMBER", _code, Subject.PERSON, False,
        "account-number account-no acct-no acct-num account-id acct account claim-number claim-no "
        "claim-id bank-account bank-account-number patient-account-number patient-control-number "
        "icn dcn encounter-number encounter-id visit-number visit-id accession-number accession "
        "csn fin-account"),
    ("CREDIT_CARD_NUMBER", checks.card, Subject.PERSON, False,
        "credit-card credit-card-number card-number cc-number cc-num card-no pan payment-card "
        "debit-card debit-card-number"),
    ("IBAN_CODE", checks.iban, Subject.PERSON, False, "iban"),
    ("US_BANK_ROUTING_NUMBER", checks.aba, Subject.PERSON, False,
        "routing-number aba aba-routing routing-no bank-routing"),
    ("PHONE_NUMBER", _number, Subject.PERSON, False,
        "phone phone-number telephone telephone-number tel mobile mobile-phone mobile-number cell "
        "cell-phone cell-number home-phone work-phone phone-no phone-num contact-number "
        "contact-phone phone-home phone-work phone-mobile primary-phone day-phone evening-phone "
        "telecom tel-no mobile-no"),
    ("FAX_NUMBER", _number, Subject.PERSON, False, "fax fax-number fax-no"),
    ("EMAIL_ADDRESS", _mail, Subject.PERSON, False,
        "e-mail e-mail-address mail e-mail-id user-e-mail contact-e-mail primary-e-mail"),
    ("STREET_ADDRESS", _place, Subject.PERSON, False,
        "address street-address street address-1 address-2 address-line address-line-1 "
        "address-line-2 addr addr-1 addr-2 home-address mailing-address residence "
        "residential-address street-name line-1 line-2 street-address-line postal-address"),
    ("STREET_ADDRESS", _place, Subject.PERSON, True, "line"),
    ("CITY", _named, Subject.PERSON, False,
        "city town county district municipality address-city home-city city-name"),
    ("US_ZIP_CODE", _zip, Subject.PERSON, False,
        "zip zip-code postal-code post-code zip-5 zip-4 zip-plus-4 address-zip"),
    ("GEO_COORDINATE", _coordinate, Subject.PERSON, False, "lat lon lng latitude longitude"),
    ("LICENSE_NUMBER", _code, Subject.PERSON, False,
        "license-number license-no licence-number certificate-number certificate-no"),
    ("US_DRIVERS_LICENSE_NUMBER", _code, Subject.PERSON, False,
        "drivers-license driver-license drivers-license-number driver-license-number "
        "drivers-license-no dl-number dl-no dln driving-licence driver-s-license "
        "driver-s-license-number driver-s-license-no driver-s-licence"),
    ("US_PASSPORT", _code, Subject.PERSON, False, "passport passport-number passport-no"),
    ("VEHICLE_IDENTIFICATION_NUMBER", _code, Subject.PERSON, False,
        "vin vehicle-id vehicle-identification-number vehicle-identifier"),
    ("LICENSE_PLATE", _code, Subject.PERSON, False,
        "license-plate plate plate-number plate-no licence-plate vehicle-plate registration-plate"),
    ("DEVICE_IDENTIFIER", _code, Subject.PERSON, False,
        "device-id device-serial device-serial-number serial-number serial-no udi "
        "device-identifier implant-serial implant-serial-number pacemaker-serial device-serial-no "
        "unique-device-identifier device-sn"),
    ("MAC_ADDRESS", _code, Subject.PERSON, False, "mac mac-address"),
    ("IMEI_HARDWARE_ID", _code, Subject.PERSON, False, "imei"),
    ("IP_ADDRESS", checks.ip, Subject.PERSON, False,
        "ip ip-address client-ip remote-ip remote-addr source-ip ip-addr user-ip ipv4 ipv6 "
        "last-login-ip login-ip"),
    ("URL", _name, Subject.PERSON, False,
        "web-site home-page personal-url profile-url web-url portal-url web-page "
        "personal-web-site"),
    ("BIOMETRIC", _print, Subject.PERSON, False,
        "finger-print finger-prints voice-print retina-scan iris-scan biometric biometrics "
        "biometric-id face-print retina finger-print-template finger-print-hash"),
    ("FACE_PHOTO", _picture, Subject.PERSON, False,
        "photo headshot photograph photo-url face-photo profile-photo picture portrait face-image"),
    ("FACE_PHOTO", _code, Subject.PERSON, False, "photo-id"),
    ("US_HEALTHCARE_NPI", checks.npi, Subject.PROVIDER, False,
        "npi npi-number national-provider-identifier npi-no"),
    ("US_DEA_NUMBER", checks.dea, Subject.PROVIDER, False, "dea dea-number dea-no"),
    ("DIAGNOSIS", _worded, Subject.PATIENT, False,
        "diagnosis diagnoses diagnosis-code diagnosis-codes diagnosis-description diagnosis-text "
        "dx dx-code dx-codes primary-diagnosis secondary-diagnosis admitting-diagnosis "
        "discharge-diagnosis principal-diagnosis medical-condition medical-conditions "
        "health-condition health-conditions chief-complaint medical-history problem-list "
        "comorbidities hiv-status diagnosis-desc reason-for-visit diagnosis-name"),
    ("DIAGNOSIS", _worded, Subject.NOBODY, False,
        "icd icd10 icd9 icd10-code icd9-code icd-code icd-codes icd10-cm snomed snomed-code "
        "snomed-ct impression symptoms"),
    ("PROCEDURE", _worded, Subject.PATIENT, False,
        "procedure-code surgery surgeries treatment-plan"),
    ("PROCEDURE", _worded, Subject.NOBODY, False,
        "cpt cpt-code cpt-codes hcpcs hcpcs-code treatment treatments procedures procedure-name"),
    ("MEDICATION", _told, Subject.PATIENT, False,
        "medication medications medication-name prescription prescriptions prescribed "
        "current-medications prescribed-medication meds drug-name drug-list"),
    ("MEDICATION", _worded, Subject.PATIENT, False, "rx-number dosage"),
    ("MEDICATION", _worded, Subject.NOBODY, False, "ndc ndc-code rxnorm rxcui"),
    ("LAB_RESULT", _worded, Subject.PATIENT, False,
        "lab-result lab-results blood-type blood-pressure hba1c vital-signs heart-rate bmi "
        "laboratory-result glucose cholesterol lab-value systolic diastolic blood-group"),
    ("LAB_RESULT", _worded, Subject.NOBODY, False,
        "loinc loinc-code vitals labs test-result test-results"),
    ("CLINICAL_NOTE", _told, Subject.PATIENT, False,
        "clinical-note clinical-notes progress-note progress-notes discharge-summary "
        "physician-notes doctor-notes nursing-notes allergy allergies immunization immunizations "
        "vaccination clinical-summary soap-note hpi history-of-present-illness visit-notes"),
    ("HEALTH_CLAIM", _worded, Subject.PATIENT, False,
        "copay allowed-amount place-of-service eob health-plan primary-insurance revenue-code "
        "type-of-bill"),
    # cars are insured too, and everybody pays, so these are about nobody
    ("HEALTH_CLAIM", _worded, Subject.NOBODY, False,
        "deductible payer-id payer-name payer insurance-company insurance-provider insurance-plan "
        "coverage-type claim-type claim-status claim-amount"),
)  # fmt: skip


RULES: Final = MappingProxyType(
    {
        core: Rule(kind, shape, subject, weak)
        for kind, shape, subject, weak, cores in _VOCABULARY
        for core in cores.replace("-", "").split()
    }
)
"""The rule of each core, without its hyphens."""


def _written() -> dict[str, re.Pattern[str]]:
    """For each core, how it is written: its words in order, with or without separators."""
    forms: dict[str, list[str]] = {}
    for *_, cores in _VOCABULARY:
        for words in cores.split():
            forms.setdefault(words.replace("-", ""), []).append(_SEPARATOR.join(words.split("-")))
    return {core: re.compile("|".join(written)) for core, written in forms.items()}


_WRITTEN: Final = MappingProxyType(_written())

_SUBJECTS: Final = MappingProxyType(
    {
        **dict.fromkeys(
            "patient patients pt pat decedent newborn resident nok kin mother father spouse "
            "inpatient outpatient proband".split(),
            Subject.PATIENT,
        ),
        **dict.fromkeys(
            "member subscriber insured beneficiary enrollee guarantor dependent policyholder "
            "person emergency customer client user applicant employee participant relative "
            "cardholder holder contact demographics demographic guardian caregiver".split(),
            Subject.PERSON,
        ),
        **dict.fromkeys(
            "provider providers physician physicians doctor dr practitioner prescriber rendering "
            "referring attending ordering nurse clinician surgeon facility hospital clinic "
            "pharmacy pharmacist organization organisation org payer insurer vendor supplier "
            "company publisher author lab laboratory technician staff employer performer pcp "
            "requester recorder asserter interpreter custodian authenticator merchant seller store "
            "warehouse".split(),
            Subject.PROVIDER,
        ),
    }
)  # fmt: skip
_SHORT_SUBJECTS: Final = frozenset("pt pts pat dr org lab nok kin pcp".split())
"""Abbreviations that occur in other names too: `iPTMnet`, `EDDA_PT`.

If a label has no other word of the vocabulary, they count only at its beginning.
"""
_PREFIXES: Final = tuple(word for word in _SUBJECTS if len(word) > 6)
"""Subjects that may be joined to the next word. Shorter ones begin other words too."""
# matches the start of "patientdob"; not of "dobpatient"
_PREFIX: Final = re.compile("|".join(_PREFIXES))
_NOISE: Final = frozenset(
    "what is your please enter x the of a an value text field str s legal current primary "
    "secondary info data".split()
)
_AROUND: Final = frozenset({*_SUBJECTS, *_NOISE})


@dataclass(frozen=True, slots=True)
class Label:
    """The meaning of a label.

    Args:
        rule: the rule of its core; None if it has no core.
        subject: whom it names; None if nobody.
    """

    rule: Rule | None
    subject: Subject | None


_MEANINGLESS: Final = Label(None, None)
_LONGEST: Final = 64
"""Characters of the longest label with a meaning."""


def _words(label: str) -> list[str]:
    words = [w.lower() for w in _WORD.findall(plain(label))]
    if words and words[0] not in RULES:
        prefix = _PREFIX.match(words[0])
        subject = prefix[0] if prefix is not None else ""
        if words[0][len(subject) :] in RULES:
            words[:1] = [subject, words[0][len(subject) :]]  # patientdob
    return words


def read_label(label: str) -> Label:
    """The meaning of a label, in any spelling.

    Words for a subject and fillers may stand before and after its core.
    """
    return _MEANINGLESS if len(label) > _LONGEST else _READ[label]


def _read(label: str) -> Label:
    if _GAP.search(label) or _TEMPLATE.search(label):
        return _MEANINGLESS
    split = _words(label)
    subject = next((_SUBJECTS[w] for w in split if w in _SUBJECTS), None)
    whole = RULES.get("".join(split))
    if whole is not None and not whole.weak and _is_written_so(label, "".join(split)):
        return Label(whole, subject)
    core = _core(split, _SUBJECTS) or _core(split, _AROUND)
    if (
        not core
        and subject is not None
        and split[0] not in _SUBJECTS
        and _SHORT_SUBJECTS.issuperset(_SUBJECTS.keys() & split)
    ):
        subject = None
    rule = RULES[core] if core and _is_written_so(label, core) else None
    return _MEANINGLESS if rule is None and subject is None else Label(rule, subject)


def _is_written_so(label: str, core: str) -> bool:
    """Whether `label` separates the words of `core` only where the vocabulary does.

    `date_of_birth` and `DOB` do, `DO_B` does not. The prefilter cannot see such a label, so it must
    not be read, or two scans of one document could differ.
    """
    return _WRITTEN[core].search(plain(label).lower()) is not None


def _core(split: list[str], around: Collection[str]) -> str:
    """The core of a label: its words without those of `around` at both ends; or ""."""
    first, last = 0, len(split)
    while first < last and split[first] in around:
        first += 1
    while last > first and split[last - 1] in around:
        last -= 1
    core = "".join(split[first:last])
    return core if core in RULES else ""


def prefilter() -> Iterator[tuple[str, bool]]:
    """Hyperscan expressions for labels, with whether each is caseless.

    One of them occurs in every ASCII text that has a label with a meaning. A core of one short word
    needs a word boundary, or nearly every text would match. Camel case makes boundaries too.
    """
    for words in sorted(
        {core for *_, weak, cores in _VOCABULARY for core in cores.split() if not weak}
        | {*_SUBJECTS}
    ):
        parts = words.split("-")
        if len(parts) > 1 or len(words) > 6:
            yield _SEPARATOR.join(parts), True
        else:
            yield rf"(?:^|[^a-z]){words}(?:$|[^a-z])", True
            own = f"{words}|{words.capitalize()}|{words.upper()}"
            yield rf"[a-z0-9](?:{own})(?:$|[^a-z])|(?:^|[^a-zA-Z])(?:{own})[A-Z]", False


def is_vocabulary(label: str) -> bool:
    """Whether every word of `label` is in the vocabulary, so that showing it shows no value."""
    return len(label) <= _LONGEST and _IS_VOCABULARY[label]


def _all_ours(label: str) -> bool:
    split = _words(label) if _PLAIN.fullmatch(label) is not None else []
    if not split:
        return False
    return (
        "".join(split) in RULES or bool(_core(split, _AROUND)) or all(w in _AROUND for w in split)
    )


def means_something(label: str) -> bool:
    """Whether a label is in the vocabulary and says what its value is, or whose."""
    return _stays(label, read_label(label))


def _stays(label: str, read: Label) -> bool:
    return read is not _MEANINGLESS and is_vocabulary(label)


_READ: Final = Memory(_read, _stays)
_IS_VOCABULARY: Final = Memory(_all_ours, lambda _, is_ours: is_ours)
