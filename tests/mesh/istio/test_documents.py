import json

import pytest

from mesh.istio.documents import SnapshotError, converted, is_templated, load


def only(text):
    ((value, _),) = load("f", text)
    return value


def test_each_key_and_each_item_knows_its_line_and_how_it_is_written():
    value = only("spec:\n  hostNetwork: true\n  ports:\n  - 1\n  - a: 2\n")
    spec = value["spec"]
    assert value.places["spec"] == (1, "spec")
    assert spec.places["host_network"] == (2, "hostNetwork")
    assert spec["ports"].lines == [4, 5]


def test_documents_know_where_they_begin_and_lines_above_are_counted():
    text = "a: 1\n---\nb: 2\n"
    assert [line for _, line in load("f", text)] == [1, 3]
    assert [line for _, line in load("f", text, before=10)] == [11, 13]


def test_names_that_users_choose_stay_as_they_are():
    text = "metadata: {labels: {appName: x, App: y}, annotations: {a.io/excludePorts: z}}"
    metadata = only(text)["metadata"]
    assert metadata["labels"] == {"appName": "x", "App": "y"}
    assert metadata["annotations"] == {"a.io/excludePorts": "z"}


def test_scalars_are_what_kubernetes_takes_them_for():
    text = "[1, -2, 1.5, true, 'true', yes, null, ~, 2026-05-45, !!str 7, '']"
    assert only(text) == [1, -2, "1.5", True, "true", True, None, None, "2026-05-45", "7", ""]


def test_merged_keys_do_not_win_over_written_ones():
    assert only("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}")["b"] == {"x": 3, "y": 2}
    assert only("a: &a {x: 1}\nb: {<<: [*a], y: 3}")["b"] == {"x": 1, "y": 3}


def test_an_alias_stands_for_its_value_each_time():
    assert only("a: &a [1]\nb: *a\nc: &s x\nd: *s\n") == {"a": [1], "b": [1], "c": "x", "d": "x"}


def test_json_documents_may_stand_one_after_the_other():
    assert [value for value, _ in load("f", '{"failOpen": 1}\n{"b": [2]}')] == [
        {"fail_open": 1},
        {"b": [2]},
    ]


def test_what_looks_like_json_may_be_yaml():
    assert only("{kind: X, spec: {a: 1}}") == {"kind": "X", "spec": {"a": 1}}


DUMP = json.dumps({"kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "123-45-6789"}}]})


@pytest.mark.parametrize("end", range(10, len(DUMP) - 1, 7))
def test_a_truncated_dump_is_an_error_without_its_text(end):
    with pytest.raises(SnapshotError, match=r"^f:1: (ends in the middle|is not YAML)") as caught:
        load("f", DUMP[:end])
    assert "123-45" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: [}", "f:2: is not YAML"),
        ("a: 1\nb: &b [*b]", "f:2: `*b` stands for nothing, or for itself"),
        ("a: *b", "f:1: `*b` stands for nothing"),
        ("a: 1\n? [x]\n: 1\n", "f:2: has a key that is no text"),
        ("a:\n- !!python/object:os.system x", "f:2: has a tag"),
        ("a: !!set {x}", "f:1: has a tag"),
        ("a:\n  " + "[" * 5000, "f:2: nests too deep"),
        ("[" * 5000 + "]" * 5000, "f: nests too deep"),
        ("{'a': " * 300 + "1" + "}" * 300, "f:1: nests too deep"),
    ],
)
def test_each_error_has_the_line_and_what_to_give(text, message):
    with pytest.raises(SnapshotError) as caught:
        load("f", text)
    line = str(caught.value)
    assert line.startswith(message)
    assert line.endswith("give manifests or the output of `kubectl get -o yaml` or `-o json`")
    assert "\n" not in line


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nname: {{ .Values.name }}\n",
        "a: 1\n{{- if .Values.x }}\nb: 2\n{{- end }}\n",
        'a: 1\n{{/* c */}}\n{{ include "x" . | indent 2 }}\n',
    ],
)
def test_a_template_is_named_as_one_with_what_renders_it(text):
    with pytest.raises(SnapshotError, match=r"^f:2: is a template; .*`helm template CHART \|"):
        load("f", text)


def test_a_template_in_a_text_of_a_manifest_is_none():
    assert only("data:\n  config: |\n    {{ .Values.x }}\n")["data"]["config"]
    assert not is_templated("a: {b: {c: 1}}")


def test_values_of_a_server_are_converted_alike_and_nested_ones_refused():
    assert converted({"failOpen": [{"packAsBytes": True}]}) == {
        "fail_open": [{"pack_as_bytes": True}]
    }
    deep: object = 1
    for _ in range(300):
        deep = [deep]
    with pytest.raises(SnapshotError, match="nests too deep"):
        converted(deep)
