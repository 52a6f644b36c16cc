"""The OpenAPI document of the operations, and a page that shows it without anything else."""

from __future__ import annotations

import http
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from pipeline.api.operation import PHOTO_TYPES, Answer, Operation
from pipeline.api.problems import PROBLEM_JSON, Problem

DOCUMENT_PATH, PAGE_PATH = "/api/openapi.json", "/api"
VERSION = "1.0"
_ABOUT = (
    "Descriptions of photos and speech, made on this machine. Vois is often wrong: never rely on "
    "it for safety. A token is needed only where Vois was started with one."
)
# Of every operation: a name that is not ours, pages of others, no token, the model's files.
_ALWAYS = (400, 403, 503)
_REFERENCE = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"{(\w+)}")
_STYLE = (
    ":root{color-scheme:light dark}body{font:1.1rem/1.5 sans-serif;max-width:46rem;margin:1rem auto"
    ";padding:0 1rem}code,pre{font-family:monospace;overflow-wrap:anywhere;white-space:pre-wrap}"
    "table{border-collapse:collapse}th,td{border:1px solid;padding:.3rem;text-align:left}"
)

Json = dict[str, object]  # JSON, where a dict has to stand for a type


def document(operations: Sequence[Operation], root_path: str) -> Json:
    """The OpenAPI 3.1 document.

    Args:
        operations: what is served.
        root_path: the path under which a proxy serves it, or "".
    """
    models = dict.fromkeys(_models(operations))
    _, schemas = models_json_schema(
        [(one, "validation") for one in models], ref_template=_REFERENCE
    )
    paths: dict[str, Json] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Vois", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": root_path or "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _models(operations: Iterable[Operation]) -> Iterator[type[BaseModel]]:
    yield Problem
    for one in operations:
        yield from filter(None, (one.query, one.body, *(kind.model for kind in one.answers)))


def _operation(one: Operation) -> Json:
    statuses = sorted({*one.statuses, *_ALWAYS, *(() if one.is_open else (401,))})
    responses: Json = {"200": {"description": "Done.", "content": _content(one.answers)}}
    for status in statuses:
        described: Json = {
            "description": http.HTTPStatus(status).phrase,
            "content": {PROBLEM_JSON: {"schema": _reference(Problem)}},
        }
        if status == 429:
            described["headers"] = {
                "Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}
            }
        responses[str(status)] = described
    found: Json = {
        "operationId": one.endpoint.__name__,
        "summary": one.summary,
        "parameters": [*_parameters(one)],
        "responses": responses,
    }
    if not one.is_open:
        found["security"] = [{}, {"token": []}]
    if one.takes_photo:
        found["requestBody"] = {"required": True, "content": _photo(one.query)}
    elif one.body is not None:
        content = {"application/json": {"schema": _reference(one.body)}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _content(answers: Iterable[Answer]) -> Json:
    return {
        one.media_type: {} if one.model is None else {"schema": _reference(one.model)}
        for one in answers
    }


def _parameters(one: Operation) -> Iterator[Json]:
    for name in _PARAMETER.findall(one.path):
        schema = {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name, schema in _fields(one.query).items():
        yield {"name": name, "in": "query", "required": False, "schema": schema}


def _fields(model: type[BaseModel] | None) -> Mapping[str, Json]:
    """The options of a model, each on its own."""
    if model is None:
        return {}
    properties = model.model_json_schema(ref_template=_REFERENCE)["properties"]
    return {name: _without_null(schema) for name, schema in properties.items()}


def _without_null(schema: Json) -> Json:
    """An option that may be missing: in an address there is no null."""
    kinds = schema.get("anyOf")
    if not isinstance(kinds, list):
        return schema
    (kind,) = (one for one in kinds if one != {"type": "null"})
    left = ("anyOf", "default")
    return {**kind, **{name: value for name, value in schema.items() if name not in left}}


def _photo(options: type[BaseModel] | None) -> Json:
    binary: Json = {"type": "string", "format": "binary"}
    form: Json = {
        "type": "object",
        "properties": {"photo": binary, **_fields(options)},
        "required": ["photo"],
        "additionalProperties": False,
    }
    return {
        "multipart/form-data": {"schema": form},
        **{kind: {"schema": binary} for kind in PHOTO_TYPES},
    }


def _reference(model: type[BaseModel]) -> Json:
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def page(operations: Sequence[Operation], root_path: str) -> str:
    """The same for people, as HTML that loads nothing.

    Args:
        operations: what is served.
        root_path: the path under which a proxy serves it, or "".
    """
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Vois: the API</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body><main><h1>Vois: the API</h1><p>{escape(_ABOUT)}</p>"
        f'<p>The same for programs: <a href="{escape(root_path + DOCUMENT_PATH)}">OpenAPI</a>.</p>'
        "<pre>curl -F photo=@photo.jpg -F language=fr http://127.0.0.1:PORT"
        f"{escape(root_path)}/api/describe</pre>"
    ]
    for one in operations:
        parts.append(
            f"<section><h2><code>{one.method} {escape(one.path)}</code></h2>"
            f"<p>{escape(one.summary)}</p>"
        )
        parts += _table("Options", _fields(one.query))
        parts += _table("JSON that is sent", _fields(one.body))
        for kind in one.answers:
            parts += _table(f"Answer: {kind.media_type}", _fields(kind.model))
        parts.append("</section>")
    return "".join([*parts, "</main></body></html>"])


def _table(title: str, fields: Mapping[str, Json]) -> Iterator[str]:
    yield f"<h3>{escape(title)}</h3>"
    if not fields:
        return
    yield '<table><thead><tr><th scope="col">Name</th><th scope="col">What it is</th></tr></thead>'
    for name, schema in fields.items():
        default = f" Default: {schema['default']!r}." if "default" in schema else ""
        words = f"{_kind(schema)}. {schema.get('description', '')}{default}"
        yield f'<tr><th scope="row"><code>{escape(name)}</code></th><td>{escape(words)}</td></tr>'
    yield "</table>"


def _kind(schema: Json) -> str:
    """The type of a field in a word or two."""
    for name in ("enum", "const"):
        if name in schema:
            return f"{schema[name]}"
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return reference.rpartition("/")[2]
    kinds = schema.get("anyOf")
    if isinstance(kinds, list):
        return " or ".join(map(_kind, kinds))
    items = schema.get("items")
    if isinstance(items, dict):
        return f"list of {_kind(items)}"
    return str(schema.get("type", "any"))
