"""A posture folder of the clean mesh with running pods, as `kubectl` or the collector writes it."""

import functools
import json
from collections import defaultdict
from datetime import UTC, datetime

import yaml
from clean_mesh import clean_mesh
from living_mesh import NOW, living

from extauthz.posture.kinds import KINDS
from mesh.istio.snapshot import read

AT = datetime.fromtimestamp(NOW, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
HOOK = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "MutatingWebhookConfiguration",
    "metadata": {"name": "istio-sidecar-injector", "labels": {"istio.io/rev": "default"}},
}
HOLE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "reports", "namespace": "clinic"},
    "spec": {"selector": {"app": "ehr"}, "ports": [{"name": "tcp-reports", "port": 9999}]},
}
"""Nobody reads what goes to a port that is named tcp."""


@functools.cache
def objects():
    """Every object, as a server has it. Nobody may change them."""
    texts = clean_mesh()
    found = [d for text in texts.values() for d in yaml.safe_load_all(text) if d and "kind" in d]
    return [*found, HOOK, *pods(read(texts))]


def pods(snapshot):
    """The running pods of a snapshot."""
    return [
        {"apiVersion": "v1", **plain(d.body)}
        for d in living(snapshot).documents
        if d.file == "pods.json"
    ]


def plain(node):
    """An object as JSON, with the names of its fields as they were written."""
    if isinstance(node.value, list):
        return [plain(item) for item in node]
    if isinstance(node.value, dict):
        return {name: plain(child) for name, child in node.items()}
    return node.value


def lists(found=None):
    """The objects by the name of their kind's file; a kind without any has an empty list."""
    by_kind = defaultdict(list)
    for each in objects() if found is None else found:
        group = each["apiVersion"].rpartition("/")[0]
        by_kind[each["kind"], group].append(each)
    return {each.resource: by_kind[each.name, each.group] for each in KINDS}


def write(folder, found=None, at=AT):
    """Write a folder with all kinds."""
    (folder / "objects").mkdir(parents=True)
    everything = objects() if found is None else found
    for name, items in lists(everything).items():
        put(folder, name, {"kind": "List", "apiVersion": "v1", "items": items})
    maps = [each for each in everything if each["kind"] == "ConfigMap"]
    put(folder, "configmaps", {"kind": "List", "items": [m for m in maps if "mesh" in m["data"]]})
    if at:
        (folder / "collected.json").write_text(json.dumps({"at": at}))
    return folder


def put(folder, name, value):
    """Write one list."""
    path = folder / "objects" / f"{name}.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path
