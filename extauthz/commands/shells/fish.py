"""The completion for fish, with what each command and option does."""

from collections.abc import Iterable
from typing import Final

from extauthz.commands.shells.command import Command, Option, commands, filled
from extauthz.commands.tree import Parser

_SCRIPT: Final = """\
# fish completion for phiguard, made by `phiguard completion fish`

function __phiguard_command
    set -l command ""
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$command $word")
        switch $next
            case @nests@
                set command $next
        end
    end
    echo $command
end

function __phiguard_at
    test "$(__phiguard_command)" = "$argv[1]"
end

complete -c phiguard -f
@commands@
"""


def script(root: Parser) -> str:
    """Return the script."""
    found = list(commands(root))
    parts = {
        "nests": [" ".join(_quoted(each.name) for each in found if each.words)],
        "commands": [line for each in found for line in _command(each)],
    }
    return filled(_SCRIPT, parts)


def _command(command: Command) -> Iterable[str]:
    start = f"complete -c phiguard -n {_quoted(f'__phiguard_at {_quoted(command.name)}')}"
    for word, about in command.below.items():
        yield f"{start} -a {_quoted(word)} -d {_quoted(about)}"
    for word in command.arguments:
        yield f"{start} -a {_quoted(word)}"
    if command.takes_paths:
        yield f"{start} -F"
    for option in command.options:
        yield f"{start} {_option(option)}"


def _option(option: Option) -> str:
    parts = [
        f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
    ]
    if option.words:
        parts.append(f"-x -a {_quoted(' '.join(option.words))}")
    elif option.takes:
        parts.append("-r -F")
    if option.about:
        parts.append(f"-d {_quoted(option.about)}")
    return " ".join(parts)


def _quoted(text: str) -> str:
    """Return a text in single quotes, as fish reads it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
