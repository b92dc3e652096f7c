import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.message.facts import Protocol
from mesh.policy.decision import Action, Mode
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Rule, Target
from mesh.policy_file.load import PolicyError, check, check_files, parse, parse_files

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
MINIMAL = (
    "apiVersion: phiguard.dev/v1alpha1\nkind: SegmentationPolicy\nmetadata: {name: clinic}\n"
    "spec: {}\n"
)


def test_every_key_reaches_the_policy():
    policy = parse(CLINIC, file="clinic.yaml")
    assert (policy.name, policy.mode, policy.default_action) == (
        "clinic",
        Mode.MONITOR,
        Action.ALLOW,
    )
    assert (policy.treat_identifiers_as_phi, policy.on_unscannable) == (True, Action.ALERT)
    assert policy.services == {
        "billing.finance.svc.cluster.local": "cluster.local/ns/finance/sa/billing"
    }
    assert policy.rules == (
        Rule(
            name="ehr-to-billing",
            sources=(Peer(("cluster.local/ns/clinic/sa/ehr",)), Peer(namespaces=("lab*",))),
            targets=(
                Target(
                    Peer(("cluster.local/ns/finance/sa/billing",)),
                    OperationMatch(
                        ("POST",), ("/claims/*",), (), (8080,), (Protocol.HTTP, Protocol.UPGRADE)
                    ),
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
    assert (policy.mode, policy.default_action, policy.on_unscannable) == (
        Mode.ENFORCE,
        Action.DENY,
        Action.DENY,
    )
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
        ("[]", 1, "the policy is a list, expected a mapping", "write `key: value` pairs"),
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
        (
            edited("metadata: {name: clinic}", "metadata: {}"),
            3,
            "`metadata` has no `name`",
            "add `name:`",
        ),
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
        (
            edited("AsPhi: true", "AsPhi: 1"),
            7,
            "`treatIdentifiersAsPhi` is `1`, expected true or false",
            "",
        ),
        (
            edited("onUnscannable: ALERT", "onUnscannable: ALLOW"),
            8,
            "`onUnscannable` is `ALLOW`, expected `DENY` or `ALERT`",
            "",
        ),
        (
            edited("onUnscannable: ALERT", "mode: enforce"),
            8,
            "key `mode` appears twice in `spec`",
            "first in line 5; remove one",
        ),
        (
            edited("{host: billing.finance.svc", "{host: billing:80"),
            10,
            "`billing:80.cluster.local` is not a service host",
            "write it in full, in lower case, without port",
        ),
        (
            edited(
                "principal: cluster.local/ns/finance/sa/billing",
                "principal: cluster.local/ns/finance/sa/*",
            ),
            10,
            "`cluster.local/ns/finance/sa/*` is not a principal",
            "write `cluster.local/ns/NAMESPACE/sa/ACCOUNT`",
        ),
        (
            edited("ports: [8080]", "ports: ['8080']"),
            16,
            "a port is `8080`, expected a whole number from 1 to 65535",
            "write it without quotes",
        ),
        (
            edited("rules:", "selector: {}\n  rules:"),
            11,
            "unknown key `selector` in `spec`",
            "name the destinations of each rule in its `to`",
        ),
        (edited("host: ", "hots: "), 10, "the service has no `host`", "add `host:`"),
    ],
)
def test_an_error_has_its_line_a_sentence_and_a_hint(text, line, message, hint):
    policy, problems = check(text, file="p.yaml")
    assert policy is None
    assert (line, message, hint) in [(p.line, p.message, p.hint) for p in problems]


def test_one_run_shows_all_errors():
    with pytest.raises(PolicyError) as caught:
        parse(
            edited("mode: monitor", "mode: x")
            .replace("POST", "post")
            .replace("PERSON_NAME", "NAME"),
            file="p.yaml",
        )
    assert [problem.line for problem in caught.value.problems] == [5, 16, 20]


def test_a_service_host_is_unique():
    line = (
        "  - {host: billing.finance.svc.cluster.local, principal: "
        "cluster.local/ns/finance/sa/billing}\n"
    )
    _, problems = check(edited(line, line * 2), file="p.yaml")
    assert [(p.line, p.message) for p in problems] == [
        (11, "host `billing.finance.svc.cluster.local` appears twice in `services`")
    ]


def test_a_rule_name_is_unique():
    start = CLINIC.index("  - name: ehr-to-billing")
    _, problems = check(CLINIC + CLINIC[start:], file="p.yaml")
    assert ("rule `ehr-to-billing` appears twice", "first in line 12; rename one") in [
        (p.message, p.hint) for p in problems
    ]


HEAD = "apiVersion: phiguard.dev/v1alpha1\nkind: SegmentationPolicy\n"
WIDE = (
    HEAD
    + """\
metadata: {name: hospital}
spec:
  mode: enforce
  identifierGroups: {claim: [PERSON_NAME, financial]}
  workloadGroups: {records: [{namespaces: [clinic]}]}
"""
)
FINANCE = (
    HEAD
    + """\
metadata: {name: finance, namespace: finance}
spec:
  mode: monitor
  services: [{host: billing.finance.svc.cluster.local, principal: cluster.local/ns/finance/sa/billing}]
  rules:
  - name: claims
    from: [{groups: [records]}]
    to: [{principals: [cluster.local/ns/finance/sa/billing]}]
    phi: {request: {allow: [claim]}}
"""
)


def test_several_files_are_one_policy():
    policy = parse_files({"a.yaml": WIDE, "b.yaml": FINANCE})
    (rule,) = policy.rules
    assert (policy.name, policy.mode) == ("hospital", Mode.ENFORCE)
    assert (rule.name, rule.mode, rule.sources) == (
        "finance/claims",
        Mode.MONITOR,
        (Peer(namespaces=("clinic",)),),
    )
    assert rule.request.allow == {"PERSON_NAME", "I", "J"}
    assert policy.services == {
        "billing.finance.svc.cluster.local": "cluster.local/ns/finance/sa/billing"
    }


def test_names_of_files_do_not_matter_and_every_file_is_in_the_digest():
    one, other = parse_files({"a": WIDE, "b": FINANCE}), parse_files({"z": WIDE, "b": FINANCE})
    assert one == other
    assert one.digest != parse_files({"a": WIDE, "b": FINANCE + "#\n"}).digest
    assert one.digest not in {
        parse(WIDE, file="a").digest,
        hashlib.sha256(FINANCE.encode()).hexdigest(),
    }


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            "  mode: monitor\n",
            "  defaultAction: ALLOW\n",
            5,
            "`defaultAction` is a setting of the whole mesh, not of",
        ),
        (
            "to: [{principals: [cluster.local/ns/finance/sa/billing]}]",
            "to: [{}]",
            8,
            "rule `claims` reaches beyond",
        ),
        (
            "cluster.local/ns/finance/sa/billing]}]",
            "cluster.local/ns/fin*]}]",
            8,
            "rule `claims` reaches beyond",
        ),
        ("sa/billing]}]", "sa/billing]}, {namespaces: [lab]}]", 8, "rule `claims` reaches beyond"),
        (
            "cluster.local/ns/finance/sa/billing]}]",
            "cluster.local/ns/lab/sa/x]}]",
            8,
            "rule `claims` reaches beyond",
        ),
        (
            "to: [{principals: [cluster.local/ns/finance/sa/billing]}]",
            "to: [{namespaces: [finance*]}]",
            8,
            "rule `cl",
        ),
        (
            "{host: billing.finance.",
            "{host: lab.clinic.",
            6,
            "`lab.clinic.svc.cluster.local` or its principal is not",
        ),
        (
            "principal: cluster.local/ns/finance",
            "principal: cluster.local/ns/lab",
            6,
            "`billing.finance.svc.cluster.lo",
        ),
        ("namespace: finance", "namespace: 'fin*'", 3, "`fin*` is not a namespace"),
        ("groups: [records]", "groups: [recods]", 9, "unknown workload group `recods`"),
        (
            "spec:\n",
            "spec:\n  workloadGroups: {records: [{}]}\n",
            5,
            "group `records` already exists",
        ),
    ],
)
def test_a_namespace_cannot_speak_for_others(old, new, line, message):
    assert old in FINANCE
    policy, problems = check_files({"a.yaml": WIDE, "b.yaml": FINANCE.replace(old, new)})
    assert policy is None
    assert [
        p.file for p in problems if p.line == line and p.message.startswith(message) and p.hint
    ] == ["b.yaml"]


