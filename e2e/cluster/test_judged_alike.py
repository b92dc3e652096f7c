"""The API server and the guard judge the same objects: the server refuses none that we accept.

What we refuse and the server admits is listed, each kind with the reason.
"""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from e2e.cluster.api_server import RefusedError, Server, wait_until
from extauthz.policies.kubernetes import part_of
from mesh.policy_file.admission import admission_policy
from mesh.policy_file.load import check_files
from mesh.policy_file.problems import Severity

pytestmark = pytest.mark.slow

ROOT: Final = "judged-mesh"
TEAM: Final = "finance"
CASES: Final = Path(__file__).parents[2] / "tests/cases/policies"
API: Final = {"apiVersion": "phiguard.dev/v1alpha1", "kind": "SegmentationPolicy"}
SIDE: Final = {"principals": ["cluster.local/ns/finance/sa/billing"], "namespaces": ["finance"]}
RULE: Final = {
    "name": "in",
    "from": [
        {**SIDE, "trustDomains": ["cluster.local"], "serviceAccounts": ["*-job"]},
        {"ipBlocks": ["10.0.0.0/8"]},
        {"groups": ["apps"]},
        {},
    ],
    "to": [
        {
            **SIDE,
            "operation": {
                "methods": ["POST"],
                "paths": ["/claims", "/claims/*"],
                "hosts": ["billing*"],
                "ports": [8080],
                "protocols": ["HTTP"],
            },
        }
    ],
    "when": {"mtls": True, "claims": {"iss": ["*"]}, "headers": {"x-role": ["nurse"]}},
    "phi": {
        "request": {
            "allow": ["PERSON_NAME", "C", "clinical"],
            "redact": ["US_SOCIAL_SECURITY_NUMBER", {"infoType": "DATE_OF_BIRTH", "as": "year"}],
            "deny": ["DIAGNOSIS"],
            "otherwise": "DENY",
            "media": ["json"],
        },
        "response": {"allow": ["*"], "otherwise": "REDACT"},
    },
    "onOpaque": "ALERT",
    "mode": "enforce",
}
OWN: Final[dict[str, Any]] = {
    "mode": "enforce",
    "services": [
        {
            "host": "billing.finance.svc.cluster.local",
            "principal": "cluster.local/ns/finance/sa/billing",
        }
    ],
    "identifierGroups": {"basics": ["PERSON_NAME", "C"]},
    "workloadGroups": {
        "apps": [{"namespaces": ["clinic", "lab*"]}],
        "more": [{"groups": ["apps"]}],
    },
    "rules": [RULE, {"name": "all", "from": [{}], "to": [{"namespaces": ["finance"]}]}],
    "exceptions": [
        {
            "name": "move",
            "from": [{}],
            "to": [SIDE],
            "direction": "request",
            "allow": ["PERSON_NAME"],
            "owner": "privacy-office",
            "reason": "a move",
            "expires": "2026-12-31",
        }
    ],
}
WIDE: Final = {
    **OWN,
    "defaultAction": "DENY",
    "treatIdentifiersAsPhi": True,
    "onUnscannable": "DENY",
    "onOpaque": "ALERT",
    "audit": {"uneventful": "summary"},
}
WRONG: Final = ({"another": 1}, [], {}, ["X_Y", "X_Y"], "", "no such word", 7, -1, True, "*", "a*b")

# what we refuse and the server admits: our message, and why the server cannot know
ADMITTED: Final = {
    r"unknown infoType, class or group": "a group may be of another object",
    r"unknown workload group": "a group may be of another object",
    r"groups refer to each other in a cycle": "CEL cannot follow references",
    r"`as: \w+` is for ": "needs the identifier of each infoType",
    r"is not allowed in `(paths|ipBlocks)`": "a path in its normal form, a block without further "
    "bits: code, not a form",
    r"reaches beyond namespace": "through a group, which may be of another object",
    r"is not a day": "a day of the calendar, not its form",
}


