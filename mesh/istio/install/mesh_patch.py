"""Merges the guard's part into the mesh configuration that is there.

istiod owns the mesh configuration, and each way to install Istio keeps it elsewhere: in Helm values
(`meshConfig`), in an IstioOperator (`spec.meshConfig`), or in the ConfigMap `istio`, as text under
`data.mesh`. What is given comes back in its own form. Whatever is not the guard's stays as it is.
"""

from dataclasses import dataclass, field
from typing import Final, cast

import yaml

from mesh.istio.installation import EXTENSION_PROVIDER
from mesh.istio.manifest import Manifest, ManifestValue, to_yaml

_PROVIDERS: Final = "extensionProviders"
_FORMAT: Final = "accessLogFormat"
_KEY: Final = "meshConfig"
_MESH: Final = "mesh"
# what the API server sets: with it `kubectl apply` refuses the object, or writes it back
_SERVERS_KEYS: Final = (
    "creationTimestamp",
    "managedFields",
    "resourceVersion",
    "uid",
    "generation",
)


class MeshPatchError(ValueError):
    """The mesh configuration cannot be merged into. The text is one line with the fix."""


@dataclass(slots=True)
class Merged:
    """The whole document after the merge, and a line for each change."""

    document: Manifest
    changes: list[str] = field(default_factory=list)


def put(given: Manifest, part: Manifest) -> Merged:
    """Return the document with the guard's part of the mesh configuration in it.

    Args:
        given: Helm values, an IstioOperator, the ConfigMap, or a bare MeshConfig. Empty: Helm
            values.
        part: what the guard needs, as Helm values.

    Raises:
        MeshPatchError: the document has none of these forms, or another provider's name begins
        with the guard's.
    """
    wanted = _mapping(part[_KEY], _KEY)
    merged = Merged(given)
    config = dict(_read(given))
    _put_providers(config, _list(wanted[_PROVIDERS], _PROVIDERS), merged)
    if config.get("enableAutoMtls") is False:
        merged.changes.append("enableAutoMtls: was false, which leaves calls to the guard in clear")
    elif "enableAutoMtls" not in config:
        merged.changes.append("enableAutoMtls: true, Istio's default, written out")
    config["enableAutoMtls"] = True
    if _FORMAT not in config:
        merged.changes.append(f"{_FORMAT}: added, without any part of a URL")
        config[_FORMAT] = wanted[_FORMAT]
    elif config[_FORMAT] != wanted[_FORMAT]:
        merged.changes.append(f"{_FORMAT}: yours stays; `phiguard istio check` judges it")
    merged.document = _write(given, config)
    return merged


def remove(given: Manifest, part: Manifest) -> Merged:
    """Return the document without the guard's providers. The rest of its part does no harm.

    Raises:
        MeshPatchError: as `put`.
    """
    names = {_name(each) for each in _list(_mapping(part[_KEY], _KEY)[_PROVIDERS], _PROVIDERS)}
    merged = Merged(given)
    config = dict(_read(given))
    old = _list(config.get(_PROVIDERS, []), _PROVIDERS)
    config[_PROVIDERS] = [each for each in old if _name(each) not in names]
    gone = [_name(each) for each in old if _name(each) in names]
    merged.changes.extend(f"{_PROVIDERS}: `{name}` removed" for name in gone)
    merged.document = _write(given, config)
    return merged


def _put_providers(
    config: dict[str, ManifestValue], wanted: list[ManifestValue], merged: Merged
) -> None:
    new = {_name(each): each for each in wanted}
    found: list[ManifestValue] = []
    for each in _list(config.get(_PROVIDERS, []), _PROVIDERS):
        name = _name(each)
        if name.startswith(EXTENSION_PROVIDER) and name not in new:
            raise MeshPatchError(
                f"provider `{name}` begins with `{EXTENSION_PROVIDER}`, and Istio matches "
                "providers by prefix: each would answer for the other; rename it"
            )
        mine = new.pop(name, each)
        if mine != each:
            merged.changes.append(f"{_PROVIDERS}: `{name}` replaced")
        found.append(mine)
    merged.changes.extend(f"{_PROVIDERS}: `{name}` added" for name in new)
    config[_PROVIDERS] = [*found, *new.values()]


def _read(document: Manifest) -> Manifest:
    kind = document.get("kind")
    if kind == "ConfigMap":
        text = _mapping(document.get("data", {}), "data").get(_MESH, "")
        try:
            return _mapping(yaml.safe_load(str(text)) or {}, f"data.{_MESH}")
        except yaml.YAMLError:
            raise MeshPatchError(
                f"`data.{_MESH}` of the ConfigMap is not YAML; give the ConfigMap `istio` of the "
                "mesh's root namespace"
            ) from None
    if kind == "IstioOperator":
        return _mapping(_mapping(document.get("spec", {}), "spec").get(_KEY, {}), f"spec.{_KEY}")
    if kind is not None:
        raise MeshPatchError(
            f"{kind} holds no mesh configuration; give Helm values of istiod, an IstioOperator, or "
            "the ConfigMap `istio`"
        )
    return _mapping(document if _is_bare(document) else document.get(_KEY, {}), _KEY)


def _write(document: Manifest, config: Manifest) -> Manifest:
    kind = document.get("kind")
    if kind == "ConfigMap":
        about = _mapping(document.get("metadata", {}), "metadata")
        kept: Manifest = {key: each for key, each in about.items() if key not in _SERVERS_KEYS}
        data: Manifest = {**_mapping(document.get("data", {}), "data"), _MESH: to_yaml([config])}
        return {**document, "metadata": kept, "data": data}
    if kind == "IstioOperator":
        return {**document, "spec": {**_mapping(document.get("spec", {}), "spec"), _KEY: config}}
    return config if _is_bare(document) else {**document, _KEY: config}


def _is_bare(document: Manifest) -> bool:
    """Whether the document is a MeshConfig itself: it has a key that only MeshConfig has."""
    return _KEY not in document and any(
        key in document for key in (_PROVIDERS, "defaultConfig", "rootNamespace", "trustDomain")
    )


def _name(provider: ManifestValue) -> str:
    name = _mapping(provider, "a provider").get("name")
    if not isinstance(name, str) or not name:
        raise MeshPatchError(f"an entry of {_PROVIDERS} has no name; Istio refuses it too; add one")
    return name


def _mapping(value: ManifestValue, where: str) -> Manifest:
    if not isinstance(value, dict):
        raise MeshPatchError(f"`{where}` is not a mapping; give it as Istio documents it")
    return cast(Manifest, value)


def _list(value: ManifestValue, where: str) -> list[ManifestValue]:
    if not isinstance(value, list):
        raise MeshPatchError(f"`{where}` is not a list; give it as Istio documents it")
    return value