@pytest.mark.parametrize(
    "to",
    [
        "{namespaces: [finance]}",
        "{principals: [cluster.local/ns/finance/*]}",
        "{principals: ['*'], namespaces: [finance]}",
    ],
)
def test_a_namespace_rules_its_own_workloads(to):
    text = FINANCE.replace("{principals: [cluster.local/ns/finance/sa/billing]}", to)
    assert parse_files({"a": WIDE, "b": text}).rules[0].name == "finance/claims"


@pytest.mark.parametrize(
    ("audit", "word"), [("", "each"), ("  audit: {}\n", "each"), *((f"  audit: {{uneventful: {w}}}\n", w) for w in ("each", "summary"))]
)  # fmt: skip
def test_how_uneventful_decisions_are_recorded(audit, word):
    assert (
        parse(WIDE.replace("  mode: enforce\n", audit or "  mode: enforce\n"), file="a").uneventful
        == word
    )


@pytest.mark.parametrize(
    ("audit", "message"),
    [
        ("summary", "`audit` is a single value, expected a mapping"),
        ("{uneventful: never}", "`uneventful` is `never`, expected `each` or `summary`"),
        ("{eventful: each}", "unknown key `eventful` in `audit`"),
    ],
)
def test_a_way_to_record_that_does_not_exist_is_an_error(audit, message):
    _, problems = check_files({"a": WIDE.replace("mode: enforce", f"audit: {audit}")})
    assert [p.message for p in problems if p.severity == "error"] == [message]