_IN_TEAM: Final = {"name": "in", "from": [{}], "to": [SIDE]}
ONLY_WE_REFUSE: Final = (
    {"identifierGroups": {"a": ["b"], "b": ["a"]}},
    {"rules": [{**_IN_TEAM, "to": [{**SIDE, "operation": {"paths": ["/a/../b"]}}]}]},
    {"rules": [{**_IN_TEAM, "from": [{"ipBlocks": ["10.0.0.1/8"]}]}]},
    {"rules": [{**_IN_TEAM, "phi": {"request": {"redact": [{"infoType": "A", "as": "year"}]}}}]},
    {"workloadGroups": {"all": [{}]}, "rules": [{**_IN_TEAM, "to": [{"groups": ["all"]}]}]},
    {"exceptions": [{**OWN["exceptions"][0], "expires": "2026-02-30"}]},
)


class Plain(yaml.SafeLoader):
    """Days stay text, as in JSON."""


Plain.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def item(namespace: str, spec: Any, **more: Any) -> dict[str, Any]:
    return {**API, "metadata": {"name": "judged", "namespace": namespace}, "spec": spec, **more}


def mutants(value: Any) -> Iterator[Any]:
    """Copies of a value, each with one place made wrong, or with one key more or less."""
    for wrong in WRONG:
        if wrong != value:
            yield copy.deepcopy(wrong)
    if isinstance(value, dict):
        yield {**value, "otherwize": "x"}
        for key, inner in value.items():
            yield {k: v for k, v in value.items() if k != key}
            yield from ({**value, key: made} for made in mutants(inner))
    elif isinstance(value, list):
        yield [*value, *value]
        for at, inner in enumerate(value):
            yield from ([*value[:at], made, *value[at + 1 :]] for made in mutants(inner))


def objects() -> Iterator[dict[str, Any]]:
    for path in sorted(CASES.rglob("*.yaml")):
        read = yaml.load(path.read_text(), Plain)  # noqa: S506 - Plain is a SafeLoader
        yield item(read["metadata"].get("namespace", ROOT), read["spec"])
    yield item(ROOT, WIDE)
    yield item(TEAM, WIDE)
    yield item(TEAM, OWN)
    yield item(ROOT, WIDE, rules=[])
    yield from (item(TEAM, spec) for spec in ONLY_WE_REFUSE)
    yield from (item(ROOT, spec) for spec in mutants(WIDE))
    yield from (item(TEAM, spec) for spec in mutants(OWN))


def ours(judged: dict[str, Any]) -> list[str]:
    """Our errors."""
    name, text = part_of(judged, ROOT)
    _, problems = check_files({name: text})
    return [p.message for p in problems if p.severity is Severity.ERROR]


def theirs(server: Server, judged: dict[str, Any]) -> str:
    """The server's refusal, or nothing."""
    try:
        server.apply(judged, dry_run=True)
    except RefusedError as refused:
        return str(refused)
    return ""


@pytest.fixture(scope="module")
def judge(server: Server) -> Iterator[Server]:
    """The server with the admission policy. It speaks for the whole cluster, so it goes again."""
    unknown = item(ROOT, {"ruls": []})
    for namespace in (ROOT, TEAM):
        server.namespace(namespace)
    for manifest in admission_policy(ROOT):
        server.apply(manifest)
    wait_until(lambda: theirs(server, unknown), "the admission policy acts")
    yield server
    for manifest in admission_policy(ROOT):
        server.delete(manifest)
    wait_until(lambda: not theirs(server, unknown), "the admission policy is gone")


def test_the_server_refuses_nothing_that_we_accept_and_admits_what_is_listed(judge: Server) -> None:
    stricter, looser, used, alike = [], [], set(), {True: 0, False: 0}
    for each in objects():
        mine, its = ours(each), theirs(judge, each)
        alike[not mine] += bool(mine) == bool(its)
        if its and not mine:
            stricter.append((each["metadata"]["namespace"], its))
        elif mine and not its:
            reasons = {why for why in ADMITTED if any(re.search(why, m) for m in mine)}
            used |= reasons
            if not reasons:
                looser.append((mine, each["spec"]))
    assert stricter == []
    assert looser == []
    assert used == set(ADMITTED)
    assert alike[True] > 20
    assert alike[False] > 1000
