"""`python -m bench.eval.targets`: requests for patients, where they stand, and requests for others.

Made from FHIR's REST interface (http.html, search.html, graphql.html) and from DICOMweb. A request
for a patient must be PHI in its path, its query, a form of `_search`, `Location`, `Referer` and an
access log. One that names nobody must say nothing. With `--gate` it exits with 1 when a target is
missed.
"""

import argparse
import json
import random
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus, unquote

from bench.eval import names
from bench.eval.score import Ratio
from phiscan import Engine, ScanReport, Verdict

_LEAST_FOUND, _MOST_FALSE = 0.98, 0.005
_BASES: Final = ("/fhir", "/api/R4", "/hapi/fhir", "/v1/datasets/d/fhirStores/s/fhir", "/fhir/r4b")
_OF_PATIENTS: Final = (
    "Observation Condition Encounter MedicationRequest Immunization DiagnosticReport Procedure "
    "CarePlan DocumentReference AllergyIntolerance ServiceRequest Coverage"
).split()
_OF_NOBODY: Final = (
    "Practitioner Organization Location ValueSet Medication PractitionerRole".split()
)
Made = Callable[[random.Random], str]


def _id(rng: random.Random) -> str:
    return rng.choice(
        (
            str(rng.randint(10**6, 10**9)),
            str(uuid.UUID(bytes=rng.randbytes(16), version=4)),
            f"pat-{rng.randint(10**4, 10**6)}",
            "e" + "".join(rng.choices("ABCDEFGabcdefg0123456789", k=22)) + "3",
        )
    )


def _day(rng: random.Random) -> str:
    return f"{rng.randint(1930, 2019)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def _family(rng: random.Random) -> str:
    return rng.choice(names.FAMILY)


def _given(rng: random.Random) -> str:
    return rng.choice((*names.GIVEN_F, *names.GIVEN_M))


def _patient(rng: random.Random) -> str:
    behind = ("", "/_history/2", "/$everything", "/Observation?code=4548-4", "?_format=json")
    return f"{rng.choice(_BASES)}/Patient/{_id(rng)}{rng.choice(behind)}"


def _by_reference(rng: random.Random) -> str:
    kind, number = rng.choice(_OF_PATIENTS), _id(rng)
    said = rng.choice(
        (
            f"patient={number}",
            f"patient=Patient/{number}",
            f"patient:Patient={number}",
            f"_sort=-date&patient={number}&_count=20",
            f"patient=https://ehr.example/fhir/Patient/{number}",
        )
    )
    return f"{rng.choice(_BASES)}/{kind}?{said}"


def _by_demographics(rng: random.Random) -> str:
    said = rng.choice(
        (
            f"family={_family(rng)}&given={_given(rng)}",
            f"family:exact={_family(rng)}",
            f"name={_given(rng)} {_family(rng)}&birthdate={_day(rng)}",
            f"birthdate=eq{_day(rng)}&gender=female",
            f"identifier=http://hospital.example/mrn|{rng.randint(10**6, 10**8)}",
            f"phone=515-555-{rng.randint(100, 9999):04}&family={_family(rng)}",
        )
    )
    return f"{rng.choice(_BASES)}/Patient?{said}"


def _chained(rng: random.Random) -> str:
    said = rng.choice(
        (
            f"patient.identifier=http://hospital.example/mrn|{rng.randint(10**6, 10**8)}",
            f"subject:Patient.birthdate={_day(rng)}",
            f"patient.family={_family(rng)}",
        )
    )
    return f"{rng.choice(_BASES)}/Observation?{said}"


def _by_graphql(rng: random.Random) -> str:
    query = rng.choice(
        (
            f'{{ Patient(id: "{rng.randint(10**6, 10**9)}") {{ birthDate }} }}',
            f'{{ PatientList(family: "{_family(rng)}", birthdate: "{_day(rng)}") {{ id }} }}',
            f'{{ ConditionList(patient: "Patient/{_id(rng)}") {{ code {{ text }} }} }}',
        )
    )
    return f"{rng.choice(_BASES)}/$graphql?query={query}"


def _by_dicom(rng: random.Random) -> str:
    said = rng.choice(
        (
            f"PatientID={rng.randint(10**6, 10**8)}",
            f"00100010={_family(rng).upper()}*&00100030={_day(rng).replace('-', '')}",
        )
    )
    return f"/dicom-web/studies?{said}"


def _of_server(rng: random.Random) -> str:
    return rng.choice(_BASES) + rng.choice(
        (
            "/metadata",
            "/Patient",
            "/Patient/{id}",
            "/Patient/:id",
            "/Patient/_search",
            "/Patient/$export?_type=Observation",
            "/Patient?gender=female&_count=50",
            "/Patient?birthdate=lt1960-01-01",
            "/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/languages",
            "/CodeSystem/$lookup?system=http://loinc.org&code=4548-4",
            "/StructureDefinition/Patient",
            "/Condition?code=http://snomed.info/sct|73211009",
            '/$graphql?query={ PractitionerList(name: "Delgado") { id } }',
        )
    )


