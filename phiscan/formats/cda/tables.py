"""Tables of HL7 version 3: CDA Release 2, C-CDA R2.1, and the patient messages of PIX and PDQ.

Sources: the CDA R2 hierarchical description (POCD_HD000040), C-CDA R2.1 volume 2, the patient
domain (PRPA), the HL7 OID registry.
"""

import re
from typing import Final

from phiscan.finding import Subject

NAMESPACE: Final = "urn:hl7-org:v3"
MESSAGE: Final = re.compile(
    r"(?:PRPA|PRPM|QUPC|QUQI|MCCI|MFMI|RCMR|COCT|POLB|POCD|PORX|REPC|FICR|PORR)_[A-Z]{2}\d{6}\w*"
)
"""Names of version 3 interactions and message types.

matches "PRPA_IN201305UV02"; not "PRPA_IN2013".
"""
UNQUALIFIED: Final = frozenset(
    "ClinicalDocument queryByParameter queryByParameterPayload controlActProcess "
    "ControlActProcess livingSubjectName livingSubjectId livingSubjectBirthTime "
    "livingSubjectAdministrativeGender mothersMaidenName patientTelecom RequestedPatientId "
    "CorrespondingPatientId".split()
)
"""Elements that occur in no other vocabulary, so that they need no namespace."""
PATIENT_IDS: Final = frozenset(("RequestedPatientId", "CorrespondingPatientId"))
"""Elements of type II that hold a patient's number (IHE XCPD, ITI-56)."""
FRAGMENTS: Final = frozenset(
    "section entry entryRelationship component observation act procedure encounter organizer "
    "substanceAdministration supply observationMedia participant performer author informant "
    "recordTarget patientRole patient componentOf documentationOf encompassingEncounter "
    "serviceEvent custodian legalAuthenticator subject relatedSubject structuredBody "
    "consumable".split()
)
"""Root elements of fragments of a document, as implementation guides and templates show them."""

