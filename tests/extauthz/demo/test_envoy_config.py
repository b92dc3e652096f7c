"""A sidecar's bootstrap has istiod's shapes, with phiguard's filters where an admin puts them."""

import json
from pathlib import Path
from typing import Any

import pytest

from extauthz.demo import envoy_config
from extauthz.demo.gates import Gates
from extauthz.demo.topology import BILLING, EHR, GUARD, WORKLOADS, CertificateFiles, Mesh, Ports
from mesh.istio.mesh_wide import CLIENTS_TAGS, METHOD_OPERATOR, METHOD_TAG, URL_TAG

_GUARD = "outbound|9000||phiguard.phiguard-system.svc.cluster.local"
_PROCESSOR = "phiguard.ext_proc"
_TAIL = ["envoy.filters.http.grpc_stats", "envoy.filters.http.fault", "envoy.filters.http.cors"]


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    files = CertificateFiles(tmp_path / "cert", tmp_path / "key", tmp_path / "ca")
    ports = {
        w: Ports(*range(first, first + 4))
        for w, first in zip(WORKLOADS, (100, 200, 300), strict=True)
    }
    return Mesh(ports, 900, 901, 902, dict.fromkeys((*WORKLOADS, GUARD), files))


def _json(mesh: Mesh, **options: Any) -> Any:
    return json.loads(json.dumps(envoy_config.bootstrap(BILLING, mesh, **options).to_dict()))


def _manager(config: Any, listener: int, chain: int = 0) -> Any:
    chains = config["staticResources"]["listeners"][listener]["filterChains"]
    return chains[chain]["filters"][0]["typedConfig"]


def _filters(config: Any, listener: int) -> dict[str, Any]:
    """The configuration of each filter; of one that a matcher can skip, that of the filter in it."""
    configs = {one["name"]: one["typedConfig"] for one in _manager(config, listener)["httpFilters"]}
    return {
        name: config.get("extensionConfig", {}).get("typedConfig", config)
        for name, config in configs.items()
    }


def test_outbound_the_guard_comes_first(mesh: Mesh) -> None:
    filters = _filters(_json(mesh), 1)

    assert list(filters) == [_PROCESSOR, *_TAIL, "envoy.filters.http.router"]
    assert filters[_PROCESSOR]["processingMode"] == {
        "requestHeaderMode": "SEND",
        "responseHeaderMode": "SKIP",
        "requestBodyMode": "BUFFERED",
        "requestTrailerMode": "SEND",
        "responseTrailerMode": "SKIP",
    }
    assert "failureModeAllow" not in filters[_PROCESSOR]


def test_inbound_requests_are_checked_first_and_answers_last(mesh: Mesh) -> None:
    filters = _filters(_json(mesh), 0)

    assert list(filters) == [
        "envoy.filters.http.rbac",
        "envoy.filters.http.ext_authz",
        *_TAIL,
        _PROCESSOR,
        "phiguard.grpc_message",
        "envoy.filters.http.router",
    ]
    assert filters["envoy.filters.http.ext_authz"]["withRequestBody"] == {
        "maxRequestBytes": 1048576,
        "packAsBytes": True,
    }
    assert "failureModeAllow" not in filters["envoy.filters.http.ext_authz"]
    assert filters[_PROCESSOR]["processingMode"]["responseBodyMode"] == "BUFFERED"


def test_answers_are_skipped_by_the_matcher_that_ships(mesh: Mesh) -> None:
    filters = _manager(_json(mesh), 0)["httpFilters"]
    (wrapped,) = (one["typedConfig"] for one in filters if one["name"] == _PROCESSOR)
    (only,) = wrapped["xdsMatcher"]["matcherList"]["matchers"]

    assert wrapped["@type"].endswith("ExtensionWithMatcher")
    assert "onNoMatch" not in wrapped["xdsMatcher"]
    assert only["onMatch"]["action"]["typedConfig"]["@type"].endswith("SkipFilter")
    cel = only["predicate"]["singlePredicate"]["customMatch"]["typedConfig"]
    assert cel["exprMatch"]["celExprParsed"]["expr"]["callExpr"]["function"] == "_||_"


