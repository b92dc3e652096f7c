"""`phiguard posture echo`: answers a probe with records, for canaries of answers."""

import argparse
import contextlib
import signal
import threading
from typing import TYPE_CHECKING

from extauthz.commands import canary_key
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import OtherForm
from extauthz.listeners import SettingsError, parse_listen
from extauthz.posture import echo
from extauthz.terminal import say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `echo`."""
    parser = subparsers.add_parser(
        "echo", help="answer a probe with synthetic records, which the guard must refuse or mask"
    )
    parser.add_argument("--listen", required=True, metavar="HOST:PORT", help="address of the echo")
    canary_key.add_option(parser)
    formats.declare(parser, OtherForm("nothing: it is a server"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Answer until a signal ends it. Return the exit code."""
    keys = canary_key.read(args.canary_key)
    if keys is None:
        raise UsageError("--canary-key: give the key of the probe")
    try:
        host, port = parse_listen(args.listen)
    except SettingsError as error:
        raise UsageError(str(error)) from None
    try:
        server = echo.server(host, port, keys)
    except OSError as error:
        why = (error.strerror or "cannot listen there").lower()
        raise UsageError(f"--listen {args.listen}: {why}; name another address") from None
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    with contextlib.closing(server.socket):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        say.note(f"serving {host}:{server.server_port}")
        ending.wait()
        server.shutdown()
    return 0
