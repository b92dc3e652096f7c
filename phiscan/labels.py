"""What a label says of the value beside it: JSON keys, CSV headers, form fields, `Label: value` lines.

A label is split into words (`patientFirstName`, `PATIENT_FIRST_NAME`, `Patient first name`). Words that say whom the value
is about are taken off; what remains is looked up. `read_label("patientFirstName")` is a patient's PERSON_NAME.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from phiscan import checks
from phiscan.finding import Subject

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MASK = re.compile(r"[X*]+")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,60}")
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
}


def is_masked(value: str) -> bool:
    """Whether `value` is what redaction leaves."""
    return _MASK.fullmatch(value) is not None


def _filled(value: str) -> bool:
    text = value.strip()
    return text.lower() not in _PLACEHOLDERS and not is_masked(text)


def _name(value: str) -> bool:
    return _filled(value) and any(c.isalpha() for c in value) and len(value) <= 200


def _code(value: str) -> bool:
    return (
        _filled(value)
        and len(value) <= 80
        and sum(c.isalnum() for c in value) >= 3
        and any(c.isdigit() and c != "0" for c in value)
    )


def _day(value: str) -> bool:
    return _filled(value) and (
        checks.calendar_date(value) or bool(re.search(r"[A-Za-z]{3}", value) and re.search(r"\d{4}", value))
    )


def _number(value: str) -> bool:
    return _filled(value) and 7 <= sum(c.isdigit() for c in value) <= 15


def _mail(value: str) -> bool:
    return "@" in value.strip("@") and len(value) <= 320


def _zip(value: str) -> bool:
    return re.fullmatch(r"\d{5}(?:-?\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d", value.strip()) is not None


def _old(value: str) -> bool:
    digits = re.match(r"\s*(\d{1,3})\b", value)
    return digits is not None and 90 <= int(digits[1]) <= 125


def _coordinate(value: str) -> bool:
    return re.fullmatch(r"\s*-?\d{1,3}\.\d{3,}\s*", value) is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a label's core means: an infoType, the shape that its value must have, and whose it is by default.

    `weak` rules (`name`, `id`) hold only where something near says that the record is a person's.
    """

    info_type: str
    shape: Callable[[str], bool]
    subject: Subject = Subject.PERSON
    weak: bool = False


