"""istiod's debug pages, by their address.

`/debug/syncz` says for each proxy what it was sent and what it acknowledged. It is asked for
without a login: istiod's port 15014 asks for none inside the cluster, and 15010's needs one.
`kubectl port-forward` reaches it from outside.
"""

import http.client
import time
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from extauthz.posture.collection import Dump

SYNCZ: Final = "/debug/syncz"
_SECONDS: Final = 10.0
_MOST: Final = 64 << 20


def pages(
    urls: Sequence[str], now: Callable[[], float] = time.time
) -> tuple[tuple[Dump, ...], tuple[str, ...]]:
    """Return `/debug/syncz` of each istiod, and why one could not be read.

    Args:
        urls: `http://HOST:PORT` of each replica.
    """
    found, problems = list[Dump](), list[str]()
    for url in urls:
        at = now()
        try:
            found.append(Dump(f"{url}{SYNCZ}", _got(url), at))
        except (OSError, http.client.HTTPException, ValueError) as error:
            # the text of a ValueError may quote the address; its kind says enough
            why = error.strerror if isinstance(error, OSError) else ""
            problems.append(f"istiod {url}: {(why or type(error).__name__).lower()}")
    return tuple(found), tuple(problems)


def _got(url: str) -> bytes:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=_SECONDS)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}{SYNCZ}")
        # by itself: after `Connection: close` the answer owns the socket
        with connection.getresponse() as response:
            data = response.read(_MOST + 1)
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise http.client.HTTPException(str(response.status))
    if len(data) > _MOST:
        raise http.client.HTTPException(SYNCZ)
    return data
