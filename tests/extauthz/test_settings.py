import pickle
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from extauthz.listeners import SettingsError, Tls, parse_listen, parse_tls
from extauthz.policies.kubernetes_api import Api
from extauthz.policies.leases import Place
from extauthz.records.ledger import checkpoints, key_file
from extauthz.records.ledger.notary import Signing
from extauthz.records.ledger.notes import Signer
from extauthz.settings import (
    Cluster,
    Limits,
    Settings,
    check,
    parse_policy,
    parse_signing,
    parse_size,
    with_last_good,
    with_status,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10.0.0.1:9000", ("10.0.0.1", 9000)), ("[::1]:1", ("[::1]", 1)), ("host:0", ("host", 0))],
)
def test_an_address_is_a_host_and_a_port(text, expected):
    assert parse_listen(text) == expected


@pytest.mark.parametrize(
    "text", ["9000", ":9000", "host:", "host:http", "host:65536", "host:-1", "", "host:٣"]
)
def test_what_is_no_address_is_an_error_that_says_how_to_write_one(text):
    with pytest.raises(SettingsError, match=r"write HOST:PORT"):
        parse_listen(text)


def test_no_tls_file_means_no_tls():
    assert parse_tls(None, None, None) is None


def test_tls_files_are_checked_for_presence(tmp_path):
    there = tmp_path / "there.pem"
    there.write_text("x")

    assert parse_tls(there, there, None) == Tls(there, there)
    with pytest.raises(SettingsError, match=r"--tls-ca .*missing\.pem: no such file"):
        parse_tls(there, there, tmp_path / "missing.pem")


@pytest.mark.parametrize("given", [("cert",), ("key",), ("ca",), ("cert", "ca")])
def test_half_of_a_certificate_is_an_error(given):
    files = [Path(name) if name in given else None for name in ("cert", "key", "ca")]
    with pytest.raises(SettingsError, match="give both"):
        parse_tls(*files)


@pytest.mark.parametrize(
    ("settings", "flag"),
    [
        (Settings("h", 1, Path("p"), workers=0), "--workers"),
        (Settings("h", 0, Path("p"), workers=2), "--listen"),
        (Settings("h", 1, Path("p"), scanners=-1), "--scanners"),
        (Settings("h", 1, Path("p"), limits=Limits(max_request_bytes=0)), "--max-request-bytes"),
        (Settings("h", 1, Path("p"), limits=Limits(scan_seconds=-1.0)), "--scan-seconds"),
        (Settings("h", 1, Path("p"), limits=Limits(grace_seconds=-1.0)), "--grace-seconds"),
    ],
)
def test_numbers_that_cannot_work_name_their_flag(settings, flag):
    with pytest.raises(SettingsError, match=flag):
        check(settings)


def test_the_defaults_pass():
    check(Settings("10.0.0.1", 9000, Path("p")))


def test_a_message_may_be_larger_than_the_largest_body():
    assert Limits(max_request_bytes=10, body_bytes=20).message_bytes > 20
    assert Limits(max_request_bytes=30, body_bytes=20).message_bytes > 30


POD = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}


@pytest.fixture
def account(tmp_path):
    (tmp_path / "namespace").write_text("guard\n")
    return tmp_path


def test_a_path_is_a_path():
    assert parse_policy("clinic.yaml", "", {}) == Path("clinic.yaml")


def test_a_pod_asks_its_own_cluster_with_the_files_of_its_account(account):
    asked = Api("https://10.96.0.1:443", account / "token", account / "ca.crt")
    assert parse_policy("kubernetes://mesh", "", POD, account) == Cluster(asked, "mesh")
    assert parse_policy("kubernetes://", "", POD, account) == Cluster(asked, "guard")


def test_an_address_of_version_6_stands_in_brackets(account):
    found = parse_policy("kubernetes://mesh", "", {"KUBERNETES_SERVICE_HOST": "fd00::1"}, account)
    assert found.api.url == "https://[fd00::1]:443"


def test_outside_of_a_cluster_kubectl_proxy_is_asked_without_a_token():
    assert parse_policy("kubernetes://m", "http://127.0.0.1:8001/", {}) == Cluster(
        Api("http://127.0.0.1:8001"), "m"
    )


@pytest.mark.parametrize(
    ("policy", "api", "hint"),
    [
        ("clinic.yaml", "http://127.0.0.1:8001", "write --policy kubernetes://NAMESPACE"),
        ("kubernetes://", "", "not in a pod"),
        ("kubernetes://mesh", "", "give --kubernetes-api URL"),
        ("kubernetes://Mesh/x", "", "write kubernetes://NAMESPACE"),
        ("kubernetes://m*", "", "write kubernetes://NAMESPACE"),
        # Anyone between the guard and the API server could write policies.
        ("kubernetes://mesh", "http://10.0.0.1:8001", "not on this machine"),
        ("kubernetes://mesh", "https://127.0.0.1:6443", "not on this machine"),
    ],
)
def test_what_cannot_be_asked_is_an_error_that_says_what_to_write(tmp_path, policy, api, hint):
    with pytest.raises(SettingsError, match=hint):
        parse_policy(policy, api, {}, tmp_path)


