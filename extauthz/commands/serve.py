"""`phiguard serve`: answers Envoy's ext_authz and ext_proc calls until a signal ends it."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from extauthz.commands import canary_key, engine, mask_key
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import OtherForm
from extauthz.detection.engines import EngineError
from extauthz.guard import core_dumps, supervisor
from extauthz.guard.worker import ListenError
from extauthz.listeners import SettingsError, parse_http, parse_listen, parse_tls
from extauthz.policies.files import PolicyUnreadableError
from extauthz.records import logs
from extauthz.records.edges.observation_store import ObservationStoreError
from extauthz.records.ledger.durability import Fsync
from extauthz.records.ledger.keeper import LedgerError
from extauthz.scanning import cpus
from extauthz.settings import (
    Cluster,
    Limits,
    Settings,
    check,
    parse_policy,
    parse_signing,
    parse_size,
    with_last_good,
    with_status,
)
from mesh.policy_file.problems import PolicyError, Severity

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_LIMITS = Limits()
_CRASHED: Final = 1


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `serve`."""
    parser = subparsers.add_parser("serve", help="answer Envoy's ext_authz and ext_proc calls")
    parser.add_argument(
        "--policy",
        required=True,
        metavar="FILE|DIR|kubernetes://[NAMESPACE]",
        help="the policy, read again when it changes; kubernetes:// reads the cluster's "
        "SegmentationPolicy objects, with NAMESPACE as the root namespace",
    )
    parser.add_argument(
        "--kubernetes-api",
        default="",
        metavar="URL",
        help="address of `kubectl proxy`, to read a cluster from outside",
    )
    parser.add_argument(
        "--last-good",
        type=Path,
        metavar="DIR",
        help="with kubernetes://, keep the last good objects of broken namespaces here, for a "
        "restart",
    )
    parser.add_argument(
        "--policy-status",
        action="store_true",
        help="with kubernetes://, write status and Events of the policy objects, from one replica",
    )
    _add_addresses(parser)
    _add_ledger(parser)
    parser.add_argument(
        "--edges",
        type=Path,
        metavar="DIR",
        help="count who talks to whom, in files here, for `policy learn`",
    )
    _add_processes(parser)
    parser.add_argument(
        "--trust-domain",
        default="cluster.local",
        metavar="NAME",
        help="of the mesh's workloads (default: %(default)s)",
    )
    engine.add_detectors(parser)
    mask_key.add_option(parser)
    canary_key.add_option(parser)
    engine.add_choices(parser)
    _add_checkpoints(parser)
    _add_limits(parser)
    formats.declare(parser, OtherForm("a log on the standard error output, a JSON object a line"))
    parser.set_defaults(run=run)


def _add_addresses(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--listen", required=True, metavar="HOST:PORT", help="address for Envoy")
    parser.add_argument(
        "--health-listen",
        metavar="HOST:PORT",
        help="second address for health checks only, without TLS",
    )
    parser.add_argument(
        "--metrics-listen",
        metavar="HOST:PORT",
        help="address of the page /metrics for Prometheus, without TLS",
    )
    parser.add_argument(
        "--http",
        default="",
        metavar="[HOST:]PORT",
        help="also scan, redact and decide over HTTP here, for pipelines that are not Envoy; "
        "HOST is 127.0.0.1 when left out, and another one needs --tls-cert",
    )
    parser.add_argument(
        "--http-plaintext",
        action="store_true",
        help="let --http listen without TLS, also where other machines can reach it",
    )
    parser.add_argument(
        "--tls-cert",
        type=Path,
        metavar="FILE",
        help="PEM certificate chain, read again when it changes",
    )
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="PEM private key")
    parser.add_argument(
        "--tls-ca",
        type=Path,
        metavar="FILE",
        help="PEM roots; callers must then show a certificate",
    )


def _add_ledger(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ledger", type=Path, metavar="DIR", help="keep the audit ledger here")
    parser.add_argument(
        "--fsync",
        type=Fsync,
        choices=list(Fsync),
        default=Fsync.SECOND,
        help="when a record is put on the disk: before its answer, alone (each) or together with "
        "others (group), or once a second (default: %(default)s)",
    )
    parser.add_argument(
        "--ledger-budget",
        default="",
        metavar="SIZE",
        help="room for the ledger of all workers, 18GiB for example; warned before it is used up, "
        "and then messages are denied (default: its disk)",
    )
    parser.add_argument(
        "--ledger-compress",
        action="store_true",
        help="compress segments of the ledger that are full",
    )


def _add_processes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes that serve (default: half of the usable CPUs)",
    )
    parser.add_argument(
        "--spares",
        type=int,
        metavar="N",
        help="processes that wait to replace a worker that dies; 0 for none (default: 1)",
    )
    parser.add_argument(
        "--scanners",
        type=int,
        metavar="N",
        help="scanner processes of each worker, for messages that take long; 0 to scan in the "
        "worker (default: as many in all as usable CPUs)",
    )


