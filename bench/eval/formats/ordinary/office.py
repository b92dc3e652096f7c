"""Documents of offices and shops, without PHI. Some name persons, none says anything of health."""

from bench.eval import names
from bench.eval.formats.case import Case
from bench.eval.formats.ordinary.made import Made, hexadecimal, in_json


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
    return in_json(
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
    return in_json(
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
    return in_json(case, {"contacts": rows, "nextPage": None})


def employees(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    return in_json(
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
    return in_json(
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
        f"csrf_token={hexadecimal(case, 32)}&first_name={given}&"
        f"email={p.email.replace('@', '%40')}&phone={p.phone}&"
        f"plan={inv.pick('basic', 'pro')}&newsletter=on",
        "application/x-www-form-urlencoded",
    )


def ticket(case: Case) -> Made:
    inv, p = case.inv, case.inv.patient()
    return in_json(
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


def colleagues(case: Case) -> Made:
    """Mail among colleagues: names in greetings and closings, but no health information."""
    inv, p, q = case.inv, case.inv.patient(), case.inv.patient()
    return (
        f"Hi {p.given},\n\nAttached is the forecast. {q.given} {q.family} confirmed the "
        f"lease. Can you call Mr. {inv.family()} at {inv.written_phone(q.phone)}?\n"
        f"My daughter {inv.patient().given} has a recital, so let us talk after "
        f"{inv.date(2024, 2025).isoformat()}.\n\nThanks,\n{q.given}\n"
    ), "text/plain"


def page(case: Case) -> Made:
    inv = case.inv
    title = inv.pick("Welcome to Book Barn", "Quarterly update", "How to brew coffee", "Contact us")
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta '
        f'charset="utf-8"><title>{title}</title><link rel="stylesheet" '
        f'href="/s.{hexadecimal(case, 8)}.css"></head>\n<body><h1>{title}</h1><p>Call us at '
        f"{inv.written_phone(inv.phone())} or write to "
        f"hello@{inv.pick(*names.DOMAINS)}.</p><p>{inv.street()}, "
        f'{inv.town()[0]}</p><form action="/search"><input name="q"><input type="hidden" '
        f'name="csrf" value="{hexadecimal(case, 32)}"></form></body></html>\n',
        "text/html",
    )
