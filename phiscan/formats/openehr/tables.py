"""Tables of openEHR: classes and attributes of the Reference Model, and whom they name.

Sources: https://specifications.openehr.org: Reference Model 1.1.0 (common, data_types,
demographic, ehr), ITS-REST 1.0.3, Simplified Formats.
"""

from types import MappingProxyType
from typing import Final

from phiscan.finding import Subject

ENTRIES: Final = MappingProxyType(
    {
        "OBSERVATION": "LAB_RESULT",
        "EVALUATION": "DIAGNOSIS",
        "INSTRUCTION": "PROCEDURE",
        "ACTION": "PROCEDURE",
        "ADMIN_ENTRY": "PATIENT_RECORD",
        "GENERIC_ENTRY": "PATIENT_RECORD",
        "COMPOSITION": "PATIENT_RECORD",
    }
)
"""Classes whose instances are health information about the subject of one EHR."""
DATES: Final = frozenset("DV_DATE_TIME DV_DATE".split())
PARTIES: Final = MappingProxyType(
    {
        "PARTY_SELF": Subject.PATIENT,
        "PARTY_RELATED": Subject.PATIENT,  # a relative, whom 164.514(b)(2)(i) covers too
        "PERSON": Subject.PATIENT,
        "ORGANISATION": Subject.PROVIDER,
        "GROUP": Subject.PROVIDER,
        "AGENT": Subject.PROVIDER,
    }
)
"""Classes that say whom they describe, whatever attribute holds them."""
ROLES: Final = MappingProxyType(
    {
        "subject": Subject.PATIENT,
        **dict.fromkeys(
            "composer committer health_care_facility provider performer location attester "
            "participations other_participations".split(),
            Subject.PROVIDER,
        ),
    }
)
"""Attributes that hold a party, and whom the party is in an EHR."""
TIMES: Final = frozenset(
    "start_time end_time time origin time_committed expiry_time time_created time_accepted "
    "history_origin action_time".split()
)
"""Attributes that hold a point in time of care or of its record."""
DATA_TYPES: Final = frozenset(
    "DV_TEXT DV_CODED_TEXT DV_DATE_TIME DV_DATE DV_TIME DV_DURATION DV_IDENTIFIER DV_QUANTITY "
    "DV_COUNT DV_ORDINAL DV_SCALE DV_PROPORTION DV_BOOLEAN DV_INTERVAL DV_MULTIMEDIA DV_PARSABLE "
    "DV_URI DV_EHR_URI DV_PARAGRAPH DV_STATE".split()
)
CLASSES: Final = (
    DATA_TYPES
    | frozenset(ENTRIES)
    | frozenset(PARTIES)
    | frozenset(
        "PARTY_IDENTIFIED PARTY_REF PARTY_IDENTITY PARTY_RELATIONSHIP CONTACT ADDRESS ROLE "
        "CAPABILITY PARTICIPATION FEEDER_AUDIT FEEDER_AUDIT_DETAILS AUDIT_DETAILS ATTESTATION "
        "EHR EHR_STATUS EHR_ACCESS FOLDER CONTRIBUTION ORIGINAL_VERSION IMPORTED_VERSION "
        "VERSIONED_COMPOSITION VERSIONED_EHR_STATUS VERSIONED_FOLDER VERSIONED_PARTY "
        "REVISION_HISTORY EVENT_CONTEXT SECTION HISTORY POINT_EVENT INTERVAL_EVENT ACTIVITY "
        "ISM_TRANSITION INSTRUCTION_DETAILS ITEM_TREE ITEM_LIST ITEM_SINGLE ITEM_TABLE CLUSTER "
        "ELEMENT ARCHETYPED LINK OBJECT_REF LOCATABLE_REF HIER_OBJECT_ID OBJECT_VERSION_ID "
        "GENERIC_ID EXTRACT RESULTSET".split()
    )
)
"""Classes of instances. Those of archetypes and templates (`C_OBJECT`) are not among them."""
MODELS: Final = frozenset(
    "template archetype operational_template OPERATIONAL_TEMPLATE ARCHETYPE".split()
)
"""Root elements of templates and archetypes, which have the namespace of instances."""
ATTRIBUTES: Final = frozenset(
    "_type archetype_node_id name value uid id context content data events items protocol state "
    "description activities details identities contacts addresses external_ref identifiers "
    "feeder_audit originating_system_audit feeder_system_audit originating_system_item_ids "
    "feeder_system_item_ids ehr_id ehr_status owner_id commit_audit audit versions other_details "
    "other_context archetype_details defining_code code_string terminology_id template_id "
    "magnitude units language territory category encoding setting lower upper symbol "
    "composition".split()
) | TIMES | frozenset(ROLES)  # fmt: skip
"""Attributes that a field path may show."""
