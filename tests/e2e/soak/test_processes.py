"""What a process holds is what the kernel says of it."""

import os
import threading
from pathlib import Path

from e2e.soak import processes


def test_an_open_file_and_a_thread_are_seen():
    before = processes.holding(os.getpid())
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    with Path(os.devnull).open(), Path(os.devnull).open():
        thread.start()
        now = processes.holding(os.getpid())
        ended.set()
        thread.join()

    assert now.descriptors == before.descriptors + 2
    assert now.threads == before.threads + 1


def test_memory_that_is_written_is_seen():
    before = processes.holding(os.getpid())
    held = bytearray(os.urandom(32 << 20))
    now = processes.holding(os.getpid())

    assert now.rss - before.rss > 30
    assert 0 < now.pss <= now.rss
    assert len(held) == 32 << 20


def test_a_process_without_children_is_its_whole_tree():
    assert processes.tree(os.getpid(), 1)[os.getpid()] == "worker"
    assert processes.tree(os.getpid(), 2)[os.getpid()] == "supervisor"
