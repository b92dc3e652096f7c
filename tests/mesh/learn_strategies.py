"""Messages over a small mesh, and what a store would have counted of them."""

from datetime import date
from types import MappingProxyType

from hypothesis import strategies as st
from mesh_strategies import found

from mesh.message.facts import Direction, Facts, Operation, Protocol, Vantage
from mesh.observed.learn import propose
from mesh.observed.learn_text import render
from mesh.observed.observation import (
    Content,
    Observation,
    counted_kinds,
    media_kinds,
    merge,
    sighting_of,
)
from mesh.observed.route_template import own_words
from mesh.policy.decide import decide
from mesh.policy.decision import Action, Mode
from mesh.policy.policy import Policy
from mesh.policy_file.load import parse
from phiscan.finding import Coverage, Gap, ScanReport, Subject, Verdict

EHR, LAB = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/clinic/sa/lab"
BILLING, CLAIMS = "cluster.local/ns/finance/sa/billing", "cluster.local/ns/finance/sa/claims"
BILLING_HOST, OUTSIDE = "billing.finance.svc.cluster.local", "api.clearinghouse.example"
WATCHING = Policy("watch", "0" * 64, mode=Mode.DISCOVER)
TOLD = Policy(
    "watch", "0" * 64, mode=Mode.DISCOVER, services=MappingProxyType({BILLING_HOST: BILLING})
)

PHI = ScanReport((found("PERSON_NAME"), found("DIAGNOSIS")), verdict=Verdict.PHI)
SSN = ScanReport((found("PERSON_NAME"), found("US_SOCIAL_SECURITY_NUMBER")), verdict=Verdict.PHI)
NOTHING = ScanReport()


def inbound(path="/claims", *, source=EHR, destination=BILLING, method="POST", mtls=True, **more):
    return Facts(
        source=source,
        destination=destination,
        mtls=mtls and bool(source),
        redactable=True,
        operation=Operation(method, path),
        **more,
    )


def outbound(path="/claims", *, source=EHR, service=BILLING_HOST, method="POST", **more):
    operation = Operation(method, path)
    return Facts(
        vantage=Vantage.OUTBOUND,
        source=source,
        service=service,
        redactable=True,
        operation=operation,
        **more,
    )


SEGMENTS = st.sampled_from(
    ["claims", "patients", "labs", "v1", "7731", "ana-ruiz", "ruiz", "AB12", "", "2026-11-23"]
)
PATHS = st.one_of(
    st.lists(SEGMENTS, max_size=4).map(lambda segments: "/" + "/".join(filter(None, segments))),
    st.lists(SEGMENTS, max_size=3).map(lambda segments: "/" + "/".join(segments)),
)
TYPES = st.sampled_from(["ADT^A01", "ADT^A08", "ORU^R01", "ANA^RUZ", ""])
FINDINGS = st.builds(
    found,
    st.sampled_from(
        [
            "PERSON_NAME",
            "US_SOCIAL_SECURITY_NUMBER",
            "EMAIL_ADDRESS",
            "US_HEALTHCARE_NPI",
            "DIAGNOSIS",
        ]
    ),
    st.sampled_from([Subject.PATIENT, Subject.PATIENT, Subject.PROVIDER]),
)


@st.composite
def reports(draw: st.DrawFn) -> ScanReport:
    findings = tuple(draw(st.lists(FINDINGS, max_size=3)))
    whole = draw(st.sampled_from([True, True, True, False]))
    verdicts = (
        (Verdict.PHI, Verdict.PHI, Verdict.IDENTIFIERS)
        if ScanReport(findings).identifiers
        else (Verdict.NONE,)
    )
    seen = (Coverage.COMPLETE, Gap.NONE) if whole else (Coverage.TRUNCATED, Gap.CUT_OFF)
    media, parts = draw(st.sampled_from([("empty", ()), ("json", ()), ("multipart", ("csv",))]))
    verdict = draw(st.sampled_from(verdicts))
    return ScanReport(findings, *seen, verdict=verdict, media=media, parts=parts)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    vantage = draw(st.sampled_from(Vantage))
    outbound = vantage is Vantage.OUTBOUND
    source = draw(st.sampled_from([EHR, EHR, LAB, ""]))
    protocol = draw(
        st.sampled_from(
            [Protocol.HTTP] * 8 + [Protocol.UPGRADE, Protocol.TCP] + [Protocol.MLLP] * 3
        )
    )
    return Facts(
        direction=draw(st.sampled_from(Direction)),
        vantage=vantage,
        protocol=protocol,
        source=source,
        destination="" if outbound else draw(st.sampled_from([BILLING, BILLING, CLAIMS, ""])),
        service=draw(st.sampled_from([BILLING_HOST, BILLING_HOST, OUTSIDE, ""]))
        if outbound
        else "",
        mtls=bool(source) and not outbound and draw(st.sampled_from([True, True, False])),
        redactable=True,
        operation=Operation(port=8080, message_type=draw(TYPES))
        if protocol is Protocol.MLLP
        else Operation(
            draw(st.sampled_from(["GET", "POST", "ZEBULON"])), draw(PATHS), "billing", 8080
        ),
    )


MESSAGES = st.lists(st.tuples(facts(), reports()), max_size=12)


def observe(
    message: tuple[Facts, ScanReport], policy: Policy = WATCHING, day: date = date(2026, 11, 23)
) -> Observation:
    """One message as a store counts it."""
    about, report = message
    decision = decide(about, report, policy)
    sighting = sighting_of(about, decision, policy.services, own_words(policy))
    masked = decision.redact if decision.effect is Action.REDACT else ()
    content = Content(
        *(
            MappingProxyType(dict.fromkeys(sorted(names), 1))
            for names in (*counted_kinds(report), masked, media_kinds(report))
        )
    )
    return Observation(sighting, 1, day, day, content)


def observed(messages, policy: Policy = WATCHING) -> tuple[Observation, ...]:
    return merge(observe(message, policy) for message in messages)


def learned(observations, least=1):
    return parse(
        render(propose(observations, min_count=least), name="learned", least=least),
        file="learned.yaml",
    )
