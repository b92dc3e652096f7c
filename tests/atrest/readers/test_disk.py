"""Disks: dm-crypt at any depth is UP, and nothing is DOWN."""

import os
from pathlib import Path

import pytest

from atrest.protection import Shield
from atrest.readers.disk import Mounts

ROOT = os.makedev(253, 1)


@pytest.fixture
def blocks(tmp_path):
    """A `/sys/dev/block` of volumes: each name is a device, each value its dm uuid and below."""

    def make(**devices):
        for name, (uuid, below) in devices.items():
            folder = tmp_path / name.replace("d", "253:")
            (folder / "slaves").mkdir(parents=True)
            if uuid:
                (folder / "dm").mkdir()
                (folder / "dm" / "uuid").write_text(uuid + "\n")
            for each in below:
                (folder / "slaves" / each).symlink_to(tmp_path / each.replace("d", "253:"))
        return Mounts({ROOT: "ext4"}, tmp_path)

    return make


@pytest.mark.parametrize(
    ("devices", "shield", "answer"),
    [
        ({"d1": ("CRYPT-LUKS2-abc-home", [])}, Shield.UP, "CRYPT-LUKS2"),
        # a volume of LVM on a LUKS partition
        ({"d1": ("LVM-xyz", ["d2"]), "d2": ("CRYPT-LUKS1-a-b", [])}, Shield.UP, "CRYPT-LUKS1"),
        # over two disks, one of which is not encrypted
        (
            {"d1": ("LVM-x", ["d2", "d3"]), "d2": ("CRYPT-LUKS2-a", []), "d3": ("", [])},
            Shield.UNKNOWN,
            "none below ext4",
        ),
        ({"d1": ("", [])}, Shield.UNKNOWN, "none below ext4"),
        ({}, Shield.UNKNOWN, "none below ext4"),
    ],
)
def test_layers(blocks, devices, shield, answer):
    found = blocks(**devices).protection(ROOT)
    assert found.stored is shield
    assert found.storage[0].answer == answer


def test_a_loop_of_devices_ends(blocks):
    assert blocks(d1=("LVM-a", ["d1"])).protection(ROOT).stored is Shield.UNKNOWN


def test_this_machines_own_mounts_are_read():
    mounts = Mounts.here()
    assert mounts.is_kernels_own(Path("/proc").stat().st_dev)
    assert not mounts.is_kernels_own(Path(__file__).stat().st_dev)
