from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learn_strategies import (
    MESSAGES,
    NOTHING,
    OUTSIDE,
    PHI,
    SSN,
    TOLD,
    inbound,
    learned,
    observed,
    outbound,
)

from mesh.observed.learn import propose
from mesh.observed.learn_text import render
from mesh.observed.proposal import Mark
from mesh.policy.decide import decide
from mesh.policy.decision import Action, Mode
from mesh.policy_file.load import parse


@given(MESSAGES, st.integers(1, 3))
@settings(deadline=None)
def test_the_text_parses_and_denies_by_default(messages, least):
    policy = learned(observed(messages, TOLD), least)
    assert (policy.mode, policy.default_action, policy.on_unscannable) == (
        Mode.MONITOR,
        Action.DENY,
        Action.DENY,
    )
    assert all(rule.mtls for rule in policy.rules)


def test_what_a_path_pattern_opens_beyond_what_was_seen_is_noted():
    text = render(
        propose(observed([(inbound("/patients/7731/labs"), PHI)]), min_count=1), name="x", least=1
    )
    assert "# wider than what was seen: /patients/{id}/labs is opened as /patients/*" in text
    assert "7731" not in text


def test_accounts_of_one_name_are_told_apart_by_namespace():
    other = "cluster.local/ns/research/sa/billing"
    policy = learned(observed([(inbound(), PHI), (inbound(destination=other), PHI)]))
    assert {rule.name for rule in policy.rules} == {
        "clinic-ehr-to-finance-billing",
        "clinic-ehr-to-research-billing",
    }


def test_unencrypted_messages_without_phi_need_no_rule():
    observations = observed([(inbound(source=""), NOTHING)])
    text = render(propose(observations, min_count=1), name="x", least=1)
    assert learned(observations).rules == ()
    assert (
        "# 1 message without PHI came without mutual TLS: they pass with an alert, and need no "
        "rule." in text
    )


def test_a_host_outside_has_a_rule_that_a_person_must_uncomment():
    observations = observed([(outbound(service=OUTSIDE), PHI)])
    proposal = propose(observations, min_count=1)
    text = render(proposal, name="x", least=1)
    assert ([marked.mark for marked in proposal.marked], learned(observations).rules) == (
        [Mark.OUTSIDE],
        (),
    )
    marked = "\n".join(line.replace("# ", "", 1) for line in text.split("# *")[1].splitlines()[1:])
    opened = parse(text.partition("  rules:")[0] + "  rules:\n" + marked, file="x")
    assert decide(outbound(service=OUTSIDE), PHI, opened).action is Action.ALERT
    assert decide(outbound(service=OUTSIDE), SSN, opened).action is Action.DENY


def test_of_many_that_are_marked_the_busiest_are_written_out_and_the_rest_counted():
    hosts = [f"h{number}.example" for number in range(60)]
    observations = observed([(outbound(service=host), NOTHING) for host in [*hosts, hosts[-1]]])
    text = render(propose(observations, min_count=1), name="x", least=1)
    assert (text.count("# * "), text.count(f"-> {hosts[-1]} ")) == (51, 1)
    assert "# * and 10 more that were seen no more often" in text


def test_messages_that_could_not_be_counted_are_reported():
    assert "INCOMPLETE: 7 messages could not be counted" in render(
        propose([]), name="x", least=1, left_out=7
    )


def read_as(media, parts=()):
    return replace(PHI, media=media, parts=parts)


def test_what_messages_were_read_as_is_told_and_not_proposed():
    messages = [(inbound(), read_as("json")), (inbound(), read_as("multipart", ("csv",)))]
    text = render(propose(observed(messages), min_count=1), name="x", least=1)
    told = "`media: [csv, json, multipart]` would refuse all else"
    assert f"otherwise: DENY}}  # beside DIAGNOSIS; {told}" in text
    (rule,) = learned(observed(messages)).rules
    assert (rule.request.media, rule.response.media) == (None, None)


@pytest.mark.parametrize("media", ["empty", "unknown", "binary"])
def test_what_no_policy_can_list_is_not_suggested(media):
    text = render(propose(observed([(inbound(), read_as(media))]), min_count=1), name="x", least=1)
    assert "media:" not in text
