"""The objects of a cluster: what it refuses is a problem, and never an empty list."""

import pytest
import yaml
from posture_cluster import Api
from posture_folder import objects

from extauthz.policies.kubernetes_api import Api as Address
from extauthz.posture import cluster
from extauthz.posture import collection as collections
from extauthz.posture.kinds import KINDS
from mesh.posture.declared import NEEDED


@pytest.fixture
def api():
    with Api(objects()) as running:
        yield running


def collected(api, root="istio-system"):
    return cluster.collect(Address(api.url), root)


def listed(api):
    found, _ = collections.objects_of(collected(api))
    return found.listed


def test_a_cluster_that_answers_is_known_whole(api):
    found = collected(api)
    snapshot, problems = collections.objects_of(found)
    assert snapshot.listed >= set(NEEDED)
    assert [each.in_force for each in snapshot.kind("MeshConfig")] == [True]
    assert (found.problems, problems) == (
        (), ("ConfigMap istio-sidecar-injector of Istio was not given",),
    )  # fmt: skip
    assert min(each.at for each in found.listings) >= found.at
    assert not [path for path in api.paths if "secrets" in path]


@pytest.mark.parametrize("status", [401, 403, 410, 429, 500])
@pytest.mark.parametrize("name", ["Pod", "EnvoyFilter", "MutatingWebhookConfiguration"])
def test_a_kind_that_is_refused_is_not_listed(api, name, status):
    (kind,) = (each for each in KINDS if each.name == name)
    api.refused = dict.fromkeys(kind.paths, status)
    found = collected(api)
    assert name not in collections.objects_of(found)[0].listed
    (problem,) = found.problems
    assert problem.startswith(f"{kind.resource}: ")
    assert str(status) in problem


def test_a_kind_that_is_not_installed_is_listed_and_empty(api):
    api.groups = frozenset({"", "apps", "networking.istio.io", "admissionregistration.k8s.io"})
    kinds = listed(api)
    assert {"HTTPRoute", "Gateway", "EnvoyFilter"} <= kinds


def test_a_kind_in_a_version_that_is_not_known_is_not_listed(api):
    api.versions["security.istio.io"] = {"v9": ["peerauthentications"]}
    found = collected(api)
    assert "PeerAuthentication" not in collections.objects_of(found)[0].listed
    problems = "\n".join(found.problems)
    assert (
        "peerauthentications.security.istio.io: is there only as security.istio.io/v9" in problems
    )


def test_an_older_version_that_is_known_is_asked_for(api):
    api.refused = {"/apis/gateway.networking.k8s.io/v1/tlsroutes": 404}
    assert "TLSRoute" in listed(api)


@pytest.mark.parametrize("body", [b"garbage", b"[]", {"items": 5, "metadata": {}}, {"items": [5]}])
def test_a_response_of_another_form_is_no_list(api, body):
    api.answers["/api/v1/pods"] = (200, body)
    assert "Pod" not in listed(api)


def test_a_server_that_does_not_answer_is_asked_once(api):
    api.close()
    found = collected(api)
    assert (found.listings, len(found.problems)) == ((), 1)
    assert "namespaces: " in found.problems[0]
    assert "the API server cannot be asked" in found.problems[0]


def test_a_list_whose_next_page_is_too_old_is_begun_again(api):
    api.once["/api/v1/pods"] = 410
    assert "Pod" in listed(api)


def test_a_configuration_that_is_forbidden_leaves_no_other_in_force(api):
    api.refused = {"/api/v1/namespaces/istio-system/configmaps/istio": 403}
    found = collected(api)
    snapshot, _ = collections.objects_of(found)
    assert [each.in_force for each in snapshot.kind("MeshConfig")] in ([], [False])
    assert "ConfigMap istio-system/istio: status 403" in found.problems[0]


def test_the_role_lists_and_watches_and_reads_no_secret():
    role, named = yaml.safe_load_all(cluster.role("istio-system"))
    resources = {r for rule in role["rules"] for r in rule["resources"]}
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"list", "watch"}
    assert resources == {kind.plural for kind in KINDS}
    assert "secrets" not in resources
    assert "*" not in str(role)
    assert (named["metadata"]["namespace"], named["rules"][0]["verbs"]) == ("istio-system", ["get"])
    assert named["rules"][0]["resourceNames"] == ["istio", "istio-sidecar-injector"]
