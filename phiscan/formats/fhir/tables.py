"""Tables of FHIR: whom each resource is about, and which elements identify (R4, STU3 and DSTU2).

Sources: https://hl7.org/fhir/resourcelist.html,
https://hl7.org/fhir/compartmentdefinition-patient.html, HL7 table 0203.
"""

from typing import Final

from phiscan.formats.hl7v2.table_0203 import TABLE_0203

PERSONS: Final = frozenset("Patient Person RelatedPerson".split())
PROVIDERS: Final = frozenset(
    "Practitioner PractitionerRole Organization Location HealthcareService Endpoint "
    "OrganizationAffiliation InsurancePlan".split()
)
CONFORMANCE: Final = frozenset(
    "StructureDefinition CodeSystem ValueSet SearchParameter CapabilityStatement "
    "ImplementationGuide OperationDefinition ConceptMap NamingSystem Questionnaire "
    "ActivityDefinition PlanDefinition Measure Library CompartmentDefinition StructureMap "
    "TestScript MessageDefinition GraphDefinition TerminologyCapabilities ExampleScenario "
    "EventDefinition ResearchDefinition Conformance DataElement OperationOutcome Medication "
    "Substance MedicationKnowledge EffectEvidenceSynthesis Evidence Citation ChargeItemDefinition "
    "ObservationDefinition SpecimenDefinition DeviceDefinition SubstanceDefinition Parameters "
    "Binary Subscription SubscriptionTopic SubscriptionStatus Requirements ActorDefinition "
    "InventoryItem Ingredient ManufacturedItemDefinition AdministrableProductDefinition "
    "ArtifactAssessment CatalogEntry ClinicalUseDefinition ConditionDefinition EvidenceReport "
    "EvidenceVariable ExpansionProfile FormularyItem MedicinalProductDefinition NutritionProduct "
    "PackagedProductDefinition Permission RegulatedAuthorization ResearchElementDefinition "
    "ResearchStudy ServiceDefinition TestPlan TestReport".split()
)
CONTAINERS: Final = frozenset("Bundle List Composition DocumentManifest MessageHeader".split())
HEALTH: Final = {
    **dict.fromkeys(
        "Condition AllergyIntolerance ClinicalImpression Flag DetectedIssue AdverseEvent".split(),
        "DIAGNOSIS",
    ),
    **dict.fromkeys(
        "Observation DiagnosticReport ImagingStudy Specimen MolecularSequence VisionPrescription "
        "Media".split(),
        "LAB_RESULT",
    ),
    **dict.fromkeys(
        "MedicationRequest MedicationOrder MedicationStatement MedicationAdministration "
        "MedicationDispense Immunization ImmunizationRecommendation NutritionOrder "
        "MedicationUsage".split(),
        "MEDICATION",
    ),
    **dict.fromkeys(
        "Procedure ServiceRequest ProcedureRequest ReferralRequest DeviceRequest "
        "DeviceUseStatement DeviceUsage".split(),
        "PROCEDURE",
    ),
    **dict.fromkeys(
        "Claim ClaimResponse ExplanationOfBenefit Coverage CoverageEligibilityRequest "
        "CoverageEligibilityResponse EligibilityRequest EligibilityResponse Account Invoice "
        "ChargeItem PaymentNotice PaymentReconciliation EnrollmentRequest".split(),
        "HEALTH_CLAIM",
    ),
}  # fmt: skip
PATIENT_RECORDS: Final = frozenset(
    "Encounter EpisodeOfCare CarePlan CareTeam Goal DocumentReference Composition Appointment "
    "AppointmentResponse Communication CommunicationRequest Consent FamilyMemberHistory "
    "QuestionnaireResponse RiskAssessment BodyStructure BodySite Device DeviceMetric "
    "ImagingManifest ResearchSubject Schedule Slot SupplyRequest SupplyDelivery Task RequestGroup "
    "RequestOrchestration Provenance AuditEvent Basic Contract GuidanceResponse MeasureReport "
    "DiagnosticOrder DeviceAssociation Transport GenomicStudy NutritionIntake "
    "ImmunizationEvaluation EnrollmentResponse BiologicallyDerivedProduct "
    "BiologicallyDerivedProductDispense ImagingSelection DeviceDispense EncounterHistory "
    "VerificationResult ImagingObjectSelection DeviceUseRequest DeviceComponent "
    "PersonalRelationship InventoryReport Linkage OrderResponse Order ProcessRequest "
    "ProcessResponse Sequence SubstanceAmount DataRequirement Group".split()
)
EXCHANGED: Final = frozenset(
    "Bundle Parameters OperationOutcome Subscription SubscriptionStatus Binary "
    "MessageHeader".split()
)
"""Resources of an exchange. They describe no specification, so a patient whom they name is one."""
OF_NOBODY_TOO: Final = frozenset(
    "Schedule Slot PaymentNotice PaymentReconciliation MeasureReport AuditEvent Provenance Task "
    "SupplyRequest SupplyDelivery Contract Device DeviceMetric DeviceComponent Basic Linkage "
    "InventoryReport List DocumentManifest VerificationResult EnrollmentRequest EnrollmentResponse "
    "BiologicallyDerivedProduct Communication CommunicationRequest Group".split()
)
"""Resources that are in a patient's compartment only if a reference says so.

A clinic's own calendar, stock and statistics are such resources too.
"""
RESOURCES: Final = (
    PERSONS | PROVIDERS | CONFORMANCE | CONTAINERS | PATIENT_RECORDS | frozenset(HEALTH)
)

