"""Whether the API server encrypts what it stores, as its own configuration says.

The first provider of a resource writes; the others only read what was written before.

Source: https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/, kind
`EncryptionConfiguration` of `apiserver.config.k8s.io/v1`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_PROVIDERS: Final = ("kms", "aesgcm", "aescbc", "secretbox")
_ALL: Final = ("*.*", "*.")
_KINDS: Final = ("secrets", "configmaps")
"""Kinds of the core that hold what applications put there."""


class ConfigurationError(ValueError):
    """It is no EncryptionConfiguration. The text is one clause."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How objects of one kind are stored.

    Args:
        is_encrypted: None when nobody knows.
        text: why, as one clause.
    """

    kind: str
    is_encrypted: bool | None
    text: str


NOT_GIVEN: Final = tuple(
    Stored(kind, None, "the API server does not say; give its --encryption-configuration")
    for kind in _KINDS
)


def read(value: object) -> tuple[Stored, ...]:
    """How secrets and ConfigMaps are stored.

    Args:
        value: the configuration, as parsed YAML.

    Raises:
        ConfigurationError: it is none.
    """
    if not isinstance(value, Mapping) or value.get("kind") != "EncryptionConfiguration":
        raise ConfigurationError("is no EncryptionConfiguration")
    entries = value.get("resources")
    if not isinstance(entries, list) or not all(isinstance(each, Mapping) for each in entries):
        raise ConfigurationError("has no list `resources`")
    return tuple(_stored(kind, entries) for kind in _KINDS)


def _stored(kind: str, entries: list[Mapping[str, object]]) -> Stored:
    for entry in entries:
        if kind in _words(entry.get("resources")) or _words(entry.get("resources")) & {*_ALL}:
            writer = next(_providers(entry), "")
            if writer in _PROVIDERS:
                return Stored(kind, True, f"written by provider {writer}")
            if writer == "identity":
                return Stored(kind, False, "the first provider is identity, which encrypts nothing")
            return Stored(kind, None, "its first provider is not known")
    return Stored(kind, False, "no entry of the configuration names it")


def _providers(entry: Mapping[str, object]) -> Iterator[str]:
    providers = entry.get("providers")
    for each in providers if isinstance(providers, list) else ():
        if isinstance(each, Mapping) and len(each) == 1:
            yield str(next(iter(each)))
        else:
            yield ""


def _words(value: object) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()
