"""A broken namespace is set aside whole, and nothing that should be denied passes meanwhile."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.message.facts import Facts, Vantage
from mesh.policy.decide import decide, refuse
from mesh.policy.decision import Action, Mode, Reason
from mesh.policy_file.load import check_files
from mesh.policy_file.teams import LastGood, SetAside, settle
from phiscan.finding import ScanReport

NAMESPACES = ("clinic", "finance", "lab")


def text(namespace, name, **spec):
    scope = {"namespace": namespace} if namespace else {}
    return json.dumps(
        {
            "apiVersion": "phiguard.dev/v1alpha1",
            "kind": "SegmentationPolicy",
            "metadata": {"name": name, **scope},
            "spec": spec,
        },
        indent=2,
    )


def rule(name, namespace, **phi):
    return {
        "name": name,
        "from": [{}],
        "to": [{"namespaces": [namespace]}],
        "phi": {"request": phi},
    }


def wide(**spec):
    return text("", "mesh", **spec)


OPENS_ALL = {"name": "all", "from": [{}], "to": [{}], "phi": {"request": {"allow": ["*"]}}}
ROOTS = {
    "plain": wide(rules=[OPENS_ALL]),
    "with a group": wide(workloadGroups={"apps": [{"namespaces": ["apps"]}]}),
    "watching": wide(mode="monitor", defaultAction="ALLOW"),
    "with a service": wide(
        services=[
            {
                "host": "web.finance.svc.cluster.local",
                "principal": "cluster.local/ns/finance/sa/web",
            }
        ]
    ),
    "of a name": wide(rules=[{**OPENS_ALL, "name": "finance/in"}]),
    "broken": wide(rules=[{**OPENS_ALL, "fron": []}]),
    "broken with a team": wide(rules=[{**OPENS_ALL, "from": [{"groups": ["nobody"]}]}]),
}
UNITS = {
    "none": lambda ns: {},
    "opens": lambda ns: {f"{ns}/a": text(ns, "a", rules=[rule("in", ns, allow=["*"])])},
    "opens and narrows": lambda ns: {
        f"{ns}/a": text(ns, "a", rules=[rule("in", ns, allow=["*"])]),
        f"{ns}/b": text(ns, "b", rules=[rule("not", ns, deny=["US_SOCIAL_SECURITY_NUMBER"])]),
    },
    "opens, and narrows with a typing error": lambda ns: {
        f"{ns}/a": text(ns, "a", rules=[rule("in", ns, allow=["*"])]),
        f"{ns}/b": text(ns, "b", rules=[rule("not", ns, denny=["US_SOCIAL_SECURITY_NUMBER"])]),
    },
    "names a group of the mesh": lambda ns: {
        f"{ns}/a": text(ns, "a", rules=[{**rule("g", ns), "from": [{"groups": ["apps"]}]}])
    },
    "serves a host": lambda ns: {
        f"{ns}/a": text(
            ns,
            "a",
            services=[
                {"host": f"web.{ns}.svc.cluster.local", "principal": f"cluster.local/ns/{ns}/sa/w"}
            ],
        )
    },
    "claims a host of others": lambda ns: {
        f"{ns}/a": text(
            ns,
            "a",
            services=[
                {
                    "host": f"web.{other}.svc.cluster.local",
                    "principal": f"cluster.local/ns/{other}/sa/w",
                }
                for other in NAMESPACES
                if other != ns
            ],
        )
    },
    "reaches beyond": lambda ns: {
        f"{ns}/a": text(ns, "a", rules=[{**rule("out", ns), "to": [{}]}])
    },
    "is no object": lambda ns: {f"{ns}/a": "[", f"{ns}/b": text(ns, "b")},
    "names a rule twice": lambda ns: {
        f"{ns}/a": text(ns, "a", rules=[rule("in", ns)]),
        f"{ns}/b": text(ns, "b", rules=[rule("in", ns)]),
    },
}


def revision(root, kinds):
    """The texts of a revision, and who owns which."""
    units = {ns: UNITS[kind](ns) for ns, kind in zip(NAMESPACES, kinds, strict=True)}
    texts = {"mesh/wide": ROOTS[root]} | {f: t for unit in units.values() for f, t in unit.items()}
    return texts, {file: ns for ns, unit in units.items() for file in unit}, units


def alone(root, unit):
    """The policy of the mesh and one namespace, or None."""
    return check_files({"mesh/wide": ROOTS[root], **unit})[0]


def of_team(policy, namespace):
    return {r.name: r for r in policy.rules if r.name.startswith(f"{namespace}/")}


def to(namespace, vantage=Vantage.INBOUND, **more):
    return Facts(
        source="cluster.local/ns/apps/sa/ehr",
        destination=f"cluster.local/ns/{namespace}/sa/app",
        vantage=vantage,
        mtls=True,
        **more,
    )


kinds = st.tuples(*[st.sampled_from(sorted(UNITS))] * len(NAMESPACES))
roots = st.sampled_from(sorted(set(ROOTS) - {"of a name"}))


@given(roots, kinds, roots, kinds)
def test_a_namespace_has_its_newest_unit_or_its_last_good_one_or_is_closed(
    root, new, old_root, old
):
    texts, owners, units = revision(root, new)
    _, _, before = revision(old_root, old)
    good = {ns: unit for ns, unit in before.items() if alone(old_root, unit) is not None}
    settled = settle(texts, owners, LastGood(good))
    if alone(root, {}) is None:
        assert settled.policy is None
        return
    fits = {ns for ns in NAMESPACES if alone(root, units[ns]) is not None}
    assert {each.namespace for each in settled.aside} == set(NAMESPACES) - fits
    for ns in NAMESPACES:
        held = good.get(ns) if ns in good and alone(root, good[ns]) is not None else None
        chosen = units[ns] if ns in fits else held
        in_force = {f: t for f, t in settled.texts.items() if f.startswith(f"{ns}/")}
        assert in_force == (chosen or {})
        assert (ns in settled.policy.closed) == (chosen is None)
        if chosen is not None:
            assert of_team(settled.policy, ns) == of_team(alone(root, chosen), ns)
        else:
            assert of_team(settled.policy, ns) == {}


@given(roots, kinds, st.sampled_from(NAMESPACES), st.sampled_from(sorted(UNITS)))
def test_what_one_namespace_writes_changes_nothing_for_another(root, new, namespace, kind):
    texts, owners, _ = revision(root, new)
    changed = list(new)
    changed[NAMESPACES.index(namespace)] = kind
    others, other_owners, _ = revision(root, changed)
    one, two = settle(texts, owners, LastGood()), settle(others, other_owners, LastGood())
    assert (one.policy is None) == (two.policy is None)
    if one.policy is not None and two.policy is not None:
        for ns in set(NAMESPACES) - {namespace}:
            assert of_team(one.policy, ns) == of_team(two.policy, ns)
            assert one.policy.closed.get(ns) == two.policy.closed.get(ns)


@given(roots, kinds, st.sampled_from(NAMESPACES))
def test_a_namespace_without_a_last_good_unit_gets_no_message(root, new, namespace):
    texts, owners, _ = revision(root, new)
    settled = settle(texts, owners, LastGood())
    if settled.policy is None or namespace not in settled.policy.closed:
        return
    facts = [
        to(namespace),
        Facts(
            source="cluster.local/ns/apps/sa/ehr",
            vantage=Vantage.OUTBOUND,
            service=f"x.{namespace}.svc.cluster.local",
        ),
    ]
    for each in facts:
        decision = decide(each, ScanReport(), settled.policy)
        assert (decision.action, decision.reason) == (Action.DENY, Reason.NO_POLICY)
        assert decision.enforced is (settled.policy.closed[namespace] is Mode.ENFORCE)
        assert refuse(Reason.OVERLOADED, settled.policy, each).enforced is decision.enforced


def in_force(root, new):
    """What would be known of a good revision that is in force."""
    texts, owners, units = revision(root, new)
    assert settle(texts, owners, LastGood()).aside == ()
    return LastGood(units, is_in_force=True)


def test_a_change_of_the_mesh_that_a_unit_in_force_cannot_be_read_with_is_held():
    before = in_force("with a group", ("names a group of the mesh", "opens", "none"))
    texts, owners, _ = revision("plain", ("names a group of the mesh", "opens", "none"))
    settled = settle(texts, owners, before)
    assert settled.policy is None
    assert {each.file for each in settled.problems if each.severity == "error"} == {"clinic/a"}


def test_after_a_restart_the_same_change_closes_that_namespace_only():
    kept = LastGood(in_force("with a group", ("names a group of the mesh", "opens", "none")).units)
    texts, owners, _ = revision("plain", ("names a group of the mesh", "opens", "none"))
    settled = settle(texts, owners, kept)
    assert [(each.namespace, each.closed) for each in settled.aside] == [("clinic", True)]
    assert settled.policy.closed == {"clinic": Mode.ENFORCE}


def test_a_namespace_that_is_closed_stays_closed_until_its_unit_is_good():
    texts, owners, _ = revision("plain", ("reaches beyond", "opens", "none"))
    closed = LastGood({"finance": UNITS["opens"]("finance")}, frozenset({"clinic"}), True)
    assert settle(texts, owners, closed).policy.closed == {"clinic": Mode.ENFORCE}
    texts, owners, _ = revision("plain", ("opens", "opens", "none"))
    assert settle(texts, owners, closed).policy.closed == {}


def test_the_first_object_of_a_namespace_is_broken_and_nothing_changes():
    before = in_force("plain", ("none", "opens", "none"))
    texts, owners, _ = revision("plain", ("reaches beyond", "opens", "none"))
    settled = settle(texts, owners, before)
    assert [(each.namespace, each.closed) for each in settled.aside] == [("clinic", False)]
    assert settled.policy == check_files(settled.texts)[0]


def test_a_clash_with_the_mesh_is_the_fault_of_the_namespace():
    """The mesh's files may sort later: the namespace must not hold them."""
    own = {"finance/a": text("finance", "a", rules=[rule("in", "finance")])}
    settled = settle({"mesh/wide": ROOTS["of a name"], **own}, {"finance/a": "finance"}, LastGood())
    assert [each.namespace for each in settled.aside] == ["finance"]
    assert [r.name for r in settled.policy.rules] == ["finance/in"]
    assert settled.aside[0].problems[0].message == "rule `finance/in` appears twice"