def test_a_namespace_does_not_say_how_decisions_are_recorded():
    text = FINANCE.replace("spec:", "spec:\n  audit: {uneventful: summary}", 1)
    _, problems = check_files({"a": WIDE, "b": text})
    assert [p.message for p in problems if p.severity == "error"] == [
        "`audit` is a setting of the whole mesh, not of namespace `finance`"
    ]


def test_files_of_the_whole_mesh_must_agree():
    other = HEAD + "metadata: {name: other}\nspec: {mode: monitor, onUnscannable: ALERT}\n"
    policy = parse_files({"a": WIDE, "b": other})
    assert (policy.name, policy.mode, policy.on_unscannable) == (
        "hospital+other",
        Mode.ENFORCE,
        Action.ALERT,
    )
    _, problems = check_files(
        {"a": WIDE.replace("  mode: enforce\n", "  onUnscannable: DENY\n"), "b": other}
    )
    assert [(p.file, p.message, p.hint) for p in problems if p.severity == "error"] == [
        ("b", "`onUnscannable` differs from another file", "see a, line 5; write it once")
    ]


def test_names_and_hosts_are_unique_across_files():
    policy, problems = check_files({"a": FINANCE, "b": FINANCE, "w": WIDE})
    assert policy is None
    assert {(p.file, p.message, p.hint) for p in problems} == {
        ("b", "rule `finance/claims` appears twice", "first in a, line 8; rename one"),
        (
            "b",
            "host `billing.finance.svc.cluster.local` appears twice in `services`",
            "first in a, line 6; remove one",
        ),
    }


WORDS = st.sampled_from(
    [*"{}[],:-*&'\n", "\t", "  ", "spec", "rules", "from", "name: ", "~", "1", "true", "x"]
)


@given(st.integers(0, len(CLINIC)), st.integers(0, 40), st.lists(WORDS, max_size=4).map("".join))
def test_any_edit_gives_a_policy_or_an_error(at, cut, put):
    policy, problems = check(CLINIC[:at] + put + CLINIC[at + cut :], file="p.yaml")
    assert (policy is None) is any(problem.severity == "error" for problem in problems)


def test_a_problem_of_a_rule_without_a_name_shows_no_empty_name():
    nameless = FINANCE.replace("- name: claims\n    from", "- from").replace(
        "to: [{principals: [cluster.local/ns/finance/sa/billing]}]", "to: [{}]"
    )
    messages = [p.message for p in check_files({"a.yaml": WIDE, "b.yaml": nameless})[1]]
    assert messages == ["the rule has no `name`", "the rule reaches beyond namespace `finance`"]