DATES: Final = frozenset(
    "start end effectiveDateTime effectiveInstant onsetDateTime onsetDate abatementDateTime "
    "abatementDate recordedDate dateRecorded assertedDate performedDateTime authoredOn dateWritten "
    "occurrenceDateTime date issued created birthDate deceasedDateTime servicedDate billableDate "
    "whenHandedOver whenPrepared dateAsserted collectedDateTime receivedTime sent received "
    "lastOccurrence recorded started valueDateTime dateTime authored effectiveDate occurrenceDate "
    "performedDate time onsetPeriod"
    # R4, STU3 and DSTU2: reactions, timings, charges, devices, goals, tasks, signatures
    " onset timingDateTime timingDate timeDateTime event scheduledDateTime orderedOn recordedOn "
    "enteredDate createdDateTime identifiedDateTime detected occurredDateTime startDate statusDate "
    "dueDate paymentDate verificationDate presentationDate lastModified when authoringTime "
    "plannedDate nextScheduled".split()
)
BIRTH_AND_DEATH: Final = {"bornDate": "DATE_OF_BIRTH", "deceasedDate": "DATE_OF_DEATH"}
"""Dates of a relative (FamilyMemberHistory)."""
AGES: Final = frozenset("onsetAge abatementAge deceasedAge ageAge bornAge".split())
"""Elements of type Age. An age over 89 identifies (164.514(b)(2)(i)(C))."""
IDENTIFIERS: Final = frozenset(
    "identifier masterIdentifier accessionIdentifier accession requisition groupIdentifier "
    "preAdmissionIdentifier requestIdentifier targetIdentifier sourceIdentifier whatIdentifier "
    "valueIdentifier".split()
)
"""Elements of type Identifier, of the resource or of its source.

https://hl7.org/fhir/datatypes.html#Identifier
"""
TELECOMS: Final = frozenset(("telecom", "valueContactPoint"))
ADDRESSES: Final = frozenset(("address", "valueAddress", "birthPlace", "locationAddress"))
SUBJECT_ELEMENTS: Final = frozenset(
    "subject patient beneficiary subscriber policyHolder individual for member insured actor "
    "candidate sourcePatientInfo".split()
)
PROVIDER_ELEMENTS: Final = frozenset(
    "performer author recorder asserter requester practitioner provider generalPractitioner "
    "participant enterer agent who prescriber interpreter resultsInterpreter attester party member "
    "primaryPerformer careManager collector operator".split()
)
_EITHER_ELEMENTS: Final = frozenset(
    "recipient sender receiver source informationSource reportedReference expressedBy entity "
    "managingEntity other target onBehalfOf onBehalfOfReference whoReference deliverTo "
    "valueReference owner payor contributor responsible consentingParty verifiedWith reference "
    "signatory receiver".split()
)
"""References to a patient, a relative or a provider. The resource that they name tells which."""
WANTED: Final[dict[str, bool | tuple[tuple[str, ...], ...]]] = {
    **dict.fromkeys((*DATES, *BIRTH_AND_DEATH), True),
    **dict.fromkeys(
        "family given line city district postalCode reference subscriberId id deviceIdentifier "
        "serialNumber distinctIdentifier carrierHRF udi name latitude longitude".split(),
        True,
    ),
    # elements that mean something only in some places, and occur by the hundred
    "text": (
        ("name",),
        ("valueHumanName",),
        *((element,) for element in sorted(ADDRESSES)),
        ("item",),
    ),
    "value": tuple(
        (element,) for element in sorted(IDENTIFIERS | TELECOMS | AGES | {"dateCriterion"})
    ),
    "system": tuple((element,) for element in sorted(IDENTIFIERS | TELECOMS)),
    "code": (("identifier", "type", "coding"),),
    "display": tuple(
        (element,) for element in sorted(SUBJECT_ELEMENTS | PROVIDER_ELEMENTS | _EITHER_ELEMENTS)
    ),
    "url": (("photo",), ("extension",), ("request",), ("link",)),
    **dict.fromkeys(("fullUrl", "ifNoneExist", "criteria"), True),
    "location": (("response",),),
    "query": (("entity",),),
    **dict.fromkeys(("data", "content", "contentType"), True),
    "valueString": (("extension",), ("answer",), ("parameter",)),
    "valueId": (("parameter",), ("part",)),
    **dict.fromkeys(("valueDate", "valueInteger"), (("answer",), ("parameter",))),
    "valueDecimal": (("extension",),),
}
"""Elements whose values are read: everywhere (True), or where the path above ends so."""
TARGETS: Final = frozenset(
    ("fullUrl", "ifNoneExist", "criteria", "request.url", "link.url", "response.location")
)
"""Elements of `EXCHANGED` resources that hold the target of a request, or its query.

https://hl7.org/fhir/bundle-definitions.html, https://hl7.org/fhir/subscription-definitions.html
"""
TARGET_HOLDERS: Final = frozenset(("request", "link", "response"))
ATTACHMENTS: Final = frozenset(
    "attachment contentAttachment valueAttachment presentedForm sourceAttachment "
    "legallyBindingAttachment bindingAttachment pAttachment image form document content".split()
)
"""Elements of type Attachment, which hold base64 of a document.

https://hl7.org/fhir/datatypes.html#Attachment
"""
PARAMETER_VALUES: Final = frozenset(("valueId", "valueString"))
"""Elements of Parameters that hold an id: `{"name": "patient", "valueId": "77"}`."""
LABELLED: Final = frozenset(("QuestionnaireResponse", "Parameters"))
"""Resources that label their values themselves.

Example: `{"text": "Phone", "answer": [{"valueString": "..."}]}`.
"""
KNOWN: Final = frozenset(WANTED) | RESOURCES | frozenset(
    "subject patient beneficiary contact telecom address identifier name photo extension contained "
    "entry resource link other individual actor participant performer author recorder asserter "
    "requester encounter context period coding type maritalStatus communication text note "
    "attachment content presentedForm valueAttachment valueAddress valueHumanName payload "
    "contentString udiCarrier provider insurer party managingOrganization generalPractitioner "
    "member source target sender recipient relationship subscriber policyHolder payee serviced "
    "supportingInfo component valueReference what who focus for owner agent prescription "
    "sequence".split()
)  # fmt: skip
"""Elements that a field path may show."""
ELEMENTS: Final = KNOWN | frozenset(
    "resourceType meta fullUrl request response search category clinicalStatus verificationStatus "
    "severity valueQuantity valueCodeableConcept valueCode valueBoolean valueInteger "
    "medicationCodeableConcept medicationReference effectiveDateTime effectivePeriod issued "
    "abatementDateTime referenceRange interpretation billablePeriod item total adjudication payor "
    "insurance payment outcome careTeam servicedPeriod performedPeriod multipleBirthBoolean "
    "multipleBirthInteger deceasedBoolean hospitalization serviceProvider serviceType "
    "dosageInstruction doseAndRate timing repeat activity detail procedure diagnosisReference "
    "diagnosisCodeableConcept productOrService informationSequence diagnosisSequence "
    "careTeamSequence procedureSequence lifecycleStatus criticality reaction series instance "
    "medicationAdministration conclusionCode bodySite specimen".split()
)
"""Elements that most documents have. A process computes their meaning once."""

