"""Facts, reports and policies over a small domain, so that rules often name the traffic."""

from dataclasses import replace
from datetime import date
from ipaddress import ip_network
from types import MappingProxyType

from hypothesis import strategies as st

from mesh.message.facts import Direction, Facts, Operation, Protocol, Vantage
from mesh.policy.decision import Action, Mode
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target, Terms
from phiscan.finding import (
    Coverage,
    Finding,
    Gap,
    Likelihood,
    Location,
    ScanReport,
    Subject,
    Verdict,
)
from phiscan.identifiers import INFO_TYPES

EHR, BILLING = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/finance/sa/billing"


def found(info_type: str, subject: Subject = Subject.PATIENT, start: int = 0) -> Finding:
    location = Location("x", start, start + 1 if start >= 0 else -1)
    return Finding.of(INFO_TYPES[info_type], Likelihood.LIKELY, "test", location, subject)


NAMES = ("PERSON_NAME", "US_SOCIAL_SECURITY_NUMBER", "US_HEALTHCARE_NPI", "DIAGNOSIS")
ENTRIES = st.frozensets(st.sampled_from([*NAMES, "A", "G", "K", "*"]), max_size=2)
DISCLOSURES = st.builds(
    Disclosure,
    ENTRIES,
    ENTRIES,
    ENTRIES,
    st.sampled_from([Action.DENY, Action.REDACT, Action.ALERT]),
    media=st.sampled_from([None, None, frozenset({"json"}), frozenset({"json", "csv"})]),
)
MEDIA = st.sampled_from(
    [("empty", ()), ("json", ()), ("json", ()), ("csv", ()), ("unknown", ()), ("csv", ("text",))]
)
"""Kinds with the kinds of their parts."""
PRINCIPALS = ("", EHR, BILLING)
# repeated entries are drawn more often, so that rules name most edges and meet each other
PEERS = st.sampled_from(
    [
        *(
            Peer(),
            Peer(),
            Peer(("*",)),
            Peer((EHR,)),
            Peer((BILLING,)),
            Peer(namespaces=("finance",)),
        ),
        *(Peer(trust_domains=("cluster.*",)), Peer(service_accounts=("e*", "billing"))),
    ]
)
SOURCES = st.one_of(PEERS, PEERS, st.just(Peer(blocks=(ip_network("10.0.0.0/8"),))))
DESTINATIONS = st.one_of(
    PEERS, PEERS, st.sampled_from([Peer(hosts=("billing",)), Peer(hosts=("o*",))])
)
CLAIMS = st.sampled_from([(), (), (("role", ("doctor",)),), (("role", ("*",)),)])
HEADERS = st.sampled_from([(), (), (), (("x-purpose", ("TREATMENT",)),)])
HL7 = st.builds(
    OperationMatch,
    ports=st.sampled_from([(), (), (80,)]),
    protocols=st.just((Protocol.MLLP,)),
    message_types=st.sampled_from([(), ("ADT^A01",), ("ADT^*", "ACK"), ("*",)]),
)
HTTP_OR_OTHER = st.builds(
    OperationMatch,
    methods=st.sampled_from([(), (), ("POST",)]),
    paths=st.sampled_from([(), (), ("/claims",), ("/claims/*",)]),
    ports=st.sampled_from([(), (), (80,)]),
    protocols=st.sampled_from([(Protocol.HTTP,), tuple(Protocol)]),
)
OPERATIONS = st.one_of(HTTP_OR_OTHER, HTTP_OR_OTHER, HL7)
RULES = st.lists(
    st.builds(
        Rule,
        name=st.sampled_from("abcdef"),
        sources=st.lists(SOURCES, min_size=1, max_size=2).map(tuple),
        targets=st.lists(st.builds(Target, DESTINATIONS, OPERATIONS), min_size=1, max_size=2).map(
            tuple
        ),
        request=DISCLOSURES,
        response=DISCLOSURES,
        mtls=st.booleans(),
        mode=st.sampled_from([None, *Mode]),
        terms=st.sampled_from(
            [None, None, *(Terms("o", "r", day) for day in (date(2026, 1, 1), date(2026, 12, 31)))]
        ),
        claims=CLAIMS,
        headers=HEADERS,
        audit=st.sampled_from([False, False, False, True]),
        on_opaque=st.sampled_from([None, Action.ALLOW, Action.ALERT, Action.DENY]),
    ),
    max_size=4,
    unique_by=lambda r: r.name,
)
POLICIES = st.builds(
    Policy,
    name=st.just("p"),
    digest=st.just("d"),
    mode=st.sampled_from(Mode),
    default_action=st.sampled_from([Action.DENY, Action.ALLOW]),
    treat_identifiers_as_phi=st.booleans(),
    on_unscannable=st.sampled_from([Action.DENY, Action.ALERT]),
    on_opaque=st.sampled_from([Action.ALLOW, Action.ALERT, Action.DENY]),
    services=st.sampled_from([MappingProxyType({}), MappingProxyType({"billing": BILLING})]),
    rules=RULES.map(tuple),
    today=st.sampled_from([None, date(2026, 6, 1)]),
)


