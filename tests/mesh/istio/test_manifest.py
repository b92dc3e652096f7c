import yaml

from mesh.istio.manifest import manifest, to_yaml


def test_text_of_several_lines_stays_readable_and_the_same():
    text = "a: 1\nb: 'x'\n"
    written = to_yaml([{"data": {"policy.yaml": text}}])
    assert "policy.yaml: |" in written
    assert yaml.safe_load(written) == {"data": {"policy.yaml": text}}


def test_a_value_that_appears_twice_is_written_twice_without_anchors():
    labels = {"app": "x"}
    assert "&" not in to_yaml([{"a": labels, "b": labels}])


def test_text_that_looks_like_a_flag_or_a_number_stays_text():
    value = {"inject": "true", "port": "9000", "status": "503"}
    assert yaml.safe_load(to_yaml([value])) == value


def test_keys_keep_their_order():
    written = to_yaml([manifest("v1", "Service", {"name": "x"}, spec={"b": 1, "a": 2})])
    assert [line.split(":")[0].strip() for line in written.splitlines()] == [
        "apiVersion",
        "kind",
        "metadata",
        "name",
        "spec",
        "b",
        "a",
    ]
