import pytest

from extauthz.commands.errors import UsageError
from extauthz.commands.istio.values_file import read
from mesh.istio.values import Values, WorkloadKind


def written(tmp_path, text):
    file = tmp_path / "values.yaml"
    file.write_text(text)
    return read(file)


def test_what_is_not_said_keeps_its_default(tmp_path):
    image, values = written(tmp_path, "image: mine:7\nledger: {size: 5Gi}\n")
    assert image == "mine:7"
    assert values.ledger.size == "5Gi"
    assert values.ledger.storage_class == Values().ledger.storage_class
    assert values.replicas == Values().replicas


def test_each_kind_of_value_is_read(tmp_path):
    _, values = written(
        tmp_path,
        "workload: DaemonSet\n"
        "ledger: {hostPath: /var/lib/phiguard, storageClass: ''}\n"
        "replicas: 3\n"
        "metrics: {enabled: true}\n"
        "guardedNamespaces: [clinic, billing]\n"
        "extraArguments: ['--workers=2']\n"
        "mllp: {ports: [2575, 6661]}\n",
    )
    assert values.workload is WorkloadKind.DAEMON_SET
    assert values.ledger.host_path == "/var/lib/phiguard"
    assert values.replicas == 3
    assert values.metrics.enabled is True
    assert values.guarded_namespaces == ("clinic", "billing")
    assert values.mllp.ports == (2575, 6661)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "replica: 3",
            "1:1: error: unknown key `replica` in the values (did you mean `replicas`?)",
        ),
        ("ledger:\n  sise: 5Gi", "2:3: error: unknown key `sise` in `ledger`"),
        ("replicas: '3'", "write it without quotes"),
        ("replicas: 0", "expected a whole number from 1 to 1000"),
        ("mllp: {ports: [hl7]}", "expected a whole number from 1 to 65535"),
        ("mllp: {ports: [70000]}", "expected a whole number from 1 to 65535"),
        ("mllp: {ports: 2575}", "`mllp.ports`"),
        ("workload: Deployment", "expected `StatefulSet` or `DaemonSet`"),
        ("metrics: {enabled: yes please}", "expected true or false"),
        ("guardedNamespaces: [Clinic_1]", "`Clinic_1` is not allowed"),
        ("mesh: {revision: '1.30'}", "`mesh.revision` is `1.30`, which is not allowed"),
        ("ledger: {hostPath: /var/../etc}", "which is not allowed"),
        ("workload: DaemonSet", "set ledger.hostPath"),
        ("image: a…", "is not an image name"),
        ("policy: {text: 'nonsense: ['}", "the policy cannot be used: policy.text:1"),
        ("a: &x 1", "is an anchor or alias"),
        ("a: 1\n---\nb: 2", "a second document starts here"),
        ("{{ .Values.image }}", "error"),
        ("", "the file is empty"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_line(tmp_path, text, told):
    with pytest.raises(UsageError) as error:
        written(tmp_path, text)
    assert told in str(error.value)
    assert str(error.value).startswith(str(tmp_path / "values.yaml"))


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    with pytest.raises(UsageError, match="cannot read"):
        read(tmp_path / "none")
    (tmp_path / "latin").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="is not UTF-8"):
        read(tmp_path / "latin")
