"""A burst of 20,000 decisions on one guard: each has its answer, its record and its span."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from e2e.checks import numbered
from extauthz.demo.lab import Plan, open_lab
from extauthz.demo.programs import POLICY, phiguard
from extauthz.demo.topology import BILLING
from extauthz.guard.envoy import wire
from extauthz.records.allow_list import Key, SpanName

pytestmark = pytest.mark.slow
DECISIONS: Final = 20_000
AT_ONCE: Final = 200
ROOTS: Final = {SpanName.AUTHORIZE}


def passes(check: Callable[[bytes], bytes], number: int) -> bool:
    answer = wire.decoder("envoy.service.auth.v3.CheckResponse")(check(numbered(number)))
    return answer.status.code == 0


def test_a_burst_loses_no_record_and_no_span(envoy: Path, tmp_path: Path) -> None:
    guard = phiguard(POLICY, "--max-exchanges", str(2 * AT_ONCE))
    with open_lab(Plan(envoy, tmp_path, guard, ())) as lab:
        with lab.guard_channel(BILLING) as channel, ThreadPoolExecutor(AT_ONCE) as threads:
            check = channel.unary_unary(f"/{wire.AUTHORIZATION}/Check")
            answers = list(threads.map(lambda n: passes(check, n), range(DECISIONS)))
        lab.processes.stop("phiguard")
        spans = Counter(
            span.attributes[Key.DECISION_ID] for span in lab.sink.spans() if span.name in ROOTS
        )
    records = [
        json.loads(line)
        for file in (tmp_path / "ledger").glob("*.jsonl")
        for line in file.read_bytes().splitlines()
    ]
    decisions = [record["id"] for record in records if record["kind"] == "decision"]

    assert Counter(answers) == {True: DECISIONS // 2, False: DECISIONS // 2}
    assert len(set(decisions)) == len(decisions) == DECISIONS
    assert spans == Counter(decisions)
    verify = [sys.executable, "-m", "extauthz.cli", "audit", "verify", str(tmp_path / "ledger")]
    assert subprocess.run(verify, check=False, capture_output=True).returncode == 0
