"""Each way in for peers without a certificate is found."""

import pytest
from holes import TYPE, UNKNOWN, Hole, is_found
from real_dumps import STRANGERS, Dump, Json, same

from mesh.posture.evidence import Stance


def inbound(dump: Dump) -> Json:
    return dump.listener("virtualInbound")


def context(dump: Dump) -> Json:
    both = dump.tls["common_tls_context"]["combined_validation_context"]
    return both["default_validation_context"]


def second_chain(dump: Dump) -> None:
    match = {"destination_port": 8080, "transport_protocol": "raw_buffer"}
    filters = same(dump.chain()["filters"])
    inbound(dump)["filter_chains"].append({"filter_chain_match": match, "filters": filters})


HOLES = (
    *(
        Hole(name, edit, "plaintext-open", cell=STRANGERS)
        for name, edit in (
            ("no TLS", lambda d: d.chain().pop("transport_socket")),
            ("no certificate", lambda d: d.tls.pop("require_client_certificate")),
            (
                "any certificate",
                lambda d: d.tls["common_tls_context"].pop("combined_validation_context"),
            ),
            (
                "any authority",
                lambda d: context(d).update(trust_chain_verification="ACCEPT_UNTRUSTED"),
            ),
            ("a second chain", second_chain),
            (
                "a default chain",
                lambda d: inbound(d).update(
                    default_filter_chain={"filters": same(d.chain()["filters"])}
                ),
            ),
        )
    ),
    *(
        Hole(name, edit, code, UNKNOWN, STRANGERS)
        for name, edit, code in (
            (
                "a validator of tomorrow",
                lambda d: context(d).update(
                    custom_validator_config={"typed_config": {"@type": "x/acme.Validator"}}
                ),
                "unreadable",
            ),
            (
                "another transport",
                lambda d: d.tls.update({"@type": TYPE + "acme.Alts"}),
                "unreadable",
            ),
            ("no listeners", lambda d: d.drop("ListenersConfigDump"), "unreadable"),
            ("no chains", lambda d: inbound(d).update(filter_chains=[]), "no-listener"),
        )
    ),
)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_a_hole_is_found(hole: Hole) -> None:
    is_found(hole)


SPIFFE = TYPE + "envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig"


@pytest.mark.parametrize(
    "validation",
    [
        {"validation_context": {"trusted_ca": {"filename": "/ca.pem"}}},
        {"validation_context_sds_secret_config": {"name": "ROOTCA"}},
        {"validation_context": {"custom_validator_config": {"typed_config": {"@type": SPIFFE}}}},
    ],
)
def test_every_known_way_to_verify_a_certificate_is_read(validation: Json) -> None:
    dump = Dump("guarded")
    dump.tls["common_tls_context"] = validation
    assert dump.evidence(STRANGERS).stance is Stance.CLOSED
