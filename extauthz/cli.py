"""The `phiguard` command: reads the command line and calls a module of `extauthz.commands`.

Only the module of the named command is imported, so that `phiguard scan` starts without gRPC and
telemetry. Exit codes: 0 clean, 1 PHI found or a check failed, 2 wrong use or unreadable input, 3
both; 130 after Ctrl-C, 141 when the reader of a pipe has gone.
"""

import io
import os
import select
import sys
from collections.abc import Sequence
from typing import Final, TextIO

from extauthz.commands import tree
from extauthz.commands.errors import UsageError
from extauthz.terminal import say

_INTERRUPTED: Final = 130
_PIPE_CLOSED: Final = 141
"""128 and the number of the signal, as a shell says it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Errors of use are one line on standard error."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # no text ends a command with an encoding error
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(given)
    except BrokenPipeError:
        return _leave()
    except UsageError as error:
        # a command may take a closed pipe for a file that cannot be written
        if _is_of_a_pipe(error):
            return _leave()
        return _refused(error)
    except KeyboardInterrupt:
        return _INTERRUPTED


def _run(given: list[str]) -> int:
    named = next((word for word in given if not word.startswith("-")), "")
    try:
        chosen = tree.parser({named}).parse_args(given)
        code: int = chosen.run(chosen)
        return code
    finally:
        sys.stdout.flush()


def _refused(error: UsageError) -> int:
    try:
        say.problem(str(error))
    except BrokenPipeError:
        return _leave()
    return tree.WRONG


def _is_of_a_pipe(error: BaseException) -> bool:
    context = error.__context__
    while context is not None:
        if isinstance(context, BrokenPipeError):
            return any(map(_is_closed, (sys.stdout, sys.stderr)))
        context = context.__context__
    return False


def _is_closed(stream: TextIO) -> bool:
    """Whether nobody reads a pipe any more."""
    poll = select.poll()
    try:
        poll.register(stream.fileno(), 0)
    except (OSError, ValueError):
        return False
    return any(event & select.POLLERR for _, event in poll.poll(0))


def _leave() -> int:
    """Say nothing, and keep the end of the process from writing again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if _is_closed(stream):
            os.dup2(nowhere, stream.fileno())
    return _PIPE_CLOSED


if __name__ == "__main__":
    sys.exit(main())
