import json

import yaml

from extauthz.commands.istio.watching import ALARMS, DASHBOARD, watching
from mesh.istio.installation import Installation
from mesh.istio.values import Metrics, Values


def test_the_files_that_ship_become_objects():
    values = Values(metrics=Metrics(enabled=True, rules=True, dashboard=True))
    rules, board = watching(Installation("guards", "phiguard:1", values))
    assert rules["spec"] == yaml.safe_load(ALARMS.read_text())
    assert json.loads(board["data"]["phiguard.json"]) == json.loads(DASHBOARD.read_text())
    assert watching(Installation("guards", "phiguard:1")) == []
