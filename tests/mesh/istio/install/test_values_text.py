import yaml

from mesh.istio.install.values_schema import fields_of
from mesh.istio.install.values_text import values_text
from mesh.istio.values import Values

TEXT = values_text("phiguard:1")


def test_each_value_stands_below_its_meaning():
    lines = TEXT.splitlines()
    at = lines.index('  size: "20Gi"')
    assert lines[at - 1] == "  # size of each replica's volume"


def test_the_text_is_yaml_with_every_key_and_default():
    found = yaml.safe_load(TEXT)
    assert found["image"] == "phiguard:1"
    assert found.keys() - {"image"} == {each.key for each in fields_of(Values)}
    assert found["ledger"] == {"size": "20Gi", "storageClass": "", "hostPath": ""}
    assert found["apiServer"]["cidrs"] == ["0.0.0.0/0"]


def test_no_line_is_too_long_to_read():
    assert max(map(len, TEXT.splitlines())) <= 100