_VOCABULARY: Final[tuple[tuple[str, Callable[[str], bool], Subject, bool, str], ...]] = (
    # infoType, shape of the value, whose it is by default, weak, the labels' cores
    ("PERSON_NAME", _name, Subject.PERSON, False, "firstname lastname middlename fullname givenname familyname surname forename maidenname fname lname mname legalname preferredname firstinitial lastfirst"),
    ("PERSON_NAME", _name, Subject.PERSON, True, "name nm family given first last middle"),
    ("DATE_OF_BIRTH", _day, Subject.PERSON, False, "dob birthdate dateofbirth birthday birthdt birthdatetime dateofbirthdt bdate birth"),
    ("DATE_OF_DEATH", _day, Subject.PERSON, False, "dod dateofdeath deathdate deceaseddate deceaseddatetime deathdt"),
    ("SERVICE_DATE", _day, Subject.PERSON, False, "admissiondate admitdate admitdt dischargedate dischargedt dateofservice servicedate dos visitdate encounterdate appointmentdate surgerydate admitdatetime dischargedatetime admittedon dischargedon admissiondatetime proceduredate diagnosisdate onsetdate appointmenttime"),
    ("AGE_OVER_89", _old, Subject.PERSON, False, "age ageyears ageinyears"),
    ("US_SOCIAL_SECURITY_NUMBER", checks.ssn_shape, Subject.PERSON, False, "ssn socialsecuritynumber socialsecurity socialsecurityno socsecno socsec ssnum ssnumber ssno socialsecuritynum socialsecno socialsecuritynbr sin"),
    ("US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER", checks.ssn_shape, Subject.PERSON, False, "itin taxid taxpayerid tin"),
    ("MEDICAL_RECORD_NUMBER", _code, Subject.PATIENT, False, "mrn medicalrecordnumber medicalrecordno medicalrecordnum medicalrecordid medrecno medrec medrecnum medicalrecord chartnumber chartno chartid hospitalnumber hospitalno emrid ehrid mpi empi recordnumber medrecnumber"),
    ("MEDICAL_RECORD_NUMBER", _code, Subject.PERSON, True, "id identifier number no num key uuid guid"),
    ("HEALTH_PLAN_BENEFICIARY_NUMBER", _code, Subject.PERSON, False, "memberid membernumber memberno memberidentifier subscriberid subscribernumber subscriberno beneficiaryid beneficiarynumber insuredid insuranceid insurancenumber insuranceno insurancepolicynumber insurancememberid healthplanid healthplannumber medicaidid medicaidnumber medicareid medicarenumber hicn enrolleeid policynumber policyno policyid groupnumber groupno planmemberid cardholderid medicaid medicare insurancepolicy planbeneficiarynumber healthinsuranceid"),
    ("US_MEDICARE_BENEFICIARY_ID_NUMBER", checks.mbi, Subject.PATIENT, False, "mbi medicarebeneficiaryid medicarebeneficiaryidentifier medicarebeneficiarynumber"),
    ("ACCOUNT_NUMBER", _code, Subject.PERSON, False, "accountnumber accountno acctno acctnum accountid acct account claimnumber claimno claimid bankaccount bankaccountnumber patientaccountnumber patientcontrolnumber icn dcn encounternumber encounterid visitnumber visitid accessionnumber"),
    ("CREDIT_CARD_NUMBER", checks.card, Subject.PERSON, False, "creditcard creditcardnumber cardnumber ccnumber ccnum cardno pan paymentcard debitcard debitcardnumber"),
    ("IBAN_CODE", checks.iban, Subject.PERSON, False, "iban"),
    ("US_BANK_ROUTING_NUMBER", checks.aba, Subject.PERSON, False, "routingnumber aba abarouting routingno bankrouting"),
    ("PHONE_NUMBER", _number, Subject.PERSON, False, "phone phonenumber telephone telephonenumber tel mobile mobilephone mobilenumber cell cellphone cellnumber homephone workphone phoneno phonenum contactnumber contactphone phonehome phonework phonemobile primaryphone dayphone eveningphone telecom telno mobileno"),
    ("FAX_NUMBER", _number, Subject.PERSON, False, "fax faxnumber faxno"),
    ("EMAIL_ADDRESS", _mail, Subject.PERSON, False, "email emailaddress mail emailid useremail contactemail primaryemail"),
    ("STREET_ADDRESS", _name, Subject.PERSON, False, "address streetaddress street address1 address2 addressline addressline1 addressline2 addr addr1 addr2 homeaddress mailingaddress residence residentialaddress streetname line line1 line2 streetaddressline postaladdress"),
    ("CITY", _name, Subject.PERSON, False, "city town county district municipality addresscity homecity cityname"),
    ("US_ZIP_CODE", _zip, Subject.PERSON, False, "zip zipcode postalcode postcode zip5 zip4 zipplus4 addresszip"),
    ("GEO_COORDINATE", _coordinate, Subject.PERSON, False, "lat lon lng latitude longitude"),
    ("LICENSE_NUMBER", _code, Subject.PERSON, False, "licensenumber licenseno licencenumber certificatenumber certificateno"),
    ("US_DRIVERS_LICENSE_NUMBER", _code, Subject.PERSON, False, "driverslicense driverlicense driverslicensenumber driverlicensenumber driverslicenseno dlnumber dlno dln drivinglicence"),
    ("US_PASSPORT", _code, Subject.PERSON, False, "passport passportnumber passportno"),
    ("VEHICLE_IDENTIFICATION_NUMBER", _code, Subject.PERSON, False, "vin vehicleid vehicleidentificationnumber vehicleidentifier"),
    ("LICENSE_PLATE", _code, Subject.PERSON, False, "licenseplate plate platenumber plateno licenceplate vehicleplate registrationplate"),
    ("DEVICE_IDENTIFIER", _code, Subject.PERSON, False, "deviceid deviceserial deviceserialnumber serialnumber serialno udi deviceidentifier implantserial implantserialnumber pacemakerserial deviceserialno uniquedeviceidentifier devicesn"),
    ("MAC_ADDRESS", _code, Subject.PERSON, False, "mac macaddress"),
    ("IMEI_HARDWARE_ID", _code, Subject.PERSON, False, "imei"),
    ("IP_ADDRESS", checks.ip, Subject.PERSON, False, "ip ipaddress clientip remoteip remoteaddr sourceip ipaddr userip ipv4 ipv6 lastloginip loginip"),
    ("URL", _name, Subject.PERSON, False, "website homepage personalurl profileurl weburl portalurl webpage personalwebsite"),
    ("BIOMETRIC", _filled, Subject.PERSON, False, "fingerprint fingerprints voiceprint retinascan irisscan biometric biometrics biometricid faceprint retina fingerprinttemplate fingerprinthash"),
    ("FACE_PHOTO", _filled, Subject.PERSON, False, "photo headshot photograph photourl facephoto profilephoto picture portrait faceimage photoid"),
    ("US_HEALTHCARE_NPI", checks.npi, Subject.PROVIDER, False, "npi npinumber nationalprovideridentifier npino"),
    ("US_DEA_NUMBER", checks.dea, Subject.PROVIDER, False, "dea deanumber deano"),
    ("DIAGNOSIS", _filled, Subject.PATIENT, False, "diagnosis diagnoses diagnosiscode diagnosiscodes diagnosisdescription diagnosistext dx dxcode dxcodes primarydiagnosis secondarydiagnosis admittingdiagnosis dischargediagnosis principaldiagnosis medicalcondition medicalconditions healthcondition healthconditions chiefcomplaint symptoms medicalhistory problemlist comorbidities hivstatus diagnosisdesc reasonforvisit diagnosisname impression"),
    ("DIAGNOSIS", _filled, Subject.NOBODY, False, "icd icd10 icd9 icd10code icd9code icdcode icdcodes icd10cm snomed snomedcode snomedct"),
    ("PROCEDURE", _filled, Subject.PATIENT, False, "procedurecode procedures surgery surgeries treatment treatments treatmentplan procedurename"),
    ("PROCEDURE", _filled, Subject.NOBODY, False, "cpt cptcode cptcodes hcpcs hcpcscode"),
    ("MEDICATION", _filled, Subject.PATIENT, False, "medication medications medicationname prescription prescriptions prescribed currentmedications prescribedmedication rxnumber dosage meds drugname druglist"),
    ("MEDICATION", _filled, Subject.NOBODY, False, "ndc ndccode rxnorm rxcui"),
    ("LAB_RESULT", _filled, Subject.PATIENT, False, "labresult labresults testresult testresults bloodtype bloodpressure hba1c vitals vitalsigns heartrate bmi labs laboratoryresult glucose cholesterol labvalue systolic diastolic bloodgroup"),
    ("LAB_RESULT", _filled, Subject.NOBODY, False, "loinc loinccode"),
    ("CLINICAL_NOTE", _filled, Subject.PATIENT, False, "clinicalnote clinicalnotes progressnote progressnotes dischargesummary physiciannotes doctornotes nursingnotes allergy allergies immunization immunizations vaccination clinicalsummary soapnote hpi historyofpresentillness visitnotes"),
    ("HEALTH_CLAIM", _filled, Subject.PATIENT, False, "copay deductible allowedamount payerid payername payer placeofservice eob insurancecompany insuranceprovider insuranceplan healthplan coveragetype claimtype claimstatus claimamount primaryinsurance revenuecode typeofbill"),
)  # fmt: skip


