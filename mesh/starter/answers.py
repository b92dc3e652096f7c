"""The five answers that a first policy is made of, and how each is written on one line.

services    clinic/ehr  finance/billing@billing-api     (@ where the Service's name differs)
calls       clinic/ehr:finance/billing                  (who calls whom)
phi         clinic/ehr:finance/billing=payment          (which calls carry PHI, and why)
outside     finance/billing:edi.example.com=payment     (hosts outside the mesh)
mode        monitor | enforce
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mesh.message.identity import is_principal
from mesh.starter.purposes import Purpose

# matches `clinic/ehr`, `finance/billing@billing-api`; not `ehr`, `clinic/ehr/x`, `Clinic/ehr`
_SERVICE: Final = re.compile(
    r"(?P<namespace>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)/(?P<account>[a-z0-9][a-z0-9.-]*)"
    r"(?:@(?P<name>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?))?"
)
# matches `edi.example.com`, `*.example.com`; not `example`, `https://example.com`
_HOST: Final = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]+")
_SERVICE_FORM: Final = "write NAMESPACE/SERVICEACCOUNT, such as `clinic/ehr`"
_CALL_FORM: Final = "write FROM:TO, such as `clinic/ehr:finance/billing`"
_PURPOSES: Final = ", ".join(Purpose)


class AnswerError(ValueError):
    """An answer that cannot be used. The text names it and says how to write it."""


@dataclass(frozen=True, slots=True, order=True)
class Service:
    """A workload by its service account, and the name of its Kubernetes Service."""

    namespace: str
    account: str
    name: str

    @property
    def label(self) -> str:
        """The service as people name it: `clinic/ehr`."""
        return f"{self.namespace}/{self.account}"

    def principal(self, trust_domain: str) -> str:
        """The identity that Istio gives it."""
        return f"{trust_domain}/ns/{self.namespace}/sa/{self.account}"

    def host(self, cluster_domain: str) -> str:
        """The host by which others call it."""
        return f"{self.name}.{self.namespace}.svc.{cluster_domain}"


@dataclass(frozen=True, slots=True)
class Call:
    """One service calls another. Without a purpose, no PHI flows."""

    source: Service
    destination: Service
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """One service calls a host outside the mesh. Without a purpose, no PHI flows."""

    source: Service
    host: str
    purpose: Purpose | None = None

    @property
    def example(self) -> str:
        """One host that it means: `any.example.com` for `*.example.com`."""
        return self.host.replace("*", "any")


@dataclass(frozen=True, slots=True)
class Answers:
    """All that a first policy is made of.

    Args:
        name: of the policy.
        enforces: whether it stops messages from the start; else it only records.
    """

    services: tuple[Service, ...]
    calls: tuple[Call, ...]
    outside: tuple[Outside, ...] = ()
    enforces: bool = False
    name: str = "first"
    trust_domain: str = "cluster.local"
    cluster_domain: str = "cluster.local"


def read_services(words: Iterable[str]) -> tuple[Service, ...]:
    """The services, each once, in the order given. Raises AnswerError."""
    found: dict[str, Service] = {}
    for word in words:
        each = _service(word)
        if found.setdefault(each.label, each) != each:
            raise AnswerError(f"`{each.label}` has two Service names; give it once")
    if not found:
        raise AnswerError(f"no service is named; {_SERVICE_FORM}")
    return tuple(found.values())


def _service(word: str) -> Service:
    found = _SERVICE.fullmatch(word)
    if found is None or not is_principal(f"t/ns/{found['namespace']}/sa/{found['account']}"):
        raise AnswerError(f"`{word}` is not a service; {_SERVICE_FORM}")
    # a Service's name holds no dot
    return Service(
        found["namespace"], found["account"], found["name"] or found["account"].replace(".", "-")
    )


def read_calls(
    services: Sequence[Service], words: Iterable[str], with_phi: Iterable[str]
) -> tuple[Call, ...]:
    """The calls, each once. A call that carries PHI need not be named twice.

    Args:
        words: `FROM:TO`.
        with_phi: `FROM:TO=PURPOSE`.

    Raises:
        AnswerError: a word has another form, names a service that is not among `services`, or
            gives a call a second purpose.
    """
    known = {each.label: each for each in services}
    found: dict[tuple[str, str], Call] = {}
    for word in words:
        source, destination = _ends(word, known)
        found[source.label, destination.label] = Call(source, destination)
    for word in with_phi:
        way, purpose = _purposeful(word)
        if purpose is None:
            raise AnswerError(f"`{word}` has no purpose; write FROM:TO=PURPOSE, one of {_PURPOSES}")
        source, destination = _ends(way, known)
        call = Call(source, destination, purpose)
        before = found.get((source.label, destination.label), call)
        if before.purpose not in {None, purpose}:
            raise AnswerError(f"`{way}` has two purposes; give the one that needs more")
        found[source.label, destination.label] = call
    return tuple(found.values())


def read_outside(services: Sequence[Service], words: Iterable[str]) -> tuple[Outside, ...]:
    """The calls that leave the mesh: `FROM:HOST` or `FROM:HOST=PURPOSE`. Raises AnswerError."""
    known = {each.label: each for each in services}
    found: dict[tuple[str, str], Outside] = {}
    for word in words:
        way, purpose = _purposeful(word)
        source, colon, host = way.partition(":")
        if not colon or _HOST.fullmatch(host) is None:
            raise AnswerError(
                f"`{word}` is not a call of a host; write FROM:HOST, such as "
                "`finance/billing:edi.example.com`"
            )
        call = Outside(_known(source, known), host, purpose)
        for each in found.values():
            _check_overlap(each, call)
        found[source, host] = call
    return tuple(found.values())


def _check_overlap(one: Outside, other: Outside) -> None:
    """Refuse two purposes for one host: rules add up, so the one that needs more would hold."""
    if one.source != other.source or one.purpose is other.purpose:
        return
    for wide, narrow in ((one.host, other.host), (other.host, one.host)):
        if wide == narrow or (wide.startswith("*") and narrow.endswith(wide[1:])):
            raise AnswerError(f"`{wide}` and `{narrow}` have two purposes; give both the same")


def _ends(word: str, known: Mapping[str, Service]) -> tuple[Service, Service]:
    source, colon, destination = word.partition(":")
    if not colon or not source or not destination:
        raise AnswerError(f"`{word}` is not a call; {_CALL_FORM}")
    ends = _known(source, known), _known(destination, known)
    if ends[0] == ends[1]:
        raise AnswerError(f"`{word}` is a call of itself; {_CALL_FORM}")
    return ends


def _known(label: str, known: Mapping[str, Service]) -> Service:
    if label not in known:
        raise AnswerError(
            f"`{label}` is none of the services ({', '.join(known)}); name it among them first"
        )
    return known[label]


def _purposeful(word: str) -> tuple[str, Purpose | None]:
    way, equals, purpose = word.partition("=")
    if not equals:
        return way, None
    if purpose not in set(Purpose):
        raise AnswerError(f"`{purpose}` is not a purpose; write one of {_PURPOSES}")
    return way, Purpose(purpose)
