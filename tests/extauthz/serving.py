"""`phiguard serve` in a separate process, for tests."""

import os
import signal
import socket
import subprocess
import sys

import orjson


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Serving:
    """A running `phiguard serve` process. Leaving the context ends it."""

    def __init__(self, policy, *options, environment=None):
        self.environment = {**os.environ, **(environment or {})}
        self.port, self.health = free_port(), free_port()
        listen = [
            "--listen",
            f"127.0.0.1:{self.port}",
            "--health-listen",
            f"127.0.0.1:{self.health}",
        ]
        # a spare costs a second process at each start
        few = ["--spares", "0"]
        self.arguments = ["serve", "--policy", str(policy), *listen, *few, *map(str, options)]

    def __enter__(self):
        command = [sys.executable, "-m", "extauthz.cli", *self.arguments]
        self.process = subprocess.Popen(  # noqa: S603 - phiguard's command
            command, stderr=subprocess.PIPE, env=self.environment
        )
        self.log = []
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def until(self, event, count=1):
        while sum(line["event"] == event for line in self.log) < count:
            line = self.process.stderr.readline()
            assert line, self.log
            assert line.startswith(b"{"), line
            self.log.append(orjson.loads(line))

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.log += [orjson.loads(line) for line in self.process.stderr]
        return self.process.wait(30)