def _of_provider(rng: random.Random) -> str:
    kind = rng.choice(_OF_NOBODY)
    said = rng.choice((f"/{_id(rng)}", f"?_id={_id(rng)}", f"?name={_family(rng)}"))
    return f"{rng.choice(_BASES)}/{kind}{said}"


def _of_application(rng: random.Random) -> str:
    return rng.choice(
        (
            f"/orders/{rng.randint(1, 10**6)}/items?page=2",
            f"/api/v1/users/{uuid.UUID(bytes=rng.randbytes(16))}",
            "/assets/app.3f9c1d2e.js?v=12",
            f"/search?q=fonts&family=Roboto&subset=latin&page={rng.randint(1, 9)}",
            f"/person/{rng.randint(1, 900)}/edit",
            "/wiki/Patient",
            f"/tasks?patient_id=&status=open&page={rng.randint(1, 9)}",
        )
    )


_PATIENTS: Final[dict[str, Made]] = {
    "read": _patient,
    "reference": _by_reference,
    "demographics": _by_demographics,
    "chain": _chained,
    "GraphQL": _by_graphql,
    "DICOMweb": _by_dicom,
}
_OTHERS: Final[dict[str, Made]] = {
    "server": _of_server,
    "provider": _of_provider,
    "application": _of_application,
}


def _escaped(target: str) -> str:
    return quote(target, safe="/?&=:|$,;@!'*+-._~")


def _as_form(target: str) -> tuple[list[tuple[str, str]], bytes, str]:
    path, _, query = target.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&"))
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, _, value in pairs)
    return [("path", f"{path}/_search")], body.encode(), "application/x-www-form-urlencoded"


def _as_request(target: str) -> tuple[list[tuple[str, str]], bytes, str]:
    path, _, query = target.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    return [("path", path), *((f"query.{name}", value) for name, _, value in pairs)], b"", ""


def _as_header(name: str) -> Callable[[str], tuple[list[tuple[str, str]], bytes, str]]:
    return lambda target: (
        [("path", "/"), (f"header.{name}", f"https://ehr.example{_escaped(target)}")],
        b"",
        "",
    )


def _as_log(target: str) -> tuple[list[tuple[str, str]], bytes, str]:
    line = f'10.0.0.1 - - [12/Mar/2024:10:11:12 +0000] "GET {_escaped(target)} HTTP/1.1" 200 512\n'
    return [], line.encode(), "text/plain"


def _as_batch(target: str) -> tuple[list[tuple[str, str]], bytes, str]:
    relative = _escaped(target).split("/fhir/")[-1].lstrip("/")
    entry = {"request": {"method": "GET", "url": relative}}
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
    return [("path", "/fhir")], json.dumps(bundle).encode(), "application/fhir+json"


_PLACES: Final = {
    "request": _as_request,
    "form": _as_form,
    "Location": _as_header("location"),
    "Referer": _as_header("referer"),
    "log": _as_log,
    "batch": _as_batch,
}


def _fits(place: str, kind: str, target: str) -> bool:
    """Whether such a target can stand there."""
    if place == "form":
        return kind not in ("GraphQL", "DICOMweb", "application") and (
            "?" in target and "/Patient/" not in target and "$" not in target
        )
    return place != "batch" or (kind not in ("DICOMweb", "GraphQL", "application"))


def main() -> int:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(prog="bench.eval.targets", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=40, help="targets of each kind and place")
    parser.add_argument("--gate", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--show-misses", action="store_true", help="values are invented")
    options = parser.parse_args()
    engine, rng = Engine.load(), random.Random(options.seed)
    found, false = Ratio(), Ratio()
    for made, total, is_named in ((_PATIENTS, found, True), (_OTHERS, false, False)):
        for kind, make in made.items():
            own = Ratio()
            for place, target in _targets(kind, make, rng, options.size):
                report = _scan(engine, *_PLACES[place](target))
                is_phi = report.verdict is Verdict.PHI
                own.count(is_phi)
                total.count(is_phi)
                if options.show_misses and is_phi is not is_named:
                    print(f"    {place}: {unquote(target)} {report.verdict}")
            print(f"{kind:16}{'found' if is_named else 'called PHI':>12}{own.value:>10.1%}")
    print(
        f"{'patients':16}{found.value:>22.1%}, {found.trials} requests, target {_LEAST_FOUND:.0%}"
    )
    print(f"{'others':16}{false.value:>22.1%}, {false.trials} requests, target {_MOST_FALSE:.1%}")
    met = found.value >= _LEAST_FOUND and false.value <= _MOST_FALSE
    return int(options.gate and not met)


def _targets(kind: str, make: Made, rng: random.Random, size: int) -> Iterator[tuple[str, str]]:
    for place in _PLACES:
        for _ in range(size):
            target = make(rng)
            if _fits(place, kind, target):
                yield place, target


def _scan(
    engine: Engine, fields: list[tuple[str, str]], body: bytes, content_type: str
) -> ScanReport:
    scanner = engine.scanner(content_type=content_type, clock=lambda: 0.0)
    for name, value in fields:
        scanner.feed_field(name, value)
    scanner.feed(body)
    return scanner.finish()


if __name__ == "__main__":
    sys.exit(main())
