"""Documents without PHI that an ordinary mesh carries.

Some name persons, but none holds health information about them.
"""

import json
from collections.abc import Callable

from bench.eval import names
from bench.eval.document import Document
from bench.eval.formats.case import Case
from phiscan.finding import Verdict

Json = dict[str, object]
Made = tuple[str, str]
"""A text and its content type."""


def _json(case: Case, value: object) -> Made:
    return json.dumps(value, ensure_ascii=False, indent=case.inv.pick(None, 2)), "application/json"


def _hex(case: Case, size: int) -> str:
    return f"{case.inv.rng.getrandbits(size * 4):0{size}x}"


def invoice(case: Case) -> Made:
    inv, buyer = case.inv, case.inv.patient()
    lines = [
        {
            "sku": f"SKU-{inv.digits(6)}",
            "description": inv.pick(
                "Steel bracket", "Office chair", "Toner cartridge", "USB cable"
            ),
            "quantity": inv.rng.randint(1, 20),
            "unitPrice": float(f"{inv.rng.uniform(2, 300):.2f}"),
        }
        for _ in range(3)
    ]
    return _json(
        case,
        {
            "invoiceNumber": f"INV-{inv.digits(7)}",
            "issueDate": inv.date(2023, 2025).isoformat(),
            "billTo": {
                "company": f"{buyer.family} Ltd",
                "contactName": f"{buyer.given} {buyer.family}",
                "email": buyer.email,
                "phone": inv.written_phone(buyer.phone),
                "address": buyer.street,
                "city": buyer.city,
                "zip": buyer.zip,
            },
            "lines": lines,
            "total": 913.4,
            "currency": "USD",
        },
    )


def order(case: Case) -> Made:
    inv, buyer = case.inv, case.inv.patient()
    return _json(
        case,
        {
            "orderId": inv.digits(10),
            "customer": {
                "id": inv.digits(6),
                "firstName": buyer.given,
                "lastName": buyer.family,
                "email": buyer.email,
            },
            "shippingAddress": {
                "street": buyer.street,
                "city": buyer.city,
                "postalCode": buyer.zip,
            },
            "items": [
                {
                    "productId": inv.digits(8),
                    "name": inv.pick("Running shoes", "Vitamin C tablets", "Yoga mat", "Blender"),
                    "price": 49.9,
                }
            ],
            "payment": {"method": "card", "last4": inv.digits(4)},
            "createdAt": "2025-02-03T10:00:00Z",
        },
    )


def contacts(case: Case) -> Made:
    inv = case.inv
    people = [inv.patient() for _ in range(4)]
    rows = [
        {
            "id": inv.digits(5),
            "name": f"{p.given} {p.family}",
            "title": inv.pick("Account Executive", "CTO", "Buyer"),
            "email": p.email,
            "phone": inv.written_phone(p.phone),
            "company": f"{inv.family()} Group",
            "birthday": p.born.isoformat(),
            "notes": "Prefers calls in the morning",
        }
        for p in people
    ]
    return _json(case, {"contacts": rows, "nextPage": None})