V2_0203: Final = {
    **TABLE_0203,
    "NPI": "US_HEALTHCARE_NPI",
    "DEA": "US_DEA_NUMBER",
    "LN": "LICENSE_NUMBER",
}
SYSTEMS: Final = (
    ("us-ssn", "US_SOCIAL_SECURITY_NUMBER"),
    ("113883.4.1", "US_SOCIAL_SECURITY_NUMBER"),
    ("us-mbi", "US_MEDICARE_BENEFICIARY_ID_NUMBER"),
    ("us-npi", "US_HEALTHCARE_NPI"),
    ("113883.4.3", "US_DRIVERS_LICENSE_NUMBER"),
    ("driver", "US_DRIVERS_LICENSE_NUMBER"),
    ("passport", "US_PASSPORT"),
    ("mrn", "MEDICAL_RECORD_NUMBER"),
    ("medicare", "US_MEDICARE_BENEFICIARY_ID_NUMBER"),
    ("member", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
)
COORDINATES: Final = frozenset(("latitude", "longitude"))
CODED_VALUES: Final = {
    "birthDate": ("DATE_OF_BIRTH", "date"),
    "deceasedDateTime": ("DATE_OF_DEATH", "date"),
    **dict.fromkeys(COORDINATES, ("GEO_COORDINATE", "")),
}
"""Elements of a person, with how they are read (`fhir.meaning.Meaning`)."""
ADDRESS: Final = {
    "line": "STREET_ADDRESS",
    "text": "STREET_ADDRESS",
    "city": "CITY",
    "district": "CITY",
    "postalCode": "US_ZIP_CODE",
}
NAME_PARTS: Final = frozenset(("family", "given", "text"))
