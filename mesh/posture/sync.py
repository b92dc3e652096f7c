"""Whether a proxy has taken what istiod has sent: istiod's `/debug/syncz`.

A proxy's dump says what is in force there. It cannot say that a newer configuration is on its way,
or was refused without a trace. istiod knows: it keeps what it sent and what came back, for each
proxy that is connected to it. Several replicas of istiod know different proxies.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

PodKey = tuple[str, str]
"""Namespace and name of a pod."""

# addresses come and go all the time, and open no way around a filter
_ADDRESSES: Final = ("endpoint", "EDS")
NOT_GIVEN: Final = "nobody says whether it has istiod's newest configuration: give `/debug/syncz`"
NOT_KNOWN: Final = "no istiod that was asked knows its proxy: give `/debug/syncz` of each"


class SyncError(ValueError):
    """It is no `/debug/syncz`. The text is one clause."""


def read(pages: Iterable[object]) -> dict[PodKey, str]:
    """Return what each proxy lacks, by namespace and pod; empty text for nothing.

    Args:
        pages: of each replica of istiod, as parsed JSON. A proxy that moved from one to another may
            be in two: then the worse one counts.

    Raises:
        SyncError: a page has another form.
    """
    found: dict[PodKey, str] = {}
    for page in pages:
        for key, lack in _page(page):
            found[key] = found.get(key) or lack
    return found


def _page(page: object) -> Iterator[tuple[PodKey, str]]:
    if not isinstance(page, Sequence) or isinstance(page, str):
        raise SyncError("is no list of proxies")
    for entry in page:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("proxy"), str):
            raise SyncError("has an entry that names no proxy")
        name, _, namespace = entry["proxy"].rpartition(".")
        if not name:
            raise SyncError("has an entry that names no pod")
        yield (namespace, name), _lack(entry)


def _lack(entry: Mapping[str, object]) -> str:
    """Return what istiod has sent and the proxy has not acknowledged, or has refused."""
    pairs = {
        key.removesuffix("_sent"): (sent, entry.get(f"{key.removesuffix('_sent')}_acked"))
        for key, sent in entry.items()
        if key.endswith("_sent")
    }
    refused = []
    resources = entry.get("resources")
    for name, each in resources.items() if isinstance(resources, Mapping) else ():
        if not isinstance(each, Mapping):
            raise SyncError("has an entry that says nothing of its resources")
        pairs[str(name)] = (each.get("sent"), each.get("acked"))
        if each.get("lastError"):
            refused.append(str(name))
    if refused:
        return f"its proxy refused an update of {', '.join(sorted(refused))}"
    if not pairs:
        return "istiod has sent it nothing"
    late = sorted(
        name
        for name, (sent, acked) in pairs.items()
        if sent and sent != acked and not name.endswith(_ADDRESSES)
    )
    # a real page has each kind twice: by a short name, and by its type
    named = [name for name in late if "/" not in name] or late
    return f"istiod has sent {', '.join(named)} that its proxy has not acknowledged" if late else ""


def doubts(pods: Iterable[PodKey], sync: Mapping[PodKey, str] | None) -> dict[PodKey, str]:
    """Return why the configuration of a pod's proxy may not be istiod's newest.

    Where istiod was not asked, each is in doubt: a page that is taken away must not make UP.

    Args:
        pods: whose configuration was given.
        sync: of `read`; None when istiod was not asked.
    """
    if sync is None:
        return dict.fromkeys(pods, NOT_GIVEN)
    return {pod: lack for pod in pods if (lack := sync.get(pod, NOT_KNOWN))}
