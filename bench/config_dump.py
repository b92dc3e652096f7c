"""What it costs to judge a proxy by its config dump of 5 MB.

python -m bench.config_dump [--seconds 3]

The dump is a real one of the tests, in which services are repeated, each with its listener, routes,
cluster and endpoints. The figures are medians of processor time: to parse it, to read its parts, to
judge the cells of three ports of the pod, and to judge those of every port that it can call. To
judge all of them must cost four times as much as to parse the dump at most.
"""

import argparse
import copy
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson

from bench.measure import interleaved, show
from extauthz.posture import garbage
from mesh.message.facts import Vantage
from mesh.posture.cell import PeerClass
from mesh.posture.effective.names import GuardNames
from mesh.posture.effective.proxy import Proxy, read
from mesh.posture.evidence import Stance

BYTES: Final = 5_000_000
MOST: Final = 4.0
"""How often the time to parse may go into the time to judge."""
FIRST_PORT: Final = 20_000
GUARD: Final = GuardNames(
    "phiguard",
    frozenset({"outbound|9000||phiguard.phiguard-system.svc.cluster.local"}),
    frozenset({"istio-system", "phiguard-system"}),
)
_REAL: Final = Path(__file__).parents[1] / "tests/mesh/posture/effective/dumps/guarded.json"
_SERVICE: Final = "outbound|8080||store.clinic.svc.cluster.local"
# where the entries of a service stand: the part, its list, and the name of the entry to repeat
_PLACES: Final = (
    ("ListenersConfigDump", "dynamic_listeners", "0.0.0.0_8080"),
    ("RoutesConfigDump", "dynamic_route_configs", "8080"),
    ("ClustersConfigDump", "dynamic_active_clusters", _SERVICE),
    ("EndpointsConfigDump", "dynamic_endpoint_configs", _SERVICE),
)

_PORTS: Final = (
    "0.0.0.0_{}", '"port_value":{}', '"route_config_name":"{}"', '"name":"{}"', "|{}||",
)  # fmt: skip


def large(size: int) -> tuple[bytes, int]:
    """A dump of this size at least, as JSON, and how many services were added."""
    dump = orjson.loads(_REAL.read_bytes())
    lists, entries = [], []
    for part, key, name in _PLACES:
        found = next(each for each in dump["configs"] if each["@type"].endswith(f".{part}"))
        lists.append(found[key])
        entries.append(next(each for each in found[key] if name in _names(each)))
    one = sum(len(orjson.dumps(each)) for each in entries)
    count = -(-(size - len(orjson.dumps(dump))) // one)
    for port in range(FIRST_PORT, FIRST_PORT + count):
        for place, entry in zip(lists, entries, strict=True):
            place.append(_moved(copy.deepcopy(entry), port))
    return orjson.dumps(dump), count


def _names(entry: Any) -> set[str]:  # noqa: ANN401 - a part of a dump
    inner = entry.get("route_config") or entry.get("cluster") or entry.get("endpoint_config") or {}
    return {str(each.get(key)) for each in (entry, inner) for key in ("name", "cluster_name")}


def _moved(entry: Any, port: int) -> Any:  # noqa: ANN401 - as above
    """The entry of the same service at another port."""
    text = orjson.dumps(entry).decode()
    for old in _PORTS:
        text = text.replace(old.format(8080), old.format(port))
    return orjson.loads(text)


def judge_received(proxy: Proxy) -> list[Stance]:
    """The stances of three ports of the pod."""
    return [
        proxy.evidence(Vantage.INBOUND, port, peers).stance
        for port in (8080, 9090, 3000)
        for peers in (PeerClass.MESH, PeerClass.PLAINTEXT)
    ]


def judge_sent(proxy: Proxy, count: int) -> list[Stance]:
    """The stances of every port that the pod can call, and of hosts outside."""
    cells = [(port, PeerClass.MESH) for port in range(FIRST_PORT, FIRST_PORT + count)]
    return [
        proxy.evidence(Vantage.OUTBOUND, port, peers).stance
        for port, peers in (*cells, (0, PeerClass.OUTSIDE))
    ]


def main() -> int:
    """Print the table; exit code 1 when to judge takes longer than it may."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=3.0)
    given = arguments.parse_args()
    text, count = large(BYTES)
    parsed = orjson.loads(text)
    sent = set(judge_sent(read(parsed, GUARD, "bench", None), count))
    if sent != {Stance.JUDGED, Stance.CLOSED}:
        raise AssertionError(f"the dump is not as it should be: {sent}")

    def whole() -> None:
        proxy = read(orjson.loads(text), GUARD, "bench", None)
        judge_received(proxy)
        judge_sent(proxy, count)

    contenders: dict[str, Callable[[], object]] = {
        "parse": lambda: orjson.loads(text),
        "read": lambda: read(parsed, GUARD, "bench", None),
        "3 ports of the pod": lambda: judge_received(read(parsed, GUARD, "bench", None)),
        f"{count} ports called": lambda: judge_sent(read(parsed, GUARD, "bench", None), count),
        "all of it": whole,
    }
    with garbage.paused():  # as the command does
        times = interleaved(contenders, given.seconds, time.thread_time)
    print(f"a config dump of {len(text) / 1e6:.1f} MB, processor time")
    for name, taken in times.items():
        print(f"  {name:<20}{show(taken):>12}")
    share = times["all of it"] / times["parse"] - 1
    held = share <= MOST
    print(f"  to judge: {share:.1f} times to parse, at most {MOST:.0f}: {'yes' if held else 'NO'}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
