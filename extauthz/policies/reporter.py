"""Writes the status of policy objects, and Events, from one replica of the guard.

A thread of its own does everything, and no decision waits for it. Each failure ends its turn; the
next one comes later and later. Nothing it writes holds text of a policy.
"""

import hashlib
import random
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from extauthz.policies import kubernetes_api, leases
from extauthz.policies.kubernetes import PATH
from extauthz.policies.kubernetes_api import ApiError
from extauthz.policies.leases import Place
from extauthz.policies.object_status import Replicas, Status, changes, statuses, with_times
from extauthz.policies.store import PolicyStore
from mesh.policy_file import keys as policy_keys

MANAGER: Final = "phiguard"
_APPLY: Final = "application/apply-patch+yaml"
_TURN_SECONDS: Final = 5.0
_RENEW_SECONDS: Final = 10.0
_MOST_SECONDS: Final = 300.0  # between two turns that fail
# statuses written in one turn, so that a thousand objects are no storm of requests
_MOST_WRITES: Final = 20
_REPLICA_LOST_SECONDS: Final = 300.0  # after which the lease of a replica is deleted
# another look at all objects, in case somebody else wrote to a status
_AGAIN_SECONDS: Final = 600.0
# what the API says of one object, which must not keep the others from being written
_OF_ONE_OBJECT: Final = {
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
_CHANCE: Final = random.SystemRandom()  # not the shared generator: this is another thread

Complain = Callable[[str], None]
"""Is told why nothing can be written, once for each reason."""


@dataclass(slots=True)
class _Memory:
    """What this replica wrote, and when, in seconds of the monotonic clock.

    Args:
        renewed: its lease.
        digest: that its lease names.
        is_writer: whether it holds the writer's lease.
        looked: when it last took no earlier writing for granted.
        written: the status of each object.
        complaint: why it cannot write.
    """

    renewed: float = float("-inf")
    digest: str = ""
    is_writer: bool = False
    looked: float = float("-inf")
    written: dict[str, Status] = field(default_factory=dict)
    complaint: str = ""


class StatusReporter:
    """Reports from `start` to `close`.

    Args:
        place: where, and who.
        policies: what was judged, and what is in force.
        complain: is told why nothing can be written.
    """

    def __init__(self, place: Place, policies: PolicyStore, complain: Complain) -> None:
        self._place = place
        self._policies = policies
        self._complain = complain
        self._memory = _Memory()
        self._leases = leases.Watch()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._report, name="phiguard-status", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop. A request that is under way ends with the process."""
        self._closed.set()

    def _report(self) -> None:
        failures = 0
        while not self._closed.is_set():
            try:
                self._turn(time.monotonic())
                failures, self._memory.complaint = 0, ""
            except Exception as error:  # noqa: BLE001 - the next turn tries again
                failures = min(failures + 1, 8)
                self._note(error)
            pause = min(_MOST_SECONDS, _TURN_SECONDS * 2.0**failures)
            self._closed.wait(pause * _CHANCE.uniform(0.8, 1.0))

    def _note(self, error: Exception) -> None:
        # the text of another error could hold the token
        why = str(error) if isinstance(error, ApiError) else type(error).__name__
        if isinstance(error, ApiError) and error.status == HTTPStatus.FORBIDDEN:
            why = "status 403; grant the role phiguard-policy-status, or leave --policy-status out"
        if why != self._memory.complaint:
            self._memory.complaint = why
            self._complain(why)

    def _turn(self, now: float) -> None:
        memory, policy = self._memory, self._policies.current.policy
        digest = "" if policy is None else policy.digest
        if now - memory.renewed >= _RENEW_SECONDS or digest != memory.digest:
            self._renew(digest)
            was_writer, memory.is_writer = memory.is_writer, self._is_writer(now)
            memory.renewed, memory.digest = now, digest
            if memory.is_writer and not was_writer:
                memory.looked = float("-inf")  # another one may have written meanwhile
        if memory.is_writer:
            self._write_all(now, digest)

    def _renew(self, digest: str) -> None:
        """Write this replica's own lease."""
        made = leases.replica(self._place, digest, _now())
        path = f"{self._leases_path()}/{made['metadata']['name']}"
        found = self._found(path)
        if found is None:
            self._call("POST", self._leases_path(), made)
        else:
            self._call("PUT", path, found | {"spec": made["spec"]} | _metadata(found, made))

    def _is_writer(self, now: float) -> bool:
        """Take or renew the writer's lease. Return whether this replica holds it."""
        path = f"{self._leases_path()}/{leases.WRITER}"
        found = self._found(path)
        expired = found is not None and self._leases.age(found, now) > leases.SECONDS
        made = leases.writers(self._place, found, _now(), expired=expired)
        if made is None:
            return False
        try:
            if found is None:
                self._call("POST", self._leases_path(), made)
            else:
                self._call("PUT", path, made)
        except ApiError as error:
            if error.status == HTTPStatus.CONFLICT:  # another one was faster
                return False
            raise
        return True

    def _replicas(self, now: float, digest: str) -> Replicas:
        """Count the replicas that are there, and delete the leases of those that are gone."""
        labels = ",".join(f"{key}={value}" for key, value in leases.LABELS.items())
        answer = self._call("GET", f"{self._leases_path()}?{urlencode({'labelSelector': labels})}")
        known = running = 0
        for each in answer["items"]:
            age = self._leases.age(each, now)
            if age <= leases.SECONDS:
                known += 1
                running += leases.digest_of(each) == digest
            elif age > _REPLICA_LOST_SECONDS:
                with suppress(ApiError):
                    self._call("DELETE", f"{self._leases_path()}/{each['metadata']['name']}")
        names = [str(each["metadata"]["name"]) for each in answer["items"]]
        self._leases.forget([*names, leases.WRITER])
        return Replicas(running, known)

    def _write_all(self, now: float, digest: str) -> None:
        memory = self._memory
        if now - memory.looked >= _AGAIN_SECONDS:
            memory.written, memory.looked = {}, now
        wanted = statuses(
            self._policies.judged, self._policies.current, self._replicas(now, digest)
        )
        memory.written = {name: made for name, made in memory.written.items() if name in wanted}
        due = [name for name, made in wanted.items() if memory.written.get(name) != made]
        for name in due[:_MOST_WRITES]:
            try:
                self._write(name, wanted[name])
            except ApiError as error:
                if error.status not in _OF_ONE_OBJECT:
                    raise
            memory.written[name] = wanted[name]

    def _write(self, name: str, status: Status) -> None:
        """Write one status, if the object has another one, and the Events about its changes."""
        namespace, _, own = name.partition("/")
        group, _, plural = PATH.rpartition("/")
        path = f"{group}/namespaces/{namespace}/{plural}/{own}"
        found = self._found(path)
        if found is None:  # it was deleted
            return
        before = found.get("status") or {}
        made = with_times(status, before, _seconds())
        if made == before or found["metadata"].get("generation") != status.get(
            "observedGeneration"
        ):
            return  # a newer one will be judged, and reported, in a moment
        reference = {
            "apiVersion": policy_keys.API_VERSION,
            "kind": policy_keys.POLICY_KIND,
            "metadata": {"name": own, "namespace": namespace, "uid": found["metadata"]["uid"]},
        }
        kubernetes_api.call(
            self._place.api,
            "PATCH",
            f"{path}/status?{urlencode({'fieldManager': MANAGER, 'force': 'true'})}",
            {**reference, "status": made},
            content=_APPLY,
        )
        for condition in changes(status, before):
            self._tell(reference, condition)

    def _tell(self, reference: Mapping[str, Any], condition: Mapping[str, Any]) -> None:
        """Make an Event. Its name says what it is about, so that two writers make one."""
        about = reference["metadata"]
        what = [about["uid"], *(str(condition.get(k)) for k in ("observedGeneration", "type"))]
        key = "/".join([*what, condition["status"], condition["reason"]])
        number = hashlib.sha256(key.encode()).hexdigest()[:16]
        now = _seconds()
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": f"{about['name'][:200]}.{number}",
                "namespace": about["namespace"],
            },
            "involvedObject": {
                "apiVersion": reference["apiVersion"],
                "kind": reference["kind"],
                **about,
            },
            "type": "Normal" if condition["status"] == "True" else "Warning",
            "reason": condition["reason"],
            "message": condition["message"],
            "source": {"component": MANAGER},
            "reportingComponent": MANAGER,
            "reportingInstance": self._place.pod,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        try:
            self._call("POST", f"/api/v1/namespaces/{about['namespace']}/events", event)
        except ApiError as error:
            if error.status != HTTPStatus.CONFLICT:  # 409: it is there
                raise

    def _found(self, path: str) -> dict[str, Any] | None:
        try:
            return self._call("GET", path)
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        return kubernetes_api.call(self._place.api, method, path, body)

    def _leases_path(self) -> str:
        return f"/apis/{leases.API}/namespaces/{self._place.namespace}/leases"


def _metadata(found: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata of a lease with what this replica says of itself."""
    metadata = dict(found["metadata"])
    for key in ("labels", "annotations"):
        metadata[key] = {**(metadata.get(key) or {}), **made["metadata"][key]}
    return {"metadata": metadata}


def _now() -> str:
    """Return the time as a lease writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _seconds() -> str:
    """Return the time as a condition writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
