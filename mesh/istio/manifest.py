"""Kubernetes objects as plain Python values, and their YAML text."""

from collections.abc import Mapping, Sequence

import yaml

ManifestValue = (
    None | bool | int | float | str | Sequence["ManifestValue"] | Mapping[str, "ManifestValue"]
)
"""Any value that YAML can express."""

Manifest = dict[str, ManifestValue]
"""One Kubernetes object, or one file of settings."""


def manifest(
    api_version: str, kind: str, metadata: Mapping[str, ManifestValue], **rest: ManifestValue
) -> Manifest:
    """One object. `rest` holds further keys such as `spec` or `data`, in order."""
    return {"apiVersion": api_version, "kind": kind, "metadata": dict(metadata), **rest}


class _Dumper(yaml.SafeDumper):
    """Writes every list and mapping in block style, multi-line text with `|`, and no anchors."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # as PyYAML calls it
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", value, style="|" if "\n" in value else None
    )


_Dumper.add_representer(str, _text)


def to_yaml(manifests: Sequence[Manifest]) -> str:
    """The objects as one YAML stream, with keys in the order given."""
    return yaml.dump_all(
        manifests, Dumper=_Dumper, sort_keys=False, width=120, explicit_start=len(manifests) > 1
    )
