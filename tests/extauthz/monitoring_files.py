"""The files of extauthz/monitoring/, and the metrics that a guard exposes."""

import functools
import json
import os
import re
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from certificates_of_tests import key_pem, pem
from running_guard import POLICY
from serving import Serving, free_port

from extauthz.posture import metrics
from extauthz.records.allow_list import METRICS
from extauthz.records.ledger import key_file
from extauthz.records.ledger.notes import Signer
from mesh.posture.audit import Report

FOLDER = Path(__file__).parents[2] / "extauthz" / "monitoring"
RULES = FOLDER / "phiguard-alerts.yaml"
DASHBOARD = FOLDER / "phiguard-dashboard.json"
# matches `# TYPE phiguard_ready gauge`; not a line of help or a sample
_TYPE = re.compile(r"# TYPE (\S+) (counter|gauge|histogram)")
SUFFIXES = {"counter": "_total", "gauge": "", "histogram": ""}


def alarms():
    """Each alarm of the rule file."""
    return [
        rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
    ]


def panels():
    """Each panel of the dashboard that shows something."""
    return [each for each in json.loads(DASHBOARD.read_text())["panels"] if each["type"] != "row"]


def scraped(page):
    """The page of a guard, in OpenMetrics."""
    request = urllib.request.Request(
        f"http://{page}/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - http
        return answer.read().decode()


@functools.cache
def metrics_by_name():
    """The metrics that a real guard with all its parts, and the posture, expose with their labels.

    A histogram is named without `_bucket`.
    """
    with tempfile.TemporaryDirectory() as folder:
        text = _page_of_a_guard(Path(folder)) + _page_of_the_posture(Path(folder) / "posture.prom")
    kinds = dict(_TYPE.findall(text))
    labels = {name.replace(".", "_"): keys for name, keys in METRICS.items()}
    return {
        name + SUFFIXES[kind]: {
            key.value.replace(".", "_") for key in labels[re.sub("_(seconds|bytes)$", "", name)]
        }
        for name, kind in kinds.items()
    }


def _page_of_the_posture(path):
    metrics.write(path, Report(0.0, (), ()), 0)
    return path.read_text()


def _page_of_a_guard(folder):
    policy, page = folder / "policy.yaml", f"127.0.0.1:{free_port()}"
    policy.write_text(POLICY)
    key_file.write(folder / "key", Signer("clinic.example/ledger", os.urandom(32)))
    (folder / "cert.pem").write_text(pem(datetime.now(UTC) + timedelta(days=1)))
    (folder / "key.pem").write_text(key_pem())
    tls = "--tls-cert", folder / "cert.pem", "--tls-key", folder / "key.pem"
    options = "--workers", 2, "--ledger", folder / "ledger", "--metrics-listen", page, *tls
    signed = "--checkpoint-key", folder / "key"
    collector = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    with Serving(policy, *options, *signed, environment=collector) as guard:
        guard.until("serving", 2)
        until = time.monotonic() + 60
        while "phiguard_ready{" not in (text := scraped(page)):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert guard.end() == 0
    return text
