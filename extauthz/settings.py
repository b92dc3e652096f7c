"""What an operator can set, checked once.

No other module of `extauthz` outside `commands` reads arguments or the environment, except
`records.otlp`, which reads the OTEL_* variables.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from extauthz.detection.engines import Detection
from extauthz.listeners import Http, SettingsError, Tls
from extauthz.policies.kubernetes_api import Api
from extauthz.policies.leases import Place
from extauthz.records.ledger.durability import Fsync
from mesh.message.decimals import decimal
from mesh.message.identity import is_namespace_pattern
from mesh.posture.canary.nonce import Keys

if TYPE_CHECKING:
    from extauthz.records.ledger.notary import Signing

MIB: Final = 1024 * 1024
_KUBERNETES: Final = "kubernetes://"
_FILES: Final = "the policy is a file; leave it out, or write --policy kubernetes://NAMESPACE"
# the name of a pod, short enough for that of a lease
_POD: Final = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,228}[a-z0-9])?")
_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
# for headers, attributes and framing around a body of the largest size
HEADROOM: Final = MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one worker.

    Args:
        max_request_bytes: Envoy's `maxRequestBytes`. A body that fills it counts as cut off, unless
            its Content-Length says that it ends there.
        body_bytes: the largest body that is scanned, in bytes as received.
        scan_seconds: time for one scan, and as much for each MiB after the first; less when the
            caller's deadline is nearer. A scan and the proof of a redaction must fit into the
            timeouts of the provider (`timeout`) and of ext_proc (`message_timeout`).
        exchanges: open exchanges; one more is refused as overload.
        held_bytes: bytes of all open bodies together.
        wait_seconds: how long an ext_proc message may stay open. Istio sets no idle timeout, so a
            sender that stops in the middle would hold its place for ever.
        grace_seconds: how long a drain waits for open exchanges.
    """

    max_request_bytes: int = MIB
    body_bytes: int = 8 * MIB
    scan_seconds: float = 1.0
    exchanges: int = 1024
    held_bytes: int = 256 * MIB
    wait_seconds: float = 60.0
    grace_seconds: float = 10.0

    @property
    def message_bytes(self) -> int:
        """The largest gRPC message that is read.

        A longer one is an error to Envoy, which then denies.
        """
        return max(self.max_request_bytes, self.body_bytes) + HEADROOM


