"""Coverage-guided fuzzing of scan, decode and redact with atheris; `make fuzz` runs it.

    python tests/fuzz/drive.py CORPUS [libFuzzer's options, such as -max_total_time=600]

CORPUS is a folder. The run first fills it with documents of the evaluation's generators, and the
fuzzer adds to it. A fault does not stop the run: CORPUS.faults keeps the shortest case of each kind
of fault. libFuzzer ends the process itself, with exit code 0. Fix a fault, and move its case to
tests/phiscan/regressions/ under a name that says what it is.
"""

import re
import shutil
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "phiscan")]

with atheris.instrument_imports(include=["phiscan"]):
    from phiscan.detectors import select
    from phiscan.engine import Engine
    from phiscan.protobuf import schemas

from clinic_proto import DESCRIPTORS, TYPE, Patient  # noqa: E402 - sys.path is set first
from invariants import ENCODINGS, Case, bytes_of, case_of, check  # noqa: E402

from bench.eval.encodings import encodings  # noqa: E402 - sys.path is set first
from bench.eval.formats.registry import corpus  # noqa: E402

_SEED_BYTES = 16384


def sow(folder: Path) -> int:
    """Write the generators' documents, plain and encoded, into a folder.

    Returns the number of files in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    documents = (*corpus(20, 2, ""), *corpus(21, 40, "container"))
    for number, document in enumerate(documents):
        coded = (
            [(e.data, e.content_type, e.content_encoding) for e in encodings(document)]
            if number % 8 == 0
            else []
        )
        for variant, (data, kind, encoding) in enumerate(
            [(document.data, document.content_type, ""), *coded]
        ):
            if len(data) <= _SEED_BYTES and encoding in ENCODINGS:
                kind_of = document.format.replace("/", "-")
                (folder / f"seed-{kind_of}-{number}-{variant}").write_bytes(
                    bytes_of(Case(kind, encoding, data))
                )
    typed = Patient(
        family_name="Ruiz",
        ssn=123456780,
        mrn=7712345,
        policy_number=[5, 99001122],
        diagnosis="asthma",
    )
    typed.birth_date.FromJsonString("1961-04-05T00:00:00Z")
    typed.attributes["home_city"] = "Duluth"
    (folder / "seed-typed-protobuf").write_bytes(
        bytes_of(Case(TYPE, "", typed.SerializeToString()))
    )
    note = (
        rb"{\rtf1\ansi Patient: {\b Ana} Ru\'edz\par SSN: 512\_44\_90\u51?1"
        rb"\tab Dx: asthma{\fonttbl{\f0 Arial;}}}"
    )
    (folder / "seed-rtf").write_bytes(bytes_of(Case("application/rtf", "", note)))
    return len(list(folder.iterdir()))


class Faults:
    """Keeps the shortest case of each kind of fault in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.kinds: dict[str, int] = {}

    def keep(self, data: bytes, fault: Exception) -> None:
        kind = re.sub(r"\d+", "N", f"{type(fault).__name__} {fault}")
        if len(data) < self.kinds.get(kind, 1 << 30):
            first = kind not in self.kinds
            self.kinds[kind] = len(data)
            self._folder.mkdir(exist_ok=True)
            (self._folder / re.sub(r"\W+", "-", kind)[:120]).write_bytes(data)
            if first:
                sys.stderr.write(f"FAULT {kind}\n")


def main() -> None:
    """Fuzz until a limit in libFuzzer's options is reached."""
    folder = Path(sys.argv[1])
    sys.stderr.write(f"{sow(folder)} documents in {folder}\n")
    engine = Engine(select(with_groups=("credentials",)))
    engine.schemas = schemas.parse(DESCRIPTORS)
    shutil.rmtree(folder.with_suffix(".faults"), ignore_errors=True)
    faults = Faults(folder.with_suffix(".faults"))

    def one(data: bytes) -> None:
        try:
            check(engine, case_of(data))
        except Exception as fault:  # noqa: BLE001 - any exception is a fault
            faults.keep(data, fault)

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
