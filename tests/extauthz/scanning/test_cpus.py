import os

import pytest

from extauthz.scanning.cpus import processes, usable

ALL = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu.max": "100000 100000\n"}, 1),
        ({"cpu.max": "150000 100000\n"}, min(2, ALL)),
        ({"cpu.max": "20000 100000\n"}, 1),  # a fifth of a CPU is still one process
        ({"cpu.max": "max 100000\n"}, ALL),
        ({"cpu.max": "nonsense\n"}, ALL),
        ({"cpu.max": "100000 0\n"}, ALL),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, ALL),
        ({}, ALL),
    ],
)
def test_the_containers_limit_counts(tmp_path, files, expected):
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    assert usable(tmp_path) == expected


@pytest.mark.parametrize(
    ("cpus", "expected"), [(1, (1, 1)), (2, (1, 2)), (3, (1, 3)), (4, (2, 2)), (8, (4, 2))]
)
def test_there_is_a_scanner_process_for_each_cpu(cpus, expected):
    assert processes(cpus) == expected