def employees(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    return _json(
        case,
        {
            "employeeId": inv.digits(5),
            "firstName": p.given,
            "lastName": p.family,
            "ssn": p.ssn,
            "dateOfBirth": p.born.isoformat(),
            "hireDate": inv.date(2010, 2024).isoformat(),
            "salary": 81000,
            "department": inv.pick("Sales", "Engineering", "Legal"),
        },
    )


def bank(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    return _json(
        case,
        {
            "transactionId": inv.digits(12),
            "accountNumber": inv.digits(10),
            "accountHolder": f"{p.given} {p.family}",
            "amount": -42.1,
            "merchant": {
                "name": inv.pick("Corner Bakery", "City Parking", "Book Barn"),
                "city": p.city,
            },
            "status": "posted",
        },
    )


def webhook(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    login = f"{p.given}{inv.digits(2)}".lower()
    return _json(
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
                "id": _hex(case, 40),
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
            "traceId": _hex(case, 32),
            "spanId": _hex(case, 16),
            "name": inv.pick("GET /api/items", "SELECT orders", "publish"),
            "startTimeUnixNano": inv.digits(19),
            "attributes": [
                {"key": "http.status_code", "value": {"intValue": "200"}},
                {"key": "net.peer.ip", "value": {"stringValue": "10.2.3.4"}},
            ],
        }
        for _ in range(4)
    ]
    return _json(
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
    return _json(
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
        f'{_hex(case, 64)}"\n',
    ), "text/plain"


def logs(case: Case) -> Made:
    inv = case.inv
    lines = [
        f"2025-03-{inv.rng.randint(1, 28):02d} 10:{i:02d}:05,{inv.digits(3)} "
        f"{inv.pick('INFO', 'WARN', 'ERROR')} [worker-{i}] "
        f"{inv.pick('request', 'job', 'order')} id={_hex(case, 32)} user={inv.digits(6)} "
        f"took {inv.digits(3)}ms from 10.0.{i}.9 status {inv.pick('200', '404', '503')}"
        for i in range(12)
    ]
    return "\n".join(lines) + "\n", "text/plain"


def page(case: Case) -> Made:
    inv = case.inv
    title = inv.pick("Welcome to Book Barn", "Quarterly update", "How to brew coffee", "Contact us")
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta '
        f'charset="utf-8"><title>{title}</title><link rel="stylesheet" '
        f'href="/s.{_hex(case, 8)}.css"></head>\n<body><h1>{title}</h1><p>Call us at '
        f"{inv.written_phone(inv.phone())} or write to "
        f"hello@{inv.pick(*names.DOMAINS)}.</p><p>{inv.street()}, "
        f'{inv.town()[0]}</p><form action="/search"><input name="q"><input type="hidden" '
        f'name="csrf" value="{_hex(case, 32)}"></form></body></html>\n',
        "text/html",
    )


def marketing(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    return (
        f"Hi {p.given},\n\nOur spring sale starts on "
        f"{inv.date(2024, 2025).strftime('%B')} {inv.rng.randint(1, 28)}! Use code "
        f"SAVE{inv.digits(2)} for {inv.rng.randint(5, 40)}% off. "
        f"Visit our store at {inv.street()} or call "
        f"{inv.written_phone(inv.phone())}.\n\nBest regards,\n{inv.patient().given} "
        f"{inv.family()}\nCustomer Success, {inv.family()} & Co.\n",
        "text/plain",
    )


def configuration(case: Case) -> Made:
    inv = case.inv
    return inv.pick(
        f'[server]\nhost = "0.0.0.0"\nport = {inv.rng.randint(1024, 65000)}\nworkers = '
        f'4\n\n[database]\nurl = "postgres://app@10.0.0.{inv.rng.randint(2, 250)}:5432/a'
        f'pp"\npool = 10\nname = "Main Storage"\n',
        f"NODE_ENV=production\nPORT={inv.rng.randint(1024, 65000)}\n"
        f"API_KEY={_hex(case, 40)}\nSENTRY_DSN=https://{_hex(case, 32)}@sentry.fernmail.n"
        f"et/{inv.digits(5)}\n",
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


def order_table(case: Case) -> Made:
    inv = case.inv
    rows = ["order_id,customer_name,email,amount,city,zip"]
    for _ in range(6):
        p = inv.patient()
        rows.append(
            f"{inv.digits(8)},{p.given} {p.family},{p.email},"
            f"{inv.rng.uniform(5, 900):.2f},{p.city},{p.zip}"
        )
    return "\n".join(rows) + "\n", "text/csv"


def sign_up(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    given = "".join(c for c in p.given if c.isascii() and c.isalpha())
    return (
        f"csrf_token={_hex(case, 32)}&first_name={given}&"
        f"email={p.email.replace('@', '%40')}&phone={p.phone}&"
        f"plan={inv.pick('basic', 'pro')}&newsletter=on",
        "application/x-www-form-urlencoded",
    )


def ticket(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    return _json(
        case,
        {
            "ticket": {
                "id": int(inv.digits(6)),
                "subject": inv.pick("Cannot log in", "Printer is jammed", "Refund for late parcel"),
                "description": f"Hello, my name is {p.given} {p.family} "
                f"and my order {inv.digits(9)} "
                f"has not arrived. Please call {inv.written_phone(p.phone)}.",
                "requester": {"name": f"{p.given} {p.family}", "email": p.email},
                "priority": "normal",
            }
        },
    )


def graph(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    return _json(
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


def colleagues(case: Case) -> Made:
    """Mail among colleagues: names in greetings and closings, but no health information."""
    inv, p, q = case.inv, case.inv.patient(), case.inv.patient()
    return (
        f"Hi {p.given},\n\nAttached is the forecast. {q.given} {q.family} confirmed the "
        f"lease. Can you call Mr. {inv.family()} at {inv.written_phone(q.phone)}?\n"
        f"My daughter {inv.patient().given} has a recital, so let us talk after "
        f"{inv.date(2024, 2025).isoformat()}.\n\nThanks,\n{q.given}\n"
    ), "text/plain"


_GENERAL: tuple[Callable[[Case], Made], ...] = (
    invoice,
    order,
    contacts,
    employees,
    bank,
    webhook,
    telemetry,
    sensors,
    kubernetes,
    source,
    logs,
    page,
    marketing,
    configuration,
    order_table,
    sign_up,
    ticket,
    graph,
    changelog,
    style_sheet,
    commented,
    colleagues,
)


def general(seed: str) -> Document:
    """An ordinary document without health information."""
    case = Case(seed, "not-phi")
    make = case.inv.pick(*_GENERAL)
    text, content_type = make(case)
    return case.document(
        text,
        case.inv.pick(content_type, content_type, ""),
        style=make.__name__,
        verdict=Verdict.NONE,
    )