RULES: Final = MappingProxyType(
    {
        core: Rule(kind, shape, subject, weak)
        for kind, shape, subject, weak, cores in _VOCABULARY
        for core in cores.split()
    }
)

_SUBJECTS: Final = MappingProxyType(
    {
        **dict.fromkeys("patient patients pt pat decedent newborn resident nok kin mother father spouse inpatient outpatient proband".split(), Subject.PATIENT),
        **dict.fromkeys("member subscriber insured beneficiary enrollee guarantor dependent policyholder person emergency customer client user applicant employee participant relative cardholder holder contact demographics demographic guardian caregiver".split(), Subject.PERSON),
        **dict.fromkeys(
            "provider providers physician physicians doctor dr practitioner prescriber rendering referring attending ordering nurse clinician surgeon facility hospital clinic pharmacy pharmacist organization organisation org payer insurer vendor supplier company publisher author lab laboratory technician staff employer performer pcp requester recorder asserter interpreter custodian authenticator merchant seller store warehouse".split(),
            Subject.PROVIDER,
        ),
    }
)  # fmt: skip
_SAFE_CORES: Final = frozenset({"", *RULES})
_NOISE: Final = frozenset(
    "the of a an value text field str s legal current primary secondary full2 info data home2".split()
)


@dataclass(frozen=True, slots=True)
class Label:
    """A label read: its rule (None when it means nothing to us), and whom it names (None when nobody)."""

    rule: Rule | None
    subject: Subject | None


@lru_cache(maxsize=8192)
def read_label(label: str) -> Label:
    """Read one label, in any spelling."""
    if len(label) > 64:
        return Label(None, None)
    split = [w.lower() for w in _WORD.findall(label)]
    whole = RULES.get("".join(split))
    subject = next((_SUBJECTS[w] for w in split if w in _SUBJECTS), None)
    if whole is not None and not whole.weak:
        return Label(whole, subject)
    core = "".join(w for w in split if w not in _SUBJECTS and w not in _NOISE)
    return Label(RULES.get(core), subject)


@lru_cache(maxsize=8192)
def is_vocabulary(label: str) -> bool:
    """Whether every word of `label` is ours, so that showing it cannot show a value."""
    split = [w.lower() for w in _WORD.findall(label)]
    if not split or _PLAIN.fullmatch(label) is None:
        return False
    return "".join(split) in RULES or "".join(w for w in split if w not in _SUBJECTS and w not in _NOISE) in _SAFE_CORES