_PATIENT: Final = (
    "recordTarget patientRole patient patientPerson guardian guardianPerson birthplace "
    "relatedSubject relatedEntity relatedPerson personalRelationship relationshipHolder1 "
    "asOtherIDs parameterList asMember coveredPartyAsPatient coveredPartyAsPatientPerson "
    "identifiedPerson asPatientRelationship contactParty contactPerson studentPerson asEmployee "
    "asCitizen patientId RequestedPatientId CorrespondingPatientId"
)
_PROVIDER: Final = (
    "author assignedAuthor authoringOrganization assignedEntity custodian assignedCustodian "
    "legalAuthenticator authenticator dataEnterer informationRecipient intendedRecipient performer "
    "encounterParticipant responsibleParty location healthCareFacility serviceProviderOrganization "
    "providerOrganization representedOrganization representedCustodianOrganization "
    "wholeOrganization scopingOrganization receivedOrganization manufacturedProduct "
    "manufacturerOrganization scopingEntity assignedAuthoringDevice guardianOrganization sender "
    "receiver device dataEnterer subjectOf2 assignedDevice specimen product authorOrPerformer "
    "overseer representedDevice externalAct externalDocument reference asOrganizationPartOf "
    "issuingOrganization"
)
HOLDERS: Final = {
    **dict.fromkeys(_PATIENT.split(), Subject.PATIENT),
    **dict.fromkeys(_PROVIDER.split(), Subject.PROVIDER),
}
"""Whom the identifiers in an element are about. The innermost such element counts."""
BY_CLASS: Final = frozenset(("associatedEntity", "participantRole", "intendedRecipient"))
"""Roles whose subject depends on their classCode (RoleClass)."""
RELATIVE_CLASSES: Final = frozenset(
    "PRS NOK ECON CAREGIVER GUAR GUARD AGNT POLHOLD COVPTY DEPEN INDIV SUBSCR PAT HLTHCHRT CON "
    "SPONS STUD CIT EMP".split()
)
RELATIONSHIPS: Final = frozenset(
    "ONESELF FAMMEMB CHILD CHLDADOPT DAUADOPT SONADOPT CHLDFOST DAUFOST SONFOST DAUC DAU STPDAU "
    "NCHILD SON SONC STPCHLD STPSON EXT AUNT MAUNT PAUNT COUSN MCOUSN PCOUSN GGRPRN GGRFTH GGRMTH "
    "GRNDCHILD GRNDDAU GRNDSON GRPRN GRFTH MGRFTH PGRFTH GRMTH MGRMTH PGRMTH INLAW CHLDINLAW "
    "DAUINLAW SONINLAW PRNINLAW FTHINLAW MTHINLAW SIBINLAW BROINLAW SISINLAW NIENEPH NEPHEW NIECE "
    "UNCLE MUNCLE PUNCLE PRN ADOPTP ADOPTF ADOPTM FTH FTHFOST NFTH STPFTH MTH MTHFOST NMTH STPMTH "
    "GESTM NPRN PRNFOST STPPRN SIB BRO HBRO NBRO TWINBRO FTWINBRO ITWINBRO HSIB HSIS NSIB NSIS SIS "
    "TWIN TWINSIS FTWIN ITWIN FTWINSIS ITWINSIS STPBRO STPSIB STPSIS SIGOTHR DOMPART FMRSPS SPS "
    "HUSB WIFE FRND NBOR ROOM RESPRSN EXCEST GUADLTM GUARD POWATT DPOWATT HPOWATT SPOWATT".split()
)
"""Codes of RoleCode for the patient, relatives and those who act for the patient."""
PROVIDER_TYPES: Final = frozenset(
    "AUT AUTHEN LA VRF RESP PRF PPRF SPRF ATND ADM DIS CON REF REFB REFT LOC DST ORG IRCP PRCP NOT "
    "CALLBCK ENT WIT ESC DIST".split()
)
"""ParticipationTypes of those who care for a patient, for roles without a classCode."""
DEVICE_CLASSES: Final = frozenset(("MANU", "MNT"))
MEMBER_CLASSES: Final = frozenset("COVPTY POLHOLD SUBSCR DEPEN INDIV HLD COV".split())
"""Covered parties and policy holders, whose id is the member number.

typeCode COV and HLD; classCode POLHOLD and others.
"""
PERSONS: Final = frozenset(
    "patient patientPerson guardianPerson relatedPerson associatedPerson assignedPerson subject "
    "informationRecipient contactPerson relationshipHolder1 coveredPartyAsPatientPerson "
    "identifiedPerson personalRelationship".split()
)
"""Elements whose `name` is a person's even if it has no parts."""
NAME_PARTS: Final = frozenset(("given", "family"))
ADDRESS: Final = {
    **dict.fromkeys(
        "streetAddressLine streetName streetNameBase houseNumber houseNumberNumeric "
        "buildingNumberSuffix additionalLocator unitID postBox deliveryAddressLine "
        "precinct".split(),
        "STREET_ADDRESS",
    ),
    "city": "CITY",
    "county": "CITY",
    "postalCode": "US_ZIP_CODE",
}  # fmt: skip
TIMES: Final = frozenset("effectiveTime time low high center availabilityTime value".split())
"""Elements that hold a point in time (TS) in `value`."""
SILENT: Final = frozenset(
    "templateId typeId statusCode realmCode languageCode confidentialityCode versionNumber br "
    "content td th tr tbody thead table paragraph item list caption repeatNumber "
    "administrativeGenderCode title".split()
)
"""Elements that are skipped. Those of the narrative are read as text."""
STATEMENTS: Final = {
    "observation": "LAB_RESULT",
    "procedure": "PROCEDURE",
    "substanceAdministration": "MEDICATION",
    "supply": "MEDICATION",
    "encounter": "PROCEDURE",
    "encompassingEncounter": "PROCEDURE",
    "serviceEvent": "PROCEDURE",
    "act": "PROCEDURE",
    "organizer": "LAB_RESULT",
    "manufacturedMaterial": "MEDICATION",
    "manufacturedLabeledDrug": "MEDICATION",
    "section": "CLINICAL_NOTE",
    "ClinicalDocument": "CLINICAL_NOTE",
    "criterion": "DIAGNOSIS",
    "playingEntity": "DIAGNOSIS",
}
"""The health information of a `code` in each statement, if its code system does not tell."""
_CODES: Final = "2.16.840.1.113883.6."
CODE_SYSTEMS: Final = {
    # ICD-9-CM, ICD-10-CM, ICD-9, ICD-10
    **dict.fromkeys((f"{_CODES}{n}" for n in ("103", "90", "2", "3", "42")), "DIAGNOSIS"),
    # ICD procedures, CPT, CDT, HCPCS
    **dict.fromkeys((f"{_CODES}{n}" for n in ("104", "4", "12", "13", "14", "285")), "PROCEDURE"),
    # RxNorm, NDC, NDF-RT, CVX
    **dict.fromkeys(
        (f"{_CODES}{n}" for n in ("88", "69", "209", "345", "59", "60", "253", "64")),
        "MEDICATION",
    ),
    f"{_CODES}1": "",  # LOINC and SNOMED CT code anything, so the statement tells
    f"{_CODES}96": "",
}  # fmt: skip

ID_ROOTS: Final = {
    "2.16.840.1.113883.4.1": "US_SOCIAL_SECURITY_NUMBER",
    "2.16.840.1.113883.4.2": "US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER",
    "2.16.840.1.113883.4.927": "US_MEDICARE_BENEFICIARY_ID_NUMBER",
    "2.16.840.1.113883.4.572": "HEALTH_PLAN_BENEFICIARY_NUMBER",
    "2.16.840.1.113883.4.6": "US_HEALTHCARE_NPI",
    "2.16.840.1.113883.4.814": "US_DEA_NUMBER",
}
"""Identifier schemes by the root of an II.

The states' driver's licences are below LICENCE_ROOT, passports below PASSPORT_ROOT.
"""
LICENCE_ROOT: Final = "2.16.840.1.113883.4.3."
PASSPORT_ROOT: Final = "2.16.840.1.113883.4.330"

KNOWN: Final = (
    frozenset(HOLDERS) | FRAGMENTS | PERSONS | NAME_PARTS | BY_CLASS
    | frozenset(ADDRESS) | TIMES | frozenset(STATEMENTS)
    | frozenset(
        "ClinicalDocument name addr telecom id extension root code displayName birthTime "
        "deceasedTime text originalText translation associatedPerson playingEntity playingDevice "
        "nonXMLBody inFulfillmentOf order informant controlActProcess queryByParameter "
        "livingSubjectName livingSubjectId livingSubjectBirthTime patientAddress patientTelecom "
        "registrationEvent subject1 age livingSubjectBirthPlaceAddress mothersMaidenName".split()
    )
)  # fmt: skip
"""Element and attribute names that a field path may show."""
