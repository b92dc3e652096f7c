"""How real proxies encrypt what they send, and how each change to it shows."""

import pytest
from real_dumps import Dump, Edit, Json

from mesh.posture.encryption import Encryption

STORE = "outbound|8080||store.clinic.svc.cluster.local"
TYPE = "type.googleapis.com/envoy.extensions.transport_sockets."


def encryption(dump: Dump, host: str = "store.clinic.svc.cluster.local", port: int = 8080) -> str:
    (found,) = (e for e in dump.proxy().edges if (e.host, e.port) == (host, port))
    assert (found.namespace, found.workload, found.source) == ("clinic", "ehr", "a test")
    return found.encryption


def context(dump: Dump) -> Json:
    socket = dump.cluster(STORE)["transport_socket_matches"][0]["transport_socket"]
    return socket["typed_config"]


def endpoint(dump: Dump) -> Json:
    return dump.endpoints(STORE)["endpoints"][0]["lb_endpoints"][0]


def another(dump: Dump) -> None:
    """A second endpoint, without a sidecar."""
    plain = {"endpoint": {}, "health_status": "HEALTHY"}
    dump.endpoints(STORE)["endpoints"].append({"lb_endpoints": [plain]})


def always(kind: str) -> Edit:
    """A DestinationRule sets the TLS of the whole cluster."""

    def edit(dump: Dump) -> None:
        config = {**context(dump), "@type": TYPE + kind}
        cluster = dump.cluster(STORE)
        del cluster["transport_socket_matches"]
        cluster["transport_socket"] = {"typed_config": config}

    return edit


def test_what_real_proxies_do() -> None:
    dump = Dump("guarded")
    assert encryption(dump) == Encryption.MTLS
    assert encryption(dump, port=5432) == Encryption.MTLS
    host = "phiguard.phiguard-system.svc.cluster.local"
    assert encryption(dump, host, 9000) == Encryption.MTLS
    host = "kubernetes.default.svc.cluster.local"
    assert encryption(dump, host, 443) == Encryption.PLAINTEXT
    assert len(dump.proxy().edges) == 7


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (another, Encryption.PLAINTEXT),
        (lambda d: endpoint(d).pop("metadata"), Encryption.PLAINTEXT),
        (lambda d: d.cluster(STORE).pop("transport_socket_matches"), Encryption.PLAINTEXT),
        (always("tls.v3.UpstreamTlsContext"), Encryption.MTLS),
        (always("raw_buffer.v3.RawBuffer"), Encryption.PLAINTEXT),
        (always("of_tomorrow.v3.X"), Encryption.UNKNOWN),
        (
            lambda d: context(d)["common_tls_context"].pop("tls_certificate_sds_secret_configs"),
            Encryption.TLS,
        ),
        (
            lambda d: context(d)["common_tls_context"].pop("combined_validation_context"),
            Encryption.TLS,
        ),
        (lambda d: d.drop("EndpointsConfigDump"), Encryption.UNKNOWN),
        (lambda d: d.endpoints(STORE).pop("endpoints"), Encryption.UNKNOWN),
        (lambda d: d.cluster(STORE).update(transport_socket_matches=1), Encryption.UNKNOWN),
        (lambda d: endpoint(d).update(metadata=[]), Encryption.UNKNOWN),
    ],
)
def test_each_change_shows(edit: Edit, expected: Encryption) -> None:
    dump = Dump("guarded")
    edit(dump)
    assert encryption(dump) == expected


def test_what_a_destination_rule_sets_shows() -> None:
    found = {(each.host, each.port): each.encryption for each in Dump("mllp").proxy().edges}
    store = "store.clinic.svc.cluster.local"
    assert found[store, 7070] is Encryption.PLAINTEXT
    assert found[store, 5432] is Encryption.TLS
    assert found[store, 8080] is Encryption.MTLS


def test_without_clusters_there_are_no_edges() -> None:
    dump = Dump("guarded")
    dump.drop("ClustersConfigDump")
    assert dump.proxy().edges == ()
