"""The completion for bash. It needs nothing of the package bash-completion."""

from collections.abc import Iterable
from typing import Final

from extauthz.commands.shells.command import Command, commands, filled, quoted
from extauthz.commands.tree import Parser

_SCRIPT: Final = """\
# bash completion for phiguard, made by `phiguard completion bash`

_phiguard_is_command() {
  case "$1" in
@nests@
    *) return 1 ;;
  esac
}

_phiguard() {
  local current=${COMP_WORDS[COMP_CWORD]} command="" next place words="" files=""
  COMPREPLY=()
  for ((place = 1; place < COMP_CWORD; place++)); do
    next="${command:+$command }${COMP_WORDS[place]}"
    if _phiguard_is_command "$next"; then command=$next; fi
  done
  case "$command:${COMP_WORDS[COMP_CWORD - 1]}" in
@values@
    *)
      case "$command" in
@commands@
      esac
      ;;
  esac
  if [[ $current == -* || -z $files ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"; compgen -f -- "$current")
  fi
}

complete -o filenames -F _phiguard phiguard
"""


def script(root: Parser) -> str:
    """Return the script."""
    found = list(commands(root))
    parts = {
        "nests": [f"    {quoted(each.name)}) ;;" for each in found if each.words],
        "values": [line for each in found for line in _values(each)],
        "commands": [f"        {quoted(each.name)}) {_words(each)} ;;" for each in found],
    }
    return filled(_SCRIPT, parts)


def _values(command: Command) -> Iterable[str]:
    """One case for each option that takes a value: its closed words, or files."""
    for option in command.options:
        if option.takes:
            pattern = " | ".join(quoted(f"{command.name}:{name}") for name in option.names)
            value = f"words={quoted(' '.join(option.words))}" if option.words else "files=1"
            yield f"    {pattern}) {value} ;;"


def _words(command: Command) -> str:
    names = (name for option in command.options for name in option.names)
    words = f"words={quoted(' '.join([*command.below, *command.arguments, *names]))}"
    return f"{words} files=1" if command.takes_paths else words
