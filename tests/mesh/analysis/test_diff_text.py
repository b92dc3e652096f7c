from pathlib import Path

import pytest

from mesh.analysis.diff import RuleChange, diff
from mesh.analysis.diff_text import (
    audit_words,
    changes,
    setting_words,
    short,
    summed_up,
    untried_words,
)
from mesh.analysis.flows import PROVIDERS_OWN
from mesh.policy_file.load import parse
from phiscan.identifiers import INFO_TYPES

CLINIC = (Path(__file__).parents[3] / "extauthz" / "demo" / "clinic.yaml").read_text()
OWN = {name for name, info_type in INFO_TYPES.items() if info_type.identifier}
HEALTH = set(INFO_TYPES) - OWN


HL7 = """
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {name: hl7}
spec:
  rules:
  - name: admissions
    from: [{principals: [cluster.local/ns/clinic/sa/ehr]}]
    to:
    - principals: [cluster.local/ns/lab/sa/lis]
      operation: {protocols: [MLLP], messageTypes: [ADT^A01]}
    phi: {request: {allow: [PERSON_NAME]}}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "[ADT^A01]",
            "[ADT^A01, ORU^*]",
            [
                "clinic/ehr may now call lab/lis at MLLP ORU^*",
                "clinic/ehr may now call lab/lis at MLLP ORU^* without mutual TLS",
                "lab/lis may now receive PERSON_NAME from clinic/ehr at MLLP ORU^* (request)",
            ],
        ),
        (
            "spec:\n",
            "spec:\n  mllp: {onDenied: CLOSE}\n",
            ["mllp.onDenied is now CLOSE, it was NAK"],
        ),
    ],
)
def test_a_message_type_is_named_as_the_policy_writes_it(old, new, said):
    assert sentences(old, new, HL7) == said


def sentences(old: str, new: str, text: str = CLINIC) -> list[str]:
    assert old in text
    changed = text.replace(old, new)
    found = diff(parse(text, file="old"), parse(changed, file="new"))
    return [setting_words(s) for s in found.settings] + [str(c) for c in changes(found)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "request: {otherwise: DENY}  # counts and averages only",
            "request: {allow: [DATE_OF_BIRTH]}",
            [
                "research/analytics may now receive DATE_OF_BIRTH from clinic/ehr at POST "
                "/reports (request)"
            ],
        ),
        (
            'methods: [POST], paths: ["/reports"]',
            "methods: [POST]",
            ["clinic/ehr may now call research/analytics at POST any path"],
        ),
        (
            'operation: {methods: [POST], paths: ["/reports"]}',
            "operation: {}",
            ["clinic/ehr may now call research/analytics"],
        ),
        (
            "response: {allow: [A, C, H, I, R], otherwise: DENY}",
            "response: {allow: [A, C, H, I], otherwise: DENY}",
            [
                "finance/billing may no longer receive class R from clinic/ehr at GET "
                "/patients/* (response)"
            ],
        ),
        (
            "allow: [A, C, H, I, R]\n        redact: [US_SOCIAL_SECURITY_NUMBER]",
            "allow: [A, C, H, I, R, US_SOCIAL_SECURITY_NUMBER]",
            [
                "finance/billing now receives US_SOCIAL_SECURITY_NUMBER unmasked from clinic/ehr "
                "at MLLP ADT^A01, POST /claims, POST /claims/* (request)",
                "finance/billing now receives US_SOCIAL_SECURITY_NUMBER without health context "
                "unmasked, with an alert, from clinic/ehr at MLLP ADT^A01, POST /claims, POST "
                "/claims/* (request) without mutual TLS",
            ],
        ),
        ("mode: enforce", "mode: monitor", ["mode is now monitor, it was enforce"]),
    ],
)
def test_a_change_is_a_sentence_for_a_reviewer(old, new, said):
    assert sentences(old, new) == said


BILLS = "response: {allow: [A, C, H, I, R], otherwise: DENY}"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "",
            "media: [fhir+json]",
            "finance/billing may no longer receive what is not read as fhir+json from clinic/ehr "
            "at GET /patients/* (response)",
        ),
        (
            "media: [fhir+json]",
            "media: [cda, csv, fhir+json]",
            "finance/billing may now receive what is read as cda, csv from clinic/ehr at "
            "GET /patients/* (response)",
        ),
        (
            "media: [fhir+json]",
            "",
            "finance/billing may now receive what is not read as fhir+json from clinic/ehr at "
            "GET /patients/* (response)",
        ),
    ],
)
def test_media_that_open_or_close_are_one_sentence(before, after, said):
    old, new = (
        BILLS.replace("otherwise", f"{media}, otherwise".lstrip(", ")) for media in (before, after)
    )
    assert said in sentences(old, new, CLINIC.replace(BILLS, old))


def test_what_opens_comes_first_and_equal_moves_are_one_sentence():
    billing = "finance/billing"
    place = "from clinic/ehr at MLLP ADT^A01, POST /claims, POST /claims/* (request)"
    text = "allow: [A, C, H, I, R]\n        redact: [US_SOCIAL_SECURITY_NUMBER]"
    assert sentences(
        text, "allow: [A, I, EMAIL_ADDRESS, URL]\n        deny: [US_SOCIAL_SECURITY_NUMBER]"
    ) == [
        f"{billing} may now receive EMAIL_ADDRESS, URL {place}",
        f"{billing} may no longer receive class C, class R, MEDICAL_RECORD_NUMBER {place}",
        f"{billing} may no longer receive messages with US_SOCIAL_SECURITY_NUMBER (masked so "
        f"far) {place}",
        f"{billing} may no longer receive messages with US_SOCIAL_SECURITY_NUMBER without health "
        f"context (masked so far) {place} without mutual TLS",
    ]


def test_a_whole_class_all_identifiers_and_all_health_information_have_one_word():
    assert (
        summed_up({"DATE_OF_BIRTH", "DATE_OF_DEATH", "SERVICE_DATE", "AGE_OVER_89", "URL"})
        == "class C, URL"
    )
    assert summed_up(OWN) == "every identifier"
    assert summed_up(OWN - {"URL"}) == "every identifier except URL"
    assert summed_up(HEALTH) == "health information"
    assert (
        summed_up({"URL", f"{PROVIDERS_OWN}URL", f"{PROVIDERS_OWN}IMEI_HARDWARE_ID"})
        == f"URL, {PROVIDERS_OWN}IMEI_HARDWARE_ID"
    )


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("cluster.local/ns/clinic/sa/ehr", "clinic/ehr"),
        ("cluster.local/ns/clinic/*", "clinic/*"),
        ("cluster.local/ns/clin*", "clin*"),
        ("other.example/ns/clinic/sa/ehr", "other.example/ns/clinic/sa/ehr"),
        ("*", "any other workload"),
        ("cluster.local/*", "any other workload"),
        ("", "a peer without an identity"),
    ],
)
def test_a_label_is_short_in_the_default_trust_domain(label, said):
    assert short(label) == said


def test_what_cannot_be_compared_and_what_decides_nothing_is_reported():
    asking = RuleChange("doctors", "new", "claim role = doctor")
    assert (
        untried_words(asking)
        == "rule `doctors` is new and requires claim role = doctor: not compared, review it"
    )
    assert (
        audit_words(RuleChange("tighter", "removed"))
        == "AUDIT rule `tighter` is removed: it decides nothing"
    )
