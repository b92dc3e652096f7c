from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from mesh_strategies import ALL_FACTS, POLICIES, reports

from mesh.message.facts import Operation
from mesh.policy.decide import decide
from mesh.policy_file import lint as policy_lint
from mesh.policy_file.lint import adds_nothing
from mesh.policy_file.load import check

EHR, BILLING = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/finance/sa/billing"
EDGE = f"from: [{{principals: [{EHR}]}}], to: [{{principals: [{BILLING}]}}]"
HEAD = (
    "apiVersion: phiguard.dev/v1alpha1\nkind: SegmentationPolicy\nmetadata: {name: clinic}\nspec:\n"
)
SERVICES = f"  services: [{{host: billing, principal: {BILLING}}}]\n"


def warnings_of(*rules: str, spec: str = SERVICES) -> list[str]:
    listed = "".join(
        f"  - {{name: {name}, {rule}}}\n" for name, rule in zip("abcd", rules, strict=False)
    )
    policy, problems = check(
        f"{HEAD}{spec}" + (f"  rules:\n{listed}" if rules else ""), file="p.yaml"
    )
    assert policy is not None
    assert all(problem.severity == "warning" and problem.hint for problem in problems)
    return [f"{problem.line}: {problem.message}" for problem in problems]


def to(operation: str) -> str:
    return (
        f"from: [{{principals: [{EHR}]}}], to: [{{principals: [{BILLING}], operation: "
        f"{{{operation}}}}}]"
    )


def test_a_strict_policy_has_no_warnings():
    assert warnings_of(EDGE) == []
    assert warnings_of(spec="  audit: {uneventful: each}\n") == []
    assert warnings_of() == []


@pytest.mark.parametrize(
    ("spec", "warning"),
    [
        ("  mode: monitor\n", "5: mode `monitor` blocks nothing"),
        ("  onUnscannable: ALERT\n", "5: messages that could not be read completely pass"),
        ("  defaultAction: ALLOW\n", "5: PHI flows on every encrypted edge that no rule names"),
        (
            "  audit: {uneventful: summary}\n",
            "5: decisions on messages without findings are only counted, and a worker that is killed "
            "loses up to a second of the counts",
        ),
    ],
)
def test_a_loose_choice_is_pointed_out(spec, warning):
    assert warnings_of(spec=spec) == [warning]


@pytest.mark.parametrize(
    ("rule", "warning"),
    [
        (f"{EDGE}, when: {{mtls: any}}", "7: rule `a` lets PHI flow unencrypted"),
        (f"{EDGE}, mode: monitor", "7: rule `a` has mode `monitor` and blocks nothing"),
        (to("paths: [/x], protocols: [TCP]"), "7: rule `a` can never match"),
        (EDGE.replace("from: [{", "from: [{namespaces: [lab], "), "7: rule `a` can never match"),
        (
            f"{EDGE}, phi: {{request: {{allow: [PERSON_NAME], deny: [A]}}}}",
            "7: `PERSON_NAME` is allowed without effect in `request` of rule `a`",
        ),
        (
            f"{EDGE}, phi: {{request: {{redact: [DIAGNOSIS]}}}}",
            "7: `DIAGNOSIS` cannot be masked, so `request` of rule `a` denies it",
        ),
    ],
)
def test_a_rule_that_says_less_or_more_than_it_seems_is_pointed_out(rule, warning):
    assert warnings_of(rule) == [warning]


@pytest.mark.parametrize(
    ("rule", "warnings"),
    [
        (f"from: [{{principals: [{EHR}]}}], to: [{{hosts: [lab.example]}}]", []),
        ('from: [{ipBlocks: [10.0.0.0/8]}], to: [{principals: ["*"]}]', []),
        (
            f"from: [{{principals: [{EHR}]}}], to: [{{hosts: [a.example]}}, {{principals: [{BILLING}]}}]",
            ["7: rule `a` lets PHI flow unencrypted"],
        ),
    ],
)
def test_mutual_tls_is_only_asked_for_where_both_ends_can_prove_it(rule, warnings):
    assert warnings_of(f"{rule}, when: {{mtls: any}}") == warnings


def test_a_peer_without_an_identity_gets_no_phi_by_default():
    assert warnings_of(f"from: [{{principals: [{EHR}]}}], to: [{{hosts: [lab.example]}}]") == [
        "7: rule `a` names peers without an identity, to and from which no PHI may flow"
    ]


