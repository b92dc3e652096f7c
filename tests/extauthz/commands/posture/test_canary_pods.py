"""The arguments of the pods of canaries are options that their commands have."""

import argparse

import pytest

from extauthz.commands.posture import echo, probe
from mesh.istio.install import canary
from mesh.istio.install import echo as echo_objects
from mesh.istio.installation import Installation
from mesh.istio.values import Canary, Values

CHOSEN = Installation(
    "guards",
    "phiguard:1",
    Values(
        canary=Canary(enabled=True, rotating=True, echo_namespace="echoes"),
        guarded_namespaces=("echoes",),
    ),
)
PODS = {
    "probe": (probe, canary.probe(CHOSEN)[-1]),
    "echo": (echo, echo_objects.echo(CHOSEN)[-1]),
}


@pytest.mark.parametrize("name", PODS)
def test_a_pods_arguments_are_those_of_its_command(name):
    command, workload = PODS[name]
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    first, *arguments = container["args"]
    parser = argparse.ArgumentParser(exit_on_error=False)
    command.add_parser(parser.add_subparsers())
    read = parser.parse_args(arguments)
    assert (first, arguments[0]) == ("posture", name)
    assert read.run is command.run
    with pytest.raises((argparse.ArgumentError, SystemExit)):
        parser.parse_args([*arguments, "--none-of-its-options"])
