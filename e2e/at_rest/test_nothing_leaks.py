"""A value of every infoType lies in every store that is here, and in rows that break readers.

Each value, its encodings and its unkeyed hashes are sought in the catalogue's folder, in every
report, in what the commands print, and in the logs of every library at DEBUG.
"""

import contextlib
import subprocess

import pytest
from canaries_at_rest import (
    BROKEN,
    NAMED,
    broken_files,
    leaks,
    leaks_of,
    named,
    postgres_that_quotes,
    tables,
    watched,
)
from quoting_servers import QUOTING
from reports import command
from stores import servers
from stores.local import STORES
from stores.servers import SERVERS, NotHereError

from atrest.spec import parse
from extauthz.commands.rest.report import FORMS
from extauthz.rest.folder import Folder
from extauthz.rest.store import Store

pytestmark = pytest.mark.slow
_TAKE_NAMES = ("csv", "parquet", "mongodb", "s3", "kafka")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """The folder of one scan over everything, what it printed, and what is not here."""
    place = tmp_path_factory.mktemp("canaries")
    environ = watched(place)
    specs, missing, quoting = [broken_files(place / "broken")], {}, {}
    with contextlib.ExitStack() as running:
        for name, fill in STORES.items():
            specs.append(fill(place / name, _of(name)))
        for name, start in SERVERS.items():
            try:
                spec, more = running.enter_context(start(place / f"at-{name}", _of(name)))
            except NotHereError as error:
                missing[name] = f"not run: {error}"
                continue
            specs.append(spec)
            environ |= more
        with contextlib.suppress(NotHereError):
            specs.append(
                running.enter_context(servers.postgres_of_a_reader(postgres_that_quotes()))
            )
        for name, start in QUOTING.items():
            with contextlib.suppress(NotHereError):  # said of the whole server above
                quoting[name] = running.enter_context(start())
                specs.append(quoting[name].spec)
                environ |= quoting[name].environ
        done = subprocess.run(
            command("scan", *specs, "--catalogue", place / "catalogue"),
            env=environ,
            capture_output=True,
            check=False,
        )
        again = subprocess.run(
            command("scan", *specs, "--catalogue", place / "catalogue", "--dry-run"),
            env=environ,
            capture_output=True,
            check=False,
        )
    assert (done.returncode, again.returncode) == (2, 0), done.stderr + again.stderr
    return place, done.stdout + done.stderr + again.stdout + again.stderr, missing, quoting


def _of(store):
    return [*tables(), named()] if store in _TAKE_NAMES else tables()


@pytest.fixture
def units(scanned):
    store = Store(Folder(scanned[0] / "catalogue").database)
    found = list(store.units())
    store.close()
    return found


@pytest.mark.parametrize("store", SERVERS)
def test_every_server_was_read(scanned, units, store):
    if store in scanned[2]:
        pytest.skip(scanned[2][store])
    scheme = {"mariadb": "mysql"}.get(store, store)
    found = [unit for unit in units if unit.source.startswith(f"{scheme}://")]
    assert len(found) >= 2
    assert {unit.verdict.value for unit in found} >= {"phi"}


@pytest.mark.parametrize("store", QUOTING)
def test_records_whose_errors_quote_them_are_named_without_a_word_of_those(scanned, units, store):
    if store in scanned[2]:
        pytest.skip(scanned[2][store])
    found = scanned[3][store]
    assert leaks(found.errors.encode()), "the driver quotes nothing, so this shows nothing"
    failed = {u.name: u for u in units if u.source == parse(found.spec).name and u.profile.unread}
    for name in found.broken:
        assert [unit for shown, unit in failed.items() if shown.startswith(name)], name
    assert {reason for unit in failed.values() for reason in unit.profile.unread} == {"MALFORMED"}


def test_rows_that_break_their_readers_are_named(units):
    failed = {u.name: sorted(u.profile.unread) for u in units if u.profile.unread}
    assert sum(name.startswith(("cut-", "turned-")) for name in failed) > 10
    if any(unit.source.startswith("postgres://") for unit in units):
        assert {"public.quoted", "public.dated"} <= failed.keys()
    assert {n for n in failed if "INTERNAL_ERROR" in failed[n]} == {BROKEN}, failed


def test_names_that_are_values_are_masked(scanned, units):
    assert not [unit.name for unit in units if NAMED in unit.name]
    assert leaks(scanned[1]) == set()


def test_the_catalogues_folder_holds_none(scanned):
    assert leaks_of((scanned[0] / "catalogue").rglob("*")) == {}


def test_no_log_of_any_library_holds_one(scanned):
    logs = list((scanned[0] / "logs").iterdir())
    assert len(logs) >= 3  # the command, its workers, the rehearsal
    assert all(b"logs are written" in path.read_bytes() for path in logs)
    assert leaks_of(logs) == {}


@pytest.mark.parametrize("form", FORMS)
def test_no_report_holds_one(scanned, form, tmp_path):
    folder, out = scanned[0] / "catalogue", tmp_path / "report"
    words = command("report", "--all", "--format", form, "--catalogue", folder, "-o", out)
    done = subprocess.run(words, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert leaks(out.read_bytes() + done.stdout + done.stderr) == set()


@pytest.mark.parametrize("words", [("status",), ("diff", "--since", "1"), ("explain", "telling")])
def test_no_command_prints_one(scanned, words):
    done = subprocess.run(
        command(*words, "--catalogue", scanned[0] / "catalogue"), capture_output=True, check=False
    )
    assert done.stdout
    assert leaks(done.stdout + done.stderr) == set()
