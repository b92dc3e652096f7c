"""SMART App Launch and CDS Hooks in JSON: who the patient in context is.

    {"access_token": "...", "scope": "launch/patient patient/*.rs", "patient": "77301452"}
    {"active": true, "scope": "...", "patient": "77301452"}                 (introspection)
    {"iss": "...", "fhirUser": "https://ehr/fhir/Patient/77301452"}         (claims of an ID token)
    {"hookInstance": "...", "context": {"userId": "Practitioner/1", "patientId": "77301452"}}

Such a message is about one patient who is treated: that is health information, as a reference is in
FHIR. The user is a patient only if `fhirUser` or `userId` says so.

Sources: https://hl7.org/fhir/smart-app-launch (2.2), https://cds-hooks.hl7.org (2.0).
"""

from collections.abc import Sequence
from typing import Final

from phiscan.evidence import Evidence, shown_path
from phiscan.finding import Location, Subject
from phiscan.formats.fhir import tables as fhir
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_walk import Frame, Leaf
from phiscan.words.labels import is_masked

SIGNS: Final = (
    # matches `"fhirUser":`; not `"fhirServer":`
    r'"(?:need_patient_banner|smart_style_url|fhirUser|fhirContext|hookInstance)"\s*:',
    # matches `"launch_id":`; not `"launch":`
    r'"(?:fhirAuthorization|launch_?(?:id|Id|context|Context|response|Response))"\s*:',
    # matches `"scope": "openid launch/patient`, `"scope":"launch"`; not `"scope": "read write"`
    r'"scopes?"\s*:\s*"(?:[^"]{0,300}\s)?(?:launch[\s/"]|(?:patient|user)/[A-Z*])',
)
"""Hyperscan expressions, one of which occurs in each such message."""
_TOKEN: Final = frozenset(
    "access_token token_type scope active need_patient_banner smart_style_url".split()
)
"""Keys of a token response or of an introspection, beside which `patient` is the patient."""
_CONTEXTS: Final = frozenset(
    "context parameters fhirAuthorization launch launch_context launchContext launch_response "
    "launchResponse".split()
)
"""Keys of objects that hold a launch context."""
_BY_KEY: Final = {
    "patient": "PATIENT_REFERENCE",
    "patientId": "PATIENT_REFERENCE",
    "encounter": "ACCOUNT_NUMBER",
    "encounterId": "ACCOUNT_NUMBER",
}
"""What a key of a context holds."""
_USERS: Final = frozenset(("fhirUser", "userId", "profile", "reference"))
"""Keys that refer to a user, or to a resource in context."""
_NO_VALUE: Final = frozenset(("", "null", "true", "false"))
WANTED: Final = frozenset(_BY_KEY) | _TOKEN | _USERS
"""Keys whose values are read."""


def take(data: bytes, evidence: Evidence, leaves: Sequence[Leaf]) -> list[Leaf]:
    """Add what such messages say among `leaves`, and return the other leaves."""
    tokens = {id(leaf.frame) for leaf in leaves if leaf.key in _TOKEN}
    rest: list[Leaf] = []
    first: Location | None = None
    for leaf in evidence.context.timed(leaves):
        info_type = _info_type(leaf, decode(data[leaf.start : leaf.end]), tokens)
        if info_type:
            location = Location(shown_path(leaf.path, WANTED | _CONTEXTS), leaf.start, leaf.end)
            evidence.add("smart_context", info_type, location, Subject.PATIENT)
            first = first or location
        else:
            rest.append(leaf)
    if first is not None:
        evidence.add("smart_context", "PATIENT_RECORD", first, Subject.PATIENT)
    return rest


def _info_type(leaf: Leaf, value: str, tokens: set[int]) -> str:
    """What a leaf holds, or "" when it says nothing of a patient."""
    if value in _NO_VALUE or is_masked(value):
        return ""
    if leaf.key in _BY_KEY:
        in_context = id(leaf.frame) in tokens or _holder(leaf.frame) in _CONTEXTS
        return _BY_KEY[leaf.key] if in_context and leaf.frame.is_object else ""
    return "PATIENT_REFERENCE" if leaf.key in _USERS and _is_persons(value) else ""


def _holder(frame: Frame) -> str:
    return frame.place.key


def _is_persons(reference: str) -> bool:
    """Whether a reference names a patient or a relative: `Patient/77`, `https://x/Person/7`."""
    parts = reference.split("/")
    return len(parts) > 1 and any(kind in fhir.PERSONS for kind in parts[:-1])
