"""phiguard beside ModSecurity 3 in nginx, in one run: what looking into a body costs.

ModSecurity gets thirty rules of the same kind: expressions for identifiers and labels, over the
body as it came, the headers and the URI, so that each rule runs once and not once for each value
of a JSON body (`ARGS`). It reads no format of health care, knows no edge, and says yes or no. So
this compares what looking costs, not what is found.

`look` is processor time for each request: of nginx with the rules less nginx without them, and of
phiguard less a guard that looks at nothing. All four take the same requests in turn. phiguard's
part has what it writes too: the ledger, spans and metrics.

python -m bench.peer_modsecurity [--seconds 3] [--envoy PATH]

nginx and its module come from Debian: `apt-get install nginx-light libnginx-mod-http-modsecurity`.
"""

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.envoy_round_trip import CONTENTS, KIB, SIZES, WAYS, Setup, usage_of
from extauthz.demo.client import tls_context
from extauthz.demo.lab import Plan, Sidecar, open_lab
from extauthz.demo.processes import LabError
from extauthz.demo.programs import find_envoy
from extauthz.demo.topology import BILLING, EHR, LOOPBACK, free_ports

MODULE = Path("/usr/lib/nginx/modules/ngx_http_modsecurity_module.so")
MARK = "mark-of-the-bench"
"""One more rule denies it. So it shows that the rules see a body to its end."""
EXPRESSIONS = (
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"(?i)\bssn\b\W{0,8}\d{9}",
    r"(?i)\b(?:mrn|medical record)\W{0,12}[A-Z0-9-]{5,12}",
    r"(?i)\bpatient[_ ]?(?:name|id)\b",
    r"(?i)\b(?:dob|birth[_ ]?date|date of birth)\b",
    r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,64}\.[A-Za-z]{2,10}",
    r"\b(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b",
    r"\b\d{5}-\d{4}\b",
    r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
    r"(?i)\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b",
    r"\b[A-HJ-NPR-Z0-9]{17}\b",
    r"\b4\d{3}(?:[ -]?\d{4}){3}\b",
    r"\b5[1-5]\d{2}(?:[ -]?\d{4}){3}\b",
    r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b",
    r"(?i)\bnpi\W{0,8}\d{10}\b",
    r"(?i)\bmember[_ ]?(?:id|number)\b",
    r"(?i)\baccount[_ ]?(?:id|number)\b",
    r"(?i)\b(?:license|licence)[_ ]?(?:no|number)\b",
    r"(?i)\b(?:street|address|city|zip)\b\W{1,4}\w",
    r"\b[A-TV-Z]\d{2}\.\d{1,4}\b",
    r"(?i)\b(?:diagnosis|dx|icd-?10)\b",
    r"(?i)\b(?:medication|prescription|rx)\b",
    r"(?i)\b\d{1,4} ?(?:mg|mcg|ml)\b",
    r"(?i)\b(?:diabetes|hypertension|depression|asthma)\b",
    r"(?m)^(?:MSH|PID|OBX)\|",
    r"(?i)\x22resourceType\x22\s*:\s*\x22Patient\x22",
    r"(?i)<ClinicalDocument\b",
    r"\bISA\*\d{2}\*",
    r"(?i)\b(?:url|https?)://\S{1,200}",
    r"(?i)\b(?:device|serial)[_ ]?(?:id|number)\b",
)
"""One rule each. Every rule runs to its end, as a scan does: none of them stops the others."""


class NoPeerError(Exception):
    """nginx or its module is not there, or does not start."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One of the four: how it answers a request, and the process whose time counts."""

    request: Callable[[bytes, str], object]
    process: int


def rules(folder: Path) -> Path:
    """Write the rules of ModSecurity."""
    lines = [
        "SecRuleEngine On",
        "SecRequestBodyAccess On",
        "SecRequestBodyLimit 16777216",
        "SecRequestBodyNoFilesLimit 16777216",
        "SecAuditEngine Off",
        'SecAction "id:1,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On"',
    ]
    for number, expression in enumerate(EXPRESSIONS, 100):
        lines.append(
            f'SecRule REQUEST_BODY|REQUEST_HEADERS|REQUEST_URI "@rx {expression}" '
            f'"id:{number},phase:2,pass,nolog"'
        )
    lines.append(f'SecRule REQUEST_BODY "@contains {MARK}" "id:99,phase:2,deny,status:403,nolog"')
    path = folder / "rules.conf"
    path.write_text("\n".join(lines) + "\n")
    return path


def configuration(folder: Path, port: int, upstream: int, *, looks: bool) -> Path:
    """Write nginx's configuration: one worker that passes requests on to itself."""
    look = f"modsecurity on; modsecurity_rules_file {rules(folder)};" if looks else ""
    temporary = " ".join(
        f"{kind}_temp_path {folder / kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"load_module {MODULE}; daemon off; worker_processes 1; pid {folder / 'pid'};\n"
        f"error_log {folder / 'error.log'} crit; events {{}}\n"
        f"http {{ access_log off; {temporary} client_max_body_size 16m; "
        "client_body_buffer_size 16m; keepalive_requests 1000000;\n"
        f"server {{ listen {LOOPBACK}:{port}; location / {{ {look} "
        f"proxy_pass http://{LOOPBACK}:{upstream}; }} }}\n"
        f"server {{ listen {LOOPBACK}:{upstream}; location / {{ return 200 ok; }} }} }}\n"
    )
    return path


