from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learn_strategies import (
    BILLING,
    BILLING_HOST,
    LAB,
    MESSAGES,
    NOTHING,
    PHI,
    SSN,
    TOLD,
    WATCHING,
    inbound,
    observe,
    observed,
    outbound,
)
from mesh_strategies import found

from mesh.message.facts import Operation, Protocol
from mesh.observed.observation import Encryption, counted_kinds, merge, sighting_of
from mesh.policy.decide import decide
from mesh.policy.policy import Policy
from phiscan.finding import ScanReport, Subject


def test_a_forged_check_is_not_counted():
    forged = inbound(caller=LAB)
    assert sighting_of(forged, decide(forged, PHI, TOLD), {}, frozenset()) is None


def test_the_senders_sidecar_cannot_see_mutual_tls():
    assert observe((outbound(), PHI)).sighting.encryption is Encryption.UNSEEN


def test_sums_are_of_counts_and_days():
    early, late = (
        observe((inbound(), PHI), day=date(2026, 1, 1)),
        observe((inbound(), SSN), day=date(2026, 2, 1)),
    )
    for both in ([late, early], [early, late]):
        (sum_,) = merge(both)
        assert (sum_.count, sum_.first, sum_.last) == (2, date(2026, 1, 1), date(2026, 2, 1))
        assert (dict(sum_.content.identifiers), dict(sum_.content.health)) == (
            {"PERSON_NAME": 2, "US_SOCIAL_SECURITY_NUMBER": 1},
            {"DIAGNOSIS": 1},
        )


def test_the_policy_in_force_names_who_serves_a_host():
    assert observe((outbound(), PHI), TOLD).sighting.destination == BILLING
    assert (observe((outbound(), PHI), WATCHING).sighting.destination, BILLING_HOST) == (
        "",
        observe((outbound(), PHI)).sighting.service,
    )


@pytest.mark.parametrize(
    ("method", "kept"),
    [("POST", "POST"), ("PROPFIND", "PROPFIND"), ("", ""), ("RUIZ", "OTHER"), ("get", "OTHER")],
)
def test_a_method_is_one_of_https_or_none_of_them(method, kept):
    assert observe((inbound(method=method), NOTHING)).sighting.method == kept


def test_without_an_identity_nothing_is_encrypted():
    assert observe((inbound(), NOTHING)).sighting.encryption is Encryption.MTLS
    assert observe((inbound(source=""), NOTHING)).sighting.encryption is Encryption.NONE


def test_a_providers_own_identifiers_and_credentials_are_not_counted():
    report = ScanReport(
        (
            found("PERSON_NAME", Subject.PROVIDER),
            found("PASSWORD", Subject.NOBODY),
            found("DIAGNOSIS"),
        )
    )
    assert counted_kinds(report) == (frozenset(), {"DIAGNOSIS"})


@given(MESSAGES, st.integers(0, 12))
def test_merging_does_not_depend_on_order_or_on_earlier_merges(messages, cut):
    one, other = observed(messages[:cut]), observed(messages[cut:])
    whole = merge(observe(message) for message in messages)
    assert merge([*one, *other]) == merge([*other, *one]) == whole
    assert sum(each.count for each in whole) == len(messages)


@pytest.mark.parametrize(
    ("policy", "stopped"), [(WATCHING, False), (Policy("enforcing", "0" * 64), True)]
)
def test_what_is_refused_is_recorded_where_the_policy_enforces(policy, stopped):
    assert observe((inbound(), PHI), policy).sighting.stopped is stopped


@pytest.mark.parametrize(
    ("written", "route"),
    [("ADT^A01", "ADT^A01"), ("ANA^RUZ", "OTHER"), ("ZPM^Z01", "OTHER"), ("", "")],
)
def test_of_an_hl7_message_its_type_is_counted_when_it_is_of_the_tables(written, route):
    operation = Operation(message_type=written)
    message = replace(inbound(), protocol=Protocol.MLLP, operation=operation)
    sighting = observe((message, NOTHING)).sighting
    assert (sighting.method, sighting.route, sighting.protocol) == ("", route, Protocol.MLLP)
