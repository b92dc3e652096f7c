"""Which principal serves a host: derived from what receivers saw, as senders cannot know.

The answer is certain where the policy in force named the principal when messages were counted.
Otherwise it is a guess, and marked as one. Candidates are all principals in the host's namespace
that received, with mutual TLS, every operation that was sent to the host, from the same sources.
The guess is the only candidate, or the only one whose account has the host's name.
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
        guessed: True when no policy named the principal.
    """

    host: str
    principal: str
    guessed: bool


def services_of(observations: Iterable[Observation]) -> tuple[Service, ...]:
    """Every host whose principal is known or can be guessed, sorted.

    The order of the observations does not matter.
    """
    mapped: dict[str, set[str]] = defaultdict(set)
    called: dict[str, set[_Operation]] = defaultdict(set)
    taken: dict[str, set[_Operation]] = defaultdict(set)
    for sighting in (each.sighting for each in observations):
        operation = sighting.source, sighting.method, sighting.route
        if sighting.vantage is Vantage.OUTBOUND:
            called[sighting.service].add(operation)
            mapped[sighting.service].update({sighting.destination} - {""})
        elif sighting.encryption is Encryption.MTLS and sighting.destination:
            taken[sighting.destination].add(operation)
    found = []
    for host in sorted(called.keys() - {""}):
        candidates = mapped[host] or {
            p for p in taken if _is_of(host, p) and called[host] <= taken[p]
        }
        if principal := _one(host, candidates):
            found.append(Service(host, principal, guessed=not mapped[host]))
    return tuple(found)


def namespace_of_host(host: str) -> str:
    """`finance` of `billing.finance.svc.cluster.local`; empty for a host outside the mesh."""
    parts = host.split(".")
    return parts[1] if len(parts) > 2 and parts[2] == "svc" else ""


def _is_of(host: str, principal: str) -> bool:
    return identity.namespace_of(principal) == namespace_of_host(host) != ""


def _one(host: str, candidates: set[str]) -> str:
    """The only candidate, or the only one with the host's name; empty when there is none."""
    named = {
        principal
        for principal in candidates
        if identity.account_of(principal) == host.partition(".")[0]
    }
    return next((min(found) for found in (candidates, named) if len(found) == 1), "")
