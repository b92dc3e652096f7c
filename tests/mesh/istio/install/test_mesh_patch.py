import copy

import pytest
import yaml

from mesh.istio import mesh_wide
from mesh.istio.install.mesh_patch import MeshPatchError, put, remove
from mesh.istio.installation import Installation

PART = mesh_wide.mesh_config(Installation("phiguard-system", "phiguard:1"))
OWN = {"name": "zipkin", "zipkin": {"service": "zipkin.obs", "port": 9411}}
MESH = {"extensionProviders": [OWN], "accessLogFile": "/dev/stdout", "enableAutoMtls": True}
CONFIG_MAP = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "istio", "namespace": "istio-system", "resourceVersion": "7", "uid": "u"},
    "data": {"mesh": yaml.safe_dump(MESH), "meshNetworks": "networks: {}"},
}
OPERATOR = {
    "apiVersion": "install.istio.io/v1alpha1",
    "kind": "IstioOperator",
    "spec": {"profile": "default", "meshConfig": MESH},
}
HELM = {"pilot": {"autoscaleMin": 2}, "meshConfig": MESH}
FORMS = {"config map": CONFIG_MAP, "operator": OPERATOR, "helm": HELM, "bare": MESH}


def mesh_of(document):
    if document.get("kind") == "ConfigMap":
        return yaml.safe_load(document["data"]["mesh"])
    if document.get("kind") == "IstioOperator":
        return document["spec"]["meshConfig"]
    return document.get("meshConfig", document)


def names(document):
    return [each["name"] for each in mesh_of(document)["extensionProviders"]]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_there_stays_and_the_guards_part_is_added_in_the_same_form(form):
    given = copy.deepcopy(FORMS[form])
    merged = put(given, PART).document

    assert given == FORMS[form]
    assert names(merged) == ["zipkin", "phiguard", "otel-tracing"]
    assert mesh_of(merged)["extensionProviders"][0] == OWN
    assert mesh_of(merged)["accessLogFile"] == "/dev/stdout"
    assert merged.get("kind") == given.get("kind")


@pytest.mark.parametrize("form", FORMS)
def test_a_second_time_changes_nothing(form):
    once = put(FORMS[form], PART)
    again = put(once.document, PART)
    assert again.document == once.document
    assert again.changes == []


@pytest.mark.parametrize("form", FORMS)
def test_removing_leaves_the_providers_of_others(form):
    removed = remove(put(FORMS[form], PART).document, PART)
    assert names(removed.document) == ["zipkin"]
    assert len(removed.changes) == 2


def test_a_provider_of_the_guards_that_differs_is_replaced_and_told():
    old = copy.deepcopy(MESH)
    old["extensionProviders"].append({"name": "phiguard", "envoyExtAuthzGrpc": {"failOpen": True}})
    merged = put({"meshConfig": old}, PART)
    (found,) = [
        each
        for each in mesh_of(merged.document)["extensionProviders"]
        if each["name"] == "phiguard"
    ]
    assert found["envoyExtAuthzGrpc"]["failOpen"] is False
    assert "extensionProviders: `phiguard` replaced" in merged.changes


def test_nothing_there_gives_helm_values():
    assert put({}, PART).document == PART


def test_what_the_api_server_writes_is_left_out_and_the_other_keys_are_kept():
    merged = put(CONFIG_MAP, PART).document
    assert merged["metadata"] == {"name": "istio", "namespace": "istio-system"}
    assert merged["data"]["meshNetworks"] == "networks: {}"


def test_a_format_of_ones_own_stays_and_is_told():
    merged = put({"meshConfig": {"accessLogFormat": "%PROTOCOL%"}}, PART)
    assert mesh_of(merged.document)["accessLogFormat"] == "%PROTOCOL%"
    assert any("yours stays" in line for line in merged.changes)


def test_calls_to_the_guard_are_encrypted_again():
    merged = put({"meshConfig": {"enableAutoMtls": False}}, PART)
    assert mesh_of(merged.document)["enableAutoMtls"] is True
    assert any("in clear" in line for line in merged.changes)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"meshConfig": {"extensionProviders": [{"name": "phiguard-lax"}]}}, "by prefix"),
        ({"meshConfig": {"extensionProviders": {"name": "a"}}}, "is not a list"),
        ({"meshConfig": {"extensionProviders": [{"zipkin": {}}]}}, "has no name"),
        ({"meshConfig": "text"}, "is not a mapping"),
        ({"kind": "Deployment"}, "Deployment holds no mesh configuration"),
        ({"kind": "ConfigMap", "data": {"mesh": "a: ["}}, "is not YAML"),
        ({"kind": "ConfigMap", "data": {"mesh": "- a"}}, "is not a mapping"),
    ],
)
def test_what_cannot_be_merged_into_is_one_line_with_the_fix(given, told):
    for change in (put, remove):
        if change is remove and told == "by prefix":
            continue
        with pytest.raises(MeshPatchError, match=told) as error:
            change(given, PART)
        assert "\n" not in str(error.value)
