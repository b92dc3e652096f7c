"""What guards have judged, by the proxy that asked: evidence of the layer `observed`.

A record of a decision names its caller: the principal in the certificate with which the proxy asked
the guard. A workload cannot forge another one's. No record names a port, so a sighting speaks for a
proxy and a direction, as the design has it: the guard answers this proxy. Which ports lead to the
guard is said by the proxy's own configuration.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from mesh.message.facts import Vantage
from mesh.message.identity import is_principal
from mesh.policy.decision import Reason
from mesh.posture.cell import Cell, PeerClass
from mesh.posture.evidence import Evidence, Layer, Stance

NO_TIME: Final = float("-inf")
"""Stands for a time that never was."""
# the caller of a forged check chose the edge; a canary is no traffic
NOT_TRAFFIC: Final = (Reason.CALLER_MISMATCH.value, Reason.CANARY.value)


@dataclass(frozen=True, slots=True)
class Sighting:
    """Decisions for one proxy in one direction, as one replica of the guard has recorded them.

    Times are Unix seconds; NO_TIME where there was none.

    Args:
        principal: of the proxy that asked, by its certificate.
        replica: host name of the guard.
        count: number of decisions.
        last: time of the newest one.
        mutual: of the newest one on a connection with mutual TLS.
        plain: of the newest one on a connection without.
        looked_on: of the newest one for which the proxy did not wait.
        blind: of the newest one that was denied because there was no policy.
        policy: digest of the policy of the newest one; empty when there was none.
    """

    principal: str
    vantage: Vantage
    replica: str
    count: int
    last: float
    mutual: float = NO_TIME
    plain: float = NO_TIME
    looked_on: float = NO_TIME
    blind: float = NO_TIME
    policy: str = ""

    def merged(self, other: "Sighting") -> "Sighting":
        """Return both together. The order does not matter."""
        newer = max(self, other, key=lambda each: (each.last, each.policy))
        return replace(
            newer,
            count=self.count + other.count,
            mutual=max(self.mutual, other.mutual),
            plain=max(self.plain, other.plain),
            looked_on=max(self.looked_on, other.looked_on),
            blind=max(self.blind, other.blind),
        )


def sighting_of(record: Mapping[str, Any], replica: str) -> Sighting | None:
    """Return the sighting of one record of a ledger; None for a record that shows no proxy.

    It is total: a ledger may be of another release, or forged.

    Args:
        record: of the kind `decision` or `summary`.
        replica: host name of the guard that wrote it.
    """
    kind, caller, reason = record.get("kind"), record.get("caller"), record.get("reason")
    if kind not in ("decision", "summary") or reason in NOT_TRAFFIC or "asked" in record:
        return None  # a client that asks over HTTP is no proxy, whatever its certificate says
    count = record.get("count") if kind == "summary" else 1
    at = time_of(record.get("to" if kind == "summary" else "time"))
    vantage = record.get("vantage")
    if not isinstance(caller, str) or not is_principal(caller) or vantage not in _VANTAGES:
        return None
    if at is None or type(count) is not int or count < 1:
        return None
    mtls, policy = record.get("mtls"), record.get("policy")
    return Sighting(
        caller,
        Vantage(vantage),
        replica,
        count,
        at,
        mutual=at if mtls is True else NO_TIME,
        # a sender asks before the handshake, and old records of senders said false
        plain=at if mtls is False and vantage == Vantage.INBOUND else NO_TIME,
        looked_on=at if record.get("observed") is True else NO_TIME,
        blind=at if reason == Reason.NO_POLICY.value else NO_TIME,
        policy=policy if isinstance(policy, str) else "",
    )


_VANTAGES: Final = tuple(each.value for each in Vantage)


def time_of(value: object) -> float | None:
    """Return an ISO 8601 time with an offset as Unix seconds; None for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found.astimezone(UTC).timestamp() if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def merged(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Return one sighting for each proxy, direction and replica, sorted."""
    found: dict[tuple[str, str, str], Sighting] = {}
    for each in sightings:
        key = (each.principal, each.vantage.value, each.replica)
        known = found.get(key)
        found[key] = each if known is None else known.merged(each)
    return tuple(found[key] for key in sorted(found))


class Sightings:
    """What all guards have seen. It answers as `Heartbeats`.

    Args:
        sightings: of all replicas.
        read_at: when the ledgers were read, in Unix seconds; None when nobody says.
        within: seconds for which a decision shows that the guard answers.
        lacking: why the ledgers do not tell everything, such as a replica whose ledger is not
            there. Then nothing is shown: what is missing could say the opposite.
    """

    def __init__(
        self,
        sightings: Iterable[Sighting],
        read_at: float | None,
        within: float,
        lacking: Collection[str] = (),
    ) -> None:
        self._read_at = read_at
        self._within = within
        self._lacking = tuple(sorted(lacking))
        self._of: dict[tuple[str, Vantage], list[Sighting]] = {}
        for each in merged(sightings):
            self._of.setdefault((each.principal, each.vantage), []).append(each)

    def evidence(self, cell: Cell, principal: str, shared: bool) -> Evidence:
        """What was seen of one cell: JUDGED, IDLE, DOWN or UNKNOWN. See `Heartbeats`."""
        if self._lacking:
            return self._said(
                Stance.UNKNOWN, self._lacking[0], "give the ledgers of all replicas",
                "ledger-missing",
            )  # fmt: skip
        found = self._of.get((principal, cell.direction), ())
        wrong = self._wrong(cell, found)
        if wrong is not None:
            return wrong
        if cell.peers is PeerClass.PLAINTEXT:
            return self._said(Stance.IDLE, "the guard saw no message of a peer without mutual TLS")
        seen = max((each.last for each in found), default=NO_TIME)
        if not self._is_recent(seen):
            return self._said(Stance.IDLE, _silence(seen))
        if shared:
            return self._said(
                Stance.IDLE,
                f"the guard judged messages of {principal}, which several workloads share",
                "give each workload its own service account",
                "shared-account",
            )
        count = sum(each.count for each in found)
        replicas = ", ".join(sorted({each.replica for each in found if self._is_recent(each.last)}))
        text = f"the guard answers its proxy: {count} messages judged, by {replicas}"
        return Evidence(
            Layer.OBSERVED, Stance.JUDGED, f"ledger of {replicas}", seen, text, code="judged"
        )

    def _wrong(self, cell: Cell, found: Iterable[Sighting]) -> Evidence | None:
        """Return what contradicts that the guard judges each message, if anything was seen."""
        plain = max((each.plain for each in found), default=NO_TIME)
        looked_on = max((each.looked_on for each in found), default=NO_TIME)
        blind = max((each.blind for each in found), default=NO_TIME)
        last = max((each.last for each in found), default=NO_TIME)
        if cell.peers is PeerClass.PLAINTEXT:
            if not self._is_recent(plain):
                return None
            return self._said(
                Stance.DOWN, "a peer without mutual TLS came in", "set mTLS to STRICT",
                "plaintext-seen", plain,
            )  # fmt: skip
        if self._is_recent(looked_on):
            return self._said(
                Stance.DOWN, "its proxy did not wait for the guard's answer",
                "turn observability_mode off", "observability-mode", looked_on,
            )  # fmt: skip
        if blind == last and self._is_recent(blind):
            return self._said(
                Stance.DOWN, "the guard has no policy and refuses everything",
                "repair the policy: `phiguard policy check`", "no-policy", blind,
            )  # fmt: skip
        return None

    def _is_recent(self, at: float) -> bool:
        # without a time of reading, only the verdict's own clock can tell
        return at > NO_TIME and (self._read_at is None or self._read_at - at <= self._within)

    def _said(
        self, stance: Stance, text: str, fix: str = "", code: str = "", at: float | None = None
    ) -> Evidence:
        when = self._read_at if at is None else at
        return Evidence(Layer.OBSERVED, stance, "ledgers", when, text, fix=fix, code=code)


def _silence(seen: float) -> str:
    if seen == NO_TIME:
        return "the guard saw no message of its proxy"
    last = datetime.fromtimestamp(seen, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"the guard saw no message of its proxy since {last}"
