"""The objects of a cluster, listed once, for `phiguard istio check kubernetes://`.

It reads what the role of `role()` lets it read, no Secret among it, and writes nothing.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn

from extauthz.commands.errors import UsageError
from extauthz.commands.istio import kubeconfig
from extauthz.listeners import SettingsError
from extauthz.policies import kubernetes_api
from extauthz.policies.kubernetes_api import Api, ApiError, GoneError
from extauthz.posture.kinds import CONFIG_MAPS, KINDS, Kind
from extauthz.settings import Cluster, parse_policy
from mesh.istio import snapshot
from mesh.istio.installation import ROOT_NAMESPACE
from mesh.istio.manifest import Manifest, manifest, to_yaml
from mesh.istio.snapshot import MeshSnapshot

SCHEME: Final = "kubernetes://"
_NAME: Final = "phiguard-istio-check"


_STORAGE: Final = ("PersistentVolume", "PersistentVolumeClaim", "StorageClass")
_KINDS: Final = tuple(kind for kind in KINDS if kind.name not in _STORAGE)
_HINTS: Final = {
    401: "the API server does not know the token; log in again",
    410: "its list changes faster than it can be read; ask again in a minute",
    429: "the API server is busy; ask again in a minute",
}
_DEFAULT: Final = "default"
_ABSENT: Final = 404
_FORBIDDEN: Final = 403
_WHY_MISSING: Final = {
    _ABSENT: "is not there",
    _FORBIDDEN: "is forbidden; bind the Role of `--role`, with `--revision` for each revision",
}


def role(namespace: str = ROOT_NAMESPACE, revisions: Iterable[str] = ()) -> str:
    """The objects that let an account read what the check reads, as YAML.

    Args:
        namespace: the mesh's root namespace.
        revisions: of istiod, beside the default one. Roles name what may be read, without patterns.
    """
    groups: dict[str, list[str]] = {}
    for kind in _KINDS:
        groups.setdefault(kind.group, []).append(kind.plural)
    rules = [
        {"apiGroups": [group], "resources": list(dict.fromkeys(plurals)), "verbs": ["list"]}
        for group, plurals in groups.items()
    ]
    named = [
        {
            "apiGroups": [""],
            "resources": ["configmaps"],
            "resourceNames": _config_map_names({_DEFAULT, *revisions}),
            "verbs": ["get"],
        }
    ]
    api = "rbac.authorization.k8s.io/v1"
    objects: list[Manifest] = [
        manifest(api, "ClusterRole", {"name": _NAME}, rules=rules),
        manifest(api, "Role", {"name": _NAME, "namespace": namespace}, rules=named),
    ]
    return to_yaml(objects)


def root_namespace(path: str) -> str:
    """The mesh's root namespace that `kubernetes://[NAMESPACE]` names."""
    return path.removeprefix(SCHEME) or ROOT_NAMESPACE


def read(
    path: str, config: Path | None, proxy: str, environment: Mapping[str, str]
) -> tuple[MeshSnapshot, tuple[str, ...]]:
    """The objects of a cluster, and what could not be read of it.

    Args:
        path: `kubernetes://[NAMESPACE]`, with the mesh's root namespace.
        config: a kubeconfig; None for the pod's own account, else `KUBECONFIG` or the one in HOME.
        proxy: address of `kubectl proxy`; empty for none.
        environment: of this process.

    Raises:
        UsageError: the cluster cannot be asked, or refuses.
    """
    root = root_namespace(path)
    with reached(config, proxy, environment) as api:
        items = [{**item, "kind": kind.name} for kind in _KINDS for item in _listed(api, kind)]
        found, missing = _config_maps(api, root, items)
    listed = frozenset(kind.name for kind in _KINDS)
    return snapshot.of_values(path, [*items, *found], listed), missing


