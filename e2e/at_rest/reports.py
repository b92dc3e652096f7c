"""Runs `phiguard rest`, and reads a catalogue."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def command(*words: object) -> list[str]:
    """`phiguard rest` in a process of its own."""
    return [sys.executable, "-m", "extauthz.cli", "rest", *map(str, words)]


def catalogue(folder: Path) -> list[dict[str, Any]]:
    """Every entry, without the keys and times that each catalogue has of its own."""
    found = subprocess.run(
        command("report", "--all", "--format", "jsonl", "--catalogue", folder),
        capture_output=True,
        check=True,
    )
    entries = [json.loads(line) for line in found.stdout.splitlines()]
    return [{k: v for k, v in entry.items() if k not in ("key", "lastSeen")} for entry in entries]
