import base64

import pytest
import yaml

from extauthz.commands.errors import UsageError
from extauthz.commands.istio.kubeconfig import read


def config(tmp_path, cluster=None, user=None, **more):
    cluster = {"server": "https://api:6443"} if cluster is None else cluster
    path = tmp_path / "config"
    path.write_text(
        yaml.safe_dump(
            {
                "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
                "clusters": [{"name": "k", "cluster": cluster}],
                "users": [{"name": "u", "user": {"token": "t"} if user is None else user}],
                "current-context": "c",
                **more,
            }
        )
    )
    return path


def test_server_token_and_roots_come_from_the_current_context(tmp_path):
    roots = base64.b64encode(b"PEM").decode()
    login = read(
        config(tmp_path, {"server": "https://api:6443", "certificate-authority-data": roots})
    )
    assert (login.server, login.token, login.roots) == ("https://api:6443", "t", b"PEM")


def test_files_that_it_names_are_beside_it(tmp_path):
    (tmp_path / "ca.crt").write_text("PEM")
    (tmp_path / "token").write_text("t2\n")
    cluster = {"server": "https://api", "certificate-authority": "ca.crt"}
    login = read(config(tmp_path, cluster, {"tokenFile": "token"}))
    assert (login.token, login.roots) == ("t2", b"PEM")
    assert login.token_file == tmp_path / "token"


@pytest.mark.parametrize(
    ("cluster", "user", "message"),
    [
        (None, {"client-certificate-data": "x"}, "logs in without a token"),
        (None, {"exec": {"command": "x"}}, "logs in without a token"),
        ({"server": "http://api"}, None, "is not https"),
        ({"server": "https://api", "insecure-skip-tls-verify": True}, None, "skips TLS"),
    ],
)
def test_other_ways_to_log_in_are_left_to_kubectl_proxy(tmp_path, cluster, user, message):
    with pytest.raises(UsageError, match=f"{message}.*; run `kubectl proxy"):
        read(config(tmp_path, cluster, user))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"current-context": "other"}, "has no current context"),
        ({"contexts": 5}, "has no current context"),
        ({"users": [{"name": "u"}]}, "has no current context"),
        ({"clusters": [{"name": "k", "cluster": {"server": "https://a", "certificate-authority-data": "%"}}]}, "has no current"),
    ],
)  # fmt: skip
def test_a_file_without_a_login_is_one_line(tmp_path, more, message):
    with pytest.raises(UsageError, match=message):
        read(config(tmp_path, **more))


def test_a_file_that_cannot_be_read_is_one_line(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read(tmp_path / "none")
    (tmp_path / "bad").write_text("a: [")
    with pytest.raises(UsageError, match="is not YAML"):
        read(tmp_path / "bad")
    with pytest.raises(UsageError, match=r"/ca`: no such file"):
        read(config(tmp_path, {"server": "https://api", "certificate-authority": "ca"}))