@contextmanager
def nginx(folder: Path, *, looks: bool) -> Iterator[Contender]:
    """Run nginx, with the rules or without them. Raises NoPeerError."""
    folder.mkdir()
    with free_ports(2) as (port, upstream):
        path = configuration(folder, port, upstream, looks=looks)
        command = ["nginx", "-c", str(path), "-p", str(folder), "-e", str(folder / "error.log")]
        server = subprocess.Popen(command, stderr=subprocess.PIPE)
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=15)
        wait_for(server, connection)
    try:

        def request(body: bytes, content_type: str) -> None:
            connection.request("POST", "/claims", body, {"content-type": content_type})
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                raise NoPeerError(f"nginx answered {answer.status}")

        if looks:
            refuses(request)
        yield Contender(request, server.pid)
    finally:
        connection.close()
        server.terminate()
        server.wait()


def refuses(request: Callable[[bytes, str], None]) -> None:
    """Raise NoPeerError when the rules do not see the end of a body."""
    try:
        request(b"a" * KIB * KIB + MARK.encode(), "application/json")
    except NoPeerError:
        return
    raise NoPeerError("nginx passed what a rule denies: ModSecurity does not see the body")


def wait_for(server: "subprocess.Popen[bytes]", connection: http.client.HTTPConnection) -> None:
    """Wait until nginx listens. Raises NoPeerError."""
    for _ in range(100):
        try:
            connection.connect()
        except OSError:
            if server.poll() is not None:
                said = b"" if server.stderr is None else server.stderr.read()
                raise NoPeerError(f"nginx did not start: {said.decode().strip()}") from None
            time.sleep(0.1)
        else:
            return
    raise NoPeerError("nginx did not listen within 10 s")


def guards(stack: ExitStack, envoy: Path) -> dict[str, Contender]:
    """Start a sidecar with a guard that looks at nothing, and one with phiguard."""
    found = {}
    for name, guard, gates in (WAYS[1], WAYS[-1]):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="phiguard-bench-")))
        lab = stack.enter_context(open_lab(Plan(envoy, folder, guard, (Sidecar(BILLING, gates),))))
        port, identity = lab.mesh.ports[BILLING].inbound, lab.mesh.certificates[EHR]
        connection = http.client.HTTPSConnection(
            LOOPBACK, port, timeout=15, context=tls_context(identity)
        )
        stack.callback(connection.close)
        setup = Setup(name, lab, connection)
        found[name] = Contender(setup.request, lab.processes.children["phiguard"].popen.pid)
    return found


def measure(
    contenders: dict[str, Contender], body: bytes, kind: str, seconds: float
) -> list[float]:
    """Return the median processor time of one request, in us, of each contender."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    until = time.monotonic() + seconds * len(contenders)
    while time.monotonic() < until or len(taken[next(iter(taken))]) < 3:
        for name, contender in contenders.items():
            contender.request(body, kind)
            began, count = usage_of(contender.process).seconds, 0
            turn = time.monotonic() + max(seconds / 5, 0.5)
            while time.monotonic() < turn:
                contender.request(body, kind)
                count += 1
            spent = usage_of(contender.process).seconds - began
            taken[name].append(spent / count * 1e6)
    return [statistics.median(values) for values in taken.values()]


def run(stack: ExitStack, envoy: Path, seconds: float) -> None:
    """Print the table."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="phiguard-bench-")))
    contenders = {
        "nginx": stack.enter_context(nginx(folder / "plain", looks=False)),
        "rules": stack.enter_context(nginx(folder / "rules", looks=True)),
        **guards(stack, envoy),
    }
    time.sleep(5)  # until the scanner processes have started
    print("us of processor time for each request")
    print(f"{'message':<24}{'ModSecurity looks':>18}{'phiguard looks':>16}{'ratio':>8}")
    for content, make in CONTENTS:
        for size, count in SIZES:
            plain, ruled, noop, ours = measure(contenders, make(count), "application/json", seconds)
            theirs, own = ruled - plain, ours - noop
            print(f"{size + ' ' + content:<24}{theirs:>18.0f}{own:>16.0f}{own / theirs:>8.2f}")


def main() -> int:
    """Print the table, or say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="for each figure; default 3")
    parser.add_argument("--envoy", default="", metavar="PATH", help="the Envoy binary")
    arguments = parser.parse_args()
    if not MODULE.exists():
        print(f"not measured: {MODULE} is not installed")
        return 0
    try:
        with ExitStack() as stack:
            run(stack, find_envoy(arguments.envoy, os.environ), arguments.seconds)
    except (LabError, NoPeerError) as error:
        sys.stderr.write(f"peer_modsecurity: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
