"""What a collector brings home, and what an audit makes of it.

INVARIANT (nothing follows from what was not read): a kind counts as listed only where its whole
list was read, or where the server does not have the kind. Whatever went wrong is a problem with a
name, and the rest goes on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from extauthz.posture.kinds import BY_RESOURCE, CONFIG_MAPS, Kind
from mesh.istio import snapshot
from mesh.istio.snapshot import MeshObject, MeshSnapshot, SnapshotError
from mesh.posture.observed import Sighting

Item = Mapping[str, Any]

_HOOK: Final = "mutatingwebhookconfigurations.admissionregistration.k8s.io"
_GUARD: Final = {"app.kubernetes.io/name": "phiguard"}


@dataclass(frozen=True, slots=True)
class Listing:
    """The objects of one kind.

    Args:
        items: as the server gives them.
        at: when they were listed, in Unix seconds; None when nobody says.
        source: a file or an address, for messages.
        whole: whether these are all objects of the kind.
    """

    kind: Kind
    items: Sequence[Item]
    at: float | None
    source: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Dump:
    """One proxy's configuration, or another page of Envoy or istiod, as it was given."""

    source: str
    data: bytes
    at: float | None


@dataclass(frozen=True, slots=True)
class Ledgers:
    """What the ledgers of the guards say.

    Args:
        sightings: of the chains that hold.
        replicas: host names of the guards whose chains were read and hold.
        problems: why a ledger says nothing.
        at: when they were read, in Unix seconds.
    """

    sightings: tuple[Sighting, ...]
    replicas: frozenset[str]
    problems: tuple[str, ...]
    at: float | None


@dataclass(frozen=True, slots=True)
class Collection:
    """Everything that one collector found.

    Args:
        source: what was collected, for people.
        at: when the collection began, in Unix seconds; None when nobody says.
        listings: by kind; a kind may have none.
        config_maps: Istio's own ConfigMaps.
        loose: objects of other files, such as manifests. They make no kind listed.
        absent: resources that the server does not have.
        dumps: configurations of proxies.
        sync: `/debug/syncz` of each istiod.
        ledgers: None when no ledger was given.
        canaries: lines of the record of canaries; None when there is no such record.
        problems: what could not be read, one line each.
    """

    source: str
    at: float | None
    listings: tuple[Listing, ...] = ()
    config_maps: tuple[Item, ...] = ()
    loose: tuple[MeshObject, ...] = ()
    absent: frozenset[str] = frozenset()
    dumps: tuple[Dump, ...] = ()
    sync: tuple[Dump, ...] = ()
    ledgers: Ledgers | None = None
    canaries: Dump | None = None
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Read:
    """Objects and what is known of their kinds, while they are put together."""

    documents: list[MeshObject] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def objects_of(collection: Collection) -> tuple[MeshSnapshot, tuple[str, ...]]:
    """Return the objects, with the kinds that were listed whole, and what was left out."""
    read = _Read()
    for listing in collection.listings:
        _take(read, listing)
    given = {each.kind.resource for each in collection.listings}
    whole = (read.whole - _twice(collection.listings)) | (collection.absent - given)
    names = {kind.name for kind in BY_RESOURCE.values()}
    listed = frozenset(
        name
        for name in names
        if all(r in whole for r, kind in BY_RESOURCE.items() if kind.name == name)
    )
    read.documents.extend(collection.loose)
    read.documents.extend(_configuration(collection, read, hooks_known=_HOOK in whole))
    found, doubtful = _distinct(read)
    return MeshSnapshot(found, listed - doubtful), tuple(read.problems)


def objects_at(collection: Collection) -> float | None:
    """Return the oldest time of a list; None when one has none."""
    times = [each.at for each in collection.listings]
    known = [at for at in times if at is not None]
    return min(known) if known and len(known) == len(times) else None


def guards(objects: MeshSnapshot) -> frozenset[str] | None:
    """Return the names of the guard's pods that have not ended; None when pods were not listed."""
    if "Pod" not in objects.listed:
        return None
    return frozenset(
        pod.name
        for pod in objects.kind("Pod")
        if _GUARD.items() <= pod.labels.items()
        and pod.body.at("status", "phase").text not in ("Succeeded", "Failed")
    )