def test_a_star_takes_back_allowances_but_not_for_health_information():
    rule = f"{EDGE}, phi: {{response: {{allow: [A, DIAGNOSIS], redact: ['*']}}}}"
    assert warnings_of(rule) == ["7: `A` is allowed without effect in `response` of rule `a`"]


def test_a_rule_may_enforce_within_a_policy_that_monitors():
    assert warnings_of(f"{EDGE}, mode: enforce", spec=f"  mode: monitor\n{SERVICES}") == []


def test_of_an_audit_rule_only_what_makes_it_useless_is_pointed_out():
    assert warnings_of(EDGE, f"{EDGE}, action: AUDIT, when: {{mtls: any}}") == []
    assert warnings_of(f"{EDGE}, action: AUDIT", f"{EDGE}, action: AUDIT") == []
    assert warnings_of(f"{to('paths: [/x], protocols: [TCP]')}, action: AUDIT") == [
        "7: rule `a` can never match"
    ]


EXCEPTION = (
    f"  exceptions: [{{name: x, {EDGE}, allow: [URL], "
    "owner: privacy office, reason: r, expires: 2026-12-31}]\n"
)


@pytest.mark.parametrize(
    ("today", "warnings"),
    [
        (date(2026, 12, 31), []),
        (
            date(2027, 1, 1),
            [
                "exception `x` expired on 2026-12-31 and allows nothing (remove it, or ask "
                "privacy office)"
            ],
        ),
        (
            date(2025, 12, 1),
            ["exception `x` holds for more than a year (write a rule for what should last)"],
        ),
        (None, []),
    ],
)
def test_an_exception_that_is_over_or_without_end_is_pointed_out(today, warnings):
    _, problems = check(HEAD + SERVICES + EXCEPTION, file="p.yaml", today=today)
    assert [f"{p.message} ({p.hint})" for p in problems] == warnings


ALLOW_ALL = "phi: {request: {allow: ['*']}, response: {allow: ['*']}}"
ALLOW = "phi: {request: {allow: [%s]}, response: {allow: ['*']}}"


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        (EDGE, EDGE),
        (EDGE, to("methods: [POST], paths: [/claims]")),
        (to("paths: [/c*]"), to("paths: [/claims/*]")),
        (to("hosts: ['*.local']"), to("hosts: [a.local]")),
        (to("ports: [80, 81]"), to("ports: [80]")),
        (EDGE.replace("sa/ehr", "sa/*"), EDGE),
        (f"from: [{{}}], to: [{{principals: [{BILLING}]}}]", EDGE),
        (f"{EDGE}, {ALLOW % 'PERSON_NAME'}", EDGE),
        (f"{EDGE}, {ALLOW % 'A'}", f"{EDGE}, {ALLOW % 'PERSON_NAME'}"),
        (
            f"{EDGE}, phi: {{request: {{deny: [A]}}}}",
            f"{EDGE}, phi: {{request: {{redact: [A], allow: [A]}}}}",
        ),
    ],
)
def test_a_rule_that_another_covers_adds_nothing_in_either_order(wide, narrow):
    assert "8: rule `b` adds nothing to rule `a`" in warnings_of(wide, narrow)
    if wide != narrow and "response" not in wide:
        assert "7: rule `a` adds nothing to rule `b`" in warnings_of(narrow, wide)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (to("paths: [/a/*]"), to("paths: [/b/*]")),
        (f"{to('methods: [GET]')}, {ALLOW % 'B'}", f"{EDGE}, {ALLOW % 'A'}"),
        (f"{EDGE}, {ALLOW % 'B'}", f"{EDGE}, {ALLOW % 'A'}"),
        # `*` concerns individuals only; an infoType also covers a provider's identifier
        (f"{EDGE}, {ALLOW_ALL}", f"{EDGE}, phi: {{request: {{deny: [A]}}}}"),
        (f"{EDGE}, {ALLOW % 'A'}", f"{EDGE}, phi: {{request: {{otherwise: ALERT, allow: [B]}}}}"),
        (EDGE, to("protocols: [TCP]")),
        (
            f"{EDGE}, when: {{mtls: any}}, phi: {{request: {{deny: [A]}}}}",
            f"{EDGE}, phi: {{request: {{redact: [B]}}}}",
        ),
        (f"{EDGE}, phi: {{request: {{deny: [B]}}}}", f"{EDGE}, when: {{mtls: any}}"),
        (f"{EDGE}, phi: {{request: {{allow: [A], otherwise: ALERT}}}}", f"{EDGE}"),
        (f"{EDGE}, {ALLOW % 'A'}", f"{EDGE}, mode: enforce, {ALLOW % 'A'}"),
        (EDGE, f"{EDGE}, when: {{headers: {{x-purpose: [TREATMENT]}}}}"),
    ],
)
def test_rules_that_each_add_something_are_left_alone(first, second):
    spec = f"  mode: monitor\n{SERVICES}" if "mode: enforce" in second else SERVICES
    assert not [
        warning for warning in warnings_of(first, second, spec=spec) if "adds nothing" in warning
    ]


