"""Words of HTTP APIs: the words of a path that `mesh.observed.route_template` always keeps.

The table follows one rule: a word is listed only if no person, place, disease, drug, body part,
speciality or outcome has that name. Where the singular is also a common name (Page, Case, Ward,
Bill, Grant, Key), only the plural is listed, or neither. Health care's nouns name kinds of records
(`observations`), never what a record says (`hiv`, `oncology`).
"""

from typing import Final

_NOUNS: Final = (
    # general parts of systems
    "account agent alert api app application attachment audit auth backup batch bucket bundle "
    "cache callback catalog category channel client clinic code comment component config "
    "configuration connection container content context conversation count counter credential "
    "cursor customer dashboard data database dataset definition detail document domain download "
    "draft endpoint entity environment error event export extension feature feed file filter "
    "folder form format function gateway group guide handler health hook host icon identifier "
    "identity image import inbox index info instance integration interaction interface item job "
    "label language layout level library links locale log login logout lookup manifest map media "
    "member membership menu message metadata meta method metric migration model module name "
    "namespace node notification object offset operation option order organization outbox owner "
    "package parameter participant partner password payload permission person pipeline plan "
    "plugin policy portal preference preview process product profile project property provider "
    "proxy publication query question questionnaire queue quota ratio reason receipt recipient "
    "record redirect region register registration registry relation release reminder reply report "
    "repository request resource response result review role root route rule sample schedule "
    "schema scope search section secret sequence server service session setting setup site slot "
    "snapshot source spec specification stat state statement statistic status step stream "
    "structure submission subscriber subscription suggestion summary supplier survey sync system "
    "tag target task team template tenant term test theme thread ticket time timeline timeout "
    "title token tool topic total trace transaction transfer translation trigger type update "
    "upload upstream url usage user validation value variable vendor version view volume webhook "
    "widget worker workflow workspace zone "
    # kinds of records in health care: FHIR's resource types and other names for them
    "ability activity address administration admission adverse advice advisory allergy "
    "announcement appointment assessment authorization availability balance basic beneficiary "
    "benefit binary biologically body bulk calendar capability capture care carrier chart charge "
    "circumstance citation claim clearance clinical clinician communication composition concept "
    "condition consent contact contract contributor coverage deductible definition delivery "
    "demographic derived detected device diagnosis diagnostic directive discharge dispense "
    "disclosure eligibility encounter enrollment episode evidence examination explanation "
    "facility family fee finding follow formulary goal guidance guarantor handout healthcare "
    "history hospital imaging immunization impression indication ingredient insurance intake "
    "inventory investigation invoice issue knowledge lab laboratory ledger letter location "
    "manufactured material measure measurement medical medication medicinal molecular notice "
    "nutrition observation occurrence outcome packaged panel patient payer payment pharmacy plan "
    "practitioner prescription procedure product provenance receivable recommendation "
    "reconciliation reference referral refill regulated remittance requirement research resident "
    "response risk schedule screening sequence shift signature specimen staff stay study subject "
    "substance supply surgery symptom telemetry terminology transport treatment triage "
    "vaccination verification visit vital waiver workup worklist"
).split()

_OTHER: Final = (
    # verbs and small words in names of operations
    "accept activate add all and apply approve archive assign attach authenticate authorize begin "
    "book bulk by calculate cancel change check checkout clear clone close commit compare "
    "complete compute confirm connect convert copy create deactivate decline decrypt delete "
    "detach disable discover dispatch dry edit enable encrypt enroll evaluate everything execute "
    "expand fetch find flush for from generate get handle has heartbeat in initialize insert "
    "introspect invite is list liveness lock me merge modify new next not notify of on open patch "
    "pause ping poll pong prepare previous process publish pull purge push put readiness rebuild "
    "recalculate refresh register reject remove rename replace reset resolve restart restore "
    "resume retrieve retry revoke rotate run save scan schedule search select send set share "
    "simulate sort start stop store submit subscribe suspend sync test to translate undo unlock "
    "unsubscribe upsert validate verify watch with write "
    # plurals whose singular is a common name, and irregular plurals
    "aliases analyses analytics bills billing cases children data diagnoses grants indices media "
    "notes pages people prices pricing statuses taxes telehealth wards "
    # kinds of interfaces, states and formats
    "actuator admin adt async atom backend batch beta binary bot cds csv current cda daily "
    "default dicom dicomweb external favicon fhir frontend full global graphql grpc hl html http "
    "https ico internal inbound ivr jpeg jpg js json jwks latest livez local mcp mobile monthly "
    "oauth oidc ocsp openapi outbound partial pdf pending png private prod production public "
    "readyz healthz recent reflection remote rest robots root rpc saml scheduled scim sdk secure "
    "smart soap sse sso staging startup static std svg swagger tar temp temporary tmp txt ui wado "
    "web webdav websocket weekly well known ws xml yaml yearly yml zip"
).split()


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}{'es' if word.endswith(('s', 'x', 'ch', 'sh')) else 's'}"


WORDS: Final = frozenset((*_NOUNS, *map(_plural, _NOUNS), *_OTHER))
"""Words that may be kept, in lower case."""

VERSIONS: Final = frozenset(
    (*(f"v{n}" for n in range(10)), "dstu2", "stu3", "r4", "r4b", "r5", "R4", "R4B", "R5", "oauth2")
)
"""The only words with digits, exactly as written: a version names an API and no person."""