def test_all_files_together_are_too_many_and_the_last_namespace_pays(monkeypatch):
    monkeypatch.setattr("mesh.policy_file.load.MOST_ENTRIES", 5)
    texts, owners, _ = revision("plain", ("opens", "opens", "none"))
    settled = settle(texts, owners, LastGood())
    assert [(each.namespace, each.closed) for each in settled.aside] == [("finance", True)]
    assert "more than 5 entries" in settled.aside[0].problems[0].message


def test_a_limit_of_all_files_that_is_exceeded_later_holds_the_revision(monkeypatch):
    """Whose fault it is cannot be told from the place where the reader stops."""
    before = in_force("plain", ("none", "opens", "none"))
    monkeypatch.setattr("mesh.policy_file.load.MOST_ENTRIES", 5)
    texts, owners, _ = revision("plain", ("opens", "opens", "none"))
    settled = settle(texts, owners, before)
    assert settled.policy is None
    assert "more than 5 entries" in settled.problems[0].message


def test_the_digest_says_which_namespaces_are_closed():
    texts, owners, _ = revision("plain", ("reaches beyond", "none", "none"))
    closed = settle(texts, owners, LastGood()).policy
    open_ = settle(texts, owners, LastGood(is_in_force=True)).policy
    assert closed.digest != open_.digest
    assert closed.rules == open_.rules


