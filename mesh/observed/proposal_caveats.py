"""What looks wrong about a single observation. Rarity shows in sums only, so not here."""

from collections.abc import Iterable, Iterator, Mapping

from mesh.message.facts import Direction, Protocol, Vantage
from mesh.message.message_types import is_type
from mesh.observed.observation import OTHER_METHOD, Encryption, Observation, Sighting
from mesh.observed.proposal import Ends, Mark, ProposedCall
from mesh.observed.route_template import AMBIGUOUS, pattern_of
from mesh.observed.service_hosts import namespace_of_host
from phiscan.finding import Coverage, Verdict


def ends_of(observation: Observation, principals: Mapping[str, str]) -> Ends:
    """Who called whom, with hosts replaced by principals where known."""
    sighting = observation.sighting
    destination = principals.get(sighting.service, "") if sighting.service else sighting.destination
    return Ends(sighting.source, destination, "" if destination else sighting.service)


def mark_of(observation: Observation, principals: Mapping[str, str]) -> Mark | None:
    """Why this cannot simply be proposed; None when it can."""
    return next(_marks(observation, ends_of(observation, principals)), None)


def is_read(observation: Observation) -> bool:
    """Whether the guard read all of these messages completely.

    No rule is offered otherwise: unread content must not be a reason to open an operation.
    """
    sighting = observation.sighting
    return sighting.coverage is Coverage.COMPLETE and sighting.protocol.is_read


def pattern_for(route: str) -> str | None:
    """How a rule names a route: a path pattern, or a type of HL7 message. None when no rule can."""
    return route if is_type(route) else pattern_of(route)


def operation_of(observation: Observation, principals: Mapping[str, str]) -> ProposedCall | None:
    """The operation of an observation as a rule names it; None when no rule can."""
    sighting = observation.sighting
    pattern = pattern_for(sighting.route)
    if not pattern:
        return None
    return ProposedCall(ends_of(observation, principals), sighting.method, pattern)


def unread_operations(
    observations: Iterable[Observation], principals: Mapping[str, str]
) -> frozenset[ProposedCall]:
    """Operations of which no request could be read.

    Their responses may have been read: a server without WebSocket answers the handshake by HTTP.
    That is no reason to open the operation.
    """
    asked: dict[ProposedCall, bool] = {}
    for each in observations:
        call = operation_of(each, principals)
        if call is not None and each.sighting.direction is Direction.REQUEST:
            asked[call] = asked.get(call, False) or is_read(each)
    return frozenset(call for call, is_any_read in asked.items() if not is_any_read)


def passes_with_alert(observation: Observation) -> bool:
    """Whether it came unencrypted and without PHI.

    Such messages pass with an alert. No rule is needed, and none would remove the alert.
    """
    sighting = observation.sighting
    return sighting.encryption is Encryption.NONE and mark_of(observation, {}) is None


def _marks(observation: Observation, ends: Ends) -> Iterator[Mark]:
    sighting = observation.sighting
    yield from _marks_of_ends(sighting, ends)
    if sighting.stopped:
        yield Mark.STOPPED
    if not is_read(observation):
        yield Mark.UNREAD
    if sighting.route == AMBIGUOUS:
        yield Mark.AMBIGUOUS
    if sighting.protocol is Protocol.MLLP:
        if not is_type(sighting.route):
            yield Mark.MESSAGE_TYPE
    elif sighting.method in {"", OTHER_METHOD} or not sighting.route:
        yield Mark.METHOD


def _marks_of_ends(sighting: Sighting, ends: Ends) -> Iterator[Mark]:
    phi = sighting.verdict is Verdict.PHI
    if not ends.source or sighting.encryption is Encryption.NONE:
        if phi:
            yield Mark.UNENCRYPTED
        elif sighting.protocol is Protocol.MLLP:  # it does not pass with an alert, as HTTP does
            yield Mark.HL7_UNENCRYPTED
    if sighting.vantage is Vantage.OUTBOUND and ends.host:
        yield Mark.UNSEEN_RECEIVER if namespace_of_host(ends.host) else Mark.OUTSIDE
    elif not ends.destination and (phi or sighting.encryption is not Encryption.NONE):
        yield Mark.UNKNOWN_DESTINATION


def needs_rule(observation: Observation) -> bool:
    """Whether a message would be refused without a rule.

    That is so on an encrypted edge. An unencrypted message without PHI gets an alert only.
    """
    sighting = observation.sighting
    return bool(sighting.source) and sighting.encryption is not Encryption.NONE
