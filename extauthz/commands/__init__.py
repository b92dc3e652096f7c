"""The commands of `phiguard`.

Each module has `add_parser(subparsers)` and `run(args) -> int`, which returns the exit code.
"""
