from itertools import combinations

import pytest

from mesh.policy.policy import Peer
from mesh.policy_file import load as policy_file
from mesh.policy_file import peers as policy_peers
from mesh.policy_file.groups import BUILT_IN_GROUPS
from mesh.policy_file.load import check, parse
from phiscan.identifiers import INFO_TYPES, Identifier

HEAD = "apiVersion: phiguard.dev/v1alpha1\nkind: SegmentationPolicy\nmetadata: {name: p}\nspec:\n"


def allowed(groups: str, allow: str):
    rule = (
        f"  rules: [{{name: r, from: [{{}}], to: [{{}}], phi: {{request: {{allow: {allow}}}}}}}]\n"
    )
    return parse(HEAD + groups + rule, file="p.yaml").rules[0].request.allow


def problems_of(spec: str):
    policy, problems = check(HEAD + spec, file="p.yaml")
    return [(p.line, p.message, p.hint) for p in problems if p.severity == "error"], policy


def info_types(entries):
    return {
        name for name, info in INFO_TYPES.items() if name in entries or info.identifier in entries
    }


def test_a_limited_data_set_is_safe_harbor_without_the_direct_identifiers():
    """45 CFR 164.514(e)(2): every infoType of a class is in exactly one of the two."""
    direct, limited, all_of_them = (
        info_types(BUILT_IN_GROUPS[name])
        for name in ("direct-identifiers", "limited-data-set", "safe-harbor")
    )
    assert (direct | limited, direct & limited) == (all_of_them, set())
    assert all_of_them == {name for name, info in INFO_TYPES.items() if info.identifier}
    assert BUILT_IN_GROUPS["safe-harbor"] == {identifier.value for identifier in Identifier}


def test_what_a_limited_data_set_keeps():
    assert info_types(BUILT_IN_GROUPS["limited-data-set"]) == {
        *("CITY", "US_ZIP_CODE", "DATE_OF_BIRTH", "DATE_OF_DEATH", "SERVICE_DATE", "AGE_OVER_89"),
        *("PATIENT_REFERENCE", "UNIQUE_CODE"),
    }


def test_clinical_financial_and_direct_tell_health_money_and_persons_apart():
    assert all(INFO_TYPES[name].identifier is None for name in BUILT_IN_GROUPS["clinical"])
    assert not info_types(BUILT_IN_GROUPS["clinical"]) & info_types(BUILT_IN_GROUPS["financial"])
    assert BUILT_IN_GROUPS["financial"] < BUILT_IN_GROUPS["direct-identifiers"]


def test_groups_may_name_groups_in_any_order():
    own = "  identifierGroups: {outer: [inner, A], inner: [financial, URL]}\n"
    assert allowed(own, "[outer, G]") == {"A", "G", "I", "J", "URL"}


@pytest.mark.parametrize(
    ("spec", "line", "message", "hint"),
    [
        (
            "  identifierGroups:\n    a: [b]\n    b: [c]\n    c: [a]\n",
            6,
            "groups refer to each other in a cycle: `a` -> `b` -> `c` -> `a`",
            "remove one of the references",
        ),
        (
            "  identifierGroups: {a: [a]}\n",
            5,
            "groups refer to each other in a cycle: `a` -> `a`",
            "remove one of the references",
        ),
        (
            "  workloadGroups: {a: [{groups: [b]}], b: [{groups: [a]}]}\n",
            5,
            "groups refer to each other in a cycle: `a` -> `b` -> `a`",
            "remove one of the references",
        ),
        (
            "  identifierGroups: {a: []}\n",
            5,
            "group `a` names nothing",
            "list infoTypes, classes A to R, or groups",
        ),
        ("  workloadGroups: {a: []}\n", 5, "group `a` is empty", "list workloads as in `from`"),
        (
            "  identifierGroups: {A: [B]}\n",
            5,
            "`A` cannot name a group",
            "write lower-case letters, digits and `-`",
        ),
        (
            "  identifierGroups: {clinical: [B]}\n",
            5,
            "group `clinical` already exists",
            "it is built in or defined for the whole mesh; choose another name",
        ),
        (
            "  identifierGroups: {a: ['*']}\n",
            5,
            "unknown infoType, class or group `*`",
            "write an infoType, a class A to R, a group, or `*`",
        ),
        (
            "  identifierGroups: {a: [finacial]}\n",
            5,
            "unknown infoType, class or group `finacial`",
            "did you mean `financial`?",
        ),
        (
            "  workloadGroups: {a: [{groups: [x]}]}\n",
            5,
            "unknown workload group `x`",
            "add it to `spec.workloadGroups`",
        ),
        (
            "  workloadGroups: {a: [{operation: {}}]}\n",
            5,
            "unknown key `operation` in an entry of group `a`",
            "known: principals, namespaces",
        ),
        (
            "  workloadGroups: {a: [{}], b: [{groups: [a], namespaces: [x]}]}\n",
            5,
            "`namespaces` cannot be combined with `groups`",
            "give it an entry of its own, or put it in a group",
        ),
    ],
)
def test_a_wrong_group_is_an_error_with_a_hint(spec, line, message, hint):
    found, policy = problems_of(spec)
    assert policy is None
    assert any(
        (at, said) == (line, message) and way.startswith(hint[:30]) for at, said, way in found
    ), found


