"""Documents that machines and programmers write, without PHI."""

import json

from bench.eval.formats.case import Case
from bench.eval.formats.ordinary.made import Made, hexadecimal, in_json


def webhook(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    login = f"{p.given}{inv.digits(2)}".lower()
    return in_json(
        case,
        {
            "action": inv.pick("opened", "closed", "created"),
            "repository": {
                "id": int(inv.digits(8)),
                "full_name": f"{login}/tool",
                "private": False,
                "owner": {"login": login, "id": int(inv.digits(7)), "type": "User"},
                "html_url": f"https://git.fernmail.net/{login}/tool",
            },
            "sender": {
                "login": login,
                "id": int(inv.digits(7)),
                "email": p.email,
                "name": f"{p.given} {p.family}",
            },
            "head_commit": {
                "id": hexadecimal(case, 40),
                "message": inv.pick(
                    "Fix crash in parser", "Diagnose slow start", "Add treatment of empty input"
                ),
                "timestamp": "2025-01-02T03:04:05Z",
            },
        },
    )


def telemetry(case: Case) -> Made:
    inv = case.inv
    spans = [
        {
            "traceId": hexadecimal(case, 32),
            "spanId": hexadecimal(case, 16),
            "name": inv.pick("GET /api/items", "SELECT orders", "publish"),
            "startTimeUnixNano": inv.digits(19),
            "attributes": [
                {"key": "http.status_code", "value": {"intValue": "200"}},
                {"key": "net.peer.ip", "value": {"stringValue": "10.2.3.4"}},
            ],
        }
        for _ in range(4)
    ]
    return in_json(
        case,
        {
            "resourceSpans": [
                {
                    "resource": {
                        "attributes": [{"key": "service.name", "value": {"stringValue": "cart"}}]
                    },
                    "scopeSpans": [{"spans": spans}],
                }
            ]
        },
    )


def sensors(case: Case) -> Made:
    inv = case.inv
    return in_json(
        case,
        [
            {
                "deviceId": f"pump-{inv.digits(4)}",
                "serialNumber": inv.digits(9),
                "ts": inv.digits(13),
                "temperature": float(f"{inv.rng.uniform(10, 90):.3f}"),
                "pressure": inv.rng.randint(80, 130),
                "lat": 41.123456,
                "lon": -87.65432,
            }
            for _ in range(5)
        ],
    )


def kubernetes(case: Case) -> Made:
    inv = case.inv
    name = inv.pick("frontend", "patient-api", "redis-master", "cart", "claims-worker")
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: "
        f"{inv.pick('default', 'clinic', 'shop')}\n  labels:\n    app: {name}\n    "
        f"owner: team-{inv.pick('blue', 'red')}\n"
        f"spec:\n  replicas: {inv.rng.randint(1, 5)}\n  selector:\n    matchLabels:\n    "
        f"  app: {name}\n  template:\n    metadata:\n      labels:\n        app: "
        f"{name}\n    spec:\n      containers:\n      - name: {name}\n"
        f"        image: registry.fernmail.net/{name}:{inv.rng.randint(1, 9)}."
        f"{inv.rng.randint(0, 20)}.{inv.rng.randint(0, 9)}\n        ports:\n        - "
        f"containerPort: 8080\n        env:\n        - name: DB_HOST\n          value: "
        f"10.1.{inv.rng.randint(0, 255)}.{inv.rng.randint(1, 254)}\n"
        f'        - name: ACCOUNT\n          value: "{inv.digits(12)}"\n        '
        f"resources:\n          limits: {{cpu: 500m, memory: 256Mi}}\n",
        "application/yaml",
    )


