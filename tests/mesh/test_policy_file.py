import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.decision import Action, Mode
from mesh.facts import Protocol
from mesh.policy import Disclosure, OperationMatch, Peer, Rule, Target
from mesh.policy_file import PolicyError, check, parse

CLINIC = """\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {name: clinic}
spec:
  mode: monitor
  defaultAction: ALLOW
  treatIdentifiersAsPhi: true
  onUnscannable: ALERT
  services:
  - {host: billing.finance.svc.cluster.local, principal: cluster.local/ns/finance/sa/billing}
  rules:
  - name: ehr-to-billing
    from: [{principals: ["cluster.local/ns/clinic/sa/ehr"]}, {namespaces: [lab*]}]
    to:
    - principals: ["cluster.local/ns/finance/sa/billing"]
      operation: {methods: [POST], paths: ["/claims/*"], hosts: [], ports: [8080], protocols: [HTTP, UPGRADE]}
    when: {mtls: any}
    mode: enforce
    phi:
      request: {allow: [PERSON_NAME, C], redact: [US_SOCIAL_SECURITY_NUMBER], deny: [DIAGNOSIS], otherwise: ALERT}
      response: {allow: ["*"], otherwise: REDACT}
"""
MINIMAL = "apiVersion: phiguard.dev/v1alpha1\nkind: SegmentationPolicy\nmetadata: {name: clinic}\nspec: {}\n"


def test_every_key_reaches_the_policy():
    policy = parse(CLINIC, file="clinic.yaml")
    assert (policy.name, policy.mode, policy.default_action) == ("clinic", Mode.MONITOR, Action.ALLOW)
    assert (policy.treat_identifiers_as_phi, policy.on_unscannable) == (True, Action.ALERT)
    assert policy.services == {"billing.finance.svc.cluster.local": "cluster.local/ns/finance/sa/billing"}
    assert policy.rules == (
        Rule(
            name="ehr-to-billing",
            sources=(Peer(("cluster.local/ns/clinic/sa/ehr",)), Peer(namespaces=("lab*",))),
            targets=(
                Target(
                    Peer(("cluster.local/ns/finance/sa/billing",)),
                    OperationMatch(("POST",), ("/claims/*",), (), (8080,), (Protocol.HTTP, Protocol.UPGRADE)),
                ),
            ),
            request=Disclosure(
                frozenset({"PERSON_NAME", "C"}),
                frozenset({"US_SOCIAL_SECURITY_NUMBER"}),
                frozenset({"DIAGNOSIS"}),
                Action.ALERT,
            ),
            response=Disclosure(allow=frozenset({"*"}), otherwise=Action.REDACT),
            mtls=False,
            mode=Mode.ENFORCE,
        ),
    )


def test_what_is_not_written_is_the_strict_choice():
    policy = parse(MINIMAL, file="p.yaml")
    assert (policy.mode, policy.default_action, policy.on_unscannable) == (Mode.ENFORCE, Action.DENY, Action.DENY)
    assert (policy.treat_identifiers_as_phi, policy.rules) == (False, ())


def test_the_digest_is_that_of_the_text():
    assert parse(MINIMAL, file="p.yaml").digest == hashlib.sha256(MINIMAL.encode()).hexdigest()


def edited(old: str, new: str) -> str:
    assert old in CLINIC
    return CLINIC.replace(old, new)


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("", 1, "the file is empty", ""),
        ("[]", 1, "the policy is a list, expected a mapping", ""),
        (
            edited("v1alpha1", "v2"),
            1,
            "`apiVersion` is `phiguard.dev/v2`, which this version does not read",
            "write `phiguard.dev/v1alpha1`",
        ),
        (
            edited("SegmentationPolicy", "AuthorizationPolicy"),
            2,
            "`kind` is `AuthorizationPolicy`, which this version does not read",
            "write `SegmentationPolicy`",
        ),
        (edited("metadata: {name: clinic}", "metadata: {}"), 3, "`metadata` has no `name`", "add `name:`"),
        (
            edited("mode: monitor", "mode: monitoring"),
            5,
            "`mode` is `monitoring`, expected `discover`, `monitor` or `enforce`",
            "did you mean `monitor`?",
        ),
        (
            edited("defaultAction: ALLOW", "defaultAction: REDACT"),
            6,
            "`defaultAction` is `REDACT`, expected `DENY` or `ALLOW`",
            "",
        ),
        (
            edited("defaultAction: ALLOW", "defaultaction: ALLOW"),
            6,
            "unknown key `defaultaction` in `spec`",
            "did you mean `defaultAction`?",
        ),
        (edited("AsPhi: true", "AsPhi: 1"), 7, "`treatIdentifiersAsPhi` is `1`, expected true or false", ""),
        (
            edited("onUnscannable: ALERT", "onUnscannable: ALLOW"),
            8,
            "`onUnscannable` is `ALLOW`, expected `DENY` or `ALERT`",
            "",
        ),
        (
            edited("onUnscannable: ALERT", "mode: enforce"),
            8,
            "key `mode` stands twice in `spec`",
            "first in line 5; remove one",
        ),
        (
            edited("{host: billing.finance.svc", "{host: billing:80"),
            10,
            "`billing:80.cluster.local` is not a service host",
            "write it in full, in lower case, without port",
        ),
        (
            edited("principal: cluster.local/ns/finance/sa/billing", "principal: cluster.local/ns/finance/sa/*"),
            10,
            "`cluster.local/ns/finance/sa/*` is not a principal",
            "write `cluster.local/ns/NAMESPACE/sa/ACCOUNT`",
        ),
        (edited("host: ", "hots: "), 10, "the service has no `host`", "add `host:`"),
    ],
)
def test_an_error_has_its_line_a_sentence_and_a_way_out(text, line, message, hint):
    policy, problems = check(text, file="p.yaml")
    assert policy is None
    assert (line, message, hint) in [(p.line, p.message, p.hint) for p in problems]


def test_one_run_shows_all_errors():
    with pytest.raises(PolicyError) as caught:
        parse(edited("mode: monitor", "mode: x").replace("POST", "post").replace("PERSON_NAME", "NAME"), file="p.yaml")
    assert [problem.line for problem in caught.value.problems] == [5, 16, 20]


def test_a_service_host_stands_once():
    line = "  - {host: billing.finance.svc.cluster.local, principal: cluster.local/ns/finance/sa/billing}\n"
    _, problems = check(edited(line, line * 2), file="p.yaml")
    assert [(p.line, p.message) for p in problems] == [
        (11, "host `billing.finance.svc.cluster.local` stands twice in `services`")
    ]


WORDS = st.sampled_from([*"{}[],:-*&'\n", "\t", "  ", "spec", "rules", "from", "name: ", "~", "1", "true", "x"])


@given(st.integers(0, len(CLINIC)), st.integers(0, 40), st.lists(WORDS, max_size=4).map("".join))
def test_any_edit_gives_a_policy_or_an_error(at, cut, put):
    policy, problems = check(CLINIC[:at] + put + CLINIC[at + cut :], file="p.yaml")
    assert (policy is None) is any(problem.severity == "error" for problem in problems)
