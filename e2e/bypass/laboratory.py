"""One laboratory for all techniques: each gate of the guard alone, and both in a row.

ext_authz   attacker ── mutual TLS ──> sidecar of billing (ext_authz) ──> backend
ext_proc    attacker ──> sidecar of ehr (ext_proc) ──> sidecar of analytics (no gate) ──> backend
both        attacker ──> sidecar of ehr (ext_proc) ──> sidecar of billing (ext_authz) ──> backend
responses   attacker <── mutual TLS ── sidecar of ehr (ext_proc) <── backend
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from e2e.bypass.backend import Backend, serve
from e2e.bypass.wire import Answer, Door
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import ANALYTICS, BILLING, EHR, Workload

SIDECARS: Final = (
    Sidecar(EHR, gates=Gates.SENT_REQUESTS | Gates.RESPONSES),
    Sidecar(BILLING, gates=Gates.RECEIVED_REQUESTS),
    Sidecar(ANALYTICS, gates=Gates.NONE),
)
_POLICY = f"""\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: stock}}
spec:
  services:
  - {{host: {BILLING.host}, principal: {BILLING.principal}}}
  - {{host: {ANALYTICS.host}, principal: {ANALYTICS.principal}}}
  rules:
  - name: stock-only
    from: [{{principals: [{EHR.principal}]}}]
    to:
    - principals: [{BILLING.principal}, {ANALYTICS.principal}]
    phi: {{request: {{otherwise: DENY}}, response: {{otherwise: DENY}}}}
  - name: all-from-another
    from: [{{principals: [{ANALYTICS.principal}]}}]
    to: [{{principals: [{BILLING.principal}]}}]
    phi: {{request: {{allow: ["*"]}}, response: {{allow: ["*"]}}}}
  - name: open-by-path
    from: [{{principals: [{EHR.principal}]}}]
    to:
    - principals: [{BILLING.principal}, {ANALYTICS.principal}]
      operation: {{paths: ["/open/*"], methods: [PUT]}}
    phi: {{request: {{allow: ["*"]}}, response: {{otherwise: DENY}}}}
  - name: answers
    from: [{{principals: [{BILLING.principal}]}}]
    to: [{{principals: [{EHR.principal}]}}]
    phi: {{request: {{otherwise: DENY}}, response: {{otherwise: DENY}}}}
"""


@dataclass(frozen=True, slots=True)
class Field:
    """Where the attacker and the receiver stand."""

    lab: Lab
    backend: Backend

    def door(self, gate: str) -> tuple[Door, Workload]:
        """Where the attacker sends to, and the service that it calls."""
        ports, certificates = self.lab.mesh.ports, self.lab.mesh.certificates
        return {
            "ext_authz": (Door(ports[BILLING].inbound, certificates[EHR]), BILLING),
            "ext_proc": (Door(ports[EHR].outbound), ANALYTICS),
            "both": (Door(ports[EHR].outbound), BILLING),
            "responses": (Door(ports[EHR].inbound, certificates[BILLING]), EHR),
        }[gate]

    def logged(self) -> tuple[int, ...]:
        """The sizes of all access logs, as a point in time."""
        return tuple(map(len, self._logs()))

    def end(self, answer: Answer, since: tuple[int, ...]) -> str:
        """How a message ended: empty for delivered, the guard's reason, or Envoy's.

        Args:
            answer: what came back.
            since: the point in time before the message was sent.
        """
        if answer.reason or 200 <= answer.status < 300:
            return answer.reason
        if not answer.status:
            return "closed"
        line = re.compile(rf'" {answer.status} \S+ (?!phiguard_|ext_authz_)(\S+)')
        found: list[str] = []

        def is_logged() -> bool:
            tails = (log[start:] for log, start in zip(self._logs(), since, strict=True))
            found.extend(line.findall("".join(tails)))
            return bool(found)

        self.lab.processes.wait_until(is_logged, "the access log")
        return f"{answer.status} {found[0]}"

    def _logs(self) -> list[str]:
        """What each sidecar has logged so far."""
        children = self.lab.processes.children.values()
        return [
            child.output.read_text(errors="replace")
            for child in children
            if child.name.startswith("envoy-")
        ]


@contextmanager
def open_field(
    envoy: Path,
    folder: Path,
    sidecars: tuple[Sidecar, ...] = SIDECARS,
    options: tuple[str, ...] = (),
) -> Iterator[Field]:
    """Start everything, with the backend in place of the sample applications.

    Args:
        options: further options of `phiguard serve`.
    """
    policy = folder / "policy.yaml"
    policy.write_text(_POLICY)
    with open_lab(Plan(envoy, folder, phiguard(policy, *options), sidecars)) as lab:
        lab.processes.stop("workloads")
        backend = Backend()
        with serve(backend, tuple(ports.app for ports in lab.mesh.ports.values())):
            yield Field(lab, backend)
