"""Objects, pages and dumps of any shape: a doubt with a name, never a traceback, never UP."""

import copy
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from living_mesh import NOW
from posture_folder import HOLE, HOOK, write
from real_dumps import FOLDER

from extauthz.posture import folder
from extauthz.posture.collection import Dump
from extauthz.posture.inputs import inputs_of
from mesh.posture.audit import audit
from mesh.posture.verdict import Freshness, State

JUNK = st.sampled_from(
    [None, True, 0, -1, 1e400, 10**30, "", "x", "\x00\x1b", "*", [], {}, [None], [[]], {"a": None},
     {"": {}}, ["x"] * 50, {"metadata": 5}, "9" * 5000]
)  # fmt: skip
KINDS = ["Pod", "Service", "Namespace", "EnvoyFilter", "MutatingWebhookConfiguration", "Deployment",
         "PeerAuthentication", "AuthorizationPolicy"]  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return folder.read(write(tmp_path_factory.mktemp("posture") / "given"))


def places(value, path=()):
    """Each place of a JSON value."""
    yield path
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in items:
            yield from places(child, (*path, key))


def put(value, path, junk):
    """The value with something else at a place."""
    value = copy.deepcopy(value)
    at = value
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = junk
    return value


def judge(collection):
    inputs, problems = inputs_of(collection, Freshness(), "phiguard")
    report = audit(inputs, NOW, Freshness())
    assert not [each for each in report.verdicts if each.state is State.UP]
    return problems


@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_object_of_any_shape_is_read(found, data):
    name = data.draw(st.sampled_from(KINDS))
    (listing,) = (each for each in found.listings if each.kind.name == name)
    items = list(listing.items) or [HOOK, HOLE][:1]
    number = data.draw(st.integers(0, len(items) - 1))
    inner = [path for path in places(items[number]) if path and path != ("metadata",)]
    path = data.draw(st.sampled_from(inner))
    items[number] = put(items[number], path, data.draw(JUNK))
    others = tuple(each for each in found.listings if each is not listing)
    judge(replace(found, listings=(*others, replace(listing, items=items))))


@given(data=st.data())
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_dump_of_any_shape_is_read(found, data):
    dump = json.loads((FOLDER / "guarded.json").read_text())
    path = data.draw(st.sampled_from([path for path in places(dump) if path]))
    body = json.dumps(put(dump, path, data.draw(JUNK))).encode()
    judge(replace(found, dumps=(Dump("proxies/clinic.ehr-6c9f-x2v4p.json", body, NOW),)))
