import pytest

from mesh.istio import documents
from mesh.istio.snapshot import Node, SnapshotError, read

MESH = "extensionProviders: [{name: phiguard}]"


def only(text):
    (document,) = read({"f.yaml": text}).documents
    return document


@pytest.mark.parametrize(
    "text",
    [
        MESH,  # a bare MeshConfig
        f"meshConfig:\n  {MESH}",  # Helm values
        f"kind: IstioOperator\nspec:\n  meshConfig:\n    {MESH}",
        f"kind: ConfigMap\nmetadata: {{name: istio, namespace: istio-system}}\ndata:\n  mesh: |\n"
        f"    {MESH}",
        f"kind: List\nitems:\n- kind: ConfigMap\n  metadata: {{name: istio}}\n  data:\n    mesh: "
        f"'{MESH}'",
    ],
)
def test_a_mesh_configuration_is_found_wherever_istio_keeps_it(text):
    document = only(text)
    assert document.kind == "MeshConfig"
    assert [entry.at("name").text for entry in document.spec.at("extension_providers")] == [
        "phiguard"
    ]


@pytest.mark.parametrize("kind", ["List", "EnvoyFilterList"])
def test_the_items_of_a_list_are_documents_of_their_own(kind):
    snapshot = read(
        {"f.yaml": f"kind: {kind}\nitems: [{{kind: A, metadata: {{name: x}}}}, {{kind: B}}]"}
    )
    assert [document.title for document in snapshot.documents] == ["A x", "B"]


def test_both_spellings_of_a_field_are_one_field():
    camel = only("kind: X\nspec: {failOpen: true, a: [{packAsBytes: true}]}").spec
    snake = only("kind: X\nspec: {fail_open: true, a: [{pack_as_bytes: true}]}").spec
    assert camel == snake


def test_a_title_names_kind_namespace_and_name():
    assert (
        only("kind: EnvoyFilter\nmetadata: {name: a, namespace: clinic}").title
        == "EnvoyFilter clinic/a"
    )


def test_text_that_is_no_yaml_names_file_and_line_and_not_the_text():
    with pytest.raises(SnapshotError, match=r"^f\.yaml:2: is not YAML") as caught:
        read({"f.yaml": "a: 1\nb: [123-45-6789: }"})
    assert "123-45-6789" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["a: &a [*a]", "{[]: 1}", "\x00", "a: !!python/object:os.system x"]
)
def test_yaml_that_yields_no_plain_values_is_refused_too(text):
    with pytest.raises(SnapshotError, match=r"^f\.yaml"):
        read({"f.yaml": text})


def test_aliases_that_stand_for_gigabytes_are_refused(monkeypatch):
    monkeypatch.setattr(documents, "_MOST_VALUES", 10_000)
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x]"]
    lines += [f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 8)}]" for n in range(6)]
    with pytest.raises(SnapshotError, match=r"^f\.yaml"):
        read({"f.yaml": "\n".join(lines)})


def test_what_is_no_object_is_left_out():
    assert read({"f.yaml": "- 1\n---\njust text\n---\n"}).documents == ()


def test_a_path_that_leads_nowhere_is_an_empty_node():
    node = Node({"a": [1]}).at("a", "b", "c")
    assert node.missing
    assert node.text == ""
    assert list(node) == []


def test_a_key_is_found_at_any_depth():
    node = Node({"x": [{"y": {"key": 1}}, {"key": 2}]})
    assert [found.value for found in node.everywhere("key")] == [1, 2]


@pytest.mark.parametrize(
    ("value", "number"),
    [("8080", 8080), (8080, 8080), ("-1", None), ("²", None), ("٣", None), ("9" * 5000, None),
     ("", None), (None, None), ("1.5", None), (True, None), ([1], None)],
)  # fmt: skip
def test_a_number_is_a_whole_one_of_some_digits(value, number):
    assert Node(value).number == number