def source(case: Case) -> Made:
    inv = case.inv
    return inv.pick(
        f'package main\n\nimport "fmt"\n\ntype Patient struct {{\n\tFirstName string '
        f'`json:"firstName"`\n\tSSN string `json:"ssn"`\n\tDOB time.Time\n}}\n\nfunc '
        f'main() {{\n\tfmt.Println("build {inv.digits(9)}")\n}}\n',
        f'def total(items):\n    """Sum of prices; issue {inv.digits(4)}."""\n    '
        f"# name: the label shown to the customer\n    return sum(i.price * i.quantity "
        f'for i in items)\n\nVERSION = "{inv.rng.randint(1, 9)}.{inv.digits(2)}.0"\n'
        f"TIMEOUT = {inv.digits(5)}\n",
        "class MedicationService {\n  private final Map<String, Medication> cache = new "
        "HashMap<>();\n  /** Returns the diagnosis for a patient id. */\n  public Diagnosis "
        "find(String patientId) { return repository.byPatient(patientId); }\n}\n",
        f"CREATE TABLE patients (\n  id BIGINT PRIMARY KEY,\n  first_name VARCHAR(60) "
        f"NOT NULL,\n  last_name VARCHAR(60) NOT NULL,\n  ssn CHAR(11),\n  dob DATE,\n  "
        f"diagnosis_code VARCHAR(10)\n);\nCREATE INDEX ix_{inv.digits(3)} ON patients "
        f"(last_name);\n",
        f"#!/bin/sh\nset -eu\nVERSION={inv.rng.randint(1, 9)}.{inv.rng.randint(0, 30)}."
        f"{inv.rng.randint(0, 30)}\ncurl -fsSL "
        f'https://get.fernmail.net/tool-$VERSION.tar.gz | tar xz\necho "sha256: '
        f'{hexadecimal(case, 64)}"\n',
    ), "text/plain"


def logs(case: Case) -> Made:
    inv = case.inv
    lines = [
        f"2025-03-{inv.rng.randint(1, 28):02d} 10:{i:02d}:05,{inv.digits(3)} "
        f"{inv.pick('INFO', 'WARN', 'ERROR')} [worker-{i}] "
        f"{inv.pick('request', 'job', 'order')} id={hexadecimal(case, 32)} user={inv.digits(6)} "
        f"took {inv.digits(3)}ms from 10.0.{i}.9 status {inv.pick('200', '404', '503')}"
        for i in range(12)
    ]
    return "\n".join(lines) + "\n", "text/plain"


def configuration(case: Case) -> Made:
    inv = case.inv
    return inv.pick(
        f'[server]\nhost = "0.0.0.0"\nport = {inv.rng.randint(1024, 65000)}\nworkers = '
        f'4\n\n[database]\nurl = "postgres://app@10.0.0.{inv.rng.randint(2, 250)}:5432/a'
        f'pp"\npool = 10\nname = "Main Storage"\n',
        f"NODE_ENV=production\nPORT={inv.rng.randint(1024, 65000)}\n"
        f"API_KEY={hexadecimal(case, 40)}\nSENTRY_DSN=https://{hexadecimal(case, 32)}"
        f"@sentry.fernmail.net/{inv.digits(5)}\n",
        json.dumps(
            {
                "name": "web-app",
                "version": f"{inv.rng.randint(1, 9)}.{inv.rng.randint(0, 9)}.0",
                "author": f"{inv.patient().given} {inv.family()}",
                "scripts": {"build": "vite build"},
                "dependencies": {"react": "^18.2.0", "lodash": "4.17.21"},
            },
            indent=2,
        ),
    ), "text/plain"


def graph(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    return in_json(
        case,
        {
            "query": "query Q($id: ID!) { user(id: $id) { name email orders { id total } } }",
            "variables": {"id": inv.digits(7), "name": f"{p.given} {p.family}"},
        },
    )


def changelog(case: Case) -> Made:
    """A change log whose titles are underlined with `=`. It is not quoted-printable."""
    inv = case.inv
    mark = inv.pick("=", "=", "-")
    parts = []
    for n in range(inv.rng.randint(4, 12)):
        title = f"Changes for v{n}.{inv.digits(1)} ({inv.date(2019, 2025).isoformat()})"
        parts.append(
            f"{title}\n{mark * len(title)}\n\n-  "
            f"{inv.pick('Drop support for node <18', 'Fix a crash', 'Update the docs')} "
            f"(thanks to {inv.family()})\n"
        )
    return "\n".join(parts), "text/plain"


def style_sheet(case: Case) -> Made:
    """A style sheet with pictures as SVG text in data URLs."""
    picture = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{case.inv.digits(2)}'><path d='M1 "
        f"1h{case.inv.digits(1)}'/></svg>"
    )
    rules = [f'.icon-{n}{{background:url("data:image/svg+xml,{picture}")}}' for n in range(4)]
    return "html{line-height:1.15}" + "".join(rules), "text/css"


def commented(case: Case) -> Made:
    """Source code with SQL words in comments and with assignments that span two lines."""
    lines = [
        f"# Update the {case.inv.pick('cache', 'index')} where {n} = "
        f"{case.inv.digits(2)}\nvalue_{n} =\\\n    compute({n})\nlimit_{n} =\n    {n}"
        for n in range(6)
    ]
    return "\n".join(lines) + "\n", case.inv.pick("text/plain", "text/x-python")
