"""`phiguard serve` in separate processes: start, signals, workers, end."""

import contextlib
import gc
import http.client
import os
import signal
import socket
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from kubernetes_server import ApiServer, policy_object
from prometheus_client.parser import text_string_to_metric_families
from running_guard import POLICY
from serving import Serving, free_port

from extauthz.guard import supervisor, worker_process
from extauthz.records import error_output

KILL = signal.SIGKILL

# The processes load the compiled detectors of this engine from the cache.
pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    return path


def test_no_collection_walks_what_was_imported(monkeypatch):
    """It would stop every message of a guard of one process for 50 ms, again and again."""
    frozen = []
    monkeypatch.setattr(supervisor, "claim", lambda _: None)
    monkeypatch.setattr(error_output, "own", lambda _: contextlib.nullcontext())
    monkeypatch.setattr(
        worker_process, "open_store", lambda _: frozen.append(gc.get_freeze_count())
    )
    monkeypatch.setattr(worker_process, "serve", lambda *_: None)
    gc.unfreeze()
    try:
        supervisor.run(SimpleNamespace(workers=1, spares=0))
    finally:
        gc.unfreeze()

    assert frozen[0] > 50_000


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_serve_answers_health_shows_metrics_reads_the_policy_again_and_ends_with_0(
    policy, tmp_path, workers
):
    ledger, page = tmp_path / "ledger", f"127.0.0.1:{free_port()}"
    options = "--ledger", ledger, "--workers", workers, "--metrics-listen", page
    with Serving(policy, *options) as s:
        s.until("serving", workers)
        with grpc.insecure_channel(f"127.0.0.1:{s.health}") as channel:
            stub, until = health_pb2_grpc.HealthStub(channel), time.monotonic() + 60
            # it is ready when its scanner processes are
            while (
                stub.Check(health_pb2.HealthCheckRequest(), timeout=10).status
                != health_pb2.HealthCheckResponse.SERVING
            ):
                assert time.monotonic() < until
                time.sleep(0.05)
        # one page shows the metrics of every worker
        found = scraped(page, until=lambda found: loaded(found) == workers)
        assert {each.labels["worker"] for each in found["phiguard_policy_loaded"]} == {
            str(number) for number in range(workers)
        }
        assert all(each.value > 0 for each in found["phiguard_ledger_written_bytes_total"])
        policy.write_text(POLICY.replace("name: clinic", "name: hospital"))
        s.process.send_signal(signal.SIGHUP)
        s.until("policy loaded", 2 * workers)

        assert s.end() == 0
        assert {line["policy"] for line in s.log if line["event"] == "policy loaded"} == {
            "clinic",
            "hospital",
        }
        assert sum(line["event"] == "ledger head" for line in s.log) == workers
    assert len(list(ledger.glob("*.jsonl"))) == workers


@pytest.mark.parametrize("spares", [0, 1])
@pytest.mark.slow
def test_a_worker_that_cannot_have_its_ledger_says_why(policy, tmp_path, spares):
    file = tmp_path / "report.html"
    file.write_text("")
    with Serving(policy, "--ledger", file, "--workers", 2, "--spares", spares) as s:
        s.until("stopped")
        assert s.process.wait(60) == 2
        problem = s.log[-1]["problem"]
    assert problem.startswith(f"{file}: the ledger cannot be opened")
    assert problem.endswith("give a folder")


@pytest.mark.slow
def test_a_spare_serves_in_place_of_a_worker_that_died_and_is_replaced_itself(policy, tmp_path):
    with Serving(policy, "--ledger", tmp_path / "ledger", "--workers", "1", "--spares", "1") as s:
        s.until("serving")
        for round_ in (2, 3):
            os.kill([line["pid"] for line in s.log if line["event"] == "serving"][-1], KILL)
            s.until("serving", round_)

        assert s.end() == 0
    serving = [line for line in s.log if line["event"] == "serving"]
    assert [line["worker"] for line in serving] == [0, 0, 0]
    assert len({line["pid"] for line in serving}) == 3


def test_a_worker_that_dies_is_started_again_and_the_page_tells_it(policy, tmp_path):
    page = f"127.0.0.1:{free_port()}"
    options = "--ledger", tmp_path / "ledger", "--workers", "2", "--metrics-listen", page
    with Serving(policy, *options) as s:
        s.until("serving", 2)
        os.kill(next(line["pid"] for line in s.log if line["event"] == "serving"), KILL)
        s.until("serving", 3)
        found = scraped(page, until=lambda found: loaded(found) == 2)

        assert found["phiguard_worker_deaths_total"][0].value == 1
        assert found["phiguard_workers_serving"][0].value == 2
        assert found["phiguard_workers_configured"][0].value == 2
        assert s.end() == 0
        assert "a worker died and is restarted" in {line["event"] for line in s.log}