def test_a_destination_without_a_service_is_pointed_out_once():
    found = warnings_of(EDGE, to("paths: [/x]"), spec="  treatIdentifiersAsPhi: false\n")
    assert [warning for warning in found if "services" in warning] == [
        f"7: no entry of `services` has principal `{BILLING}`"
    ]


def test_a_pattern_as_destination_needs_one_service():
    assert warnings_of(EDGE.replace("sa/billing", "sa/*")) == []


@pytest.mark.parametrize(
    ("pattern", "found"), [("cluster.local/ns/finance/*", []), ("cluster.local/ns/fin/*", ["fin"])]
)
def test_a_pattern_finds_its_service_among_others(pattern, found):
    names = ("cluster.local/ns/a/sa/a", BILLING, "cluster.local/ns/z/sa/z")
    listed = ", ".join(f"{{host: {name[-1]}, principal: {name}}}" for name in names)
    rule = f"from: [{{principals: [{EHR}]}}], to: [{{principals: [{pattern}]}}]"

    assert [
        "fin" for w in warnings_of(rule, spec=f"  services: [{listed}]\n") if "services" in w
    ] == found


@pytest.mark.parametrize("sources", ["{groups: [all]}", "{principals: [PRINCIPALS]}"])
def test_long_lists_that_rules_share_do_not_hold_up_a_new_policy(sources, monkeypatch):
    """Fifty rules for one group of 200 once took two minutes."""
    names = [f"cluster.local/ns/n/sa/a{number}" for number in range(100)]
    members = ", ".join(f"{{principals: [{name}]}}" for name in names)
    rules = "".join(
        f"  - {{name: r{number}, from: "
        f"[{sources.replace('PRINCIPALS', ', '.join(names[::step]))}], to: [{{namespaces: "
        f"[t{number}]}}]}}\n"
        for number, step in enumerate([1, -1] * 20)
    )
    compared = 0

    def counted(covers):
        def count(wide, narrow):
            nonlocal compared
            compared += 1
            return covers(wide, narrow)

        return count

    for module, name in ((policy_lint, "_peer_covers"), (policy_lint.identity, "covers")):
        monkeypatch.setattr(module, name, counted(getattr(module, name)))
    policy, _ = check(
        f"{HEAD}  workloadGroups: {{all: [{members}]}}\n  rules:\n{rules}", file="p.yaml"
    )

    assert policy is not None
    assert compared < 2_100_000


@given(POLICIES, ALL_FACTS, reports())
def test_without_a_rule_that_adds_nothing_decisions_are_the_same(policy, facts, seen):
    # nothing ambiguous
    facts = replace(facts, operation=Operation("POST", "/claims", "billing", 80))
    decision = decide(facts, seen, policy)
    for rule in policy.rules:
        others = tuple(other for other in policy.rules if other is not rule)
        if any(adds_nothing(rule, other, policy.mode) for other in others):
            without = decide(facts, seen, replace(policy, rules=others))
            assert replace(decision, rules=()) == replace(without, rules=())


DENY_A = "phi: {request: {deny: [A]}}"
IN_VAIN = "without effect in `request` of rule `a`: rule `b`"


