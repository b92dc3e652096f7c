"""What the ledger says of the process that writes it: its version, its host, and how it was set.

Settings are recorded as numbers and closed words. The places of files are not: only whether there
is a certificate, a key of masks, or a folder.
"""

import socket
from typing import Any

from extauthz.listeners import Tls
from extauthz.records.release import VERSION
from extauthz.settings import Cluster, Settings


def about(settings: Settings, worker: int) -> dict[str, Any]:
    """Return the keys that each record of kind `start` or `recovery` has."""
    return {
        "version": VERSION,
        "host": socket.gethostname(),
        "worker": worker,
        "settings": _settings(settings),
    }


def _settings(settings: Settings) -> dict[str, Any]:
    limits, detection, http = settings.limits, settings.detection, settings.http
    return {
        "policy": "kubernetes" if isinstance(settings.policy, Cluster) else "files",
        "tls": _proof(settings.tls),
        "http": "off" if http is None else _proof(http.tls),
        "trustDomain": settings.trust_domain,
        "workers": settings.workers,
        "scanners": settings.scanners,
        "with": list(detection.with_groups),
        "without": list(detection.without_groups),
        "descriptors": len(detection.descriptors),
        "maskKey": settings.mask_key is not None,
        "canaryKeys": [] if settings.canary_keys is None else list(settings.canary_keys.ids),
        "fsync": settings.fsync.value,
        "edges": settings.edges is not None,
        "maxRequestBytes": limits.max_request_bytes,
        "maxBodyBytes": limits.body_bytes,
        "scanSeconds": limits.scan_seconds,
        "maxExchanges": limits.exchanges,
        "maxHeldBytes": limits.held_bytes,
        "waitSeconds": limits.wait_seconds,
    }


def _proof(tls: Tls | None) -> str:
    """What a listener proves: nothing, who it is, or who the caller is too."""
    return "none" if tls is None else "server" if tls.ca is None else "mutual"
