"""Local disks: which file systems hold no files, and whether the layers below are encrypted."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atrest.protection import Evidence, Protection, Shield

_KERNELS_OWN: Final = frozenset(
    "proc sysfs cgroup cgroup2 devpts devtmpfs debugfs tracefs securityfs pstore bpf configfs "
    "mqueue hugetlbfs fusectl binfmt_misc efivarfs nsfs rpc_pipefs".split()
)
"""File systems whose files the kernel makes up: some never end, some block."""
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class Mounts:
    """What is mounted here.

    Args:
        kinds: the kind of file system of a device (`st_dev`).
        blocks: `/sys/dev/block`.
    """

    kinds: Mapping[int, str]
    blocks: Path = Path("/sys/dev/block")

    @classmethod
    def here(cls) -> "Mounts":
        """Read this process's own mounts. Where they cannot be read, nothing is known."""
        try:
            text = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return cls({})
        return cls(dict(_mount(line) for line in text.splitlines() if " - " in line))

    def is_kernels_own(self, device: int) -> bool:
        """Whether the kernel makes the files of this device up."""
        return self.kinds.get(device, "") in _KERNELS_OWN

    def protection(self, device: int) -> Protection:
        """What is known of the disk: dm-crypt below the file system, and nothing else.

        A disk without dm-crypt may still be encrypted below (a cloud's volume, a drive of its own),
        so this is never DOWN.
        """
        number = f"{os.major(device)}:{os.minor(device)}"
        layer = self._crypt_layer(self.blocks / number, _DEEPEST)
        if layer:
            return Protection((Evidence("dm-crypt", layer, Shield.UP),))
        kind = self.kinds.get(device, "unknown")
        return Protection((Evidence("dm-crypt", f"none below {kind}", Shield.UNKNOWN),))

    def _crypt_layer(self, block: Path, left: int) -> str:
        """Return the kind of encryption of a block device or of all devices below it.

        A volume over two disks is encrypted only if both are.
        """
        try:
            uuid = (block / "dm" / "uuid").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            uuid = ""
        if uuid.startswith("CRYPT-"):
            return "-".join(uuid.split("-")[:2])
        try:
            below = sorted((block / "slaves").iterdir()) if left else []
        except OSError:
            return ""
        layers = [self._crypt_layer(each, left - 1) for each in below]
        return layers[0] if layers and all(layers) else ""


def _mount(line: str) -> tuple[int, str]:
    """Read a line of mountinfo (proc(5)): `36 35 98:0 / /mnt rw - ext4 /dev/root rw`."""
    before, _, after = line.partition(" - ")
    major, _, minor = before.split()[2].partition(":")
    return os.makedev(int(major), int(minor)), after.split()[0]
