"""Where the time of a scan goes: the share of each step, and the functions that take most.

Shares are of samples, one for each millisecond of processor time. A sample counts for the innermost
step that is running, and for the function that Python is in: what it calls in C counts for it.
Calls are counted in a run of their own, because counting slows calls down.

python -m bench.scan_profile [--seconds 4] [--functions 8]
"""

import argparse
import cProfile
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

from bench import documents
from bench.eval.formats import hl7v2, json_shapes
from bench.eval.formats.texts import charts
from bench.scanner import raw, scan
from phiscan import fields
from phiscan.embedded import finders, targets
from phiscan.engine import Engine
from phiscan.examination import Examiner
from phiscan.patterns import judge
from phiscan.patterns.matcher import Prefilter, first, ranges
from phiscan.people import names, patient_repeats
from phiscan.readers.registry import Registry
from phiscan.scanner import Scanner
from phiscan.text import content_coding, normalise

_ROOT: Final = str(Path(__file__).parent.parent) + "/"
_INTERVAL: Final = 0.001
_STEPS: Final = {
    Prefilter.all.__code__: "Hyperscan: prefilters",
    Prefilter.ends.__code__: "Hyperscan: prefilters",
    Prefilter.any.__code__: "Hyperscan: prefilters",
    ranges.__code__: "Hyperscan: locators",
    first.__code__: "Hyperscan: locators",
    content_coding.decode_text.__code__: "codings and charset",
    Registry.sniff.__code__: "media kind",
    Examiner._structure.__code__: "structure",
    finders.find.__code__: "documents within",
    patient_repeats.find_repeats.__code__: "repeats of values",
    normalise.normalise.__code__: "normalise",
    targets.find.__code__: "targets",
    judge.run.__code__: "detectors' candidates",
    names.find.__code__: "people in prose",
    fields.name.__code__: "names of fields",
    Scanner.finish.__code__: "the rest",
}
"""Each step by the code of its function. Hyperscan's time includes its callbacks in Python."""
_FHIR, _JSON, _TEXT, _HL7 = "application/fhir+json", "application/json", "text/plain", "x-hl7"
Documents = list[tuple[bytes, str]]
"""Documents, each with its media type."""
_CLASSES: Final[dict[str, Documents]] = {
    "clean JSON 64 KiB": [(documents.clean(64 * documents.KIB), _JSON)],
    "FHIR record 64 KiB": [(documents.record(64 * documents.KIB), _FHIR)],
    "FHIR observations 64 KiB": [(documents.observations(64 * documents.KIB), _FHIR)],
    "JSON records": [(json_shapes.generic(f"profile/{n}").data, _JSON) for n in range(40)],
    "HL7 v2 messages": [(hl7v2.message(f"profile/{n}").data, _HL7) for n in range(40)],
    "chart notes": [(charts.chart(f"profile/{n}").data, _TEXT) for n in range(20)],
}


class Samples:
    """Counts which step and which function the scans are in."""

    def __init__(self) -> None:
        self.steps: Counter[str] = Counter()
        self.functions: Counter[CodeType] = Counter()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take a sample for each millisecond of processor time."""
        before = signal.signal(signal.SIGPROF, self._take)
        signal.setitimer(signal.ITIMER_PROF, _INTERVAL, _INTERVAL)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    def _take(self, _signal: int, frame: FrameType | None) -> None:
        inner = frame
        while frame is not None:
            if (step := _STEPS.get(frame.f_code)) is not None and inner is not None:
                self.steps[step] += 1
                self.functions[inner.f_code] += 1
                return
            frame = frame.f_back


def _calls(engine: Engine, made: Documents) -> Counter[CodeType]:
    """How often one scan of each document calls each function."""
    profile = cProfile.Profile()
    profile.enable()
    for data, media in made:
        scan(engine, data, media)
    profile.disable()
    return Counter(
        {e.code: e.callcount for e in profile.getstats() if isinstance(e.code, CodeType)}
    )


def _seconds(run_all: list[tuple[bytes, str]], engine: Engine, *, is_raw: bool) -> float:
    """The processor time of one run over all documents."""
    start = time.process_time()
    for data, media in run_all:
        if is_raw:
            raw(engine, data)
        else:
            scan(engine, data, media)
    return time.process_time() - start


def one_class(name: str, made: Documents, engine: Engine, seconds: float, most: int) -> None:
    """Print the profile of one class of documents."""
    kib = sum(len(data) for data, _ in made) / documents.KIB
    calls = _calls(engine, made)  # warms the memories up, too
    ours = min(_seconds(made, engine, is_raw=False) for _ in range(9))
    floor = min(_seconds(made, engine, is_raw=True) for _ in range(9))
    samples, until = Samples(), time.process_time() + seconds
    with samples.taken():
        while time.process_time() < until:
            for data, media in made:
                scan(engine, data, media)
    total = samples.steps.total() or 1
    print(
        f"\n{name}: {ours / kib * 1e6:.0f} us/KiB, {ours / floor:.1f}x raw Hyperscan, "
        f"{calls.total() / kib:.0f} calls/KiB"
    )
    for step, count in samples.steps.most_common():
        if count * 100 >= total:
            print(f"  {count / total:6.1%}  {step}")
    print("   self  calls/KiB  function")
    for code, count in samples.functions.most_common(most):
        file = code.co_filename.removeprefix(_ROOT)
        print(f"  {count / total:5.1%} {calls[code] / kib:10.2f}  {file}:{code.co_qualname}")


def main() -> int:
    """Print the profile of each class of documents."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=4.0, help="for each class")
    arguments.add_argument("--functions", type=int, default=8, help="how many of each class")
    options = arguments.parse_args()
    engine = Engine.load()
    for name, made in _CLASSES.items():
        one_class(name, made, engine, options.seconds, options.functions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
