from mesh.istio import mllp, network_ext_proc
from mesh.istio.installation import Installation

INSTALLATION = Installation("phiguard-system", "phiguard:1")
OBJECTS = {each["metadata"]["name"]: each for each in mllp.objects(INSTALLATION, (2575, 12575))}


def patches(name):
    return OBJECTS[name]["spec"]["configPatches"]


def places(name):
    return [
        (
            patch["match"]["listener"]["portNumber"],
            patch["match"]["listener"]["filterChain"]["filter"]["name"],
            patch["patch"]["operation"],
        )
        for patch in patches(name)
    ]


def test_there_is_an_object_for_each_direction_and_each_label():
    labels = {
        name: each["spec"]["workloadSelector"]["labels"]["phiguard.dev/guarded"]
        for name, each in OBJECTS.items()
    }
    assert labels == {
        "phiguard-inbound-mllp": "true",
        "phiguard-outbound-mllp": "true",
        "phiguard-inbound-mllp-streaming": "streaming",
        "phiguard-outbound-mllp-streaming": "streaming",
    }


def test_the_receiver_judges_before_the_proxy_in_place_of_ext_authz_on_each_port():
    proxy, authz = "envoy.filters.network.tcp_proxy", "envoy.filters.network.ext_authz"
    assert places("phiguard-inbound-mllp") == [
        (2575, proxy, "INSERT_BEFORE"),
        (2575, authz, "REMOVE"),
        (12575, proxy, "INSERT_BEFORE"),
        (12575, authz, "REMOVE"),
    ]
    inserted = patches("phiguard-inbound-mllp")[0]
    assert inserted["match"]["context"] == "SIDECAR_INBOUND"
    assert inserted["patch"]["value"] == network_ext_proc.inbound(INSTALLATION)


def test_the_sender_judges_before_the_proxy_on_each_port():
    found = places("phiguard-outbound-mllp")
    assert [(port, operation) for port, _, operation in found] == [
        (2575, "INSERT_BEFORE"),
        (12575, "INSERT_BEFORE"),
    ]
    inserted = patches("phiguard-outbound-mllp")[0]
    assert inserted["match"]["context"] == "SIDECAR_OUTBOUND"
    assert inserted["patch"]["value"] == network_ext_proc.outbound(INSTALLATION)


def test_a_pod_for_streams_gets_the_same_patches():
    for name in ("phiguard-inbound-mllp", "phiguard-outbound-mllp"):
        assert patches(name) == patches(f"{name}-streaming")
