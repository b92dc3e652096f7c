"""Faults under live traffic on real Envoy: what they are, and how each is judged.

    traffic ──> sidecar of ehr (ext_proc) ──> sidecar of analytics (no gate) ──> backend
            ──> sidecar of billing (ext_authz) ──> backend
            <── sidecar of ehr (ext_proc, responses) <── backend

Clean and marked messages flow at each gate, small ones and ones for a scanner process. A marked
message holds PHI that the policy denies. A fault is broken under this traffic, felt, and mended:

    well? ──> break ──> wait for the sign that it is felt ──> mend ──> well again, without help?

`judge.py` then asserts:

1. No mark arrived at the backend, and none came back in an answer.
2. Each decision that a client was told is in the ledger exactly once, with its reason. Each message
   that passed has its ALLOW there. `phiguard audit verify` is content.
3. All lanes are well again, and all processes are there again, within `RECOVERY_SECONDS`.
4. What failed meanwhile failed with a reason that the fault names, or because of a busy machine.
   The share of clean messages that failed is printed in a table at the end of the run.

A lane is well when its last messages ended as the policy says: clean ones arrive, marked ones are
denied. It must be well before the fault, so that none of the checks is empty.

The faults are real: signals, limits of the kernel, full file systems, dead sockets. Only what no
signal reaches (an exception inside a hop, a document that crashes its scanner) is put into the
guard's process by `broken_guard.py`.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from e2e.faults.site import Site

RECOVERY_SECONDS: Final = 45.0
BROKEN_GUARD: Final = Path(__file__).with_name("broken_guard.py")


@dataclass(frozen=True, slots=True)
class Guard:
    """How the guard is started.

    Args:
        options: further options of `serve`.
        is_broken: start `broken_guard.py` in place of the command line.
        ledger_bytes: the size of the file system of its ledger; 0 for the folder of the laboratory.
    """

    options: tuple[str, ...] = ("--workers", "2", "--scanners", "1", "--spares", "1")
    is_broken: bool = False
    ledger_bytes: int = 0


CAP_LINUX_IMMUTABLE: Final = 9
CAP_SYS_ADMIN: Final = 21
USUAL: Final = Guard()
BROKEN: Final = Guard(is_broken=True)

Sign = Callable[["Site"], bool]
"""Says whether the fault is felt."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Args:
        name: what is broken.
        breaks: breaks it when it is entered, and mends it when it is left.
        sign: what shows that it is felt; waited for before it is mended.
        reasons: what a client may be told meanwhile, besides what the policy says.
        guard: how the guard is started.
        seconds: how long it lasts at least.
        is_harmless: no message may fail, except that the machine is busy.
        capability: bit of the Linux capability that it needs (capabilities(7)), or None.
    """

    name: str
    breaks: "Callable[[Site], AbstractContextManager[None]]"
    sign: Sign
    reasons: tuple[str, ...] = ()
    guard: Guard = USUAL
    seconds: float = 0.3
    is_harmless: bool = False
    capability: int | None = None

    @property
    def is_possible(self) -> bool:
        """Whether this process has the capability."""
        status = dict(
            line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines()
        )
        return self.capability is None or bool(int(status["CapEff"], 16) >> self.capability & 1)
