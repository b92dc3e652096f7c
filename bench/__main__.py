"""`make bench`: runs every benchmark, each against a floor or a peer in the same run."""

import subprocess
import sys

PARTS = (
    "bench.scanner",
    "bench.decision",
    "bench.edges",
    "bench.overhead",
    "bench.telemetry",
    "bench.ledger",
    "bench.summaries",
    "bench.audit",
    "bench.envoy_round_trip",
    "bench.mllp",
    "bench.peer_modsecurity",
    "bench.capacity",
    "bench.scanner_trip",
    "bench.mixed_load",
    "bench.killed_worker",
    "bench.config_dump",
    "bench.posture.audit",
)


def main() -> int:
    """Run the parts one after another; the exit code of the first that fails."""
    for part in PARTS:
        print(f"\n== {part}", flush=True)
        code = subprocess.run([sys.executable, "-m", part], check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
