"""Whether a volume of Kubernetes is encrypted, as its StorageClass says.

A claim is bound to a volume, and a provisioner made that volume by the parameters of its class.
What a class does not say is never DOWN: an account or a disk may encrypt whatever was asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from atrest.protection import Evidence, Shield

PVC: Final = "pvc"
"""The option of a spec that names a claim: `pvc=NAMESPACE/NAME`."""
_ASKED: Final = "StorageClass"
_PROVISIONED_BY: Final = "pv.kubernetes.io/provisioned-by"


@dataclass(frozen=True, slots=True)
class _Provisioner:
    """What is known of a provisioner.

    Args:
        parameter: encrypts a volume when it is `true`; empty: none does.
        key: a parameter that names a customer's key; empty: there is none.
        always: who encrypts every volume, whatever its class says; empty: nobody.
    """

    parameter: str = ""
    key: str = ""
    always: str = ""


_AZURE: Final = "Azure's default encryption"
_GOOGLE: Final = "Google's default encryption"
_PROVISIONERS: Final[Mapping[str, _Provisioner]] = {
    "ebs.csi.aws.com": _Provisioner("encrypted"),
    "ebs.csi.eks.amazonaws.com": _Provisioner("encrypted"),
    "kubernetes.io/aws-ebs": _Provisioner("encrypted"),
    "disk.csi.azure.com": _Provisioner("", "diskEncryptionSetID", _AZURE),
    "kubernetes.io/azure-disk": _Provisioner("", "diskEncryptionSetID", _AZURE),
    "file.csi.azure.com": _Provisioner("", "", _AZURE),
    "pd.csi.storage.gke.io": _Provisioner("", "disk-encryption-kms-key", _GOOGLE),
    "kubernetes.io/gce-pd": _Provisioner("", "", _GOOGLE),
    "rbd.csi.ceph.com": _Provisioner("encrypted"),
    "driver.longhorn.io": _Provisioner("encrypted"),
    "pxd.portworx.com": _Provisioner("secure"),
}

_Object = Mapping[str, Any]


class Volumes:
    """Claims, volumes and classes of a cluster.

    Args:
        items: objects as the API server gives them. Other kinds are passed over.
    """

    def __init__(self, items: Iterable[object]) -> None:
        self._claims: dict[str, _Object] = {}
        self._volumes: dict[str, _Object] = {}
        self._classes: dict[str, _Object] = {}
        for item in items:
            if not isinstance(item, Mapping):
                continue
            name = str(_at(item, "metadata", "name"))
            match item.get("kind"):
                case "PersistentVolumeClaim":
                    self._claims[f"{_at(item, 'metadata', 'namespace')}/{name}"] = item
                case "PersistentVolume":
                    self._volumes[name] = item
                case "StorageClass":
                    self._classes[name] = item

    def evidence(self, claim: str) -> Evidence | None:
        """Return what the class of a claim's volume says of its encryption.

        Args:
            claim: `NAMESPACE/NAME`.

        Returns:
            UP or UNKNOWN; None when there is no such claim.
        """
        found = self._claims.get(claim)
        if found is None:
            return None
        volume = self._volumes.get(str(_at(found, "spec", "volumeName")))
        if volume is None or not _is_bound(volume, claim):
            return _unknown("the claim is bound to no volume")
        made_by = self._classes.get(str(_at(volume, "spec", "storageClassName")))
        if made_by is None:
            return _unknown("the volume has no class")
        provisioner = str(made_by.get("provisioner"))
        annotations = _at(volume, "metadata", "annotations")
        if not isinstance(annotations, Mapping) or annotations.get(_PROVISIONED_BY) != provisioner:
            return _unknown("the volume was not made by its class")
        # parameters cannot be changed, but a class can be deleted and made anew
        if _is_younger(made_by, volume):
            return _unknown("the class is younger than the volume")
        return _of_class(provisioner, made_by.get("parameters"))


def _of_class(provisioner: str, parameters: object) -> Evidence:
    known = _PROVISIONERS.get(provisioner)
    if known is None:
        return _unknown("a provisioner that is not known")
    asked = f"{_ASKED} of {provisioner}"
    # the provisioners take the names of parameters in any case
    said = {
        str(name).lower(): str(value)
        for name, value in (parameters if isinstance(parameters, Mapping) else {}).items()
    }
    if known.parameter and said.get(known.parameter, "").lower() == "true":
        return Evidence(asked, f"{known.parameter}: true", Shield.UP)
    if known.key and said.get(known.key.lower()):
        return Evidence(asked, known.key, Shield.UP)
    if known.always:
        return Evidence(asked, known.always, Shield.UP)
    return Evidence(asked, f"no {known.parameter}: true", Shield.UNKNOWN)


def _unknown(why: str) -> Evidence:
    return Evidence(_ASKED, why, Shield.UNKNOWN)


def _is_bound(volume: _Object, claim: str) -> bool:
    to = [_at(volume, "spec", "claimRef", name) for name in ("namespace", "name")]
    return claim == "/".join(str(part) for part in to)


def _is_younger(made_by: _Object, volume: _Object) -> bool:
    """Whether a class is younger than a volume. The API's times are texts of one form, in UTC."""
    began, was_made = (
        str(_at(each, "metadata", "creationTimestamp")) for each in (made_by, volume)
    )
    return began > was_made


def _at(item: object, *names: str) -> object:
    """Return what stands below these names, or nothing."""
    for name in names:
        item = item.get(name) if isinstance(item, Mapping) else None
    return "" if item is None else item


def items_of(document: object) -> Sequence[object] | None:
    """Return the objects of a List, as `kubectl get -o json` prints one; None: it is no List."""
    items = document.get("items") if isinstance(document, Mapping) else None
    return items if isinstance(items, list) else None
