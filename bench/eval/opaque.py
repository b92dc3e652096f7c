"""`python -m bench.eval.opaque`: how many ciphers are noticed, and how often ordinary traffic is.

Records are enciphered in each way of `bench.eval.ciphers` and sent in a field of JSON, a form, a
header and a query. A message is noticed if its report has an opaque part, a gap, or the record
itself. Ordinary values of `bench.eval.ordinary` are sent in the same places. With `--gate` it exits
with 1 when more than one ordinary message in 200 is called opaque.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote_plus

from bench.eval.ciphers import CIPHERS
from bench.eval.formats.registry import corpus
from bench.eval.ordinary import ORDINARY
from bench.eval.score import Ratio
from phiscan import Coverage, Engine, ScanReport, Verdict

_MOST_ALARMS: Final = 0.005
_FORMATS: Final = ("json", "note", "hl7v2", "fhir-json")
_LONGEST: Final = {"json": 6000, "form": 6000, "header": 1500, "query": 1500}
"""Bytes of a record, by where it is sent."""


def main() -> int:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(prog="bench.eval.opaque", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=5, help="records of each format, and place")
    parser.add_argument("--gate", action="store_true", help="exit 1 when a target is missed")
    options = parser.parse_args()
    engine, rng = Engine.load(), random.Random(options.seed)
    records = [
        document.data
        for name in _FORMATS
        for document in corpus(options.seed, options.size, name)
        if document.format == name
    ]
    _print_ciphers(engine, rng, records)
    return int(not _print_ordinary(engine, rng, options.size * 25) and options.gate)


def _print_ciphers(engine: Engine, rng: random.Random, records: list[bytes]) -> None:
    print(f"{'cipher':26}" + "".join(f"{place:>10}" for place in _LONGEST) + f"{'noticed':>10}")
    total = Ratio()
    for name, write in CIPHERS.items():
        by_place = {place: Ratio() for place in _LONGEST}
        whole = Ratio()
        for record in records:
            for place, most in _LONGEST.items():
                text = write(record[:most], rng)
                report = _sent(engine, rng.choice(("payload", "blob", "x", "content")), text, place)
                seen = bool(report.opaque) or report.coverage is not Coverage.COMPLETE
                seen |= report.verdict is not Verdict.NONE
                for ratio in (by_place[place], whole, total):
                    ratio.count(seen)
        shares = "".join(f"{by_place[place].value:>10.0%}" for place in _LONGEST)
        print(f"{name:26}{shares}{whole.value:>10.0%}")
    print(f"{'all':26}{'':40}{total.value:>10.0%}, {total.trials} messages")


def _print_ordinary(engine: Engine, rng: random.Random, count: int) -> bool:
    """Print the false alarms, and return whether they are few enough."""
    total = Ratio()
    print(f"\n{'ordinary':26}{'called opaque':>15}")
    for name, make in ORDINARY.items():
        kind = Ratio()
        for _ in range(count):
            for place in _LONGEST:
                field, value = make(rng)
                called = bool(_sent(engine, field, value, place).opaque)
                kind.count(called)
                total.count(called)
        print(f"{name:26}{kind.value:>15.2%}")
    print(f"{'all':26}{total.value:>15.2%}, {total.trials} messages, target {_MOST_ALARMS:.1%}")
    return total.value <= _MOST_ALARMS


def _sent(engine: Engine, field: str, value: str, place: str) -> ScanReport:
    """The report on a message that has the value in this place."""
    scanner = engine.scanner(content_type=_content_type(place), clock=lambda: 0.0)
    scanner.feed_field("path", "/v1/items")
    scanner.feed_field("header.user-agent", "client/1.0")
    if place in ("header", "query"):
        scanner.feed_field(f"{place}.{field}", value)
    for chunk in _body(field, value, place):
        scanner.feed(chunk)
    return scanner.finish()


def _body(field: str, value: str, place: str) -> Iterator[bytes]:
    if place == "json":
        yield json.dumps({"id": 7, field: value, "status": "open"}).encode()
    elif place == "form":
        yield f"id=7&{field}={quote_plus(value)}&status=open".encode()


def _content_type(place: str) -> str:
    return {"json": "application/json", "form": "application/x-www-form-urlencoded"}.get(place, "")


if __name__ == "__main__":
    sys.exit(main())
