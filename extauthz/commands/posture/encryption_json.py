"""What is known of encryption, and the same as JSON has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypedDict

from atrest.protection import Evidence, Shield
from extauthz.posture.times import written
from mesh.posture.encryption import Certificate, Edge, Encryption
from mesh.posture.seen_edges import SeenEdge
from mesh.posture.stored_objects import Stored


class ConfiguredEdge(TypedDict):
    """One workload, and one port of one service that it can call."""

    namespace: Annotated[str, "of the workload that calls"]
    workload: str
    host: Annotated[str, "of the service"]
    port: int
    encryption: Annotated[Encryption, "of what the caller's proxy sends there"]
    source: Annotated[str, "who says it"]
    text: Annotated[str, "why"]


class EdgeInLedgers(TypedDict):
    """Decisions about messages from one workload to another, on one kind of connection."""

    source: Annotated[str, "principal of the sender; empty when it showed no certificate"]
    destination: str
    mutual: Annotated[bool, "whether the connections were mutual TLS"]
    count: int
    with_phi: Annotated[int, "of these, about PHI"]
    last: Annotated[str, "time of the newest one"]


class ProxyCertificate(TypedDict):
    """One certificate that a proxy has."""

    principal: str
    issuer: str
    since: str | None
    until: str | None
    is_authority: bool
    source: Annotated[str, "who says it"]


class ClaimedVolume(TypedDict):
    """The volume of a claim."""

    claim: Annotated[str, "NAMESPACE/NAME"]
    asked: str
    answer: str
    encrypted: Shield


class StoredKind(TypedDict):
    """A kind of objects that the API server stores."""

    kind: str
    encrypted: Annotated[str, "UP, DOWN or UNKNOWN"]
    why: str


class Encrypted(TypedDict):
    """What is encrypted, by whom, until when, and what is not."""

    at: Annotated[str, "as of when"]
    edges: list[ConfiguredEdge]
    seen: list[EdgeInLedgers]
    certificates: list[ProxyCertificate]
    volumes: list[ClaimedVolume]
    objects: list[StoredKind]


@dataclass(frozen=True, slots=True)
class FoundEncryption:
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
            or any(has_ended(each, self.at) for each in self.certificates)
            or any(each.shield is Shield.DOWN for _, each in self.volumes)
            or any(each.is_encrypted is False for each in self.stored)
        )


def has_ended(certificate: Certificate, at: float) -> bool:
    """Whether a certificate is no longer valid."""
    return certificate.until is not None and certificate.until < at


def word_of(holds: bool | None) -> str:
    """Return the word for something that holds, does not, or is not known."""
    return {True: "UP", False: "DOWN", None: "UNKNOWN"}[holds]


def plain(found: FoundEncryption) -> Encrypted:
    """Return what was found as JSON has it."""
    return Encrypted(
        at=written(found.at),
        edges=[
            ConfiguredEdge(
                namespace=each.namespace,
                workload=each.workload,
                host=each.host,
                port=each.port,
                encryption=each.encryption,
                source=each.source,
                text=each.text,
            )
            for each in found.edges
        ],
        seen=[
            EdgeInLedgers(
                source=each.source,
                destination=each.destination,
                mutual=each.mutual,
                count=each.count,
                with_phi=each.with_phi,
                last=written(each.last),
            )
            for each in found.seen
        ],
        certificates=list(map(_certificate, found.certificates)),
        volumes=[
            ClaimedVolume(claim=claim, asked=each.asked, answer=each.answer, encrypted=each.shield)
            for claim, each in found.volumes
        ],
        objects=[
            StoredKind(kind=each.kind, encrypted=word_of(each.is_encrypted), why=each.text)
            for each in found.stored
        ],
    )


def _certificate(each: Certificate) -> ProxyCertificate:
    return ProxyCertificate(
        principal=each.principal,
        issuer=each.issuer,
        since=None if each.since is None else written(each.since),
        until=None if each.until is None else written(each.until),
        is_authority=each.is_authority,
        source=each.source,
    )
