"""Mistakes, each of which breaks one thing of the mesh of `clean_mesh`.

`tests/mesh/istio/check/seeds/` has them: the rule that finds it; `change`, a list of file, old and
new text; `add`, further objects; `field`, where it is found; and `right`, the nearest thing that is
right, with `change` and `add` of its own.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from clean_mesh import clean_mesh

from mesh.istio.snapshot import MeshObject, MeshSnapshot, read

Seed = dict[str, Any]

_FILES: Final = {
    "mesh": "mesh.yaml",
    "cluster": "cluster.yaml",
    "space": "guard/10-namespace.yaml",
    "guard": "guard/14-guard.yaml",
    "walls": "guard/12-walls.yaml",
    "telemetry": "mesh/21-telemetry.yaml",
    "mtls": "namespaces/clinic/30-mtls.yaml",
    "policy": "namespaces/clinic/31-inbound-requests.yaml",
    "responses": "namespaces/clinic/32-inbound-responses.yaml",
    "requests": "namespaces/clinic/33-outbound-requests.yaml",
    "streams": "namespaces/clinic/34-streams.yaml",
    "mllp": "namespaces/clinic/36-mllp.yaml",
}
_CLEAN: Final = clean_mesh()
SEEDS: Final[list[Seed]] = [
    seed
    for path in sorted((Path(__file__).parent / "istio" / "check" / "seeds").glob("*.yaml"))
    for seed in yaml.safe_load(path.read_text())
]


def texts(variant: Seed) -> dict[str, str]:
    """The mesh with the mistake, or with the right thing in its place, by file name."""
    found = dict(_CLEAN)
    for alias, old, new in variant.get("change", ()):
        name = _FILES[alias]
        assert old in found[name], f"{name} has no {old!r}"
        found[name] = found[name].replace(old, new, 1)
    if "add" in variant:
        found["added.yaml"] = variant["add"]
    return found


def snapshot(variant: Seed) -> MeshSnapshot:
    """The same as objects."""
    found = (each for file, text in texts(variant).items() for each in _documents(file, text))
    return MeshSnapshot(tuple(found))


@lru_cache(maxsize=64)
def _documents(file: str, text: str) -> tuple[MeshObject, ...]:
    """The objects of one file: most seeds change one of a dozen."""
    return read({file: text}).documents


def name(seed: Seed) -> str:
    """What a test of the seed is called."""
    return str(seed["rule"])
