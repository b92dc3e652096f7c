"""What an audit is asked, made of what a collector brought home."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

import orjson

from extauthz.posture import collection as collections
from extauthz.posture.collection import Collection, Dump, Ledgers
from mesh.istio.check.view import Mesh
from mesh.istio.snapshot import MeshSnapshot
from mesh.posture import sync
from mesh.posture.audit import Inputs
from mesh.posture.canary import history
from mesh.posture.canary.history import History
from mesh.posture.effective import names, proxy
from mesh.posture.effective.dump import DumpError
from mesh.posture.observed import Sightings
from mesh.posture.sources import ProxyConfiguration
from mesh.posture.sync import PodKey, SyncError
from mesh.posture.verdict import Freshness


def inputs_of(
    collection: Collection, freshness: Freshness, provider: str
) -> tuple[Inputs, tuple[str, ...]]:
    """Return the inputs of an audit, and a line for each thing that could not be read.

    Args:
        freshness: how old evidence may be.
        provider: name of the guard's extension provider.
    """
    objects, odd = collections.objects_of(collection)
    guard = names.of(Mesh(objects, provider))
    proxies: list[ProxyConfiguration] = []
    unreadable: dict[PodKey, str] = {}
    problems = [*collection.problems, *odd]
    for dump in collection.dumps:
        try:
            proxies.append(_proxy(dump, guard))
        except DumpError as error:
            problems.append(f"{dump.source}: {error}")
            if key := pod_of(dump.source):
                unreadable[key] = f"{dump.source}: {error}"
    synced, why = _sync(collection.sync)
    problems += why
    heartbeats = None
    if collection.ledgers is not None:
        heartbeats = _heartbeats(collection.ledgers, objects, freshness)
        problems += collection.ledgers.problems
    canaries = None
    if collection.canaries is not None:
        canaries = _canaries(collection.canaries)
        problems += filter(None, (canaries.problem,))
    return Inputs(
        objects=objects,
        objects_at=collections.objects_at(collection),
        proxies=proxies,
        unreadable=unreadable,
        doubts=sync.doubts({(each.namespace, each.pod) for each in proxies}, synced),
        heartbeats=heartbeats,
        canaries=canaries,
        provider=provider,
    ), tuple(problems)


def _canaries(record: Dump) -> History:
    return history.read(record.data.decode(errors="replace"), record.at, record.source)


def mesh_of(collection: Collection, provider: str) -> Mesh:
    """Return what all objects say together."""
    objects, _ = collections.objects_of(collection)
    return Mesh(objects, provider)


def proxies_of(
    collection: Collection, provider: str
) -> tuple[tuple[proxy.Proxy, ...], tuple[str, ...]]:
    """Return the proxies whose configurations can be read, and a line for each other one."""
    objects, odd = collections.objects_of(collection)
    guard = names.of(Mesh(objects, provider))
    found, problems = list[proxy.Proxy](), list(odd)
    for dump in collection.dumps:
        try:
            found.append(_proxy(dump, guard))
        except DumpError as error:
            problems.append(f"{dump.source}: {error}")
    return tuple(found), tuple(problems)


def pod_of(source: str) -> PodKey | None:
    """Return the pod that a dump's file is named by: `proxies/clinic.ehr-7d4f.json`.

    A namespace holds no dot, so the first one ends it.
    """
    namespace, found, name = PurePath(source).name.removesuffix(".json").partition(".")
    return (namespace, name) if found and namespace and name else None


def _proxy(dump: Dump, guard: names.GuardNames) -> proxy.Proxy:
    """Read one dump. Raises DumpError."""
    try:
        found = orjson.loads(dump.data)
    except orjson.JSONDecodeError as error:
        raise DumpError(f"is not JSON, or was cut off at byte {error.pos}") from None
    if not isinstance(found, dict):
        raise DumpError("is no config dump")
    read = proxy.read(found, guard, dump.source, dump.at)
    named = pod_of(dump.source)
    if named not in (None, (read.namespace, read.pod)) and read.pod:
        raise DumpError(f"is the dump of another pod, {read.namespace}/{read.pod}")
    return read


def _sync(pages: Sequence[Dump]) -> tuple[dict[PodKey, str] | None, list[str]]:
    """Return what istiod says. A page that cannot be read leaves nothing known."""
    if not pages:
        return None, []
    try:
        return sync.read([_page(each) for each in pages]), []
    except SyncError as error:
        return None, [f"istiod: {error}"]


def _page(page: Dump) -> object:
    try:
        return orjson.loads(page.data)
    except orjson.JSONDecodeError as error:
        raise SyncError(f"{page.source} is not JSON, or was cut off at byte {error.pos}") from None


def _heartbeats(ledgers: Ledgers, objects: MeshSnapshot, freshness: Freshness) -> Sightings:
    lacking = list(ledgers.problems)
    expected = collections.guards(objects) or frozenset()
    lacking += [
        f"the ledger of the guard's pod {name} was not given"
        for name in sorted(expected - ledgers.replicas)
    ]
    return Sightings(ledgers.sightings, ledgers.at, freshness.observed, lacking)


def with_ledgers(collection: Collection, ledgers: Ledgers | None) -> Collection:
    """Return the collection with ledgers that were read by another way, if there are any."""
    return collection if ledgers is None else replace(collection, ledgers=ledgers)