@pytest.mark.parametrize(
    ("spec", "mode"),
    [
        ({"ruls": []}, Mode.MONITOR),
        ({"mode": "discover", "ruls": []}, Mode.MONITOR),
        ({"mode": "enforce", "ruls": []}, Mode.ENFORCE),
        ({"mode": "enfroce"}, Mode.ENFORCE),
        ({"modus": "x"}, Mode.ENFORCE),
        ({"rules": [{**rule("in", "clinic"), "Mode": ["Enforce"]}]}, Mode.ENFORCE),
        ({"ruls": ["enforced"]}, Mode.ENFORCE),
    ],
)
def test_a_mesh_that_watches_is_blocked_only_where_the_broken_unit_may_have_asked_for_it(
    spec, mode
):
    texts = {"mesh/wide": ROOTS["watching"], "clinic/a": text("clinic", "a", **spec)}
    policy = settle(texts, {"clinic/a": "clinic"}, LastGood()).policy
    assert policy.closed == {"clinic": mode}
    assert policy.enforces is (mode is Mode.ENFORCE)
    assert decide(to("clinic"), ScanReport(), policy).enforced is (mode is Mode.ENFORCE)


def test_a_text_that_cannot_be_read_may_have_asked_for_anything():
    texts = {"mesh/wide": ROOTS["watching"], "clinic/a": "["}
    policy = settle(texts, {"clinic/a": "clinic"}, LastGood()).policy
    assert policy.closed == {"clinic": Mode.ENFORCE}


def test_nothing_is_left_to_put_in_force():
    broken = {"clinic/a": "["}
    settled = settle(broken, {"clinic/a": "clinic"}, LastGood())
    assert settled.policy is None
    assert settled.problems


def test_set_aside_names_the_problems():
    texts, owners, _ = revision("plain", ("reaches beyond", "none", "none"))
    (aside,) = settle(texts, owners, LastGood()).aside
    assert isinstance(aside, SetAside)
    assert [p.message for p in aside.problems] == ["rule `out` reaches beyond namespace `clinic`"]