@contextmanager
def reached(config: Path | None, proxy: str, environment: Mapping[str, str]) -> Iterator[Api]:
    """Yield the API of a cluster, and keep the files of its login until the end.

    Args:
        config: a kubeconfig; None for the pod's own account, else `KUBECONFIG` or the one in HOME.
        proxy: address of `kubectl proxy`; empty for none.
        environment: of this process.

    Raises:
        UsageError: there is no way to log in.
    """
    if config is None and not proxy and "KUBERNETES_SERVICE_HOST" not in environment:
        default = Path(environment.get("HOME", ".")) / ".kube" / "config"
        config = Path(environment.get("KUBECONFIG") or default)
        if not config.is_file():
            raise UsageError(
                f"{SCHEME}: not in a pod of a cluster; give --kubeconfig FILE, or "
                "--kubernetes-api http://127.0.0.1:8001 of `kubectl proxy`"
            )
    if config is None:
        try:
            found = parse_policy(f"{SCHEME}{ROOT_NAMESPACE}", proxy, environment)
        except SettingsError as error:
            raise UsageError(str(error)) from None
        if isinstance(found, Cluster):
            yield found.api
        return
    login = kubeconfig.read(config)
    with tempfile.TemporaryDirectory(prefix="phiguard-") as folder:  # of mode 0700
        token, roots = Path(folder) / "token", Path(folder) / "ca.crt"
        token.write_text(login.token)
        roots.write_bytes(login.roots)
        # a file of the kubeconfig is read for each request: somebody may replace it meanwhile
        yield Api(login.server, login.token_file or token, roots if login.roots else None)


def _listed(api: Api, kind: Kind) -> tuple[dict[str, Any], ...]:
    """The objects of a kind, in the first version that the server has."""
    for path in kind.paths:
        found = _of_path(api, path, kind.plural)
        if found is not None:
            return found
    return ()


def _of_path(api: Api, path: str, plural: str) -> tuple[dict[str, Any], ...] | None:
    with suppress(GoneError):  # the next page of a list that is too old by now: begin again
        return _items(api, path, plural)
    return _items(api, path, plural, final=True)


def _items(
    api: Api, path: str, plural: str, *, final: bool = False
) -> tuple[dict[str, Any], ...] | None:
    """The objects of one list; None where the server does not have it."""
    try:
        found = kubernetes_api.list_objects(api, path).items
        if all(isinstance(item, dict) and isinstance(item.get("metadata"), dict) for item in found):
            return found
        raise ApiError("a response of the API does not have the documented form")  # noqa: TRY301
    except ApiError as error:
        if isinstance(error, GoneError) and not final:
            raise
        if error.status != _ABSENT:
            _refuse(error, plural)
        return None


def _refuse(error: ApiError, what: str) -> NoReturn:
    """Say why the server does not list something. Raises UsageError."""
    if error.status == _FORBIDDEN:
        raise UsageError(
            f"the API server forbids to list {what}; "
            "`phiguard istio check --role | kubectl apply -f -`, and bind both roles"
        ) from None
    hint = _HINTS.get(error.status)
    raise UsageError(f"status {error.status}: {hint}" if hint else str(error)) from None


def _config_maps(
    api: Api, root: str, items: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Istio's own ConfigMaps of each revision."""
    found, missing = [], []
    for name in _names(items):
        try:
            item = kubernetes_api.call(api, "GET", f"/api/v1/namespaces/{root}/configmaps/{name}")
            found.append({**item, "kind": "ConfigMap"})
        except ApiError as error:
            if error.status not in _WHY_MISSING:
                _refuse(error, "configmaps")
            why = _WHY_MISSING[error.status]
            missing.append(f"ConfigMap {root}/{name} {why}")
    return found, tuple(missing)


def _names(items: list[dict[str, Any]]) -> list[str]:
    revisions = {
        (item["metadata"].get("labels") or {}).get("istio.io/rev", _DEFAULT)
        for item in items
        if item["kind"] == "MutatingWebhookConfiguration"
        and "sidecar-injector" in str(item["metadata"].get("name"))
    }
    return _config_map_names(revisions or {_DEFAULT})


def _config_map_names(revisions: Iterable[str]) -> list[str]:
    """Those of the default revision have no suffix. A mesh may have none of that revision."""
    suffixes = sorted("" if each == _DEFAULT else f"-{each}" for each in revisions)
    return [f"{name}{suffix}" for suffix in suffixes for name in CONFIG_MAPS]