def _add_checkpoints(parser: argparse.ArgumentParser) -> None:
    signed = parser.add_argument_group("signed checkpoints of the ledger")
    signed.add_argument(
        "--checkpoint-key",
        type=Path,
        metavar="FILE",
        help="the private key that signs them; `phiguard audit key new` makes one",
    )
    signed.add_argument(
        "--checkpoint-to",
        type=Path,
        metavar="DIR",
        help="a folder for a copy of each manifest, best one that is written once",
    )
    signed.add_argument(
        "--checkpoint-records",
        type=int,
        default=10_000,
        metavar="N",
        help="sign after so many records (default: %(default)s)",
    )
    signed.add_argument(
        "--checkpoint-seconds",
        type=float,
        default=60.0,
        metavar="S",
        help="sign after so many seconds, if there is a new record (default: %(default)s)",
    )


def _add_limits(parser: argparse.ArgumentParser) -> None:
    limits = parser.add_argument_group("limits of one worker")
    limits.add_argument(
        "--max-request-bytes",
        type=int,
        default=_LIMITS.max_request_bytes,
        metavar="N",
        help="must equal Envoy's maxRequestBytes (default: %(default)s)",
    )
    limits.add_argument(
        "--max-body-bytes",
        type=int,
        default=_LIMITS.body_bytes,
        metavar="N",
        help="largest body that is scanned (default: %(default)s)",
    )
    limits.add_argument(
        "--scan-seconds",
        type=float,
        default=_LIMITS.scan_seconds,
        metavar="S",
        help="time for one scan, and for each further MiB (default: %(default)s)",
    )
    limits.add_argument(
        "--max-exchanges",
        type=int,
        default=_LIMITS.exchanges,
        metavar="N",
        help="open exchanges (default: %(default)s)",
    )
    limits.add_argument(
        "--max-held-bytes",
        type=int,
        default=_LIMITS.held_bytes,
        metavar="N",
        help="bytes of all open bodies together (default: %(default)s)",
    )
    limits.add_argument(
        "--wait-seconds",
        type=float,
        default=_LIMITS.wait_seconds,
        metavar="S",
        help="time for a body to arrive (default: %(default)s)",
    )
    limits.add_argument(
        "--grace-seconds",
        type=float,
        default=_LIMITS.grace_seconds,
        metavar="S",
        help="time to drain (default: %(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    """Serve.

    Returns:
        0 after SIGTERM or SIGINT, 1 after an error of its own, 2 when a worker cannot start.
    """
    try:
        settings = _settings(args)
        core_dumps.forbid()
        logs.configure()
        code = supervisor.run(settings)
    except PolicyError as error:
        raise UsageError(
            "\n".join(str(p) for p in error.problems if p.severity is Severity.ERROR)
        ) from None
    except (
        SettingsError,
        ListenError,
        LedgerError,
        ObservationStoreError,
        PolicyUnreadableError,
        EngineError,
    ) as error:
        raise UsageError(str(error)) from None
    except Exception as raised:  # noqa: BLE001 - Python would print its text
        logs.crash(raised)
        return _CRASHED
    else:
        return code
    finally:
        logs.flush()


def _policy(args: argparse.Namespace) -> Path | Cluster:
    policy = parse_policy(args.policy, args.kubernetes_api, os.environ)
    policy = with_last_good(policy, args.last_good)
    return with_status(policy, os.environ) if args.policy_status else policy


def _settings(args: argparse.Namespace) -> Settings:
    host, port = parse_listen(args.listen)
    # two workers cannot share a port that the system picks
    usual = cpus.processes(cpus.usable()) if port else cpus.processes(1)
    tls = parse_tls(args.tls_cert, args.tls_key, args.tls_ca)
    settings = Settings(
        host=host,
        port=port,
        policy=_policy(args),
        detectors=tuple(args.detectors),
        health=parse_listen(args.health_listen) if args.health_listen else None,
        metrics=parse_listen(args.metrics_listen) if args.metrics_listen else None,
        http=parse_http(args.http, tls, plain=args.http_plaintext),
        tls=tls,
        ledger=args.ledger,
        fsync=args.fsync,
        signing=parse_signing(
            args.checkpoint_key,
            args.checkpoint_to,
            records=args.checkpoint_records,
            seconds=args.checkpoint_seconds,
        ),
        ledger_budget=parse_size("--ledger-budget", args.ledger_budget or "0"),
        ledger_compress=args.ledger_compress,
        edges=args.edges,
        workers=usual.workers if args.workers is None else args.workers,
        spares=int(port != 0) if args.spares is None else args.spares,
        scanners=usual.scanners if args.scanners is None else args.scanners,
        trust_domain=args.trust_domain,
        detection=engine.detection(args),
        mask_key=mask_key.read(args.mask_key),
        canary_keys=canary_key.read(args.canary_key),
        limits=Limits(
            max_request_bytes=args.max_request_bytes,
            body_bytes=args.max_body_bytes,
            scan_seconds=args.scan_seconds,
            exchanges=args.max_exchanges,
            held_bytes=args.max_held_bytes,
            wait_seconds=args.wait_seconds,
            grace_seconds=args.grace_seconds,
        ),
    )
    check(settings)
    return settings
