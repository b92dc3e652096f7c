"""Follows the objects of a cluster by watches: what changed, and by whom as far as it is known.

One thread follows each kind. A kind that cannot be followed (refused, too old, the server restarts)
is not listed until it is listed again, so nothing is UP by what was once seen of it.
"""

import queue
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from extauthz.policies import kubernetes_api
from extauthz.policies.kubernetes_api import Api, ApiError, GoneError, WatchEvent
from extauthz.posture import cluster
from extauthz.posture.cluster import AbsentError, Listed
from extauthz.posture.collection import Collection, Item, Listing
from extauthz.posture.kinds import KINDS, Kind

_CALM_SECONDS: Final = 1.0  # between two watches, in case the server ends each at once
_MAX_SECONDS: Final = 8.0  # between two tries while the API cannot be reached
_ABSENT_SECONDS: Final = 60.0  # until a kind that is not installed is asked for again
_CONFIG_SECONDS: Final = 4.0  # between two looks at Istio's ConfigMaps
_CHANCE: Final = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened.

    Args:
        type: ADDED, MODIFIED, DELETED, or LOST and BACK of a whole kind.
        name: `Deployment clinic/ehr`, or the kind's plural.
        manager: who wrote last, as managedFields say; empty when nobody does.
        at: when that was, ISO 8601; empty when nobody says.
        why: of LOST.
    """

    type: str
    name: str
    namespace: str
    manager: str = ""
    at: str = ""
    why: str = ""

    @property
    def line(self) -> str:
        """What happened, in one line."""
        by = f" by {self.manager}" if self.manager else ""
        at = f" at {self.at}" if self.at else ""
        why = f": {self.why}" if self.why else ""
        return f"{self.type} {self.name}{by}{at}{why}"


@dataclass(slots=True)
class _Followed:
    """What is known of one kind. `items` is replaced, never changed.

    Args:
        items: all objects; None while the kind cannot be followed.
        last: all objects as they once were, to tell what changed meanwhile.
    """

    items: dict[str, Item] | None = None
    last: dict[str, Item] | None = None
    at: float = 0.0
    problem: str = "has not answered yet"
    absent: bool = False


class ClusterWatcher:
    """Follows a cluster, from `start` to `close`.

    Args:
        api: of the cluster.
        root: Istio's root namespace.
        kinds: to follow.

    Attributes:
        changes: what happened, in order.
    """

    def __init__(self, api: Api, root: str, kinds: Sequence[Kind] = KINDS) -> None:
        self._api = api
        self._root = root
        self._kinds = tuple(kinds)
        self._state = {kind.resource: _Followed() for kind in kinds}
        self._configuration: tuple[tuple[Item, ...], tuple[str, ...]] = ((), ())
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._asked = {kind.resource: threading.Event() for kind in kinds}
        self.changes: queue.SimpleQueue[Change] = queue.SimpleQueue()

    def start(self, seconds: float) -> None:
        """Begin, and wait at most so long for the first answer about every kind."""
        for kind in self._kinds:
            threading.Thread(target=self._follow, args=(kind,), daemon=True).start()
        until = time.monotonic() + seconds
        for asked in self._asked.values():
            asked.wait(max(0.0, until - time.monotonic()))
        self._look()
        threading.Thread(target=self._keep_looking, daemon=True).start()

    def close(self) -> None:
        """Stop. Open watches end with the process."""
        self._closed.set()

    def collection(self) -> Collection:
        """Return what is known now."""
        with self._lock:
            state = dict(self._state)
            config_maps, problems = self._configuration
        # what was once seen of a kind that cannot be followed still runs, as far as anybody knows:
        # its cells stay, and nothing follows from what is not there
        listings = [
            Listing(kind, tuple(seen.values()), known.at, kind.resource, whole=known.items is seen)
            for kind in self._kinds
            if (seen := (known := state[kind.resource]).last) is not None and not known.absent
        ]
        lost = [f"{name}: {each.problem}" for name, each in state.items() if each.problem]
        return Collection(
            source=self._api.url,
            at=min((each.at for each in state.values() if each.at), default=None),
            listings=tuple(listings),
            config_maps=config_maps,
            absent=frozenset(name for name, each in state.items() if each.absent),
            problems=(*lost, *problems),
        )

    def _follow(self, kind: Kind) -> None:
        failures = 0
        while not self._closed.is_set():
            pause = _CALM_SECONDS
            try:
                listed = cluster.listed(self._api, kind)
                self._set(kind, listed)
                failures = 0
                self._watch(kind, listed)
            except AbsentError:
                self._put(kind, _Followed(None, {}, time.time(), "", absent=True))
                pause = _ABSENT_SECONDS
            except GoneError:
                self._lose(kind, "its changes are no longer known; it is listed again")
            except ApiError as error:
                self._lose(kind, cluster.refused("", error).removeprefix(": "))
                pause = min(_MAX_SECONDS, 2.0**failures) * _CHANCE.uniform(0.5, 1.0)
                failures = min(failures + 1, 8)
            except Exception as error:  # noqa: BLE001 - a silent end would keep what once was
                self._lose(kind, f"{type(error).__name__} in a call of the API")
                pause = _MAX_SECONDS
            self._asked[kind.resource].set()
            self._closed.wait(pause)

    def _watch(self, kind: Kind, listed: Listed) -> None:
        """Follow the changes after a list, watch by watch. Raises ApiError."""
        version = listed.version
        self._asked[kind.resource].set()
        while not self._closed.is_set():
            began = time.monotonic()
            for event in kubernetes_api.watch(self._api, listed.path, version):
                version = event.version
                self._take(kind, event)
            self._touch(kind)
            if time.monotonic() < began + _CALM_SECONDS:
                self._closed.wait(_CALM_SECONDS)

    def _set(self, kind: Kind, listed: Listed) -> None:
        """Take a whole list, and tell what it changes."""
        items = {_key(item): item for item in listed.listing.items}
        before = self._state[kind.resource]
        self._put(kind, _Followed(items, items, listed.listing.at or time.time(), ""))
        if before.problem and self._asked[kind.resource].is_set():
            self.changes.put(Change("BACK", kind.resource, ""))
        old = before.last
        if old is not None:
            for key in old.keys() | items.keys():
                self._tell_difference(kind, old.get(key), items.get(key))

    def _tell_difference(self, kind: Kind, old: Item | None, new: Item | None) -> None:
        if old is None and new is not None:
            self.changes.put(_change("ADDED", kind, new))
        elif new is None and old is not None:
            self.changes.put(_change("DELETED", kind, old))
        elif old is not None and new is not None and _version(old) != _version(new):
            self.changes.put(_change("MODIFIED", kind, new))

    def _take(self, kind: Kind, event: WatchEvent) -> None:
        known = self._state[kind.resource]
        items = dict(known.items or {})
        if event.type == "DELETED":
            items.pop(_key(event.item), None)
        elif event.type != "BOOKMARK":
            items[_key(event.item)] = event.item
        self._put(kind, _Followed(items, items, time.time(), ""))
        if event.type != "BOOKMARK":
            self.changes.put(_change(event.type, kind, event.item))

    def _touch(self, kind: Kind) -> None:
        """A watch ended as it should, so what is known was true until now."""
        items = self._state[kind.resource].items
        self._put(kind, _Followed(items, items, time.time(), ""))

    def _lose(self, kind: Kind, why: str) -> None:
        known = self._state[kind.resource]
        self._put(kind, _Followed(None, known.last, known.at, why))
        if known.problem != why:
            self.changes.put(Change("LOST", kind.resource, "", why=why))

    def _put(self, kind: Kind, state: _Followed) -> None:
        with self._lock:
            self._state[kind.resource] = state

    def _keep_looking(self) -> None:
        while not self._closed.wait(_CONFIG_SECONDS):
            self._look()

    def _look(self) -> None:
        """Look at Istio's ConfigMaps, which the role may get by name and not watch."""
        hooks = [each for each in self.collection().listings if "webhook" in each.kind.plural]
        try:
            found = cluster.configuration(self._api, self._root, hooks)
        except Exception as error:  # noqa: BLE001 - the thread must go on
            found = (), (f"configmaps: {type(error).__name__} in a call of the API",)
        before = self._configuration
        with self._lock:
            self._configuration = found
        old = {_key(each): each for each in before[0]}
        new = {_key(each): each for each in found[0]}
        for key in sorted(old.keys() | new.keys()):
            kind = Kind("ConfigMap", "", ("v1",), "configmaps")
            if before[0]:
                self._tell_difference(kind, old.get(key), new.get(key))
        for why in set(found[1]) - set(before[1]):
            self.changes.put(Change("LOST", "configmaps", self._root, why=why))


def _key(item: Item) -> str:
    metadata = item["metadata"]
    return f"{metadata.get('namespace', '')}/{metadata.get('name', '')}"


def _version(item: Item) -> object:
    return item["metadata"].get("resourceVersion")


def _change(kind_of: str, kind: Kind, item: Item) -> Change:
    metadata = item["metadata"]
    namespace, name = str(metadata.get("namespace", "")), str(metadata.get("name", ""))
    title = f"{kind.name} {namespace}/{name}" if namespace else f"{kind.name} {name}"
    # who deleted an object is not in it
    manager, at = ("", "") if kind_of == "DELETED" else _writer(metadata)
    return Change(kind_of, title, namespace, manager, at)


def _writer(metadata: Any) -> tuple[str, str]:  # noqa: ANN401 - JSON
    """Who wrote last, and when, as managedFields say."""
    fields = metadata.get("managedFields")
    if not isinstance(fields, list):
        return "", ""
    found = [
        (str(each.get("time", "")), str(each.get("manager", "")))
        for each in fields
        if isinstance(each, dict)
    ]
    at, manager = max(found, default=("", ""))
    return manager, at
