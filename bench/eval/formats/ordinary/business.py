"""Documents without health information whose words look like it.

They are about car insurance claims, treatment groups of experiments, ad impressions and payers.
"""

from collections.abc import Callable

from bench.eval.document import Document
from bench.eval.formats.case import Case
from bench.eval.formats.ordinary.made import Made, in_json, one_of
from phiscan.finding import Verdict


def _customer(case: Case) -> dict[str, object]:
    p = case.inv.patient()
    return {
        "firstName": p.given,
        "lastName": p.family,
        "email": p.email,
        "phone": p.phone,
        "dateOfBirth": p.born.isoformat(),
    }


def car_claim(case: Case) -> Made:
    """A car insurance claim, with a policy, a deductible and an insured person."""
    inv = case.inv
    return in_json(
        case,
        {
            "claimNumber": inv.digits(9),
            "policyNumber": f"AU-{inv.digits(7)}",
            "insured": _customer(case),
            "vehicle": {
                "make": "Volvo",
                "model": "V60",
                "year": 2021,
                "vin": "5GZCZ43D13S812715",
                "plate": f"ABC{inv.digits(4)}",
            },
            "lossDate": inv.date(2023, 2025).isoformat(),
            "claimType": "collision",
            "claimAmount": 4210.5,
            "deductible": 500,
            "coverageType": "comprehensive",
            "claimStatus": "open",
        },
    )


def experiment(case: Case) -> Made:
    inv = case.inv
    return in_json(
        case,
        {
            "experiment": "checkout-button",
            "user": {"id": inv.digits(7), "email": inv.patient().email},
            "treatment": inv.pick("control", "variant-b"),
            "impression": f"imp-{inv.digits(6)}",
            "conversion": True,
        },
    )


def page_view(case: Case) -> Made:
    inv = case.inv
    return in_json(
        case,
        {
            "event": "page_view",
            "userId": inv.digits(8),
            "clientIp": f"81.2.69.{inv.rng.randint(1, 254)}",
            "vitals": {"lcp": 1840, "cls": 0.02, "inp": 120},
            "url": "/shoes",
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64)",
        },
    )


def payment(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    return in_json(
        case,
        {
            "id": f"PAY-{inv.digits(10)}",
            "payer": {
                "payer_id": inv.digits(13),
                "payer_name": f"{p.given} {p.family}",
                "email_address": p.email,
                "address": {"address_line_1": p.street, "postal_code": p.zip},
            },
            "amount": {"value": "42.10", "currency_code": "USD"},
            "status": "COMPLETED",
        },
    )


def membership(case: Case) -> Made:
    inv = case.inv
    return in_json(
        case,
        {
            "memberId": f"GYM{inv.digits(6)}",
            "member": _customer(case),
            "plan": "gold",
            "checkIns": inv.rng.randint(0, 90),
            "locker": inv.digits(3),
        },
    )


def booking(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    return in_json(
        case,
        {
            "bookingReference": "QX7P2M",
            "passengers": [{**_customer(case), "passportNumber": inv.digits(9)}],
            "flights": [{"from": "ORD", "to": "LIS", "departure": "2025-06-01T18:30:00Z"}],
            "contactPhone": inv.written_phone(p.phone),
        },
    )


def pupil(case: Case) -> Made:
    inv = case.inv
    return in_json(
        case,
        {
            "studentId": inv.digits(7),
            "student": _customer(case),
            "grade": 7,
            "guardian": {
                "name": f"{inv.patient().given} {inv.family()}",
                "phone": inv.written_phone(inv.phone()),
            },
            "homeroom": "B12",
            "attendance": 0.97,
        },
    )


def workflow(case: Case) -> Made:
    return (
        f"name: Build And Test\non: [push]\njobs:\n  test:\n    name: Run Unit Tests\n   "
        f" runs-on: ubuntu-latest\n    steps:\n    - name: Check Out\n      uses: "
        f"actions/checkout@v4\n    - name: Set Up Node\n      with: {{node-version: "
        f"{case.inv.rng.randint(18, 22)}}}\n    - run: npm test\n",
        "application/yaml",
    )


def invitation(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n"
        f"UID:{inv.digits(12)}@fernmail.net\r\nDTSTART:20250601T100000Z\r\n"
        f"SUMMARY:Budget review\r\nORGANIZER;CN={p.given} {p.family}:mailto:{p.email}\r\n"
        f"ATTENDEE;CN={inv.patient().given} "
        f"{inv.family()}:mailto:{inv.patient().email}\r\nLOCATION:Room "
        f"{inv.digits(3)}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        "text/calendar",
    )


def application(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    return (
        f"Dear hiring team,\n\nMy name is {p.given} {p.family} and I apply for the "
        f"position of {inv.pick('Registered Nurse', 'Data Analyst', 'Medical Secretary')}"
        f". I have {inv.rng.randint(2, 20)} years of experience in "
        f"{inv.pick('patient care', 'a hospital laboratory', 'billing')}. You can reach "
        f"me at {inv.written_phone(p.phone)} or {p.email}.\n\nSincerely,\n{p.given} "
        f"{p.family}\n{p.street}, {p.city}, {p.state} {p.zip}\n",
        "text/plain",
    )


def incident(case: Case) -> Made:
    inv = case.inv
    return (
        f"INCIDENT {inv.digits(5)}\nSummary: patient-api pods crash after deploy "
        f"{inv.rng.randint(1, 9)}.{inv.digits(2)}.0\nDiagnosis: connection pool "
        f"exhausted by retries\nTreatment: rolled back, raised the limit to "
        f"{inv.digits(3)}\n"
        f"Owner: {inv.patient().given} {inv.family()}\nReported by: "
        f"{inv.patient().email}\nTimeline: 10:0{inv.rng.randint(0, 9)} page sent, "
        f"10:2{inv.rng.randint(0, 9)} resolved\n",
        "text/plain",
    )


def access_log(case: Case) -> Made:
    inv = case.inv
    return "".join(
        f'10.4.{i}.7 - - [04/Mar/2025:10:1{i}:11 +0000] "GET '
        f'/patients/{inv.digits(6)}/appointments?page={i} HTTP/1.1" 200 {inv.digits(4)} '
        f'"-" "okhttp/4.9"\n'
        for i in range(8)
    ), "text/plain"


def property_table(case: Case) -> Made:
    inv = case.inv
    rows = ["parcel_id,owner_name,street_address,city,zip,assessed_value,account_number"]
    for _ in range(5):
        p = inv.patient()
        rows.append(
            f'{inv.digits(9)},{p.family},"{p.street}",{p.city},{p.zip},{inv.digits(6)},'
            f"{inv.digits(8)}"
        )
    return "\n".join(rows) + "\n", "text/csv"


_BUSINESS: tuple[Callable[[Case], Made], ...] = (
    car_claim,
    experiment,
    page_view,
    payment,
    membership,
    booking,
    pupil,
    workflow,
    invitation,
    application,
    incident,
    access_log,
    property_table,
)


def business(seed: str) -> Document:
    """A document outside health care that uses its words."""
    return one_of(Case(seed, "business"), _BUSINESS, Verdict.NONE)
