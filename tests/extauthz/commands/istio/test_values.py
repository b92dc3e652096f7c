import argparse
import json

import yaml

from extauthz.commands import istio


def phiguard(*argv):
    parser = argparse.ArgumentParser()
    istio.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["istio", "values", *argv])
    return istio.run(args)


def test_values_and_schema_name_the_same_keys(capsys):
    assert phiguard() == 0
    values = yaml.safe_load(capsys.readouterr().out)
    assert phiguard("--schema") == 0
    schema = json.loads(capsys.readouterr().out)
    assert values.keys() | {"global"} == schema["properties"].keys()
    assert values["ledger"].keys() == schema["properties"]["ledger"]["properties"].keys()