@dataclass(frozen=True, slots=True)
class Cluster:
    """Policies as objects of a Kubernetes cluster.

    Args:
        api: the Kubernetes API.
        root: the namespace whose objects speak for the whole mesh.
        last_good: folder where the last good objects of broken namespaces are kept for a restart,
            or None for none.
        reporter: who writes the status of the objects, or None for nobody.
    """

    api: Api
    root: str
    last_good: Path | None = None
    reporter: Place | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that `serve` needs.

    Args:
        host: address to listen on.
        port: port to listen on; 0 means any free port (one worker only).
        policy: a policy file, a folder whose YAML files are its parts, or the objects of a cluster.
        detectors: files of custom detectors besides those of the folder.
        health: a second address without TLS, for health checks only: a kubelet has no certificate
            to show.
        metrics: address of the page that Prometheus scrapes, without TLS, or None for none.
        http: the listener for pipelines that are not Envoy, or None for none.
        tls: certificate files of the listener; None for plain text.
        ledger: folder of the audit ledger, or None for none.
        fsync: when its records are put on the disk.
        signing: how its checkpoints are signed, or None for none.
        ledger_budget: bytes that this folder may take; 0 for all of its disk.
        ledger_compress: whether closed segments of the ledger are compressed.
        edges: folder where edges are counted, or None for none.
        workers: number of processes that serve.
        spares: number of processes that have loaded everything and wait to replace a worker that
            died. With none, a single worker is the first process itself.
        scanners: number of scanner processes of each worker; 0 when each worker scans by itself.
        trust_domain: of principals that only the sender's sidecar can name (`cluster.local`).
        limits: of each worker.
        detection: which detectors run.
        mask_key: the secret of tokens and shifted dates, or None for none.
        canary_keys: the keys of canaries, or None for none.
    """

    host: str
    port: int
    policy: Path | Cluster
    detectors: tuple[Path, ...] = ()
    health: tuple[str, int] | None = None
    metrics: tuple[str, int] | None = None
    http: Http | None = None
    tls: Tls | None = None
    ledger: Path | None = None
    fsync: Fsync = Fsync.SECOND
    signing: "Signing | None" = None
    ledger_budget: int = 0
    ledger_compress: bool = False
    edges: Path | None = None
    workers: int = 1
    spares: int = 0
    scanners: int = 0
    trust_domain: str = "cluster.local"
    limits: Limits = field(default_factory=Limits)
    detection: Detection = field(default_factory=Detection)
    mask_key: bytes | None = field(default=None, repr=False)
    canary_keys: Keys | None = None

    @property
    def address(self) -> str:
        """`host:port`, the form that gRPC takes."""
        return f"{self.host}:{self.port}"


def parse_policy(
    text: str, api: str, environment: Mapping[str, str], account: Path = _ACCOUNT
) -> Path | Cluster:
    """Return the policy source of `--policy`: a path, or `kubernetes://[NAMESPACE]`.

    Without NAMESPACE, it is the pod's own namespace.

    Args:
        text: the value of `--policy`.
        api: the value of `--kubernetes-api`; empty for the cluster that this process runs in.
        environment: of this process.
        account: the folder of a pod's service account.

    Raises:
        SettingsError: the text is neither, or this process runs in no cluster.
    """
    if not text.startswith(_KUBERNETES):
        if api:
            raise SettingsError(
                f"--kubernetes-api {api}: the policy is a file; "
                "write --policy kubernetes://NAMESPACE"
            )
        return Path(text)
    root = text.removeprefix(_KUBERNETES) or _own_namespace(account)
    if not is_namespace_pattern(root) or "*" in root:
        raise SettingsError(f"--policy {text}: not a namespace; write kubernetes://NAMESPACE")
    if api:
        return Cluster(Api(_local(api)), root)
    host, port = (
        environment.get("KUBERNETES_SERVICE_HOST", ""),
        environment.get("KUBERNETES_SERVICE_PORT", "443"),
    )
    if not host:
        raise SettingsError(
            f"--policy {text}: not in a pod of a cluster; run in one, or give --kubernetes-api URL"
        )
    named = f"[{host}]" if ":" in host else host
    return Cluster(Api(f"https://{named}:{port}", account / "token", account / "ca.crt"), root)


def with_last_good(policy: Path | Cluster, folder: Path | None) -> Path | Cluster:
    """Return the policy source with the folder of `--last-good`. Raises SettingsError for files."""
    if folder is None:
        return policy
    if not isinstance(policy, Cluster):
        raise SettingsError(f"--last-good {folder}: {_FILES}")
    return replace(policy, last_good=folder)


def with_status(
    policy: Path | Cluster, environment: Mapping[str, str], account: Path = _ACCOUNT
) -> Path | Cluster:
    """Return the policy source with who writes the status of its objects: `--policy-status`.

    Args:
        policy: as `parse_policy` returns it.
        environment: of this process. POD_NAME, or else HOSTNAME, names the replica.
        account: the folder of a pod's service account.

    Raises:
        SettingsError: the policy is a file, or this process runs in no pod.
    """
    if not isinstance(policy, Cluster):
        raise SettingsError(f"--policy-status: {_FILES}")
    pod = environment.get("POD_NAME") or environment.get("HOSTNAME", "")
    if not _POD.fullmatch(pod):
        raise SettingsError("--policy-status: not in a pod; set POD_NAME to its name")
    return replace(policy, reporter=Place(policy.api, _own_namespace(account), pod))


def _own_namespace(account: Path) -> str:
    try:
        return (account / "namespace").read_text().strip()
    except OSError:
        raise SettingsError(
            "--policy kubernetes://: not in a pod; write kubernetes://NAMESPACE"
        ) from None


def _local(url: str) -> str:
    """Return the URL of an API on this machine. Raises SettingsError for any other.

    A policy opens a mesh. So it comes over TLS with the cluster's roots, or from this machine.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise SettingsError(
            f"--kubernetes-api {url}: not on this machine; "
            "write http://127.0.0.1:PORT, where kubectl proxy listens"
        )
    return url.rstrip("/")


