"""`phiguard posture encryption`: what is encrypted, by whom, until when, and what is not."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson
import yaml

from atrest.protection import Evidence, Shield
from extauthz.commands.audit import ledgers
from extauthz.commands.errors import UsageError
from extauthz.commands.posture import sources
from extauthz.commands.table import aligned, shown
from extauthz.posture.collection import Collection
from extauthz.posture.inputs import mesh_of, proxies_of
from extauthz.posture.times import written
from extauthz.records.ledger.chain import Record
from extauthz.rest.volumes import Volumes
from mesh.posture import encryption, seen_edges, stored_objects
from mesh.posture.destinations import tls_ports
from mesh.posture.encryption import Certificate, Edge, Encryption
from mesh.posture.seen_edges import SeenEdge
from mesh.posture.stored_objects import ConfigurationError, Stored

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_DAY: Final = 86400.0
_BATCH: Final = 10_000
_NOBODY: Final = "(no certificate)"


@dataclass(frozen=True, slots=True)
class _Found:
    """Everything that is known of encryption.

    Args:
        at: Unix seconds, to compare certificates with.
        volumes: evidence by claim, `NAMESPACE/NAME`.
        problems: what could not be read.
    """

    at: float
    edges: Sequence[Edge]
    seen: Sequence[SeenEdge]
    certificates: Sequence[Certificate]
    volumes: Sequence[tuple[str, Evidence]]
    stored: Sequence[Stored]
    problems: Sequence[str]

    @property
    def is_open(self) -> bool:
        """Whether something is known not to be encrypted, or a certificate has ended."""
        return (
            any(each.encryption is Encryption.PLAINTEXT for each in self.edges)
            or any(not each.mutual for each in self.seen)
            or any(_has_ended(each, self.at) for each in self.certificates)
            or any(each.shield is Shield.DOWN for _, each in self.volumes)
            or any(each.is_encrypted is False for each in self.stored)
        )


def add_parser(actions: "_Subparsers") -> None:
    """Add `encryption`."""
    parser = actions.add_parser("encryption", help="what is encrypted, by whom, and until when")
    sources.add_source(parser)
    parser.add_argument(
        "--encryption-configuration",
        type=Path,
        metavar="FILE",
        help="the API server's EncryptionConfiguration, which no API shows",
    )
    ledgers.add_format(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Report. Return 1 when something is known to be open, else 0. Raises UsageError."""
    found = _found(args, sources.collected(args))
    if args.format == "json":
        text = orjson.dumps(_value(found), option=orjson.OPT_INDENT_2).decode() + "\n"
    else:
        text = "".join(f"{line}\n" for line in _lines(found))
    sys.stdout.write(text)
    for problem in found.problems:
        sys.stderr.write(f"phiguard: {shown(problem)}\n")
    return int(found.is_open)


def _found(args: argparse.Namespace, collection: Collection) -> _Found:
    proxies, problems = proxies_of(collection, args.provider)
    edges, certificates = list[Edge](), list[Certificate]()
    for proxy in proxies:
        edges += proxy.edges
        certificates += proxy.certificates
    return _Found(
        at=sources.moment(args),
        edges=encryption.as_applications_say(
            encryption.edges(edges), tls_ports(mesh_of(collection, args.provider))
        ),
        seen=_seen(args),
        certificates=_own(certificates),
        volumes=tuple(_volumes(collection)),
        stored=_stored(args.encryption_configuration),
        problems=(*collection.problems, *problems),
    )


def _own(certificates: Sequence[Certificate]) -> list[Certificate]:
    """Workloads' certificates, the one that ends first at the top."""
    own = [each for each in dict.fromkeys(certificates) if not each.is_authority]
    return sorted(own, key=lambda each: (each.until or 0.0, each.principal, each.source))


def _seen(args: argparse.Namespace) -> tuple[SeenEdge, ...]:
    """The edges that ledgers show. A chain that does not hold shows nothing."""
    found: list[SeenEdge] = []
    for chain in ledgers.chains_in(args.ledger):
        of_chain: list[SeenEdge] = []

        def watch(record: Record, _line: bytes, into: list[SeenEdge] = of_chain) -> None:
            if (edge := seen_edges.edge_of(record)) is not None:
                into.append(edge)
                if len(into) >= _BATCH:
                    into[:] = seen_edges.merged(into)

        if problem := ledgers.verify(chain, ledgers.heads(args), watch).problem:
            sys.stderr.write(f"phiguard: {shown(ledgers.said(chain, problem))}\n")
        else:
            found += of_chain
    return seen_edges.merged(found)