@pytest.mark.slow
def test_a_page_on_a_taken_address_is_an_error_of_one_line(policy):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        page = f"127.0.0.1:{taken.getsockname()[1]}"
        with Serving(policy, "--metrics-listen", page) as s:
            assert s.process.wait(60) == 2
            assert page in s.process.stderr.read().decode()


def loaded(found):
    return len(found.get("phiguard_policy_loaded", ()))


def scraped(page, *, until):
    """The samples of the page by name, once they are as wished."""
    end = time.monotonic() + 60
    while True:
        with urllib.request.urlopen(f"http://{page}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        found = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, []).append(sample)
        if until(found):
            return found
        assert time.monotonic() < end, text
        time.sleep(0.05)


@pytest.mark.slow
def test_workers_outlive_the_process_that_starts_them(policy, tmp_path):
    with Serving(policy, "--ledger", tmp_path / "ledger", "--workers", "2") as s:
        s.until("serving", 2)
        first, second = (line["pid"] for line in s.log if line["event"] == "serving")
        os.kill(parent(first), KILL)
        os.kill(first, KILL)
        s.until("serving", 3)

        assert not has_ended(second)
        assert s.end() == 0
        assert has_ended(second)


def test_workers_end_when_their_supervisor_is_killed(policy, tmp_path):
    with Serving(policy, "--ledger", tmp_path / "ledger", "--workers", "2", "--spares", "1") as s:
        s.until("serving", 2)
        workers = [line["pid"] for line in s.log if line["event"] == "serving"]
        s.process.kill()
        until = time.monotonic() + 60
        while not all(map(has_ended, workers)):
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.mark.slow
def test_a_worker_that_served_is_tried_again_while_its_ledger_cannot_be_opened(policy, tmp_path):
    ledger = tmp_path / "ledger"
    with Serving(policy, "--ledger", ledger, "--workers", "2") as s:
        s.until("serving", 2)
        ledger.rename(tmp_path / "away")
        ledger.write_bytes(b"")
        os.kill(next(line["pid"] for line in s.log if line["event"] == "serving"), KILL)
        s.until("a worker died and is restarted", 2)
        ledger.unlink()
        (tmp_path / "away").rename(ledger)
        s.until("serving", 3)
        assert s.end() == 0


def parent(pid):
    return int(stat(pid)[1])


def has_ended(pid):
    try:
        return stat(pid)[0] == "Z"
    except FileNotFoundError:
        return True


def stat(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def test_serve_takes_its_policy_from_a_cluster_and_follows_it():
    rule = {"name": "a", "from": [{}], "to": [{}]}
    with ApiServer([policy_object("mesh", "wide", {"rules": [rule]})]) as server:
        with Serving("kubernetes://mesh", "--kubernetes-api", server.url) as s:
            s.until("serving")
            server.send("ADDED", policy_object("clinic", "own", {"rules": []}))
            s.until("policy loaded", 2)
            server.send("MODIFIED", policy_object("clinic", "own", {"rule": []}))
            s.until("policy objects of a namespace are set aside; the others take effect")
            assert s.end() == 0
        (said,) = [line["problem"] for line in s.log if "set aside" in line["event"]]
        assert ["clinic/own:" in line and "unknown key `rule`" in line for line in said] == [True]


def test_serve_says_that_it_has_no_policy_yet_no_ledger_and_no_tls():
    with ApiServer() as server, Serving("kubernetes://mesh", "--kubernetes-api", server.url) as s:
        s.until("serving")
        said = " ".join(line["event"] for line in s.log)
        assert s.end() == 0
    assert "there is no policy yet; messages are denied" in said
    assert "without an audit ledger" in said
    assert "without TLS" in said


@pytest.mark.slow
def test_serve_answers_http_on_every_worker(policy):
    port = free_port()
    with Serving(policy, "--workers", "2", "--http", port, "--scanners", "0") as s:
        s.until("serving", 2)
        for _ in range(8):
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            client.request("POST", "/v1/scan", b"patientName: Ana Ruiz")
            assert b'"coverage":"COMPLETE"' in client.getresponse().read()
            client.close()
        assert s.end() == 0
        lines = [line["address"] for line in s.log if line["event"] == "answering over HTTP"]
        assert lines == [f"127.0.0.1:{port}"] * 2


def test_http_on_a_taken_address_is_an_error_of_one_line(policy):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Serving(policy, "--workers", "2", "--http", port) as s:
            assert s.process.wait(60) == 2
            assert s.process.stderr.read().decode().count("\n") == 1
