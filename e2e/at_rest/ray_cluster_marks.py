"""What a test that starts a Ray cluster needs."""

import importlib.util
import os
import shutil

import pytest

NEEDS_RAY = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None, reason="not run: Ray is not there; `make at-rest`"
    ),
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("unshare") is None,
        reason="not run: Ray listens on all interfaces, and a network namespace needs root",
    ),
]
