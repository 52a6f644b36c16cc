"""Which models there are, which of them see, and where a photo goes with each.

Only lists are asked for: nothing here has a server load a model, and no photo is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from pipeline.errors import OtherModelError
from pipeline.other_model.bounded_exchange import LOOKING, Exchange, Limits
from pipeline.other_model.model_server import ModelServer

MOST_MODELS = 50  # of a server
_MOST_NAME_CHARACTERS = 40
_OWN = "vois"  # a Vois that speaks the same protocol is no other model
# Families of models that see, where a server does not say it.
_SEEING = re.compile(
    r"llava|moondream|minicpm-?v|pixtral|vision|smolvlm|internvl|gemma-?[34]|(^|[^a-z])vlm?([^a-z]|$)",
    re.IGNORECASE,
)
# Models that Ollama sends to its maker's machines are named so; its list says it, too.
_CLOUD = re.compile(r"[:-]cloud$")
_CLOUD_HOST = "ollama.com"


@dataclass(frozen=True)
class OtherModel:
    """A model of a server.

    Attributes:
        server: where it is asked.
        id: what the server calls it.
        sees: whether it takes pictures; None where nobody says.
        goes_to: the host to which a photo leaves this machine; "" when it stays here.
    """

    server: ModelServer
    id: str
    sees: bool | None = None
    goes_to: str = ""

    @property
    def name(self) -> str:
        """What a person hears: no folders, no ending of a file."""
        name = re.split(r"[/\\]", self.id)[-1].removesuffix(".gguf").removesuffix(":latest")
        return name[:_MOST_NAME_CHARACTERS]

    @property
    def key(self) -> str:
        """What is remembered of it: one line."""
        return f"{self.server.address} {self.goes_to or '-'} {self.id}"

    @classmethod
    def of(cls, key: str, known: Sequence[ModelServer]) -> OtherModel | None:
        """The model of a key, if its server is among `known`; else None."""
        address, _, rest = key.partition(" ")
        goes_to, _, name = rest.partition(" ")
        server = next((one for one in known if one.address == address), None)
        if server is None or not goes_to or not name:
            return None
        return _leaving(cls(server, name), "" if goes_to == "-" else goes_to)


def find_models(known: Sequence[ModelServer], limits: Limits = LOOKING) -> tuple[OtherModel, ...]:
    """The models that see, then those of which nobody knows; blind ones are left out.

    Raises:
        OtherModelError: no server has answered; the error of the first one.
    """
    with ThreadPoolExecutor(len(known)) as pool:
        answers = list(pool.map(lambda server: _models_or_error(server, limits), known))
    models = [model for answer in answers if isinstance(answer, list) for model in answer]
    errors = [answer for answer in answers if isinstance(answer, OtherModelError)]
    if len(errors) == len(known):
        raise errors[0]
    seeing = [model for model in models if model.sees]
    return (*seeing, *(model for model in models if model.sees is None))


def _models_or_error(server: ModelServer, limits: Limits) -> list[OtherModel] | OtherModelError:
    try:
        return _models(server, limits)
    except OtherModelError as error:
        return error


def _models(server: ModelServer, limits: Limits) -> list[OtherModel]:
    """The models of a server, by OpenAI's list and by what else it may tell.

    Raises:
        OtherModelError: it has no such list.
    """
    listed = _asked(server, limits, "/v1/models")
    models = []
    for one in _objects(listed, "data")[:MOST_MODELS]:
        name = one.get("id")
        if isinstance(name, str) and name.isprintable() and name and name != _OWN:
            models.append(_leaving(OtherModel(server, name), ""))
    # llama.cpp says it in the same answer.
    models = [_with_abilities(model, _objects(listed, "models")) for model in models]
    if any(model.sees is None for model in models):
        models = _as_lm_studio_says(models, server, limits)
    if any(model.sees is None for model in models):
        models = _as_ollama_says(models, server, limits)
    return [
        replace(model, sees=True) if model.sees is None and _SEEING.search(model.id) else model
        for model in models
    ]


def _as_lm_studio_says(
    models: list[OtherModel], server: ModelServer, limits: Limits
) -> list[OtherModel]:
    kinds = {
        one.get("id"): one.get("type")
        for one in _objects(_told(server, limits, "/api/v0/models"), "data")
    }
    return [
        replace(model, sees=kinds[model.id] == "vlm") if kinds.get(model.id) else model
        for model in models
    ]


def _as_ollama_says(
    models: list[OtherModel], server: ModelServer, limits: Limits
) -> list[OtherModel]:
    tags = _objects(_told(server, limits, "/api/tags"), "models")
    if not tags:
        return models
    known = []
    for model in models:
        tag = next((one for one in tags if model.id in (one.get("name"), one.get("model"))), {})
        host = urlsplit(str(tag.get("remote_host") or "")).hostname or ""
        body = json.dumps({"model": model.id}).encode()
        shown = _told(server, limits, "/api/show", body)
        about = {**shown, "name": model.id} if isinstance(shown, Mapping) else {}
        known.append(_with_abilities(_leaving(model, host), [about]))
    return known


def _with_abilities(model: OtherModel, about: Sequence[Mapping[str, object]]) -> OtherModel:
    """The model with what a list of its "capabilities" says, where there is one."""
    for one in about:
        abilities = one.get("capabilities")
        if model.id in (one.get("name"), one.get("model")) and isinstance(abilities, list):
            return replace(model, sees="vision" in abilities or "multimodal" in abilities)
    return model


def _leaving(model: OtherModel, host: str) -> OtherModel:
    """The model with the host to which photos go: the server's, or one behind it."""
    if not host and _CLOUD.search(model.id):
        host = _CLOUD_HOST
    return replace(model, goes_to=host or ("" if model.server.is_here else model.server.host))


def _asked(
    server: ModelServer, limits: Limits, path: str, body: bytes | None = None
) -> Mapping[str, object]:
    """A JSON object; empty where the server has nothing there.

    Raises:
        OtherModelError: it does not answer, or with something else.
    """
    with Exchange(server, limits) as exchange:
        exchange.send("GET" if body is None else "POST", path, body)
        answer = exchange.json() if exchange.status == 200 else {}
        return answer if isinstance(answer, Mapping) else {}


def _told(
    server: ModelServer, limits: Limits, path: str, body: bytes | None = None
) -> Mapping[str, object]:
    """The same; empty where it fails, for nobody needs it."""
    try:
        return _asked(server, limits, path, body)
    except OtherModelError:
        return {}


def _objects(answer: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """The objects of a list in an answer; what is none is left out."""
    values = answer.get(name)
    return [one for one in values if isinstance(one, Mapping)] if isinstance(values, list) else []