def parse_size(flag: str, text: str) -> int:
    """Return a number of bytes: `512MiB`, `18GiB`, `1TiB`, `20000000`. Raises SettingsError."""
    number, unit = text, 1
    for power, suffix in enumerate(("KiB", "MiB", "GiB", "TiB"), 1):
        if text.endswith(suffix):
            number, unit = text.removesuffix(suffix), 1024**power
    size = decimal(number)
    if size is None:
        raise SettingsError(f"{flag} {text}: not a size; write 512MiB, 18GiB or a number of bytes")
    return size * unit


def parse_signing(
    key: Path | None, copies: Path | None, *, records: int, seconds: float
) -> "Signing | None":
    """Return how checkpoints are signed, or None without a key.

    Raises:
        SettingsError: the key cannot be read, or the other options do not fit.
    """
    if key is None:
        if copies is not None:
            raise SettingsError("--checkpoint-to: nothing is signed; give --checkpoint-key too")
        return None
    # only who signs needs the extra `audit`
    from extauthz.records.ledger import key_file, notary  # noqa: PLC0415

    if copies is not None and not copies.is_dir():
        raise SettingsError(f"--checkpoint-to {copies}: not a folder; make it first")
    for flag, number in (("--checkpoint-records", records), ("--checkpoint-seconds", seconds)):
        if number <= 0:
            raise SettingsError(f"{flag} {number}: too small; give a number above 0")
    try:
        signer, rotations = key_file.read(key)
    except key_file.KeyFileError as error:
        raise SettingsError(f"--checkpoint-key {error}") from None
    return notary.Signing(signer, rotations, records, seconds, copies)


def check(settings: Settings) -> None:
    """Check that the numbers fit together. Raises SettingsError."""
    limits = settings.limits
    positive = (
        ("--workers", settings.workers),
        ("--max-request-bytes", limits.max_request_bytes),
        ("--max-body-bytes", limits.body_bytes),
        ("--scan-seconds", limits.scan_seconds),
        ("--wait-seconds", limits.wait_seconds),
        ("--max-exchanges", limits.exchanges),
        ("--max-held-bytes", limits.held_bytes),
    )
    for flag, value in positive:
        if value <= 0:
            raise SettingsError(f"{flag} {value}: too small; give a number above 0")
    if settings.ledger is None and (settings.ledger_budget or settings.ledger_compress):
        raise SettingsError("--ledger-budget and --ledger-compress: there is no --ledger; give one")
    for flag, number in (
        ("--grace-seconds", limits.grace_seconds),
        ("--scanners", settings.scanners),
        ("--spares", settings.spares),
    ):
        if number < 0:
            raise SettingsError(f"{flag} {number}: too small; give 0 or more")
    if settings.signing is not None and settings.ledger is None:
        raise SettingsError("--checkpoint-key: there is no ledger to sign; give --ledger too")
    _check_ports(settings)


def _check_ports(settings: Settings) -> None:
    if settings.workers + settings.spares <= 1:
        return
    for flag, port in (
        ("--listen", settings.port),
        ("--http", None if settings.http is None else settings.http.port),
    ):
        if port == 0:
            raise SettingsError(
                f"{flag} port 0: each worker would get another port; name one, or use --workers 1 "
                "and --spares 0"
            )
