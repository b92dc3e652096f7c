from pathlib import Path

import jsonschema
import orjson
import pytest
from http_client import LOOPBACK, head, once, post
from openapi_spec_validator import OpenAPIV31SpecValidator
from test_service import DENIED, JSON, REDACTED, question

from extauthz.guard.http import openapi

STORED = Path(__file__).parents[4] / "docs" / "openapi.json"


def schema(name):
    document = openapi.document()
    found = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return jsonschema.Draft202012Validator(found)


def test_the_document_is_valid_and_stored_as_it_is():
    document = openapi.document()
    OpenAPIV31SpecValidator(document).validate()
    assert orjson.loads(STORED.read_bytes()) == document, "run `make manifests`"


def test_every_path_is_in_the_document_and_answers_as_it_says(guard, run):
    async def scenario():
        async with guard(http=LOOPBACK) as g:
            routes = g.worker._http._service.routes
            served = await once(g, head("GET", "/openapi.json"))
            sent = {
                "Report": post("/v1/scan", REDACTED, JSON),
                "Answer": question(DENIED),
                "Problem": post("/v1/decide", b"{", JSON),
            }
            answers = {name: (await once(g, each)).json for name, each in sent.items()}
            return (
                routes,
                served.json,
                answers | {"masked": (await once(g, question(REDACTED))).json},
            )

    routes, served, answers = run(scenario())
    assert served == openapi.document()
    paths = served["paths"]
    assert {path: route.method for path, route in routes.items()} == {
        path: next(iter(methods)).upper() for path, methods in paths.items()
    }
    schema("Answer").validate(answers.pop("masked"))
    for name, answer in answers.items():
        schema(name).validate(answer)
    with pytest.raises(jsonschema.ValidationError):
        schema("Answer").validate(answers["Problem"])


def test_the_example_is_a_question():
    content = openapi.document()["paths"]["/v1/decide"]["post"]["requestBody"]["content"]
    schema("Question").validate(content["application/json"]["example"])
