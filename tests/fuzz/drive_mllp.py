"""Coverage-guided fuzzing of HL7 over MLLP with atheris; `make fuzz` runs it.

    python tests/fuzz/drive_mllp.py CORPUS [libFuzzer's options, such as -max_total_time=600]

CORPUS is a folder, which the run fills with seeds first. A fault does not stop the run: CORPUS.faults
keeps the shortest case of each kind. Fix a fault, and add its case to `test_mllp_invariants.py`.
"""

import shutil
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "mesh"), str(ROOT / "tests" / "phiscan")]

with atheris.instrument_imports(include=["mesh"]):
    from mllp_invariants import SEEDS, Case, bytes_of, case_of, check

from drive import Faults  # noqa: E402 - sys.path is set first


def sow(folder: Path) -> int:
    """Write the seeds, whole and cut, into a folder. Returns their number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, stream in enumerate(SEEDS):
        for cuts in ((), (1, len(stream) // 2, len(stream) - 1)):
            (folder / f"seed-{number}-{len(cuts)}").write_bytes(bytes_of(Case(stream, cuts)))
    return len(list(folder.iterdir()))


def main() -> None:
    """Fuzz until a limit in libFuzzer's options is reached."""
    folder = Path(sys.argv[1])
    sys.stderr.write(f"{sow(folder)} streams in {folder}\n")
    shutil.rmtree(folder.with_suffix(".faults"), ignore_errors=True)
    faults = Faults(folder.with_suffix(".faults"))

    def one(data: bytes) -> None:
        try:
            check(case_of(data))
        except Exception as fault:  # noqa: BLE001 - any exception is a fault
            faults.keep(data, fault)

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
