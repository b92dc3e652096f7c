"""The OpenAPI 3.1 document of the HTTP interface. `docs/openapi.json` is the same.

The words of the enums come from the code, so that the document cannot lag behind.
"""

import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

import orjson

from extauthz.guard.http.messages import PROBLEM, Code
from extauthz.guard.http.question import KEYS
from extauthz.records.release import VERSION
from mesh.message.facts import Direction, Vantage
from mesh.message.identity import PRINCIPAL_FORM
from mesh.policy.decision import Action, Reason
from phiscan.finding import Coverage, Gap, Likelihood, Verdict
from phiscan.identifiers import Identifier

_Schema = dict[str, Any]
_EXAMPLE: Final = {
    "source": "cluster.local/ns/clinic/sa/ehr",
    "destination": "cluster.local/ns/finance/sa/billing",
    "mtls": True,
    "method": "POST",
    "path": "/claims",
    "body": {"accepted": True},
}


def document() -> dict[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "phiguard",
            "version": VERSION,
            "summary": "Scan, redact and decide for pipelines that are not Envoy.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/v1/scan": {"post": _scan()},
            "/v1/redact": {"post": _redact()},
            "/v1/decide": {"post": _decide()},
            "/healthz": {"get": _health()},
            "/openapi.json": {"get": _describe()},
        },
        "components": {
            "schemas": {
                "Report": _report(),
                "Finding": _finding(),
                "Question": _question(),
                "Answer": _answer(),
                "Problem": _problem(),
            }
        },
    }


def _scan() -> _Schema:
    return _operation(
        "scan",
        "Report the PHI in a document. It asks no policy and leaves no record.",
        {"200": _json("what is in the document, without its values", "Report")},
        body=_document(),
    )


def _redact() -> _Schema:
    masked = {
        "description": "the document with its identifiers masked, in the same type and encoding",
        "headers": {"X-Phiguard-Verdict": {"schema": _enum(Verdict, "of the document as it came")}},
        "content": {"*/*": {}},
    }
    return _operation(
        "redact",
        "Mask the identifiers in a document. It asks no policy and leaves no record.",
        {"200": masked, "422": _refusal("it cannot be read whole, or masks cannot be proven")},
        body=_document(),
    )


def _decide() -> _Schema:
    return _operation(
        "decide",
        "Decide on one message by the policy in force. The ledger keeps a record, as for Envoy. "
        "`effect` says what to do: ALLOW and ALERT let the message pass, REDACT lets the masked "
        "body pass, DENY stops it. Whatever has another status than 200 stops it too.",
        {
            "200": _json("what to do with the message", "Answer"),
            "415": _refusal("the body is not of the type application/json"),
        },
        body={
            "required": True,
            "content": {
                "application/json": {"schema": _ref("Question"), "example": _EXAMPLE},
            },
        },
    )


def _health() -> _Schema:
    ready = {
        "type": "object",
        "required": ["ready"],
        "properties": {"ready": {"type": "boolean"}},
        "additionalProperties": False,
    }
    content = {"application/json": {"schema": ready}}
    return {
        "operationId": "health",
        "summary": "Say whether the guard would decide.",
        "responses": {
            "200": {"description": "it would", "content": content},
            "503": {"description": "every message would be refused", "content": content},
        },
    }


