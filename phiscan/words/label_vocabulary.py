"""The words of labels: what each means, whom they name, and which say nothing.

Tables only. `phiscan.words.labels` reads labels by them.
"""

from types import MappingProxyType
from typing import Final

from phiscan.finding import Subject
from phiscan.words.labels_abroad import NOISE_ABROAD, SUBJECTS_ABROAD, VOCABULARY_ABROAD

SINGLE: Final = frozenset(
    "name address city town county address1 address2 lastname firstname fullname surname "
    "middlename diagnosis diagnoses medication medications prescription prescriptions "
    "immunizations photo picture email phone mrn dob ssn npi zip zipcode".split()
)
"""Words that are a label, and never a name, a town or a condition."""
CAPTIONS: Final = frozenset(
    "age sex gender room rm bed unit ward floor pcp attending provider physician doctor nurse date "
    "time hx history pmh psh fh sh sx tx rx cc hpi ros exam pe vitals vs labs imaging plan a/p a&p "
    "assessment impression reason diagnosis allergies meds medications insurance payer plan group "
    "language race ethnicity religion marital occupation employer relationship status code service "
    "location facility clinic department referring ordering admit admitted discharged arrival "
    "disposition height weight ht wt bp hr temp rr spo2 pulse bmi notes note comments contact nok "
    "guardian spouse mother father parent emergency interpreter pharmacy ph cell home work fax "
    "callback agent caller member complaint indication procedure surgeon accession order specimen "
    "signed signature".split()
)
"""Words that are captions of forms and notes, in lower case. A value ends before one with a colon.

`Name: Ana Ruiz Room: 12` names Ana Ruiz.
"""
COMPLAINED_OF: Final = frozenset(("LAB_RESULT", "PROCEDURE"))
"""InfoTypes whose labels are also reasons for a visit: `"reasonForVisit": "Blood pressure"`."""
PLACEHOLDERS: Final = {
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


VOCABULARY: Final[tuple[tuple[str, str, Subject, bool, str], ...]] = (
    # infoType, shape of the value, default subject, weak, the cores; - where a separator may stand
    ("PERSON_NAME", "named", Subject.PERSON, False,
        "first-name last-name middle-name full-name given-name family-name sur-name fore-name "
        "maiden-name fname lname mname last-nm first-nm middle-nm full-nm legal-name "
        "preferred-name first-initial last-first member-name name-first name-last person-name "
        "subject-name"),
    ("PERSON_NAME", "named", Subject.PERSON, True, "name nm family given first last middle"),
    ("DATE_OF_BIRTH", "day", Subject.PERSON, False,
        "dob birth-date date-of-birth birth-day birth-dt birth-date-time date-of-birth-dt bdate "
        "birth born birth-iso dob-iso subject-dob subject-birth-date"),
    ("DATE_OF_DEATH", "day", Subject.PERSON, False,
        "dod date-of-death death-date deceased-date deceased-date-time death-dt"),
    ("SERVICE_DATE", "day", Subject.PERSON, False,
        "admission-date admit-date admit-dt discharge-date discharge-dt date-of-service "
        "service-date dos visit-date encounter-date appointment-date surgery-date admit-date-time "
        "discharge-date-time admitted-on discharged-on admission-date-time procedure-date "
        "diagnosis-date onset-date appointment-time"),
    ("AGE_OVER_89", "old", Subject.PERSON, False, "age age-years age-in-years"),
    ("US_SOCIAL_SECURITY_NUMBER", "ssn_shape", Subject.PERSON, False,
        "ssn social-security-number social-security social-security-no soc-sec-no soc-sec ss-num "
        "ss-number ss-no social-security-num social-sec-no social-security-nbr sin ssn-number "
        "ssn-num"),
    ("US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER", "ssn_shape", Subject.PERSON, False,
        "itin tax-id taxpayer-id tin"),
    ("MEDICAL_RECORD_NUMBER", "code", Subject.PATIENT, False,
        "mrn medical-record-number medical-record-no medical-record-num medical-record-id "
        "med-rec-no med-rec med-rec-num medical-record chart-number chart-no chart-id "
        "hospital-number hospital-no hosp-no emr-id ehr-id mpi empi record-number "
        "med-rec-number mr-number mr-no chart-nbr patient-chart"),
    ("MEDICAL_RECORD_NUMBER", "code", Subject.PERSON, True,
        "id identifier number no num key uuid guid"),
    ("HEALTH_PLAN_BENEFICIARY_NUMBER", "code", Subject.PERSON, False,
        "member-id member-number member-no member-identifier subscriber-id subscriber-number "
        "subscriber-no beneficiary-id beneficiary-number insured-id insurance-id insurance-number "
        "insurance-no insurance-policy-number insurance-member-id enrollee-id policy-number "
        "policy-no policy-id group-number group-no plan-member-id cardholder-id insurance-policy"),
    ("HEALTH_PLAN_BENEFICIARY_NUMBER", "code", Subject.PATIENT, False,
        "health-plan-id health-plan-number medicaid-id medicaid-number medicare-id medicare-number "
        "hicn medicaid medicare plan-beneficiary-number health-insurance-id "
        "health-insurance-number health-plan-beneficiary health-plan-beneficiary-number "
        "health-plan-beneficiary-no health-plan-beneficiary-id"),
    ("US_MEDICARE_BENEFICIARY_ID_NUMBER", "mbi", Subject.PATIENT, False,
        "mbi medicare-beneficiary-id medicare-beneficiary-identifier medicare-beneficiary-number"),
    ("ACCOUNT_NUMBER", "code", Subject.PERSON, False,
        "account-number account-no acct-no acct-num account-id acct account claim-number claim-no "
        "claim-id bank-account bank-account-number patient-account-number patient-control-number "
        "icn dcn encounter-number encounter-id visit-number visit-id csn "
        "fin-account"),
    ("UNIQUE_CODE", "code", Subject.PERSON, True, "accession accession-number accession-no"),
    ("CREDIT_CARD_NUMBER", "card", Subject.PERSON, False,
        "credit-card credit-card-number card-number cc-number cc-num card-no pan payment-card "
        "debit-card debit-card-number"),
    ("IBAN_CODE", "iban", Subject.PERSON, False, "iban"),
    ("US_BANK_ROUTING_NUMBER", "aba", Subject.PERSON, False,
        "routing-number aba aba-routing routing-no bank-routing"),
    ("PHONE_NUMBER", "number", Subject.PERSON, False,
        "phone phone-number telephone telephone-number tel mobile mobile-phone mobile-number cell "
        "cell-phone cell-number home-phone work-phone phone-no phone-num contact-number "
        "contact-phone phone-home phone-work phone-mobile primary-phone day-phone evening-phone "
        "telecom tel-no mobile-no"),
    ("FAX_NUMBER", "number", Subject.PERSON, False, "fax fax-number fax-no"),
    ("EMAIL_ADDRESS", "mail", Subject.PERSON, False,
        "e-mail e-mail-address mail e-mail-id user-e-mail contact-e-mail primary-e-mail"),
    ("STREET_ADDRESS", "place", Subject.PERSON, False,
        "address street-address street address-1 address-2 address-line address-line-1 "
        "address-line-2 addr addr-1 addr-2 home-address mailing-address residence "
        "residential-address street-name line-1 line-2 street-address-line postal-address"),
    ("STREET_ADDRESS", "place", Subject.PERSON, True, "line"),
    ("CITY", "named", Subject.PERSON, False,
        "city town county district municipality address-city home-city city-name"),
    ("US_ZIP_CODE", "zip", Subject.PERSON, False,
        "zip zip-code postal-code post-code zip-5 zip-4 zip-plus-4 address-zip"),
    ("GEO_COORDINATE", "coordinate", Subject.PERSON, False, "lat lon lng latitude longitude"),
    ("LICENSE_NUMBER", "code", Subject.PERSON, False,
        "license-number license-no licence-number certificate-number certificate-no"),
    ("US_DRIVERS_LICENSE_NUMBER", "code", Subject.PERSON, False,
        "drivers-license driver-license drivers-license-number driver-license-number "
        "drivers-license-no dl-number dl-no dln driving-licence driver-s-license "
        "driver-s-license-number driver-s-license-no driver-s-licence"),
    ("US_PASSPORT", "code", Subject.PERSON, False, "passport passport-number passport-no"),
    ("VEHICLE_IDENTIFICATION_NUMBER", "code", Subject.PERSON, False,
        "vin vehicle-id vehicle-identification-number vehicle-identifier"),
    ("LICENSE_PLATE", "code", Subject.PERSON, False,
        "license-plate plate plate-number plate-no licence-plate vehicle-plate registration-plate"),
    ("DEVICE_IDENTIFIER", "code", Subject.PERSON, False,
        "device-id device-serial device-serial-number serial-number serial-no udi "
        "device-identifier implant-serial implant-serial-number pacemaker-serial device-serial-no "
        "unique-device-identifier device-sn"),
    ("MAC_ADDRESS", "code", Subject.PERSON, False, "mac mac-address"),
    ("IMEI_HARDWARE_ID", "code", Subject.PERSON, False, "imei"),
    ("IP_ADDRESS", "ip", Subject.PERSON, False,
        "ip ip-address client-ip remote-ip remote-addr source-ip ip-addr user-ip ipv4 ipv6 "
        "last-login-ip login-ip"),
    ("URL", "name", Subject.PERSON, False,
        "web-site home-page personal-url profile-url web-url portal-url web-page "
        "personal-web-site"),
    ("BIOMETRIC", "print", Subject.PERSON, False,
        "finger-print finger-prints voice-print retina-scan iris-scan biometric biometrics "
        "biometric-id face-print retina finger-print-template finger-print-hash"),
    ("FACE_PHOTO", "picture", Subject.PERSON, False,
        "photo headshot photograph photo-url face-photo profile-photo picture portrait face-image"),
    ("FACE_PHOTO", "code", Subject.PERSON, False, "photo-id"),
    ("US_HEALTHCARE_NPI", "npi", Subject.PROVIDER, False,
        "npi npi-number national-provider-identifier npi-no"),
    ("US_DEA_NUMBER", "dea", Subject.PROVIDER, False, "dea dea-number dea-no"),
    ("DIAGNOSIS", "worded", Subject.PATIENT, False,
        "diagnosis diagnoses diagnosis-code diagnosis-codes diagnosis-description diagnosis-text "
        "dx dx-code dx-codes primary-diagnosis secondary-diagnosis admitting-diagnosis "
        "discharge-diagnosis principal-diagnosis medical-condition medical-conditions "
        "health-condition health-conditions chief-complaint medical-history problem-list "
        "comorbidities hiv-status diagnosis-desc reason-for-visit diagnosis-name"),
    ("DIAGNOSIS", "worded", Subject.NOBODY, False,
        "icd icd10 icd9 icd10-code icd9-code icd-code icd-codes icd10-cm snomed snomed-code "
        "snomed-ct impression symptoms presenting-complaint"),
    ("PROCEDURE", "worded", Subject.PATIENT, False,
        "procedure-code surgery surgeries treatment-plan"),
    ("PROCEDURE", "worded", Subject.NOBODY, False,
        "cpt cpt-code cpt-codes hcpcs hcpcs-code treatment treatments procedures procedure-name"),
    ("MEDICATION", "told", Subject.PATIENT, False,
        "medication medications medication-name prescription prescriptions prescribed "
        "current-medications prescribed-medication meds drug-name drug-list"),
    ("MEDICATION", "worded", Subject.PATIENT, False, "rx-number dosage"),
    ("MEDICATION", "worded", Subject.NOBODY, False, "ndc ndc-code rxnorm rxcui"),
    ("MEDICATION", "medicine", Subject.PATIENT, False, "rx sig"),
    ("MEDICATION", "cvx", Subject.NOBODY, False, "cvx cvx-code"),
    ("MEDICATION", "told", Subject.NOBODY, False,
        "drug medicine dose allergen vaccine vaccine-name"),
    ("LAB_RESULT", "worded", Subject.PATIENT, False,
        "lab-result lab-results blood-type blood-pressure hba1c vital-signs heart-rate bmi "
        "laboratory-result glucose glucose-mgdl glucose-mg-dl cholesterol lab-value systolic "
        "diastolic blood-group"),
    ("LAB_RESULT", "pressure", Subject.PATIENT, False, "bp"),
    ("LAB_RESULT", "worded", Subject.NOBODY, False,
        "loinc loinc-code vitals labs test-result test-results assay test-name lab-test"),
    ("CLINICAL_NOTE", "told", Subject.PATIENT, False,
        "clinical-note clinical-notes progress-note progress-notes discharge-summary "
        "physician-notes doctor-notes nursing-notes allergy allergies immunization immunizations "
        "vaccination clinical-summary soap-note hpi history-of-present-illness visit-notes"),
    ("HEALTH_CLAIM", "worded", Subject.PATIENT, False,
        "copay allowed-amount place-of-service eob health-plan primary-insurance revenue-code "
        "type-of-bill"),
    # cars are insured too, and everybody pays, so these are about nobody
    ("HEALTH_CLAIM", "worded", Subject.NOBODY, False,
        "deductible payer-id payer-name payer insurance-company insurance-provider insurance-plan "
        "coverage-type claim-type claim-status claim-amount"),
    *VOCABULARY_ABROAD,
)  # fmt: skip

SUBJECTS: Final = MappingProxyType(
    {
        **dict.fromkeys(
            "patient patients pt pnt ptnt pat decedent newborn resident nok kin mother father "
            "spouse inpatient outpatient proband".split(),
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
        **SUBJECTS_ABROAD,
    }
)  # fmt: skip
SHORT_SUBJECTS: Final = frozenset("pt pts pnt ptnt pat dr org lab nok kin pcp".split())
"""Abbreviations that occur in other names too: `iPTMnet`, `EDDA_PT`.

If a label has no other word of the vocabulary, they count only at its beginning.
"""
ROLES: Final = frozenset(
    "attendee attendees guest guests subject individual invitee invitees caller visitor visitors "
    "student pupil child minor infant baby survivor victim consumer claimant occupant camper "
    "athlete inmate detainee veteran respondent recipient passenger traveler traveller donor "
    "volunteer registrant tenant booker rider woman man who about".split()
)
"""Words for people who may be patients. Things have such roles too: a guest may be a machine.

They count only beside health information, and only for a value that looks like a name.
"""
CARE_TABLES: Final = frozenset(
    "admission admissions encounter encounters visit visits appointment appointments claim claims "
    "prescription prescriptions diagnosis diagnoses medication medications immunization "
    "immunizations vaccination vaccinations allergy allergies observation observations demographic "
    "demographics chart charts referral referrals intake intakes discharge discharges surgery "
    "surgeries consult consults triage vitals clinical medical health phi ehr emr".split()
)
"""Words of the names of tables whose rows are about patients, besides the words for patients."""
NOISE: Final = NOISE_ABROAD | frozenset(
    "what is your please enter x the of a an value text field str s legal current primary "
    "secondary info data display are you taking do have any".split()
)
