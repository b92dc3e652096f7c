"""The completion for zsh, with what each command and option does."""

from collections.abc import Iterable
from typing import Final

from extauthz.commands.shells.command import Command, commands, filled, quoted
from extauthz.commands.tree import Parser

_SCRIPT: Final = """\
#compdef phiguard
# zsh completion for phiguard, made by `phiguard completion zsh`

_phiguard_is_command() {
  case "$1" in
@nests@
    (*) return 1 ;;
  esac
}

_phiguard() {
  local command="" next
  local -i place files=0
  local -a subcommands options
  for (( place = 2; place < CURRENT; place++ )); do
    next="${command:+$command }${words[place]}"
    if _phiguard_is_command "$next"; then command="$next"; fi
  done
  case "$command:${words[CURRENT - 1]}" in
@values@
  esac
  case "$command" in
@commands@
  esac
  if [[ "${words[CURRENT]}" == -* ]]; then
    _describe -o option options
    return
  fi
  (( ${#subcommands} )) && _describe command subcommands
  (( files )) && _files
  return 0
}

if [[ "$funcstack[1]" == _phiguard ]]; then
  _phiguard "$@"
else
  compdef _phiguard phiguard
fi
"""


def script(root: Parser) -> str:
    """Return the script, for a folder in `fpath` under the name `_phiguard`, or to be sourced."""
    found = list(commands(root))
    parts = {
        "nests": [f"    ({quoted(each.name)}) ;;" for each in found if each.words],
        "values": [line for each in found for line in _values(each)],
        "commands": [line for each in found for line in _command(each)],
    }
    return filled(_SCRIPT, parts)


def _values(command: Command) -> Iterable[str]:
    for option in command.options:
        if option.takes:
            pattern = "|".join(quoted(f"{command.name}:{name}") for name in option.names)
            words = " ".join(map(quoted, option.words))
            yield f"    ({pattern}) {f'compadd -- {words}' if words else '_files'}; return ;;"


def _command(command: Command) -> Iterable[str]:
    yield f"    ({quoted(command.name)})"
    yield f"      files={int(command.takes_paths)}"
    below = [*command.below.items(), *((word, "") for word in command.arguments)]
    yield f"      subcommands=({' '.join(_described(*each) for each in below)})"
    options = ((name, option.about) for option in command.options for name in option.names)
    yield f"      options=({' '.join(_described(*each) for each in options)})"
    yield "      ;;"


def _described(name: str, about: str) -> str:
    return quoted(f"{name}:{about}" if about else name)
