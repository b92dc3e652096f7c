"""`python -m bench.eval`: makes the corpus, scans it and prints one table.

With `--gate` it exits with 1 when a target is missed.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator

from bench.eval.document import Document
from bench.eval.encodings import encodings
from bench.eval.formats.registry import NEGATIVE, PHI, UNGATED, UNSTRUCTURED, corpus
from bench.eval.score import Miss, Ratio, Score, score_document
from phiscan import Engine, ScanReport

_ENCODED_EVERY = 4
"""One document in so many is scanned in every encoding too."""
_TARGETS = {
    "documents": 1.0,
    "values": 0.95,
    "precision": 0.97,
    "encodings": 0.98,
    "not-phi": 0.001,
    "business": 0.001,
    "look-alike": 0.01,
    "container-clean": 0.001,
    "log-clean": 0.001,
    "dialogue": 0.02,
    "title": 0.01,
}
_KINDS = {
    "chart": {"PERSON_NAME": 0.92, "PHONE_NUMBER": 0.95, "MEDICAL_RECORD_NUMBER": 0.95},
    "chart-unseen": {"PERSON_NAME": 0.92, "PHONE_NUMBER": 0.95, "MEDICAL_RECORD_NUMBER": 0.95},
}
"""The least share of places of an infoType that must be found, by format."""


def main() -> int:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(prog="bench.eval", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="corpus of another seed")
    parser.add_argument(
        "--size",
        type=int,
        default=100,
        help="documents of each PHI format; fifteen times as many negatives",
    )
    parser.add_argument(
        "--format", default="", choices=["", *PHI, *NEGATIVE], help="only this format"
    )
    parser.add_argument(
        "--show-misses", action="store_true", help="print faults, grouped; values are invented"
    )
    parser.add_argument("--gate", action="store_true", help="exit 1 when a target is missed")
    options = parser.parse_args()
    started = time.perf_counter()
    scores = _measure(corpus(options.seed, options.size, options.format))
    _print(scores)
    _print_kinds(scores)
    print(f"\nseed {options.seed}, size {options.size}, {time.perf_counter() - started:.1f} s")
    if options.show_misses:
        _print_misses(scores)
    failures = [line for name, score in scores.items() for line in _failures(name, score)]
    print("\n".join(failures) if failures else "all targets met")
    return 1 if options.gate and failures else 0


def _measure(documents: list[Document]) -> dict[str, Score]:
    engine = Engine.load()
    scores: dict[str, Score] = {}
    for number, document in enumerate(documents):
        score = scores.setdefault(document.format, Score())
        report = _scan(engine, document.data, document.content_type)
        score_document(score, document, report)
        if number % _ENCODED_EVERY == 0:
            for encoded in encodings(document):
                again = _scan(engine, encoded.data, encoded.content_type, encoded.content_encoding)
                score.encodings.count(again.verdict is report.verdict)
                if again.verdict is not report.verdict:
                    score.misses.append(_encoded_miss(encoded.name, document, report, again))
    return scores


def _encoded_miss(name: str, document: Document, plain: ScanReport, again: ScanReport) -> Miss:
    return Miss(
        "encoding",
        name,
        f"{plain.verdict} became {again.verdict} {again.gap} as {again.media}",
        document,
    )


def _scan(engine: Engine, data: bytes, content_type: str, content_encoding: str = "") -> ScanReport:
    scanner = engine.scanner(
        content_type=content_type, content_encoding=content_encoding, clock=lambda: 0.0
    )
    scanner.feed(data)
    return scanner.finish()


def _print(scores: dict[str, Score]) -> None:
    print(
        f"{'format':15}{'documents':>24}{'values':>26}{'right class':>13}"
        f"{'precision':>26}{'false pos.':>24}{'encodings':>11}"
    )
    for name, s in scores.items():
        cells = (
            _cell(s.documents),
            _cell(s.values),
            _short(s.classes),
            _cell(s.precision),
            _cell(s.false_positives),
            _short(s.encodings),
        )
        print(
            f"{name:15}{cells[0]:>24}{cells[1]:>26}{cells[2]:>13}{cells[3]:>26}"
            f"{cells[4]:>24}{cells[5]:>11}"
        )


def _print_kinds(scores: dict[str, Score]) -> None:
    """Print the places of single infoTypes, where they have targets of their own."""
    for name in _KINDS.keys() & scores.keys():
        cells = (f"{kind} {_cell(scores[name].kinds[kind])}" for kind in _KINDS[name])
        print(f"{name:15}" + "  ".join(cells))


def _cell(ratio: Ratio) -> str:
    """`97.5% [95.1 98.9] 240`: share, Wilson 95% interval, trials."""
    if not ratio.trials:
        return "-"
    low, high = ratio.interval()
    return f"{ratio.value:.1%} [{low * 100:.1f} {abs(high) * 100:.1f}] {ratio.trials}"


def _short(ratio: Ratio) -> str:
    return f"{ratio.value:.1%}" if ratio.trials else "-"


def _failures(name: str, score: Score) -> list[str]:
    if name in UNGATED:
        return []
    measured = _alarms(name, score) if name in NEGATIVE else _shares(name, score)
    return [f"missed: {name} {line}" for line in measured]


def _alarms(name: str, score: Score) -> Iterator[str]:
    value, most = score.false_positives.value, _TARGETS[name]
    if value > most:
        yield f"false positives {value:.2%}, target {most:.1%}"
    yield from _encodings(score)


def _shares(name: str, score: Score) -> Iterator[str]:
    targets = {what: _TARGETS[what] for what in ("documents", "values", "precision")}
    if name in UNSTRUCTURED:
        targets["documents"] = _TARGETS["values"]
    measured: list[tuple[str, Ratio, float]] = [
        (what, getattr(score, what), target) for what, target in targets.items()
    ]
    measured += [(kind, score.kinds[kind], target) for kind, target in _KINDS.get(name, {}).items()]
    for what, ratio, target in measured:
        if ratio.value < target:
            yield f"{what} {ratio.value:.1%}, target {target:.1%}"
    yield from _encodings(score)


def _encodings(score: Score) -> Iterator[str]:
    value, least = score.encodings.value, _TARGETS["encodings"]
    if value < least:
        yield f"same verdict in every encoding {value:.1%}, target {least:.0%}"


def _print_misses(scores: dict[str, Score]) -> None:
    for name, score in scores.items():
        groups = Counter((m.kind, m.info_type) for m in score.misses)
        for (kind, info_type), count in groups.most_common():
            print(f"\n{name}: {count} x {kind} {info_type}")
            shown = [m for m in score.misses if (m.kind, m.info_type) == (kind, info_type)]
            for miss in shown[:: max(1, len(shown) // 4)][:5]:
                print(f"    [{miss.document.style}] {miss.text}")


if __name__ == "__main__":
    sys.exit(main())
