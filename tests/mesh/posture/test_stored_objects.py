"""Whether the API server encrypts what it stores."""

from typing import Any

import pytest

from mesh.posture.stored_objects import ConfigurationError, read


def configuration(*entries: Any) -> Any:
    return {"kind": "EncryptionConfiguration", "resources": list(entries)}


KMS, PLAIN = {"kms": {"name": "x"}}, {"identity": {}}


@pytest.mark.parametrize(
    ("entries", "secrets", "maps"),
    [
        ([{"resources": ["secrets", "configmaps"], "providers": [KMS, PLAIN]}], True, True),
        ([{"resources": ["secrets"], "providers": [KMS]}], True, False),
        ([{"resources": ["secrets"], "providers": [PLAIN, KMS]}], False, False),
        ([{"resources": ["*.*"], "providers": [{"aesgcm": {}}]}], True, True),
        ([{"resources": ["*."], "providers": [{"secretbox": {}}]}], True, True),
        # the first entry that names a kind holds
        ([{"resources": ["secrets"], "providers": [PLAIN]},
          {"resources": ["*.*"], "providers": [KMS]}], False, True),
        ([{"resources": ["secrets"], "providers": [{"rot13": {}}]}], None, False),
        ([{"resources": ["secrets"], "providers": []}], None, False),
        ([{"resources": ["secrets"], "providers": ["kms"]}], None, False),
        ([], False, False),
    ],
)  # fmt: skip
def test_the_first_provider_writes(entries: list[Any], secrets: bool | None, maps: bool) -> None:
    found = {each.kind: each.is_encrypted for each in read(configuration(*entries))}
    assert found == {"secrets": secrets, "configmaps": maps}


@pytest.mark.parametrize(
    "value", [None, [], {}, {"kind": "Pod"}, configuration() | {"resources": 1}]
)
def test_what_is_no_configuration_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError):
        read(value)
