"""The `SegmentationPolicy` objects of a Kubernetes cluster as the texts of one policy.

Each object is a part of the policy, like a file of a folder. Its namespace is the team that the
part belongs to. The objects of the root namespace speak for the whole mesh. A thread lists the
objects and then watches them; `read` returns what it knows. While the API cannot be reached, `read`
raises, and the caller keeps the policy that it has.
"""

import json
import random
import re
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from extauthz.policies import kubernetes_api
from extauthz.policies.files import PolicyUnreadableError, read_detectors
from extauthz.policies.kubernetes_api import Api, ApiError, GoneError, WatchEvent
from extauthz.policies.revision import Texts
from mesh.policy_file import keys as policy_keys

PATH: Final = f"/apis/{policy_keys.API_VERSION}/segmentationpolicies"
_CALM_SECONDS: Final = 1.0  # between two watches, in case the server ends each at once
# matches U+2028, "é" and U+007F; not "a" or a line feed
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7e]")
_BMP: Final = 0xFFFF
# of all texts together: one change parses all of them again, at some ten seconds a MiB
_MAX_BYTES: Final = 4 << 20
_OF_KUBERNETES: Final = frozenset({"apiVersion", "kind", "metadata", "status"})
_CHANCE: Final = random.SystemRandom()  # not the shared generator: this is another thread
_MAX_SECONDS: Final = 30.0  # between two tries while the API cannot be reached


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the cluster. It is one value, replaced by one assignment.

    Args:
        texts: by `NAMESPACE/NAME`.
        versions: the uid and generation of each object, by the same name.
        problem: why the texts may be out of date; empty when they are not.
    """

    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    versions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    problem: str = "has not answered yet"


class KubernetesPolicies:
    """Follows the objects of a cluster, from `start` to `close`.

    Args:
        api: the Kubernetes API.
        root: the namespace whose objects speak for the whole mesh.
        detectors: files of detectors; those are no objects.
    """

    def __init__(self, api: Api, root: str, detectors: Iterable[Path] = ()) -> None:
        self._api = api
        self._root = root
        self._detectors = tuple(detectors)
        self._known = _Known()
        self._asked = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(
            target=self._follow, name="phiguard-kubernetes", daemon=True
        )

    def start(self, seconds: float) -> None:
        """Begin, and wait at most `seconds` for the first answer. Without one, `read` raises."""
        self._thread.start()
        self._asked.wait(seconds)

    def close(self) -> None:
        """Stop. An open watch ends with the process."""
        self._closed.set()

    def read(self) -> Texts:
        """Return the texts of all objects.

        Raises:
            PolicyUnreadableError: the API cannot be reached, there is no object, the objects are
                too large, or a file of detectors cannot be read.
        """
        known = self._known
        if known.problem:
            raise PolicyUnreadableError(f"kubernetes://{self._root}: {known.problem}")
        if not known.texts:
            raise PolicyUnreadableError(
                f"kubernetes://{self._root}: found no {policy_keys.POLICY_KIND} object; "
                f"apply one to namespace `{self._root}`"
            )
        if sum(map(len, known.texts.values())) > _MAX_BYTES:
            raise PolicyUnreadableError(
                f"kubernetes://{self._root}: the objects have more than {_MAX_BYTES} bytes; "
                "limit them"
            )
        namespaces = ((name, name.partition("/")[0]) for name in known.texts)
        return Texts(
            known.texts,
            read_detectors(self._detectors),
            {name: namespace for name, namespace in namespaces if namespace != self._root},
            known.versions,
        )

    def _follow(self) -> None:
        failures = 0
        version = ""
        while not self._closed.is_set():
            began = time.monotonic()
            try:
                version = self._watch(version) if version else self._list()
                failures, pause = (
                    0,
                    _CALM_SECONDS if time.monotonic() < began + _CALM_SECONDS else 0.0,
                )
            except Exception as error:  # noqa: BLE001 - a silent end would keep an old policy
                # after a watch, a new list gives all changes; a list itself must succeed
                if isinstance(error, GoneError) and version:
                    pause = _CALM_SECONDS
                else:
                    self._known = replace(self._known, problem=_problem_of(error))
                    pause = min(_MAX_SECONDS, 2.0**failures) * _CHANCE.uniform(0.5, 1.0)
                    failures = min(failures + 1, 8)
                version = ""
            self._asked.set()
            self._closed.wait(pause)

    def _list(self) -> str:
        listed = kubernetes_api.list_objects(self._api, PATH)
        texts, versions = {}, {}
        for item in listed.items:
            name, text = part_of(item, self._root)
            texts[name], versions[name] = text, _version_of(item)
        self._known = _Known(MappingProxyType(texts), MappingProxyType(versions), problem="")
        return listed.version

    def _watch(self, version: str) -> str:
        for event in kubernetes_api.watch(self._api, PATH, version):
            version = event.version
            if event.type != "BOOKMARK":
                self._take(event)
            if self._closed.is_set():
                break
        return version

    def _take(self, event: WatchEvent) -> None:
        name, text = part_of(event.item, self._root)
        texts, versions = dict(self._known.texts), dict(self._known.versions)
        texts.pop(name, None)
        versions.pop(name, None)
        if event.type != "DELETED":
            texts[name], versions[name] = text, _version_of(event.item)
        self._known = replace(
            self._known, texts=MappingProxyType(texts), versions=MappingProxyType(versions)
        )


def part_of(item: Mapping[str, Any], root: str) -> tuple[str, str]:
    """Return an object's name and the text of its part of the policy.

    The text is JSON, which is YAML too, with one key a line, so that the place of a problem is
    useful. Other keys of `metadata` are no part of the policy and must not change its digest. Keys
    beside `spec` stay, because the reader refuses those that it does not know.

    Args:
        item: as the API gives it.
        root: the namespace whose objects speak for the whole mesh.

    Raises:
        ApiError: the object has no name.
    """
    try:
        name, namespace = str(item["metadata"]["name"]), str(item["metadata"]["namespace"])
    except (KeyError, TypeError):
        raise ApiError("the API listed an object without a name") from None
    part = {
        "apiVersion": policy_keys.API_VERSION,
        "kind": policy_keys.POLICY_KIND,
        "metadata": {"name": name, **({} if namespace == root else {"namespace": namespace})},
        **{key: value for key, value in item.items() if key not in _OF_KUBERNETES},
    }
    return f"{namespace}/{name}", _BEYOND_ASCII.sub(
        _escaped, json.dumps(part, indent=2, ensure_ascii=False)
    )


def _version_of(item: Mapping[str, Any]) -> str:
    """Return `UID/GENERATION`: another one for each change of `spec`, and never the same again."""
    metadata = item["metadata"]
    return f"{metadata.get('uid', '')}/{metadata.get('generation', '')}"


def _problem_of(error: Exception) -> str:
    """Return the text of an ApiError, or the type of another error.

    The text of another error could hold the token.
    """
    return (
        str(error)
        if isinstance(error, ApiError)
        else f"{type(error).__name__} in a call of the API"
    )


def _escaped(found: re.Match[str]) -> str:
    """Return a character as a YAML escape.

    JSON allows U+2028 in a string, where YAML reads the end of a line. YAML has no surrogate pairs.
    """
    code = ord(found[0])
    return f"\\u{code:04x}" if code <= _BMP else f"\\U{code:08x}"
