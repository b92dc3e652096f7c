import orjson

from extauthz.records.exports import json_lines
from extauthz.records.ledger import chain


def test_a_line_is_the_line_of_the_ledger():
    line, _ = chain.seal({"kind": "decision", "id": "é", "worker": 7}, chain.GENESIS_HEAD)
    assert json_lines.line(orjson.loads(line)).encode() == line
