"""The guard is gone or stuck: nothing is delivered and nothing is answered until it is back."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from extauthz.demo import payloads
from extauthz.demo.client import Request
from extauthz.demo.envoy_listeners import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.programs import POLICY, phiguard
from extauthz.demo.topology import ANALYTICS, BILLING, EHR
from extauthz.demo.workloads import DELIVERY_HEADER

_SIDECARS = (
    Sidecar(EHR),
    Sidecar(BILLING),
    Sidecar(ANALYTICS, gates=Gates.RESPONSES),
)


@pytest.fixture(scope="module")
def lab(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(
        Plan(envoy, tmp_path_factory.mktemp("failures"), phiguard(POLICY), _SIDECARS)
    ) as running:
        yield running


@pytest.fixture
def without_guard(lab: Lab) -> Iterator[Lab]:
    lab.processes.stop("phiguard")
    yield lab
    lab.start_guard()
    lab.wait_for_guard()


@pytest.fixture
def with_stuck_guard(lab: Lab) -> Iterator[Lab]:
    guard = lab.processes.children["phiguard"].popen.pid
    os.kill(guard, signal.SIGSTOP)
    yield lab
    os.kill(guard, signal.SIGCONT)
    lab.wait_for_guard()


def _claim(identity: str) -> Request:
    headers = {DELIVERY_HEADER: identity, "content-type": "application/json"}
    return Request(BILLING.host, path="/claims", body=payloads.CLEAN, headers=headers)


def test_without_a_guard_the_sender_sends_nothing(without_guard: Lab) -> None:
    identity = token_hex(8)
    answer = without_guard.from_application(EHR, _claim(identity))

    assert answer.status == 503
    assert without_guard.deliveries(identity) == ()


def test_without_a_guard_the_receiver_takes_nothing(without_guard: Lab) -> None:
    identity = token_hex(8)
    answer = without_guard.past_sidecar(EHR, BILLING, _claim(identity))

    assert answer.status == 503
    assert without_guard.deliveries(identity) == ()


def test_without_a_guard_an_answer_is_withheld(without_guard: Lab) -> None:
    identity = token_hex(8)
    request = Request(
        ANALYTICS.host, method="GET", path="/patients/7731", headers={DELIVERY_HEADER: identity}
    )
    answer = without_guard.past_sidecar(BILLING, ANALYTICS, request)

    assert len(without_guard.deliveries(identity)) == 1  # the application did answer
    assert answer.status == 503
    assert payloads.PATIENT_NAME.encode() not in answer.body


def test_a_stuck_guard_is_a_guard_that_says_no(with_stuck_guard: Lab) -> None:
    sent, taken = token_hex(8), token_hex(8)
    from_sender = with_stuck_guard.from_application(EHR, _claim(sent))
    at_receiver = with_stuck_guard.past_sidecar(EHR, BILLING, _claim(taken))

    # ext_proc answers a passed message_timeout with 504, whatever status_on_error says (seen with
    # Envoy 1.38)
    assert {from_sender.status, at_receiver.status} <= {503, 504}
    assert with_stuck_guard.deliveries(sent) + with_stuck_guard.deliveries(taken) == ()


def test_traffic_flows_again_when_the_guard_is_back(lab: Lab) -> None:
    lab.processes.stop("phiguard")
    assert lab.from_application(EHR, _claim(token_hex(8))).status == 503

    lab.start_guard()
    lab.wait_for_guard()
    identity = token_hex(8)

    def delivered() -> bool:
        return lab.from_application(EHR, _claim(identity)).status == 200

    lab.processes.wait_until(delivered, "the sidecar's new connection to the guard")
    assert lab.deliveries(identity)[0].body == payloads.CLEAN