@pytest.mark.parametrize(
    ("first", "second", "warnings"),
    [
        (
            f"{EDGE}, {ALLOW % 'A, C'}",
            f"{EDGE}, {DENY_A}",
            [f"7: `A` is allowed {IN_VAIN} denies it there"],
        ),
        (
            f"{EDGE}, {ALLOW % 'PERSON_NAME'}",
            f"{EDGE}, {DENY_A}",
            [f"7: `PERSON_NAME` is allowed {IN_VAIN} denies it there"],
        ),
        (
            f"{EDGE}, phi: {{request: {{redact: [A]}}, response: {{allow: [A]}}}}",
            f"{EDGE.replace('sa/ehr', 'sa/*')}, {DENY_A}",
            [f"7: `A` is redacted {IN_VAIN} denies it there"],
        ),
        (
            f"{to('paths: [/claims]')}, {ALLOW % 'A'}",
            f"{EDGE}, phi: {{request: {{redact: ['*']}}}}",
            [f"7: `A` is allowed {IN_VAIN} redacts it there"],
        ),
        # a narrower rule exists to take back a part of what a wider one allows
        (f"{EDGE}, {ALLOW % 'A, C'}", f"{to('paths: [/claims]')}, {DENY_A}", []),
        (f"{EDGE}, {ALLOW % 'A, C'}", f"{EDGE}, action: AUDIT, {DENY_A}", []),
        (f"{EDGE}, {ALLOW % 'A, C'}", f"{EDGE}, when: {{claims: {{role: [x]}}}}, {DENY_A}", []),
        (f"{EDGE}, {ALLOW % 'C'}", f"{EDGE}, {DENY_A}", []),
        (f"{EDGE}, {ALLOW_ALL}", f"{EDGE}, {DENY_A}", []),
    ],
)
def test_what_another_rule_of_the_edge_denies_is_allowed_without_effect(first, second, warnings):
    assert warnings_of(first, second) == warnings


def test_an_exception_from_what_a_rule_denies_has_no_effect():
    exception = (
        f"{{name: b, {EDGE}, allow: [A], direction: request, "
        "owner: o, reason: r, expires: 2026-12-31}"
    )
    spec = f"{SERVICES}  exceptions: [{exception}]\n"
    assert warnings_of(f"{EDGE}, {DENY_A}", spec=spec) == [
        "6: `A` is allowed without effect in `request` of rule `b`: rule `a` denies it there"
    ]


def lists(media: str, direction: str = "request") -> str:
    return f"phi: {{{direction}: {{media: [{media}]}}}}"


def test_a_medium_that_another_rule_of_the_edge_does_not_list_is_pointed_out():
    listed = "phi: {request: {allow: [PERSON_NAME], media: [csv, json]}}"
    rules = f"{EDGE}, {listed}", f"from: [{{}}], to: [{{}}], {lists('json')}"
    assert warnings_of(*rules)[:1] == [
        "7: media `csv` is listed without effect in `request` of rule `a`: rule `b` does not list "
        "it there"
    ]


def test_a_list_of_media_beside_a_rule_without_one_or_in_another_direction_counts():
    anyone = "from: [{}], to: [{}]"
    for other in (anyone, f"{anyone}, {lists('json', 'response')}"):
        assert not [w for w in warnings_of(f"{EDGE}, {lists('csv')}", other) if "media" in w]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (f"{to('protocols: [HTTP, UPGRADE]')}, {lists('json')}", ["UPGRADE", "`request`"]),
        (f"{to('protocols: [TCP]')}, {lists('json', 'response')}", ["TCP", "`response`"]),
        (f"{to('protocols: [HTTP]')}, {lists('json')}", []),
        (to("protocols: [HTTP, UPGRADE]"), []),
    ],
)
def test_a_list_of_media_for_what_cannot_be_read_is_pointed_out(rule, words):
    found = [w for w in warnings_of(rule) if "cannot be read" in w]
    assert len(found) == bool(words)
    assert all(word in warning for warning in found for word in words)


@pytest.mark.parametrize(
    ("rule", "is_told"),
    [
        (f"{to('protocols: [MLLP]')}, when: {{claims: {{role: [a]}}}}", True),
        (f"{to('protocols: [MLLP]')}, when: {{headers: {{x-role: [a]}}}}", True),
        (to("protocols: [MLLP]"), False),
        (f"{to('protocols: [HTTP]')}, when: {{claims: {{role: [a]}}}}", False),
    ],
)
def test_a_rule_for_mllp_that_no_message_can_meet_is_pointed_out(rule, is_told):
    assert any("lists MLLP" in warning for warning in warnings_of(rule)) is is_told


def test_a_list_of_media_is_read_of_mllp():
    assert not any(
        "cannot be read" in w for w in warnings_of(f"{to('protocols: [MLLP]')}, {lists('hl7v2')}")
    )
