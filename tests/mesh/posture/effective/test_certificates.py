"""The certificates of a proxy: from its dump, from `/certs`, and whether they hold."""

from typing import Any

import pytest
from holes import CELLS
from real_dumps import AT, GUARD, INBOUND, Dump, Json

from mesh.posture.effective.certificates import of_admin
from mesh.posture.effective.proxy import read
from mesh.posture.effective.tree import UnreadableError
from mesh.posture.encryption import Certificate
from mesh.posture.evidence import Stance

PRINCIPAL = "cluster.local/ns/clinic/sa/ehr"
SINCE, UNTIL = 1_796_049_695.0, 1_796_136_395.0


def test_a_dump_says_who_a_proxy_is_by_whom_and_until_when() -> None:
    own, authority = Dump("guarded").proxy().certificates
    assert own == Certificate(PRINCIPAL, "O=cluster.local", SINCE, UNTIL, False, "a test")
    assert (authority.is_authority, authority.principal, authority.until) == (True, "", UNTIL)


@pytest.mark.parametrize(
    ("at", "stance", "code"),
    [
        (AT, Stance.JUDGED, "judged"),
        (SINCE - 30, Stance.JUDGED, "judged"),  # clocks differ by less than a minute
        (SINCE - 90, Stance.UNKNOWN, "certificate-early"),
        (UNTIL + 1, Stance.DOWN, "certificate-expired"),
        (None, Stance.JUDGED, "judged"),
    ],
)
def test_a_certificate_that_does_not_hold_is_found(
    at: float | None, stance: Stance, code: str
) -> None:
    found = read(Dump("guarded").body, GUARD, "a test", at).evidence(*INBOUND)
    assert (found.stance, found.code) == (stance, code)


def secret(dump: Dump) -> Json:
    return dump.part("SecretsConfigDump")["dynamic_active_secrets"][0]["secret"]


@pytest.mark.parametrize("chain", [{"inline_string": "x" * 9}, {"inline_bytes": ""}, {}])
def test_a_secret_without_a_certificate_says_nothing(chain: Json) -> None:
    dump = Dump("guarded")
    secret(dump)["tls_certificate"] = {"certificate_chain": chain}
    assert dump.evidence(INBOUND).stance is Stance.JUDGED


BROKEN = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"


@pytest.mark.parametrize("chain", [{"inline_string": BROKEN}, {"inline_bytes": "A"}, [], "x"])
def test_a_certificate_that_cannot_be_read_is_unknown(chain: Any) -> None:
    dump = Dump("guarded")
    secret(dump)["tls_certificate"] = {"certificate_chain": chain}
    assert dump.evidence(INBOUND).stance is Stance.UNKNOWN
    assert dump.proxy().certificates == ()


def test_the_cells_that_are_right_stay_so_without_secrets() -> None:
    for name, cell, stance in CELLS[:3]:
        dump = Dump(name)
        dump.drop("SecretsConfigDump")
        assert dump.evidence(cell).stance is stance


# as Envoy 1.38 answers to `/certs`
LEAF: Json = {
    "path": "<inline>",
    "serial_number": "16e8ab555b99da755c0159c28f33f5175f4d1717",
    "subject_alt_names": [{"dns": "ehr"}, {"uri": f"spiffe://{PRINCIPAL}"}],
    "days_until_expiration": "0",
    "valid_from": "2026-11-30T14:41:35Z",
    "expiration_time": "2026-12-01T14:46:35Z",
}
CERTS: Json = {
    "certificates": [{"ca_cert": [{**LEAF, "subject_alt_names": []}], "cert_chain": [LEAF]}]
}


def test_the_admin_interface_says_it_of_files_too() -> None:
    twice = {"certificates": CERTS["certificates"] * 2}
    assert of_admin(twice, "a proxy") == [
        Certificate(PRINCIPAL, "", SINCE, UNTIL, False, "a proxy"),
        Certificate("", "", SINCE, UNTIL, True, "a proxy"),
    ]


@pytest.mark.parametrize("value", ["soon", 5, [], "9999999-01-01"])
def test_a_time_that_is_none_is_refused(value: Json) -> None:
    leaf = {**LEAF, "expiration_time": value}
    with pytest.raises(UnreadableError):
        of_admin({"certificates": [{"cert_chain": [leaf]}]}, "a proxy")
