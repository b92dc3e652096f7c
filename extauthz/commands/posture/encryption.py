"""`phiguard posture encryption`: what is encrypted, by whom, until when, and what is not."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from atrest.protection import Evidence
from extauthz.commands.audit import ledgers
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.posture import encryption_json, sources
from extauthz.commands.posture.encryption_json import FoundEncryption, has_ended, word_of
from extauthz.posture.collection import Collection
from extauthz.posture.inputs import mesh_of, proxies_of
from extauthz.posture.times import written
from extauthz.records.ledger.chain import Record
from extauthz.rest.volumes import Volumes
from extauthz.terminal import json_text, say, tables
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
    formats.add(parser, JsonForm(encryption_json.Encrypted), text=formats.TABLE)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Report. Return 1 when something is known to be open, else 0. Raises UsageError."""
    found = _found(args, sources.collected(args))
    if args.format == formats.JSON:
        json_text.write(encryption_json.plain(found))
    else:
        say.lines(_lines(found))
    for problem in found.problems:
        say.problem(problem)
    return int(found.is_open)


def _found(args: argparse.Namespace, collection: Collection) -> FoundEncryption:
    proxies, problems = proxies_of(collection, args.provider)
    edges, certificates = list[Edge](), list[Certificate]()
    for proxy in proxies:
        edges += proxy.edges
        certificates += proxy.certificates
    return FoundEncryption(
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
            say.problem(ledgers.said(chain, problem))
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


def _lines(found: FoundEncryption) -> Iterator[str]:
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
        [(word_of(each.is_encrypted), each.kind, each.text) for each in found.stored],
    )


def _part(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield title
    if rows:
        yield from tables.lines(rows, head, indent="  ")
    else:
        yield "  not known: nothing was given that says it"
    yield ""


def _days(certificate: Certificate, at: float) -> str:
    if certificate.until is None:
        return "?"
    return "ended" if has_ended(certificate, at) else f"{(certificate.until - at) / _DAY:.1f}"


def _age(certificate: Certificate, at: float) -> str:
    return "?" if certificate.since is None else f"{(at - certificate.since) / _DAY:.1f}"
