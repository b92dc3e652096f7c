"""What holds for every dump: nothing breaks the reader, and what is taken away opens nothing.

Of a good dump, that a part less leaves it good says nothing: most parts do not matter. What holds:

- no shape of any part raises, and what is no dump is refused in one line;
- where a gate is gone, the cell is not judged;
- a hole stays found, whatever else is taken away or given another shape;
- the order of listeners, clusters, routes and parts means nothing.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from holes import CELLS, GOOD, Hole, host, override, route
from hypothesis import given
from hypothesis import strategies as st
from real_dumps import (
    AT,
    GUARD,
    INBOUND,
    OUTBOUND,
    OUTSIDE,
    STRANGERS,
    Cell,
    Dump,
    Json,
    found,
    without,
)

from mesh.posture.effective.dump import DumpError
from mesh.posture.effective.proxy import read
from mesh.posture.evidence import Evidence, Stance

Path = tuple[str | int, ...]
PROC = "envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute"
ODD: tuple[Json, ...] = (
    None, True, False, 0, -1, 1.5, "", "x", "\x00\n", [], [None], [[]], {}, {"x": []}, 10**30,
    float("nan"),
)  # fmt: skip


def paths(value: Json, at: Path = ()) -> Iterator[Path]:
    """The paths of everything in a dump."""
    steps: Any = ()
    if isinstance(value, dict):
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    for step, part in steps:
        yield (*at, step)
        yield from paths(part, (*at, step))


def of(value: Json, path: Path) -> Json:
    for step in path:
        value = value[step]
    return value


def path_to(value: Json, wanted: Json, at: Path = ()) -> Path | None:
    """The path of a part, which is known by its identity."""
    if value is wanted:
        return at
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value)
    inner = (
        path_to(part, wanted, (*at, step)) for step, part in steps if type(part) in (dict, list)
    )
    return next((path for path in inner if path is not None), None)


PATHS = {name: list(paths(Dump(name).body)) for name in ("guarded", "streaming", "gateway")}


def evidence(body: Json, cell: Cell) -> Evidence | None:
    """Evidence of a dump; None when it is refused."""
    try:
        return read(body, GUARD, "a test", AT).evidence(*cell)
    except DumpError:
        return None


def is_good(body: Json, cell: Cell) -> bool:
    given_ = evidence(body, cell)
    return given_ is not None and given_.stance in GOOD


def take(body: Json, path: Path) -> None:
    del of(body, path[:-1])[path[-1]]


@given(st.sampled_from(CELLS), st.data())
def test_no_shape_breaks_the_reader(right: tuple[str, Cell, Stance], data: st.DataObject) -> None:
    name, cell, _ = right
    if name not in PATHS:
        return
    dump = Dump(name)
    path = data.draw(st.sampled_from(PATHS[name]))
    of(dump.body, path[:-1])[path[-1]] = data.draw(st.sampled_from(ODD))
    evidence(dump.body, cell)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["configs", "workloads", "services"]), JSON))
def test_what_is_no_dump_is_refused(body: Json) -> None:
    evidence(body, INBOUND)


GATES: tuple[tuple[str, Cell, Any], ...] = (
    ("guarded", INBOUND, lambda d: found(d.inbound, "envoy.filters.http.ext_authz")),
    ("guarded", INBOUND, lambda d: found(d.inbound, "envoy.filters.http.rbac")),
    ("guarded", INBOUND, lambda d: found(d.inbound, "phiguard.ext_proc")),
    ("guarded", OUTBOUND, lambda d: found(d.outbound, "phiguard.ext_proc")),
    ("guarded", STRANGERS, lambda d: d.chain()["transport_socket"]),
    ("guarded", INBOUND, lambda d: d.cluster()),
    ("guarded", OUTBOUND, lambda d: d.routes()),
)


@pytest.mark.parametrize(("name", "cell", "gate"), GATES)
def test_where_a_gate_is_gone_nothing_is_judged(name: str, cell: Cell, gate: Any) -> None:
    dump = Dump(name)
    path = path_to(dump.body, gate(dump))
    assert path
    for length in range(1, len(path) + 1):
        less = Dump(name)
        take(less.body, path[:length])
        seen = evidence(less.body, cell)
        assert seen is None or seen.stance is not Stance.JUDGED, path[:length]
        # a listener or a chain that closes everything may be left
        if cell == INBOUND or length == len(path):
            assert seen is None or seen.stance not in GOOD, path[:length]


def passing(dump: Dump) -> Json:
    chain = dump.listener("0.0.0.0_8080")["default_filter_chain"]
    chain["filters"][-1]["typed_config"]["cluster"] = "PassthroughCluster"
    return chain


def exempt(dump: Dump) -> Json:
    override(route(dump), "phiguard.ext_proc", PROC, disabled=True)
    return route(dump)["typed_per_filter_config"], dump.outbound


def open_chain(dump: Dump) -> Json:
    del dump.chain()["transport_socket"]
    return dump.chain()


def flag(config: Json) -> Json:
    config["failure_mode_allow"] = True
    return config


def unjudged(dump: Dump) -> Json:
    without(dump.outbound, "phiguard.ext_proc")
    return dump.outbound


HOLES = (
    Hole("receives, open on failure", lambda d: flag(d.authz), ""),
    Hole("answers, open on failure", lambda d: flag(d.answers), ""),
    Hole("sends, open on failure", lambda d: flag(d.sent), "", cell=OUTBOUND),
    Hole("sends unjudged", unjudged, "", cell=OUTBOUND),
    Hole("passes, to services", passing, "", cell=OUTBOUND),
    Hole("passes", passing, "", cell=OUTSIDE),
    Hole("exempts a route", exempt, "", cell=OUTBOUND),
    Hole("lets strangers in", open_chain, "", cell=STRANGERS),
)


@cache
def with_hole(hole: Hole) -> tuple[str, list[Path]]:
    """A dump with the hole, as text, where the hole is, and where the way to it is."""
    dump = Dump("guarded")
    made = hole.edit(dump)
    parts = made if isinstance(made, tuple) else (made,)
    places = [path_to(dump.body, each) for each in parts]
    assert not is_good(dump.body, hole.cell)
    return json.dumps(dump.body), [each for each in places if each]


@pytest.mark.parametrize("hole", HOLES, ids=str)
@given(data=st.data())
def test_a_hole_stays_found_whatever_else_is_gone(hole: Hole, data: st.DataObject) -> None:
    text, places = with_hole(hole)
    path = data.draw(st.sampled_from(PATHS["guarded"]))
    if any(path == each[: len(path)] or each == path[: len(each)] for each in places):
        return  # it would take the hole away, or a part of it, or the way to it
    body = json.loads(text)
    try:
        take(body, path)
    except (KeyError, IndexError):
        return  # the hole has taken it already
    assert not is_good(body, hole.cell), path


@given(st.sampled_from(CELLS), st.randoms())
def test_order_means_nothing(right: tuple[str, Cell, Stance], random: Any) -> None:
    name, cell, stance = right
    dump = Dump(name)
    random.shuffle(dump.body["configs"])
    for part in dump.body["configs"]:
        for key, entries in part.items():
            if isinstance(entries, list) and key.startswith(("dynamic_", "static_")):
                random.shuffle(entries)
    seen = evidence(dump.body, cell)
    assert seen is not None
    assert seen.stance is stance


def deep(depth: int) -> Json:
    value: Json = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("field", ["prefix_ranges", "server_names", "source_prefix_ranges"])
def test_deep_nesting_is_unknown(field: str) -> None:
    dump = Dump("guarded")
    dump.chain()["filter_chain_match"][field] = deep(100_000)
    seen = evidence(dump.body, INBOUND)
    assert seen is None or seen.stance is not Stance.DOWN


def test_a_million_keys_are_read() -> None:
    dump = Dump("guarded")
    host(dump)["metadata"] = dict.fromkeys(map(str, range(1_000_000)))
    assert is_good(dump.body, OUTBOUND)
