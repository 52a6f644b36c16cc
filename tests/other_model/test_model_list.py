"""Which models are found, and where a photo would go with each. No request loads a model."""

from __future__ import annotations

import pytest

from pipeline.errors import ErrorCode, OtherModelError
from pipeline.other_model import ModelServer, OtherModel, find_models, servers
from pipeline.other_model.model_server import USUAL
from tests.other_model.local_models import Answer, LocalModels, listing, running

LIST = "GET /v1/models"
OLLAMA = "http://127.0.0.1:11434"


def found(models: LocalModels) -> list[tuple[str, bool | None]]:
    return [(model.id, model.sees) for model in find_models([models.server])]


def test_ollama_says_who_sees_and_who_lives_elsewhere() -> None:
    def show(answer: Answer) -> None:
        name = answer.models.asked[-1][1]["model"]
        answer.begin(media_type="application/json")
        abilities = b'"completion"' if name == "llama3" else b'"completion", "vision"'
        answer.raw(b'{"capabilities": [' + abilities + b"]}")
        answer.handler.wfile.write(b"0\r\n\r\n")

    tags = [{"name": "llava:7b"}, {"name": "big", "remote_host": "https://models.example:443"}]
    names = ("llama3", "llava:7b", "big", "qwen3-vl:235b-cloud")
    with running() as models:
        models.answers = {
            LIST: listing(*names),
            "GET /api/tags": {"models": [*tags, {"name": "llama3"}]},
            "POST /api/show": show,
        }
        seeing = find_models([models.server])
        assert [(model.id, model.goes_to) for model in seeing] == [
            ("llava:7b", ""),
            ("big", "models.example"),
            ("qwen3-vl:235b-cloud", "ollama.com"),
        ]
        assert all(model.sees for model in seeing)
        lists = {"/v1/models", "/api/v0/models", "/api/tags", "/api/show"}
        assert set(models.paths()) == lists  # none of which loads a model


def test_lm_studio_says_who_sees() -> None:
    kinds = [("qwen2-vl", "vlm"), ("llava-but-blind", "llm"), ("nomic", "embeddings")]
    with running() as models:
        models.answers = {
            LIST: listing(*(name for name, _ in kinds)),
            "GET /api/v0/models": {"data": [{"id": name, "type": kind} for name, kind in kinds]},
        }
        assert found(models) == [("qwen2-vl", True)]


def test_llama_cpp_says_who_sees_in_its_list() -> None:
    name = r"C:\models\gemma-3-4b.gguf"
    with running() as models:
        models.answers[LIST] = {
            "models": [{"name": name, "capabilities": ["completion", "multimodal"]}],
            **listing(name),
        }
        assert found(models) == [(name, True)]
        assert models.paths() == ["/v1/models"]
        assert find_models([models.server])[0].name == "gemma-3-4b"


def test_where_nobody_says_it_names_are_a_guess_and_the_person_chooses() -> None:
    with running() as models:
        models.answers[LIST] = listing("mystery", "llava-1.6", "vois", "bad\nname")
        assert found(models) == [("llava-1.6", True), ("mystery", None)]


@pytest.mark.parametrize("answer", [{}, {"data": 3}, {"data": [3, {"id": 3}]}, [1], "text"])
def test_another_program_on_the_port_has_no_models(answer: object) -> None:
    with running() as models:
        models.answers[LIST] = answer
        assert found(models) == []


def test_one_server_that_is_there_is_enough() -> None:
    with running() as models:
        models.answers[LIST] = listing("llava")
        closed = ModelServer("LM Studio", "http://127.0.0.1:9")
        assert [one.id for one in find_models([closed, models.server])] == ["llava"]
        with pytest.raises(OtherModelError) as raised:
            find_models([closed])
        assert raised.value.code is ErrorCode.OTHER_MODEL_SILENT


def test_a_redirect_is_not_followed() -> None:
    def elsewhere(answer: Answer) -> None:
        answer.begin(302, Location="/elsewhere", Content_Length="0")

    with running() as models:
        models.answers = {LIST: elsewhere, "GET /elsewhere": listing("llava")}
        with pytest.raises(OtherModelError) as raised:
            find_models([models.server])
        assert raised.value.code is ErrorCode.OTHER_MODEL_MOVED
        assert models.paths() == ["/v1/models"]


@pytest.mark.parametrize(
    ("address", "host", "here"),
    [
        ("http://localhost:1234/v1/", "localhost", True),
        ("http://127.0.0.2:9/", "127.0.0.2", True),
        ("https://[::1]:9/proxy/v1", "::1", True),
        ("http://192.168.1.20:11434", "192.168.1.20", False),
        ("https://127.0.0.1.example.org", "127.0.0.1.example.org", False),
        ("http://localhost.example", "localhost.example", False),
    ],
)
def test_an_address_of_the_persons_is_the_only_one(address: str, host: str, here: bool) -> None:
    (server,) = servers(address)
    assert (server.host, server.is_here) == (host, here)
    assert not server.address.endswith(("/", "/v1"))
    assert servers("") == USUAL
    assert all(server.is_here for server in USUAL)


@pytest.mark.parametrize(
    "address",
    ["localhost:1234", "ftp://a", "http://", "http://a:99999", "http://me:pw@a", "http://a/?b",
     "http://a b", "file:///etc/passwd", "http://a\n", "http://[", "http://é"],
)  # fmt: skip
def test_what_is_no_address_is_an_error(address: str) -> None:
    if address == "http://a\n":  # a line end from a file of settings
        assert servers(address)[0].host == "a"
        return
    with pytest.raises(OtherModelError) as raised:
        servers(address)
    assert raised.value.code is ErrorCode.OTHER_MODEL_ADDRESS


def test_a_remembered_model_is_known_by_its_server() -> None:
    model = OtherModel(USUAL[0], "my model:7b", goes_to="")
    assert OtherModel.of(model.key, USUAL) == model
    assert OtherModel.of(f"{OLLAMA} ollama.com big", USUAL) == OtherModel(
        USUAL[0], "big", goes_to="ollama.com"
    )
    assert OtherModel.of(f"{OLLAMA} - big:cloud", USUAL) == OtherModel(
        USUAL[0], "big:cloud", goes_to="ollama.com"
    )
    afar = servers("http://192.168.1.20:11434")
    kept = OtherModel.of("http://192.168.1.20:11434 - llava", afar)
    assert kept is not None
    assert kept.goes_to == "192.168.1.20"
    for key in ("", "llava", OLLAMA, f"{OLLAMA} -", "http://evil.example - llava"):
        assert OtherModel.of(key, USUAL) is None
