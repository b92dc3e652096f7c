import re

import pytest

from mesh.istio.install.values_schema import fields_of, key_of, schema
from mesh.istio.values import Ledger, Values, WorkloadKind

SCHEMA = schema()


def every_object(part):
    if part.get("type") == "object" and "properties" in part:
        yield part
        for child in part["properties"].values():
            yield from every_object(child)


def test_no_key_is_allowed_that_nothing_reads():
    found = list(every_object(SCHEMA))
    assert len(found) > 8
    assert all(part["additionalProperties"] is False for part in found)


def test_each_value_says_what_it_means():
    described = [
        child
        for part in every_object(SCHEMA)
        for key, child in part["properties"].items()
        if key != "global"
    ]
    assert len(described) > 40
    assert all(child["description"] for child in described)


def test_names_are_spelled_as_helm_users_do():
    assert key_of("storage_class") == "storageClass"
    assert "storageClass" in SCHEMA["properties"]["ledger"]["properties"]


def test_words_and_limits_come_from_the_types():
    assert SCHEMA["properties"]["workload"]["enum"] == [each.value for each in WorkloadKind]
    replicas = SCHEMA["properties"]["replicas"]
    assert (replicas["minimum"], replicas["maximum"]) == (1, 1000)
    port = SCHEMA["properties"]["mllp"]["properties"]["ports"]["items"]
    assert port == {"type": "integer", "minimum": 1, "maximum": 65535}


def test_each_default_is_allowed():
    def check(group):
        for each in fields_of(type(group)):
            value = getattr(group, each.name)
            if hasattr(value, "__dataclass_fields__"):
                check(value)
            elif each.about.pattern:
                words = value if isinstance(value, tuple) else (value,)
                assert all(re.search(each.about.pattern, word) for word in words), each.key
            elif isinstance(value, int) and not isinstance(value, bool):
                assert each.about.minimum <= value <= each.about.maximum, each.key

    check(Values())


@pytest.mark.parametrize(
    "path",
    [
        "/var/../etc",  # leaves the folder
        "var/lib",  # no absolute path
    ],
)
def test_a_folder_of_a_node_is_absolute_and_goes_nowhere_else(path):
    (field,) = [each for each in fields_of(Ledger) if each.name == "host_path"]
    assert not re.search(field.about.pattern, path)
