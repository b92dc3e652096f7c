"""The objects of a cluster, listed by the least role. It reads no Secret and writes nothing.

What the server refuses is a problem with the name of the kind; the other kinds are listed all the
same. A kind that the server has in no version that this release knows is not listed either.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from extauthz.policies import kubernetes_api
from extauthz.policies.kubernetes_api import Api, ApiError, GoneError
from extauthz.posture.collection import Collection, Item, Listing, config_map_names, documents_of
from extauthz.posture.kinds import CONFIG_MAPS, KINDS, Kind
from mesh.istio.manifest import Manifest, manifest, to_yaml

NAME: Final = "phiguard-posture"
_RBAC: Final = "rbac.authorization.k8s.io/v1"
_ABSENT: Final = 404
_WHY: Final = {
    401: "the API server does not know the token; log in again",
    403: "the API server forbids it; `phiguard posture collect --role | kubectl apply -f -`, and "
    "bind both roles",
    410: "its list changes faster than it can be read; ask again in a minute",
    429: "the API server is busy; ask again in a minute",
}


class AbsentError(Exception):
    """The server does not have the kind."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One list, with the path and the version at which a watch goes on."""

    listing: Listing
    path: str
    version: str


@dataclass(slots=True)
class _Found:
    """What was found so far."""

    listings: list[Listing] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def role(namespace: str) -> str:
    """The objects that let an account read and watch what an audit reads, as YAML.

    Args:
        namespace: Istio's root namespace.
    """
    groups: dict[str, list[str]] = {}
    for kind in KINDS:
        groups.setdefault(kind.group, []).append(kind.plural)
    rules = [
        {"apiGroups": [group], "resources": plurals, "verbs": ["list", "watch"]}
        for group, plurals in groups.items()
    ]
    named = [
        {
            "apiGroups": [""],
            "resources": ["configmaps"],
            "resourceNames": list(CONFIG_MAPS),
            "verbs": ["get"],
        }
    ]
    objects: list[Manifest] = [
        manifest(_RBAC, "ClusterRole", {"name": NAME}, rules=rules),
        manifest(_RBAC, "Role", {"name": NAME, "namespace": namespace}, rules=named),
    ]
    return to_yaml(objects)


def collect(
    api: Api, root: str, kinds: Sequence[Kind] = KINDS, now: Callable[[], float] = time.time
) -> Collection:
    """Return the objects of a cluster. It raises nothing: what cannot be read is a problem.

    Args:
        root: Istio's root namespace.
        kinds: to list.
        now: Unix seconds.
    """
    began, found = now(), _Found()
    for kind in kinds:
        try:
            found.listings.append(listed(api, kind, now).listing)
        except AbsentError:
            found.absent.add(kind.resource)
        except ApiError as error:
            found.problems.append(refused(kind.resource, error))
            if not error.status and not isinstance(error, GoneError) and not found.listings:
                break  # nobody answers there: the other kinds would only wait for the same
    config_maps, problems = configuration(api, root, found.listings) if found.listings else ((), ())
    return Collection(
        source=api.url,
        at=began,
        listings=tuple(found.listings),
        config_maps=config_maps,
        absent=frozenset(found.absent),
        problems=(*found.problems, *problems),
    )


def refused(what: str, error: ApiError) -> str:
    """Say why something could not be read, and what to do."""
    if error.status == _ABSENT:
        return f"{what}: is not there"
    why = _WHY.get(error.status)
    return f"{what}: status {error.status}: {why}" if why else f"{what}: {error}"


def listed(api: Api, kind: Kind, now: Callable[[], float] = time.time) -> Listed:
    """List all objects of a kind.

    Raises:
        AbsentError: the server does not have the kind.
        ApiError: it refused, or has only versions that this release does not know.
    """
    with suppress(GoneError):  # the next page of a list that is too old by now: begin again
        return _listed(api, kind, now)
    return _listed(api, kind, now)


def _listed(api: Api, kind: Kind, now: Callable[[], float]) -> Listed:
    for path in kind.paths:
        at = now()
        try:
            found = kubernetes_api.list_objects(api, path)
        except ApiError as error:
            if error.status != _ABSENT:
                raise
            continue
        if not all(
            isinstance(i, dict) and isinstance(i.get("metadata"), dict) for i in found.items
        ):
            raise ApiError("a response of the API does not have the documented form")
        listing = Listing(kind, found.items, at, kind.resource, whole=True)
        return Listed(listing, path, found.version)
    if not kind.group:
        raise ApiError("is not there, and no cluster is without it")
    if other := list(_other_versions(api, kind)):
        raise ApiError(f"is there only as {', '.join(other)}, which this release does not know")
    raise AbsentError(kind.resource)


def _other_versions(api: Api, kind: Kind) -> Iterator[str]:
    """The versions of a kind that the server has, beside those that were asked for."""
    try:
        group = kubernetes_api.call(api, "GET", f"/apis/{kind.group}")
    except ApiError as error:
        if error.status == _ABSENT:
            return
        raise
    for version in group.get("versions") or ():
        name = str(version.get("groupVersion"))
        resources = kubernetes_api.call(api, "GET", f"/apis/{name}").get("resources") or ()
        if any(each.get("name") == kind.plural for each in resources):
            yield name


def configuration(
    api: Api, root: str, listings: Sequence[Listing]
) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """Istio's own ConfigMaps of each revision, and those that could not be read."""
    found: list[dict[str, Any]] = []
    problems = []
    hooks = [each for each in listings if each.kind.name == "MutatingWebhookConfiguration"]
    for name in sorted(config_map_names(documents_of(hooks))):
        try:
            path = f"/api/v1/namespaces/{root}/configmaps/{name}"
            found.append(kubernetes_api.call(api, "GET", path))
        except ApiError as error:
            if error.status != _ABSENT:  # what is not there is said where it is missed
                problems.append(refused(f"ConfigMap {root}/{name}", error))
    return tuple(found), tuple(problems)
