"""`phiguard posture encryption`: edges, certificates, volumes, stored objects."""

import json
import shutil
from pathlib import Path

import pytest
from ledgers_in_folders import BILLING, EHR, written
from posture_folder import objects, write

from extauthz import cli

DUMPS = Path(__file__).parents[3] / "mesh" / "posture" / "effective" / "dumps"
CLAIM = {
    "apiVersion": "v1", "kind": "PersistentVolumeClaim",
    "metadata": {"name": "records", "namespace": "clinic"}, "spec": {"volumeName": "pv-1"},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    found = write(tmp_path / "posture", [*objects(), CLAIM])
    (found / "proxies").mkdir()
    return found


@pytest.fixture
def ask(folder, capsys):
    def run(*arguments):
        code = cli.main(["posture", "encryption", str(folder), *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def dumped(folder, name, **change):
    """Put one real dump into the folder."""
    text = (DUMPS / f"{name}.json").read_text()
    for old, new in change.items():
        text = text.replace(old, new)
    (folder / "proxies" / f"{name}.json").write_text(text)


def test_what_nobody_gave_is_said_not_to_be_known(ask):
    code, out, _ = ask()
    assert code == 0
    assert out.count("not known: nothing was given that says it") == 3
    assert "UNKNOWN    clinic/records" in out
    assert "give its --encryption-configuration" in out


API_SERVER = {
    "apiVersion": "v1", "kind": "Service", "metadata": {"name": "kubernetes", "namespace": "default"},
    "spec": {"ports": [{"name": "https", "port": 443}]},
}  # fmt: skip


def test_a_port_for_tls_of_the_applications_is_not_known(ask, tmp_path, folder):
    dumped(folder, "guarded")
    assert ask("--now", "2026-11-30T12:00:00Z")[0] == 1  # nobody says what that port speaks
    other = write(tmp_path / "other", [*objects(), API_SERVER])
    shutil.copytree(folder / "proxies", other / "proxies")
    code = cli.main(["posture", "encryption", str(other), "--now", "2026-11-30T12:00:00Z"])
    assert code == 0


def test_edges_and_certificates_are_those_of_the_proxies(ask, folder):
    dumped(folder, "guarded")
    code, out, _ = ask("--format", "json", "--now", "2026-11-30T12:00:00Z")
    found = json.loads(out)
    said = {(each["host"].split(".")[0], each["encryption"]) for each in found["edges"]}
    assert said == {
        ("kubernetes", "plaintext"), ("store", "mtls"), ("ehr", "mtls"), ("phiguard", "mtls"),
    }  # fmt: skip
    (own,) = found["certificates"]
    assert (own["principal"], own["issuer"]) == (EHR, "O=cluster.local")
    assert code == 1


def test_a_certificate_that_has_ended_is_open(ask, folder):
    dumped(folder, "guarded")
    code, out, _ = ask("--now", "2099-01-01T00:00:00Z")
    assert (code, "ended" in out) == (1, True)
    assert "ended" not in ask("--now", "2026-11-30T12:00:00Z")[1]


def test_what_the_guards_have_seen_in_plain_text_is_open(ask, tmp_path):
    start = {"kind": "start", "version": "0.1.0", "worker": 0, "nonce": "0" * 32, "settings": None}
    ledger = tmp_path / "phiguard-0"
    written(ledger, {**start, "host": "phiguard-0"}, {}, {})
    code, out, _ = ask("--ledger", ledger)
    assert (code, "mtls        2         2" in out) == (0, True)
    written(ledger, {"mtls": False, "source": None}, day=2)
    code, out, _ = ask("--ledger", ledger, "--format", "json")
    assert code == 1
    assert [(each["source"], each["destination"], each["mutual"], each["with_phi"])
            for each in json.loads(out)["seen"]] == [
        ("", BILLING, False, 1), (EHR, BILLING, True, 2)
    ]  # fmt: skip


def test_a_ledger_that_does_not_verify_shows_no_edge(ask, tmp_path):
    ledger = tmp_path / "phiguard-0"
    written(ledger, {}, {})
    (segment,) = ledger.glob("ledger-*.jsonl")
    segment.write_bytes(segment.read_bytes().replace(b'"mtls":true', b'"mtls":null', 1))
    code, out, err = ask("--ledger", ledger)
    assert (code, "changed or torn" in err, BILLING in out) == (0, True, False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("kind: EncryptionConfiguration\nresources: "
         "[{resources: [secrets, configmaps], providers: [{kms: {}}]}]\n", 0),
        ("kind: EncryptionConfiguration\nresources: []\n", 1),
        ("kind: Pod\n", 2),
        ("[", 2),
    ],
)  # fmt: skip
def test_what_the_api_server_stores(ask, tmp_path, text, code):
    path = tmp_path / "encryption.yaml"
    path.write_text(text)
    found, _, err = ask("--encryption-configuration", path)
    assert found == code
    assert ("--encryption-configuration" in err) is (code == 2)


def test_a_dump_that_cannot_be_read_is_named_and_the_rest_goes_on(ask, folder):
    dumped(folder, "guarded")
    (folder / "proxies" / "torn.json").write_text("{")
    shutil.copy(DUMPS / "guarded.json", folder / "proxies" / "again.json")
    _, out, err = ask()
    assert "torn.json: is not JSON, or was cut off" in err
    assert "mtls" in out