def documents_of(listings: Iterable[Listing]) -> list[MeshObject]:
    """Return the objects of lists."""
    read = _Read()
    for each in listings:
        _take(read, each)
    return read.documents


def _take(read: _Read, listing: Listing) -> None:
    """Take the objects of one list. Objects that cannot be read make it a part."""
    # the items of a server's list do not repeat what they are
    usual = {"kind": listing.kind.name, "apiVersion": listing.kind.api_version}
    values = [{**usual, **item, "metadata": _without_history(item)} for item in listing.items]
    strangers = Counter(str(v["kind"]) for v in values) - Counter({listing.kind.name: len(values)})
    try:
        found = snapshot.of_values(listing.source, values, frozenset()).documents
    except SnapshotError as error:
        read.problems.append(f"{listing.source}: {error}")
        return
    read.documents.extend(found)
    if strangers:
        kinds = ", ".join(sorted(strangers))
        read.problems.append(
            f"{listing.source}: holds objects of other kinds too ({kinds}), so it does not count "
            f"as the list of all {listing.kind.plural}"
        )
    elif listing.whole:
        read.whole.add(listing.kind.resource)


def _without_history(item: Item) -> object:
    """The metadata without who wrote which field: a third of an object, and no evidence."""
    metadata = item.get("metadata")
    if not isinstance(metadata, Mapping):
        return metadata
    return {key: value for key, value in metadata.items() if key != "managedFields"}


def _twice(listings: Iterable[Listing]) -> set[str]:
    """Kinds with two lists: nobody says which one is right."""
    counts = Counter(each.kind.resource for each in listings)
    return {resource for resource, count in counts.items() if count > 1}


def _configuration(
    collection: Collection, read: _Read, *, hooks_known: bool
) -> Iterator[MeshObject]:
    """Istio's own configuration; none where that of a revision is not there.

    What the other revision's configuration says is not known then, so none of it may speak.
    """
    given = {str((each.get("metadata") or {}).get("name")) for each in collection.config_maps}
    missing = sorted(config_map_names(read.documents) - given)
    needed = [name for name in missing if not name.startswith(snapshot.INJECTOR)]
    for name in missing:
        read.problems.append(f"ConfigMap {name} of Istio was not given")
    try:
        found = snapshot.of_values(
            collection.source,
            [{**each, "kind": "ConfigMap"} for each in collection.config_maps],
            frozenset(),
        ).documents
    except SnapshotError as error:
        read.problems.append(f"a ConfigMap of Istio: {error}")
        return
    # `istio` is there only where the default revision is
    if needed not in ([], ["istio"]) or (needed and not found) or not hooks_known:
        yield from (replace(each, in_force=False) for each in found)
    else:
        yield from found


def config_map_names(documents: Iterable[MeshObject]) -> set[str]:
    """Return the names of Istio's ConfigMaps that the revisions in these objects have."""
    revisions = {
        each.labels.get("istio.io/rev", "default")
        for each in documents
        if each.kind == "MutatingWebhookConfiguration" and "sidecar-injector" in each.name
    }
    suffixes = ["", *(f"-{revision}" for revision in sorted(revisions - {"default"}))]
    return {f"{name}{suffix}" for suffix in suffixes for name in CONFIG_MAPS}


def _distinct(read: _Read) -> tuple[tuple[MeshObject, ...], frozenset[str]]:
    """The objects, each once, and the kinds of which one is there twice and not alike."""
    found: dict[tuple[str, str, str, str], MeshObject] = {}
    doubtful: set[str] = set()
    more: list[MeshObject] = []
    for each in read.documents:
        group = each.body.at("api_version").text.rpartition("/")[0]
        known = found.setdefault((each.kind, each.namespace, each.name, group), each)
        if known is not each and known.body.value != each.body.value:
            more.append(each)
            doubtful.add(each.kind)
            read.problems.append(
                f"{each.file}: {each.title} is in {known.file} too, and says something else"
            )
    return (*found.values(), *more), frozenset(doubtful)