def test_ext_authz_fires_on_the_policy_that_shadow_rbac_reports(mesh: Mesh) -> None:
    filters = _filters(_json(mesh), 0)
    (policy,) = filters["envoy.filters.http.rbac"]["shadowRules"]["policies"]
    wanted = filters["envoy.filters.http.ext_authz"]["filterEnabledMetadata"]["value"][
        "stringMatch"
    ]["prefix"]

    assert policy == "istio-ext-authz-phiguard-ns[finance]-policy[phiguard]-rule[0]"
    assert policy.startswith(wanted)


def test_identity_is_asked_for_where_it_arrives(mesh: Mesh) -> None:
    config = _json(mesh)

    assert (
        "xds.node.metadata['SERVICE_ACCOUNT']"
        in _filters(config, 1)[_PROCESSOR]["requestAttributes"]
    )
    answers = _filters(config, 0)[_PROCESSOR]
    assert "connection.uri_san_peer_certificate" in answers["responseAttributes"]
    assert "requestAttributes" not in answers
    assert config["node"]["metadata"] == {"SERVICE_ACCOUNT": "billing", "NAMESPACE": "finance"}


def test_inbound_takes_only_certificates_of_the_trust_domain(mesh: Mesh) -> None:
    (chain,) = _json(mesh)["staticResources"]["listeners"][0]["filterChains"]
    tls = chain["transportSocket"]["typedConfig"]

    assert chain["filterChainMatch"]["transportProtocol"] == "tls"
    assert tls["requireClientCertificate"] is True
    (name,) = tls["commonTlsContext"]["validationContext"]["matchTypedSubjectAltNames"]
    assert name == {"sanType": "URI", "matcher": {"prefix": "spiffe://cluster.local/"}}


def test_permissive_adds_a_chain_without_tls_behind_the_same_gates(mesh: Mesh) -> None:
    config = _json(mesh, permissive=True)
    chain = config["staticResources"]["listeners"][0]["filterChains"][1]

    assert chain["filterChainMatch"]["transportProtocol"] == "raw_buffer"
    assert "transportSocket" not in chain
    assert _manager(config, 0, 1)["httpFilters"] == _manager(config, 0, 0)["httpFilters"]


def test_every_way_out_is_pinned_to_the_callees_service_account(mesh: Mesh) -> None:
    clusters = {one["name"]: one for one in _json(mesh)["staticResources"]["clusters"]}
    pinned = {}
    for name in (_GUARD, f"outbound|8080||{EHR.host}"):
        tls = clusters[name]["transportSocketMatches"][0]
        assert tls["match"] == {"tlsMode": "istio"}
        context = tls["transportSocket"]["typedConfig"]["commonTlsContext"]["validationContext"]
        pinned[name] = context["matchTypedSubjectAltNames"][0]["matcher"]

    assert pinned == {
        _GUARD: {"exact": GUARD.spiffe},
        f"outbound|8080||{EHR.host}": {"exact": EHR.spiffe},
    }


def test_a_cluster_names_its_istio_service(mesh: Mesh) -> None:
    clusters = {one["name"]: one for one in _json(mesh)["staticResources"]["clusters"]}
    (service,) = clusters[f"outbound|8080||{EHR.host}"]["metadata"]["filterMetadata"]["istio"][
        "services"
    ]

    assert service == {"host": EHR.host, "name": EHR.host, "namespace": "clinic"}


def test_no_span_and_no_access_log_carries_a_path(mesh: Mesh) -> None:
    config = _json(mesh)
    for listener in (0, 1):
        manager = _manager(config, listener)
        (log,) = manager["accessLog"]

        assert manager["tracing"]["maxPathTagLength"] == 1
        tags = {each.pop("tag"): each for each in manager["tracing"]["customTags"]}
        assert tags[METHOD_TAG] == {"value": METHOD_OPERATOR}
        for tag in (URL_TAG, *CLIENTS_TAGS):
            assert tags[tag] == {"literal": {"value": "withheld"}}
        assert "PATH" not in log["typedConfig"]["logFormat"]["textFormatSource"]["inlineString"]


def test_without_gates_nothing_asks_the_guard(mesh: Mesh) -> None:
    listeners = json.dumps(_json(mesh, gates=Gates.NONE)["staticResources"]["listeners"])

    assert _GUARD not in listeners


def test_a_bootstrap_is_written_as_json(mesh: Mesh, tmp_path: Path) -> None:
    config = envoy_config.bootstrap(BILLING, mesh)
    envoy_config.write(config, tmp_path / "billing.json")

    assert json.loads((tmp_path / "billing.json").read_text()) == config.to_dict()