def _describe() -> _Schema:
    return {
        "operationId": "describe",
        "summary": "This document.",
        "responses": {
            "200": {
                "description": "this document",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }


def _operation(
    name: str, about: str, responses: Mapping[str, _Schema], *, body: _Schema
) -> _Schema:
    return {
        "operationId": name,
        "summary": about.partition(". ")[0].rstrip(".") + ".",
        "description": about,
        "requestBody": body,
        "responses": {
            **responses,
            "400": _refusal("not valid HTTP, or not the question that is expected"),
            "403": _refusal("the request comes from a page in a browser"),
            "408": _refusal("the body did not arrive in time"),
            "413": _refusal("the body is larger than --max-body-bytes"),
            "429": _refusal("too many requests at once, or no scanner became free in time"),
            "431": _refusal("the head is too large"),
            "503": _refusal("the guard stops or has failed"),
        },
    }


def _document() -> _Schema:
    return {
        "description": "the document; Content-Type and Content-Encoding describe it, and are not "
        "needed where it can be recognised",
        "required": True,
        "content": {"*/*": {}},
    }


def _json(about: str, schema: str) -> _Schema:
    return {"description": about, "content": {"application/json": {"schema": _ref(schema)}}}


def _refusal(about: str) -> _Schema:
    return {"description": about, "content": {PROBLEM: {"schema": _ref("Problem")}}}


def _ref(name: str) -> _Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _enum(words: Iterable[StrEnum], about: str) -> _Schema:
    return {"type": "string", "enum": [word.value for word in words], "description": about}


def _closed(properties: Mapping[str, _Schema], optional: Iterable[str] = ()) -> _Schema:
    left_out = set(optional)
    return {
        "type": "object",
        "required": [key for key in properties if key not in left_out],
        "properties": dict(properties),
        "additionalProperties": False,
    }


def _texts(about: str) -> _Schema:
    return {"type": "array", "items": {"type": "string"}, "description": about}


def _text(about: str) -> _Schema:
    return {"type": "string", "description": about}


def _count(about: str) -> _Schema:
    return {"type": "integer", "minimum": 0, "description": about}


def _report() -> _Schema:
    place = _closed(
        {"field": _text("path"), "start": {"type": "integer"}, "end": {"type": "integer"}}
    )
    return _closed(
        {
            "media": _text("what the document was read as"),
            "parts": _texts("kinds of documents within it"),
            "verdict": _enum(Verdict, "what the findings mean together"),
            "coverage": _enum(Coverage, "whether everything was read"),
            "reason": _enum(Gap, "why not; empty when it was"),
            "findings": {"type": "array", "items": _ref("Finding")},
            "unlisted": _count("findings beyond those that are listed"),
            "opaque": {
                "type": "array",
                "items": place,
                "description": "parts that look encoded and decode to nothing",
            },
            "bytes": _count("size of the document"),
        }
    )


def _finding() -> _Schema:
    return _closed(
        {
            "infoType": _text("what was found"),
            "identifier": {
                "enum": [*(each.value for each in Identifier), None],
                "description": "class of 45 CFR 164.514(b)(2)(i)",
            },
            "likelihood": {"enum": [each.name for each in Likelihood]},
            "detector": _text("what found it"),
            "field": _text("path of the field; empty where none holds it"),
            "start": {"type": "integer", "description": "first byte; -1 outside the body"},
            "end": {"type": "integer", "description": "byte after the last one, or -1"},
        }
    )


def _question() -> _Schema:
    principal = {"type": "string", "pattern": f"^({PRINCIPAL_FORM})?$"}
    lists = {
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    }
    properties: dict[str, _Schema] = {
        "source": principal | {"description": "who sends the request: TD/ns/NS/sa/ACCOUNT"},
        "destination": principal | {"description": "who answers it"},
        "service": _text("host of the destination, where its principal is not known"),
        "sourceAddress": _text("address of a sender without a principal"),
        "mtls": _flag("whether both ends have proven who they are", default=False),
        "direction": _enum(Direction, "default: request"),
        "vantage": _enum(Vantage, "default: outbound with `service`, else inbound"),
        "redactable": _flag("whether you can replace the body", default=True),
        "method": _text("default: GET"),
        "path": _text("with its query; default: /"),
        "host": _text("the :authority or Host header"),
        "port": {"type": "integer", "minimum": 0, "maximum": 65535},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "contentType": _text("of the body"),
        "contentEncoding": _text("of the body"),
        "claims": lists | {"description": "claims that you have verified"},
        "verifiedHeaders": lists | {"description": "headers that you vouch for"},
        "body": {"description": "a text as it is, or a JSON value"},
        "bodyBase64": {"type": "string", "contentEncoding": "base64"},
        "truncated": _flag("whether bytes of the body are missing", default=False),
    }
    missing = set(KEYS) ^ properties.keys()
    if missing:
        raise AssertionError(f"the document lacks {missing}")
    return _closed(properties, optional=properties)


def _flag(about: str, *, default: bool) -> _Schema:
    return {"type": "boolean", "default": default, "description": about}


def _answer() -> _Schema:
    masked = {
        "maskedBase64": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "with the effect REDACT, the body that may pass",
        },
        "removedHeaders": _texts("with the effect REDACT, headers that may not pass"),
        "renewedHeaders": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "with the effect REDACT, headers with a digest of the masked body",
        },
    }
    return _closed(
        {
            "id": _text("of the decision, in the ledger too"),
            "effect": _enum(Action, "what to do with the message"),
            "decision": _enum(Action, "what the policy wants"),
            "enforced": {"type": "boolean", "description": "false in discover and monitor"},
            "reason": _enum(Reason, "why"),
            "verdict": _enum(Verdict, "what the findings mean together"),
            "coverage": _enum(Coverage, "whether everything was read"),
            "gap": _enum(Gap, "why not; empty when it was"),
            "media": _text("what the body was read as"),
            "identifiers": {
                "type": "array",
                "items": {"enum": [each.value for each in Identifier]},
            },
            "tipped": _texts("infoTypes that led to the decision"),
            "rules": _texts("rules of the edge"),
            "policy": _text("name of the policy"),
            "digest": _text("of its revision"),
            "findings": {"type": "array", "items": _ref("Finding")},
            **masked,
        },
        optional=masked,
    )


def _problem() -> _Schema:
    return _closed(
        {
            "title": _text("phrase of the status"),
            "status": {"type": "integer"},
            "code": _enum(Code, "why; a closed set"),
            "detail": _text("one sentence; it repeats nothing of the request"),
        }
    ) | {"description": "RFC 9457"}


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(document(), option=orjson.OPT_INDENT_2) + b"\n")