def of_its_protocol(facts: Facts) -> Facts:
    """The facts, with the operation of an HL7 message or of any other."""
    operation = facts.operation
    if facts.protocol is Protocol.MLLP:
        kind = operation.message_type
        return replace(facts, operation=Operation(port=operation.port, message_type=kind))
    return replace(facts, operation=replace(operation, message_type=""))


ALL_FACTS = st.builds(
    Facts,
    direction=st.sampled_from(Direction),
    vantage=st.sampled_from(Vantage),
    protocol=st.sampled_from([Protocol.HTTP, *Protocol]),
    source=st.sampled_from([EHR, EHR, *PRINCIPALS]),
    destination=st.sampled_from([BILLING, BILLING, *PRINCIPALS]),
    service=st.sampled_from(["billing", "billing", "other"]),
    mtls=st.booleans(),
    caller=st.sampled_from(["", "", *PRINCIPALS]),
    redactable=st.booleans(),
    operation=st.builds(
        Operation,
        st.sampled_from(["POST", "GET", ""]),
        st.sampled_from(["/claims", "/claims/1?a=b", "/x/../claims", ""]),
        st.sampled_from(["", "billing:80"]),
        st.sampled_from([0, 80]),
        st.sampled_from(["ADT^A01", "ADT^A08", "ORU^R01", "ACK", ""]),
    ),
    source_address=st.sampled_from(["", "10.1.2.3", "192.0.2.1", "nonsense"]),
    claims=st.sampled_from(
        [None, (), (("role", frozenset({"doctor"})),), (("role", frozenset({"clerk"})),)]
    ),
    headers=st.sampled_from([None, (), (("x-purpose", frozenset({"TREATMENT"})),)]),
).map(of_its_protocol)
FINDINGS = st.builds(
    found, st.sampled_from(NAMES), st.sampled_from(Subject), st.sampled_from([-1, 0, 7])
)
VERDICTS = (Verdict.NONE, Verdict.HEALTH, Verdict.IDENTIFIERS, Verdict.PHI)
COVERAGES = st.sampled_from(
    [
        (Coverage.COMPLETE, Gap.NONE),
        (Coverage.TRUNCATED, Gap.CUT_OFF),
        (Coverage.UNSCANNABLE, Gap.MALFORMED),
        (Coverage.UNSCANNABLE, Gap.OUT_OF_TIME),
        (Coverage.UNSCANNABLE, Gap.INTERNAL_ERROR),
    ]
)


@st.composite
def reports(draw: st.DrawFn) -> ScanReport:
    """Reports as a scan makes them: a verdict about a person comes with a person's identifier."""
    findings = tuple(draw(st.lists(FINDINGS, max_size=4)))
    coverage, gap = draw(COVERAGES)
    media, parts = draw(MEDIA)
    opaque = draw(st.sampled_from([(), (), (Location("", 0, 1),)]))
    given_report = ScanReport(findings, coverage, gap, media=media, parts=parts, opaque=opaque)
    return replace(
        given_report,
        verdict=draw(st.sampled_from(VERDICTS if given_report.identifiers else VERDICTS[:2])),
    )
