"""Requests made up from the OpenAPI document, right and wrong ones, and photos made wrong."""

from __future__ import annotations

import base64
from collections import Counter

import hypothesis
import numpy as np
import schemathesis
from hypothesis import strategies
from schemathesis import GenerationMode

from pipeline.api.operation import PHOTO_TYPES
from tests.api.server import photo


def ask_by_document(url: str, examples: int) -> Counter[int]:
    """Checks every operation of the document with right and wrong requests.

    Each answer must have a status, a type, headers and a body that the document names; right
    requests must be done, wrong ones refused, and none may be an error of the server.

    Args:
        url: where the API is served, without a slash at the end.
        examples: requests of each kind for each operation.

    Returns:
        How many answers had each status.

    Raises:
        AssertionError: an answer is not as the document says.
    """
    photos = strategies.sampled_from([photo(), photo("blue", "stripe", ".png")])
    schemathesis.openapi.format("binary", photos)
    for kind in PHOTO_TYPES:
        schemathesis.openapi.media_type(kind, photos)
    in_base64 = photos.map(lambda data: base64.b64encode(data).decode())
    schemathesis.openapi.format("byte", in_base64)
    urls = in_base64.map(lambda data: f"data:image/jpeg;base64,{data}")
    schemathesis.openapi.format("data-url", urls)
    schema = schemathesis.openapi.from_url(f"{url}/api/openapi.json")
    seen: Counter[int] = Counter()
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in GenerationMode:
            if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
                continue  # nothing can be wrong

            @hypothesis.settings(
                max_examples=examples, deadline=None, database=None, derandomize=True,
                suppress_health_check=list(hypothesis.HealthCheck),
            )  # fmt: skip
            @hypothesis.given(operation.as_strategy(generation_mode=mode))
            def check(case: schemathesis.Case) -> None:
                response = case.call(timeout=300)
                seen[response.status_code] += 1
                case.validate_response(response)

            check()
    return seen


def mutated(data: bytes, generator: np.random.Generator) -> bytes:
    """A photo that was cut, lost or doubled a piece, has other bits or only the head of one."""
    kind = generator.integers(6)
    if kind == 0:
        return data[: generator.integers(len(data))]
    if kind == 1:
        changed = bytearray(data)
        for place in generator.integers(len(data), size=generator.integers(1, 40)):
            changed[place] ^= 1 << generator.integers(8)
        return bytes(changed)
    begin, end = sorted(generator.integers(len(data), size=2))
    if kind == 2:
        return data[:begin] + data[end:]
    if kind == 3:
        return data[:end] + data[begin:]
    head = generator.integers(2, 64) if kind == 4 else 0  # a header that lies, or none
    return data[:head] + generator.bytes(len(data) - head)
