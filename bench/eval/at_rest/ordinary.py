"""Columns that hold nobody: look-alikes, and what stands beside people in every table."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from bench.eval import names
from bench.eval.at_rest import nested
from bench.eval.at_rest.words import LOCALES
from bench.eval.people import Invent

Value = Callable[[Invent], object]


def _stamp(invent: Invent) -> str:
    seconds = timedelta(seconds=invent.rng.randrange(86400))
    return f"{invent.date(2021, 2025)} {str(seconds).rjust(8, '0')}"


def _ean(invent: Invent) -> str:
    d = invent.digits(12)
    total = sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(d))
    return f"{d}{-total % 10}"


def _uuid(invent: Invent) -> str:
    return str(uuid.UUID(bytes=invent.rng.randbytes(16), version=4))


def _ip(invent: Invent) -> str:
    return ".".join(str(invent.rng.randint(1, 254)) for _ in range(4))


def _product(invent: Invent) -> str:
    brand = invent.pick(*names.STREETS).replace("_", " ")
    thing = invent.pick(
        "Floor Lamp",
        "Office Chair",
        "Paper Towels",
        "Surgical Gloves",
        "Desk",
        "Trolley",
        "Wall Clock",
        "Coffee Machine",
        "Monitor Arm",
        "Exam Light",
    )
    return f"{brand} {thing}"


def _film(invent: Invent) -> str:
    return (
        f"The {invent.pick('Last', 'Silent', 'Golden', 'Broken', 'Long', 'Second')} "
        f"{invent.pick('Summer', 'River', 'Garden', 'Letter', 'Winter', 'Station', 'Mirror')}"
    )


def _hex(size: int) -> Value:
    return lambda i: hashlib.sha256(i.rng.randbytes(16)).hexdigest()[:size]


def _of(*choices: object) -> Value:
    return lambda i: i.pick(*choices)


def _form(form: str) -> Value:
    """`SCN-###`: a random digit for each `#`, a letter for each `@`."""

    def value(i: Invent) -> str:
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
        return "".join(
            str(i.rng.randint(0, 9)) if c == "#" else i.pick(*letters) if c == "@" else c
            for c in form
        )

    return value


def _branch(i: Invent) -> str:
    return (
        f"{i.pick(*names.TOWNS).replace('_', ' ')} {i.pick('Branch', 'Depot', 'Store', 'Office')}"
    )


def _host(i: Invent) -> str:
    return f"{i.pick('app', 'db', 'edge')}-{i.rng.randint(1, 40):02d}.{i.pick('eu', 'us')}.corp"


def _path(i: Invent) -> str:
    return f"/{i.pick('api', 'v2')}/{i.pick('orders', 'items', 'health')}/{i.digits(4)}"


def _provider(i: Invent) -> str:
    p = i.provider()
    return f"{p.given} {p.family}, {i.pick('MD', 'DO', 'NP', 'PA-C')}"


def _country(i: Invent) -> str:
    return i.pick(*(town for locale in LOCALES.values() for town in locale.towns))


TABLES: Final[dict[str, dict[str, Value]]] = {
    "scenario": {
        "scenario_code": _form("SCN-###"),
        "title": _film,
        "owner_team": _of("Core", "Billing", "Ops"),
        "priority": _of("P1", "P2", "P3"),
        "estimate": _of(1, 2, 3, 5, 8),
        "created_at": _stamp,
        "test_name": lambda i: (
            f"test_{i.pick('login', 'refund', 'export')}_{i.pick('ok', 'fails')}"
        ),
        "revision": _form("r####"),
        "flag": _of("Y", "N"),
        "checksum": _hex(32),
    },
    "purchase_order": {
        "order_no": _form("PO-#######"),
        "part_number": _form("@@-####-##"),
        "quantity": _of(1, 4, 9),
        "unit_price": lambda i: f"{i.rng.uniform(1, 900):.2f}",
        "currency": _of("USD", "EUR"),
        "ordered_at": _stamp,
        "tracking_no": _form("1Z###@@##########"),
        "product_name": _product,
        "supplier_code": _form("V#####"),
        "warehouse": _branch,
        "ean": _ean,
    },
    "build": {
        "commit_sha": _hex(40),
        "artifact_id": _uuid,
        "build_no": _form("#####"),
        "started_at": _stamp,
        "duration_ms": lambda i: i.rng.randint(200, 90000),
        "version": lambda i: f"{i.rng.randint(0, 9)}.{i.rng.randint(0, 30)}.{i.rng.randint(0, 99)}",
        "image_digest": lambda i: f"sha256:{_hex(64)(i)}",
        "branch": _of("main", "fix/a", "release"),
        "runner": _host,
        "exit_code": _of(0, 0, 0, 1),
    },
    "access_log": {
        "client_ip": _ip,
        "request_path": _path,
        "status": _of(200, 304, 404),
        "bytes": _form("#####"),
        "ts": _stamp,
        "session_id": _uuid,
        "user_agent": _of("Mozilla/5.0 (X11; Linux)", "curl/8.1"),
        "upstream": _host,
        "epoch": lambda i: 1_600_000_000 + i.rng.randrange(10**8),
        "trace_id": _hex(32),
    },
    "product": {
        "product_name": _product,
        "brand": _of("Kestrel", "Lantern", "Foxglove"),
        "ean13": _ean,
        "price": lambda i: f"${i.rng.uniform(1, 400):.2f}",
        "weight_g": _form("####"),
        "color": _of("red", "blue", "anthracite"),
        "batch": _form("LOT#####@"),
        "expires": lambda i: str(i.date(2026, 2029)),
        "details": nested.product_json,
        "category_name": _of("Lighting", "Furniture", "Cleaning"),
    },
    "provider_directory": {
        "npi": lambda i: i.npi(),
        "provider_name": _provider,
        "specialty": _of("Cardiology", "Oncology"),
        "practice_name": lambda i: i.pick(*names.ORGANIZATIONS),
        "practice_street": lambda i: i.street(),
        "practice_city": lambda i: i.town()[0],
        "practice_zip": lambda i: i.town()[2],
        "practice_phone": lambda i: i.written_phone(i.phone()),
        "dea": lambda i: i.dea("Smith"),
        "accepting_new": _of("Y", "N"),
    },
    "branch": {
        "branch_name": _branch,
        "branch_zip": lambda i: i.town()[2],
        "region": _of("North", "South"),
        "opened_on": lambda i: str(i.date(1950, 2024)),
        "floor_space": _form("####"),
        "branch_code": _form("BR##"),
        "rent": lambda i: f"{i.rng.uniform(900, 9000):.2f}",
        "opening_hours": _of("9-17", "8-20"),
        "parking": _of("Y", "N"),
        "cost_center": _form("CC####"),
    },
    "lab_catalogue": {
        "loinc": lambda i: i.pick(*names.LABS)[0],
        "test_name": lambda i: i.pick(*names.LABS)[1],
        "unit": lambda i: i.pick(*names.LABS)[2],
        "low": lambda i: i.pick(*names.LABS)[3],
        "high": lambda i: i.pick(*names.LABS)[4],
        "tube": _of("red", "lavender", "gold"),
        "turnaround_h": _of(2, 4, 24),
        "price": lambda i: f"{i.rng.uniform(4, 90):.2f}",
        "valid_from": lambda i: str(i.date(2018, 2025)),
        "active": _of("Y", "N"),
    },
    "icd_catalogue": {
        "code": lambda i: i.pick(*names.DIAGNOSES)[0],
        "description": lambda i: i.pick(*names.DIAGNOSES)[1],
        "snomed": lambda i: i.pick(*names.DIAGNOSES)[2],
        "chapter": _of("I", "IV", "IX"),
        "billable": _of("Y", "N"),
        "valid_from": lambda i: str(i.date(2015, 2024)),
        "drg": _form("###"),
        "weight": lambda i: f"{i.rng.uniform(0.3, 4):.4f}",
        "sort_order": _form("####"),
        "release": _of("2023", "2024", "2025"),
    },
    "formulary": {
        "ndc": lambda i: i.pick(*names.DRUGS)[2],
        "drug_name": lambda i: i.pick(*names.DRUGS)[0],
        "rxcui": lambda i: i.pick(*names.DRUGS)[1],
        "tier": _of(1, 2, 3),
        "pack_size": _of(10, 30, 100),
        "price": lambda i: f"{i.rng.uniform(1, 400):.2f}",
        "shelf": _form("@##"),
        "lot": _form("@@#####"),
        "reorder_at": _form("##"),
        "controlled": _of("", "CII", "CIV"),
    },
    "asset": {
        "serial_number": _form("SN########"),
        "mac": lambda i: ":".join(_hex(2)(i) for _ in range(6)),
        "host_name": _host,
        "rack": _form("R##-U##"),
        "purchased_on": lambda i: str(i.date(2012, 2025)),
        "price": lambda i: f"{i.rng.uniform(100, 9000):.2f}",
        "model": _form("@@###"),
        "firmware": lambda i: f"{i.rng.randint(1, 9)}.{i.rng.randint(0, 20)}",
        "state": _of("up", "spare"),
        "po_number": _form("45########"),
    },
    "ledger": {
        "account_code": _form("4###"),
        "booked_on": lambda i: str(i.date(2020, 2025)),
        "amount": lambda i: f"{i.rng.uniform(-9000, 9000):.2f}",
        "cost_center": _form("CC####"),
        "document_no": _form("51########"),
        "tax_code": _of("A1", "B7", "V0"),
        "currency": _of("USD"),
        "text": nested.ticket,
        "period": _of("2024-01", "2024-02"),
        "posting_key": _of("40", "50"),
    },
    "film": {
        "film_title": _film,
        "released_on": lambda i: str(i.date(1925, 2024)),
        "minutes": _form("1##"),
        "genre": _of("Drama", "Western", "Comedy"),
        "rating": lambda i: f"{i.rng.uniform(1, 10):.1f}",
        "studio": _of("Kestrel Pictures", "Lantern Films"),
        "votes": _form("#####"),
        "language": _of("en", "fr"),
        "catalog_no": _form("@@@-###"),
        "restored": _of("Y", "N"),
    },
    "place": {
        "place_name": _country,
        "region_code": _form("@@"),
        "population": _form("######"),
        "elevation": _form("###"),
        "founded": lambda i: str(i.rng.randint(900, 1900)),
        "timezone": _of("Europe/Berlin", "Europe/Paris"),
        "area_km2": _form("##.#"),
        "dial_prefix": _form("0###"),
        "geohash": _hex(7),
        "surveyed_on": lambda i: str(i.date(1930, 2024)),
    },
    "feature_flag": {
        "flag_key": lambda i: (
            f"{i.pick('enable', 'hide')}-{i.pick('banner', 'beta')}-{i.digits(2)}"
        ),
        "enabled": _of("true", "false"),
        "config": nested.settings_json,
        "rollout": _of(0, 10, 50, 100),
        "changed_at": _stamp,
        "owner_team": _of("core", "web"),
        "request_id": _uuid,
        "etag": _hex(16),
        "patient_flag": _of("Y", "N"),
        "ssn_present": _of("true", "false"),
    },
    "ticket": {
        "ticket_no": _form("INC#######"),
        "summary": nested.ticket,
        "queue": _of("IT", "Facilities"),
        "opened_at": _stamp,
        "minutes_open": _form("###"),
        "severity": _of("low", "high"),
        "asset_tag": _form("A-#####"),
        "closed": _of("Y", "N"),
        "sla": _of("4h", "24h"),
        "name_type": _of("user", "service", "bot"),
    },
}
"""Tables about nobody."""
BESIDE: Final[dict[str, Value]] = {
    "created_at": _stamp,
    "row_version": _form("####"),
    "source_system": _of("EHR", "LAB", "ADT"),
    "status": _of("active", "closed", "pending"),
    "department": _of("Cardiology", "ED", "ICU"),
    "bed": _form("@##"),
    "amount": lambda i: f"{i.rng.uniform(5, 4000):.2f}",
    "batch_id": _uuid,
    "priority": _of("routine", "urgent"),
    "is_active": _of("Y", "N"),
    "language": _of("en", "es", "fr"),
    "phone_type": _of("home", "work"),
    "checksum": _hex(32),
    "address_kind": _of("billing", "home"),
    "dob_verified": _of("Y", "N"),
    "tariff": _form("T-###"),
    "updated_on": lambda i: str(i.date(2022, 2025)),
    "order_no": _form("ORD-######"),
    "diagnosis_count": _of(1, 2, 3),
    "weight_kg": lambda i: f"{i.rng.uniform(40, 120):.1f}",
}
"""Columns about nobody in tables of people."""