def test_a_workload_group_stands_for_its_members_each_once():
    spec = (
        "  workloadGroups: {clinic: [{namespaces: [clinic]}], all: [{groups: [clinic, clinic]}, "
        "{namespaces: [lab]}]}\n"
        "  rules: [{name: r, from: [{groups: [all]}, {groups: [clinic]}], to: [{groups: "
        "[clinic], operation: {methods: [GET]}}]}]\n"
    )
    (rule,) = parse(HEAD + spec, file="p.yaml").rules
    assert rule.sources == (Peer(namespaces=("clinic",)), Peer(namespaces=("lab",)))
    ((target,),) = (rule.targets,)
    assert (target.peer, target.operation.methods) == (Peer(namespaces=("clinic",)), ("GET",))


def test_groups_of_groups_do_not_grow_without_bound():
    """Thirty levels that each name the level below twice would give a billion members."""
    levels = "".join(
        f"    g{n}: [{{groups: [g{n - 1}]}}, {{groups: [g{n - 1}]}}]\n" for n in range(1, 31)
    )
    spec = (
        f"  workloadGroups:\n    g0: [{{namespaces: [a]}}]\n{levels}  rules: [{{name: r, from: "
        f"[{{groups: [g30]}}], to: [{{}}]}}]\n"
    )
    assert parse(HEAD + spec, file="p.yaml").rules[0].sources == (Peer(namespaces=("a",)),)


@pytest.mark.parametrize("direction", ["from", "to"])
def test_rules_that_write_out_too_much_are_an_error(direction, monkeypatch):
    """A short file can name a long group in each of its rules: memory and time would multiply."""
    monkeypatch.setattr(policy_file, "MOST_ENTRIES", 100)
    members = ", ".join(f"{{namespaces: [n{number}]}}" for number in range(20))
    ends = {"from": "{}", "to": "{}", direction: "{groups: [all]}"}
    rules = "".join(
        f"  - {{name: r{n}, from: [{ends['from']}], to: [{ends['to']}]}}\n" for n in range(9)
    )
    found, policy = problems_of(f"  workloadGroups: {{all: [{members}]}}\n  rules:\n{rules}")

    assert policy is None
    assert [(line, message) for line, message, _ in found] == [
        (11, "the rules have more than 100 entries after groups are expanded")
    ]


def test_groups_that_write_out_too_much_are_an_error(monkeypatch):
    monkeypatch.setattr(policy_peers, "MOST_ENTRIES", 100)
    members = ", ".join(f"{{namespaces: [n{number}]}}" for number in range(20))
    groups = "".join(f"    g{number}: [{{groups: [all]}}]\n" for number in range(9))
    found, policy = problems_of(f"  workloadGroups:\n    all: [{members}]\n{groups}")

    assert policy is None
    assert [message for _, message, _ in found] == [
        "the groups hold more than 100 workloads after groups are expanded"
    ]


def test_every_group_of_names_is_disjoint_or_contained_where_the_law_says_so():
    pairs = {
        (a, b)
        for a, b in combinations(sorted(BUILT_IN_GROUPS), 2)
        if info_types(BUILT_IN_GROUPS[a]) & info_types(BUILT_IN_GROUPS[b])
    }
    assert pairs == {
        ("direct-identifiers", "financial"),
        ("direct-identifiers", "safe-harbor"),
        ("financial", "safe-harbor"),
        ("limited-data-set", "safe-harbor"),
    }
