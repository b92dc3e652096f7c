"""Objects with values of a wrong kind anywhere: problems or none, never an exception."""

import copy
import random
from collections.abc import Iterator

import pytest
import yaml
from clean_mesh import clean_mesh

from mesh.istio.check import check
from mesh.istio.snapshot import of_values

_WRONG = (None, 5, True, "x", "", [], {}, [None], [[1]], {"a": None}, 1.5, "|", "a|b|c|d", "*", "~")
_OBJECTS = [d for text in clean_mesh().values() for d in yaml.safe_load_all(text) if d]


def _places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, child in inner:
        yield (*path, key)
        yield from _places(child, (*path, key))


@pytest.mark.parametrize("seed", range(12))
def test_a_wrong_value_anywhere_is_no_exception(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    objects = copy.deepcopy(_OBJECTS)
    for item in objects:
        path = chance.choice(list(_places(item)))
        holder = item
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = copy.deepcopy(chance.choice(_WRONG))
    listed = frozenset({"Service", "PeerAuthentication"}) if seed % 2 else frozenset()
    assert all(str(problem) for problem in check(of_values("f", objects, listed), "phiguard"))
