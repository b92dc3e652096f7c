"""Which principal serves a host: what the sender's sidecar cannot see, found by what the receivers saw.

Certain where the policy in force said so when the messages were counted. Otherwise a guess, and told as one: of all
principals in the host's namespace that took, with mutual TLS, the same operations from every source that called the host,
there is one; or of several one has the host's name.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from mesh.message import identity
from mesh.message.facts import Vantage
from mesh.observed.observation import Encryption, Observation

_Operation = tuple[str, str, str]
"""Source, method and route of a call."""


@dataclass(frozen=True, slots=True, order=True)
class Service:
    """One entry of a policy's `services`.

    Args:
        guessed: no policy said so.
    """

    host: str
    principal: str
    guessed: bool


def services_of(observations: Iterable[Observation]) -> tuple[Service, ...]:
    """Every host of which it is known, or can be guessed, who serves it; sorted. Order of the
    observations is no matter."""
    told: dict[str, set[str]] = defaultdict(set)
    called: dict[str, set[_Operation]] = defaultdict(set)
    taken: dict[str, set[_Operation]] = defaultdict(set)
    for sighting in (each.sighting for each in observations):
        operation = sighting.source, sighting.method, sighting.route
        if sighting.vantage is Vantage.OUTBOUND:
            called[sighting.service].add(operation)
            told[sighting.service].update({sighting.destination} - {""})
        elif sighting.encryption is Encryption.MTLS and sighting.destination:
            taken[sighting.destination].add(operation)
    found = []
    for host in sorted(called.keys() - {""}):
        candidates = told[host] or {
            p for p in taken if _is_of(host, p) and called[host] <= taken[p]
        }
        if principal := _one(host, candidates):
            found.append(Service(host, principal, guessed=not told[host]))
    return tuple(found)


def namespace_of_host(host: str) -> str:
    """`finance` of `billing.finance.svc.cluster.local`; empty for a host outside of the mesh."""
    parts = host.split(".")
    return parts[1] if len(parts) > 2 and parts[2] == "svc" else ""


def _is_of(host: str, principal: str) -> bool:
    return identity.namespace_of(principal) == namespace_of_host(host) != ""


def _one(host: str, candidates: set[str]) -> str:
    """The only candidate, or the only one with the host's name; empty when there is no such one."""
    named = {
        principal
        for principal in candidates
        if identity.account_of(principal) == host.partition(".")[0]
    }
    return next((min(found) for found in (candidates, named) if len(found) == 1), "")
