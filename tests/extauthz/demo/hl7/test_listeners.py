import warnings
from pathlib import Path

import pytest

# pydantic deprecates the way in which envoy-data-plane declares its validators
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from extauthz.demo.hl7 import listeners
    from extauthz.demo.hl7.patches import patched

from extauthz.demo.gates import Gates, applied
from extauthz.demo.topology import (
    BILLING,
    EHR,
    GUARD,
    HL7_PORT,
    INSTALLATION,
    CertificateFiles,
    Hl7Ports,
    Mesh,
)
from mesh.istio import mllp

FILES = CertificateFiles(Path("c.pem"), Path("k.pem"), Path("ca.pem"))
MESH = Mesh(
    {},
    900,
    901,
    902,
    dict.fromkeys((EHR, BILLING, GUARD), FILES),
    {EHR: Hl7Ports(1, 2, {BILLING: 3}), BILLING: Hl7Ports(4, 5, {EHR: 6})},
)
AUTHZ, JUDGE, PROXY = (
    "envoy.filters.network.ext_authz",
    "phiguard.network_ext_proc",
    "envoy.filters.network.tcp_proxy",
)


def chains(workload, gates):
    return [
        [each.name for each in listener.filter_chains[0].filters]
        for listener in listeners.listeners(workload, MESH, applied(gates))
    ]


def test_the_shipped_objects_put_the_filter_before_the_proxy_and_take_ext_authz_out():
    assert chains(EHR, Gates.ALL) == [[JUDGE, PROXY], [JUDGE, PROXY]]


def test_without_them_ext_authz_stays_where_the_namespace_has_its_policy():
    assert chains(EHR, Gates.RECEIVED_REQUESTS) == [[AUTHZ, PROXY], [PROXY]]
    assert chains(EHR, Gates.NONE) == [[PROXY], [PROXY]]


def test_each_direction_is_switched_on_alone():
    assert chains(EHR, Gates.SENT_MLLP) == [[PROXY], [JUDGE, PROXY]]
    assert chains(EHR, Gates.RECEIVED_MLLP) == [[JUDGE, PROXY], [PROXY]]


def test_clusters_have_istiods_names_because_the_guard_reads_them():
    names = [cluster.name for cluster in listeners.clusters(EHR, MESH)]
    assert names == ["inbound|2575||", "outbound|2575||billing.finance.svc.cluster.local"]


def test_a_mesh_without_ports_has_neither():
    bare = Mesh({}, 900, 901, 902, {})
    assert listeners.listeners(EHR, bare, applied(Gates.ALL)) == []
    assert listeners.clusters(EHR, bare) == []


def test_a_patch_for_another_port_or_direction_changes_nothing():
    chain = [listeners._proxy("x")]
    objects = mllp.objects(INSTALLATION, (HL7_PORT,))[:2]
    assert patched(chain, objects, "SIDECAR_INBOUND", 8080) == chain
    assert patched(chain, objects[1:], "SIDECAR_INBOUND", HL7_PORT) == chain
    assert len(patched(chain, objects, "SIDECAR_INBOUND", HL7_PORT)) == 2


def test_an_operation_that_nobody_knows_is_an_error():
    (change, *_) = mllp.inbound(INSTALLATION, (HL7_PORT,))["spec"]["configPatches"]
    unknown = {**change, "patch": {"operation": "REPLACE", "value": {}}}
    with pytest.raises(KeyError):
        patched([], [{"spec": {"configPatches": [unknown]}}], "SIDECAR_INBOUND", HL7_PORT)