def test_checkpoints_need_a_key_a_ledger_and_a_folder_for_their_copies(tmp_path):
    key = tmp_path / "key"
    key_file.write(key, Signer("clinic.example/ledger", bytes(32)))
    read = partial(parse_signing, records=10, seconds=1.0)
    assert read(None, None) is None
    signing = read(key, tmp_path)
    assert (signing.records, signing.seconds, signing.copies) == (10, 1.0, tmp_path)
    for wrong, message in (
        (lambda: read(None, tmp_path), "give --checkpoint-key too"),
        (lambda: read(tmp_path / "none", None), "make a key with"),
        (lambda: read(tmp_path, None), "make a key with"),
        (lambda: read(key, tmp_path / "none"), "not a folder"),
        (lambda: parse_signing(key, None, records=0, seconds=1.0), "too small"),
        (lambda: parse_signing(key, None, records=1, seconds=0.0), "too small"),
    ):
        with pytest.raises(SettingsError, match=message):
            wrong()
    with pytest.raises(SettingsError, match="give --ledger too"):
        check(replace(Settings("127.0.0.1", 1, Path("policy.yaml")), signing=signing))


def test_no_setting_shows_the_private_key_and_it_comes_to_a_worker_process(tmp_path):
    signer = Signer("clinic.example/ledger", bytes(range(32)))
    settings = replace(
        Settings("127.0.0.1", 1, Path("policy.yaml")), ledger=tmp_path, signing=Signing(signer)
    )
    assert signer.secret().rpartition("+")[2] not in repr(settings)
    there = pickle.loads(pickle.dumps(settings))  # noqa: S301 - made here
    assert there.signing.signer.secret() == signer.secret()


@pytest.mark.parametrize("text", ["", "not a key", "\xff", "PRIVATE+KEY+a+00000000+AQ=="])
def test_a_file_that_is_no_private_key_is_an_error_without_its_content(tmp_path, text):
    path = tmp_path / "key"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match="key: not a private key") as raised:
        parse_signing(path, None, records=1, seconds=1.0)
    assert not text or text not in str(raised.value)


def test_what_follows_a_key_must_be_rotations_to_it(tmp_path):
    old, new = (Signer("clinic.example/ledger", bytes([n]) * 32) for n in (1, 2))
    for rest in (checkpoints.rotation(new, old), "something else\n"):
        path = tmp_path / f"key{len(rest)}"
        key_file.write(path, new, [rest])
        with pytest.raises(SettingsError, match="no rotation to it"):
            parse_signing(path, None, records=1, seconds=1.0)


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("20", 20), ("1KiB", 1024), ("512MiB", 2**29), ("18GiB", 18 * 2**30), ("1TiB", 2**40)],
)  # fmt: skip
def test_a_size_is_in_bytes_or_with_a_unit(text, size):
    assert parse_size("--ledger-budget", text) == size


@pytest.mark.parametrize("text", ["", "GiB", "18GB", "18 GiB", "-1", "1.5GiB", "18gib", "١MiB"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(SettingsError, match="--ledger-budget"):
        parse_size("--ledger-budget", text)


@pytest.mark.parametrize("changed", [{"ledger_budget": 1}, {"ledger_compress": True}])
def test_a_ledger_that_is_not_there_has_no_budget_and_is_not_compressed(changed, tmp_path):
    settings = Settings("127.0.0.1", 0, tmp_path, **changed)
    with pytest.raises(SettingsError, match="no --ledger"):
        check(settings)
    check(replace(settings, ledger=tmp_path))


def test_last_good_objects_are_kept_for_a_cluster_only(tmp_path):
    cluster = Cluster(Api("http://127.0.0.1:1"), "mesh")
    assert with_last_good(cluster, None) is cluster
    assert with_last_good(cluster, tmp_path) == Cluster(cluster.api, "mesh", tmp_path)
    with pytest.raises(SettingsError, match=r"--last-good .*: the policy is a file"):
        with_last_good(tmp_path, tmp_path)


def test_status_is_written_in_the_name_of_the_pod(tmp_path):
    (tmp_path / "namespace").write_text("guards\n")
    cluster = Cluster(Api("http://127.0.0.1:1"), "mesh")
    for environment in ({"POD_NAME": "phiguard-0", "HOSTNAME": "x"}, {"HOSTNAME": "phiguard-0"}):
        made = with_status(cluster, environment, tmp_path)
        assert made == replace(cluster, reporter=Place(cluster.api, "guards", "phiguard-0"))


@pytest.mark.parametrize(
    ("policy", "pod", "problem"),
    [
        (Path("policy.yaml"), "phiguard-0", "the policy is a file"),
        (Cluster(Api("http://127.0.0.1:1"), "mesh"), "", "set POD_NAME"),
        (Cluster(Api("http://127.0.0.1:1"), "mesh"), "A/../b", "set POD_NAME"),
        (Cluster(Api("http://127.0.0.1:1"), "mesh"), "phiguard-0", "not in a pod"),
    ],
)
def test_status_needs_objects_and_a_pod(tmp_path, policy, pod, problem):
    with pytest.raises(SettingsError, match=problem):
        with_status(policy, {"POD_NAME": pod}, tmp_path)
