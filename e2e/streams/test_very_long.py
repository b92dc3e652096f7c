"""An upload of 200 MiB, and an answer that streams for minutes, on real Envoy."""

import http.client
import time
from collections.abc import Callable, Iterator

import pytest

from e2e.soak.processes import holding, tree
from e2e.streams.laboratory import DIRTY, SSN, Backend, serving
from e2e.streams.test_long_bodies import LINES, OK, answer, asked, post, raise_when_cut
from extauthz.demo.lab import Lab
from extauthz.demo.topology import BILLING

pytestmark = pytest.mark.slow
MANY = 200
SECONDS = 180
"""How long an answer streams, with one event in each of them."""
GROWTH = 96.0
"""MiB that the guard may hold more during a long upload: pieces at both gates, what scans of them
needed, and what the C library keeps of it."""


@pytest.fixture
def backend(lab: Lab) -> Iterator[Backend]:
    with serving(lab.mesh.ports[BILLING].app) as running:
        yield running


def memory(lab: Lab) -> float:
    """MiB of memory (PSS) of the guard's processes together."""
    processes = tree(lab.processes.children["phiguard"].popen.pid, 1)
    return sum(holding(process).pss for process in processes)


def upload(look: Callable[[], None], last: bytes) -> Iterator[bytes]:
    for number in range(MANY):
        if number % 20 == 0:
            look()
        yield LINES
    yield last


@pytest.mark.parametrize(
    ("last", "statuses", "end"),
    [(b"", (200,), "whole"), (DIRTY + b"\n", (0, 403), "cut off")],
    ids=["clean", "PHI in its last line"],
)
def test_an_upload_of_two_hundred_mib(
    lab: Lab, backend: Backend, last: bytes, statuses: tuple[int, ...], end: str
) -> None:
    answer(backend, OK)
    post(lab, LINES)  # what the first body needs is no growth
    backend.received.clear()
    backend.ends.clear()
    answer(backend, OK)
    before, held = memory(lab), []

    status, _, _ = post(lab, upload(lambda: held.append(memory(lab)), last))

    lab.processes.wait_until(lambda: bool(backend.ends), "the end of the upload")
    assert (status in statuses, backend.ends) == (True, [end])
    assert SSN not in backend.received
    assert backend.received == (LINES * MANY)[: len(backend.received)]
    assert len(backend.received) > MANY / 2 * len(LINES)  # the reset overtakes what is on its way
    assert max(held) - before < GROWTH


def test_an_answer_that_streams_for_minutes(lab: Lab, backend: Backend) -> None:
    backend.answers.put(b"content-type: text/event-stream\r\n\r\n")
    with asked(lab) as file:
        for number in range(SECONDS):
            event = b"data: %d\n\n" % number
            backend.answers.put(event)
            assert file.read(len(event)) == event
            time.sleep(1)
        backend.answers.put(b"data: " + DIRTY + b"\n\n")
        with pytest.raises((http.client.IncompleteRead, OSError)):
            raise_when_cut(file)
