import orjson
from ledgers_in_folders import written

from extauthz.commands.audit import tail
from extauthz.commands.audit.tail import Followed


def hours(out):
    return [orjson.loads(line)["time"][8:13] for line in out.splitlines()]


def test_the_last_decisions_of_all_folders_come_by_time(phiguard, tmp_path):
    written(tmp_path / "a", {}, {}, {}, day=2)
    written(tmp_path / "b", {}, {}, day=1)
    written(tmp_path / "b", {}, worker=1, day=3)
    folders = tmp_path / "a", tmp_path / "b"
    code, out, _ = phiguard("audit", "tail", *folders, "-n", "3", "--format", "json")
    assert (code, hours(out)) == (0, ["02T02", "02T03", "03T01"])
    assert phiguard("audit", "tail", *folders)[1].startswith("time ")


def test_a_number_below_one_is_wrong_use(phiguard, tmp_path):
    written(tmp_path, {})
    assert phiguard("audit", "tail", tmp_path, "-n", "0")[0] == 2


def test_new_decisions_are_those_since_the_last_look(tmp_path):
    written(tmp_path, {})
    followed = Followed([tmp_path])
    assert followed.new() == []
    written(tmp_path, {}, day=2)  # in a segment of its own
    written(tmp_path, {}, worker=1)  # in a chain of its own
    assert [r["time"][8:10] for r in followed.new()] == ["01", "02"]
    assert followed.new() == []


def test_a_line_that_is_being_written_waits_for_its_end(tmp_path):
    written(tmp_path, {}, {})
    (segment,) = tmp_path.glob("*.jsonl")
    data = segment.read_bytes()
    last = data.rfind(b"\n", 0, -1) + 1
    segment.write_bytes(data[: last + 9])
    followed = Followed([tmp_path])
    assert followed.new() == []
    segment.write_bytes(data)
    assert len(followed.new()) == 1


def test_following_writes_new_decisions_until_it_is_interrupted(phiguard, tmp_path, monkeypatch):
    written(tmp_path, {})
    days = iter((2, 3))

    def wait(_):
        day = next(days, None)
        if day is None:
            raise KeyboardInterrupt
        written(tmp_path, {}, day=day)

    monkeypatch.setattr(tail.time, "sleep", wait)
    code, out, _ = phiguard("audit", "tail", tmp_path, "-f", "--format", "json")
    assert (code, hours(out)) == (130, ["01T01", "02T01", "03T01"])