def _volumes(collection: Collection) -> Iterator[tuple[str, Evidence]]:
    items = [
        {"kind": listing.kind.name, **item}
        for listing in collection.listings
        for item in listing.items
    ]
    volumes = Volumes(items)
    for item in items:
        if item["kind"] == "PersistentVolumeClaim":
            metadata = item.get("metadata") or {}
            claim = f"{metadata.get('namespace')}/{metadata.get('name')}"
            if (evidence := volumes.evidence(claim)) is not None:
                yield claim, evidence


def _stored(path: Path | None) -> tuple[Stored, ...]:
    if path is None:
        return stored_objects.NOT_GIVEN
    flag = f"--encryption-configuration {path}"
    try:
        return stored_objects.read(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"{flag}: {(error.strerror or 'unreadable').lower()}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise UsageError(f"{flag}: is not YAML") from None
    except ConfigurationError as error:
        raise UsageError(f"{flag}: {error}") from None


def _has_ended(certificate: Certificate, at: float) -> bool:
    return certificate.until is not None and certificate.until < at


def _lines(found: _Found) -> Iterator[str]:
    """Each part with its heading, what is open first."""
    yield from _part(
        "edges, as the proxies are configured",
        ("encryption", "from", "to", "why"),
        [
            (each.encryption, f"{each.namespace}/{each.workload}", f"{each.host}:{each.port}",
             each.text)
            for each in sorted(found.edges, key=lambda each: each.encryption is Encryption.MTLS)
        ],
    )  # fmt: skip
    yield from _part(
        "edges, as the guards have seen them",
        ("encryption", "messages", "with PHI", "last", "from", "to"),
        [
            ("mtls" if each.mutual else "plaintext", str(each.count), str(each.with_phi),
             written(each.last), each.source or _NOBODY, each.destination)
            for each in sorted(found.seen, key=lambda each: each.mutual)
        ],
    )  # fmt: skip
    yield from _part(
        "certificates",
        ("ends", "days left", "days old", "principal", "issuer"),
        [
            (written(each.until) if each.until is not None else "?", _days(each, found.at),
             _age(each, found.at), each.principal or "?", each.issuer or "?")
            for each in found.certificates
        ],
    )  # fmt: skip
    yield from _part(
        "volumes",
        ("encrypted", "claim", "asked", "answer"),
        [(each.shield, claim, each.asked, each.answer) for claim, each in found.volumes],
    )
    yield from _part(
        "objects of the API server",
        ("encrypted", "kind", "why"),
        [(_word(each.is_encrypted), each.kind, each.text) for each in found.stored],
    )


def _part(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield title
    yield from (f"  {shown(line)}" for line in aligned([head, *rows] if rows else []))
    if not rows:
        yield "  not known: nothing was given that says it"
    yield ""


def _days(certificate: Certificate, at: float) -> str:
    if certificate.until is None:
        return "?"
    return "ended" if _has_ended(certificate, at) else f"{(certificate.until - at) / _DAY:.1f}"


def _age(certificate: Certificate, at: float) -> str:
    return "?" if certificate.since is None else f"{(at - certificate.since) / _DAY:.1f}"


def _word(holds: bool | None) -> str:
    return {True: "UP", False: "DOWN", None: "UNKNOWN"}[holds]


def _value(found: _Found) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "at": written(found.at),
        "edges": [asdict(each) for each in found.edges],
        "seen": [{**asdict(each), "last": written(each.last)} for each in found.seen],
        "certificates": [
            {
                **asdict(each),
                "since": None if each.since is None else written(each.since),
                "until": None if each.until is None else written(each.until),
            }
            for each in found.certificates
        ],
        "volumes": [
            {"claim": claim, "asked": each.asked, "answer": each.answer, "encrypted": each.shield}
            for claim, each in found.volumes
        ],
        "objects": [
            {"kind": each.kind, "encrypted": _word(each.is_encrypted), "why": each.text}
            for each in found.stored
        ],
    }
