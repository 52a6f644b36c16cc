"""The document says what there is, the page shows it, and both are served beside Vois's page."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import Any, get_args

import httpx
import pytest

from pipeline.api.description_format import Language
from pipeline.phrases import LANGUAGES
from tests.api.server import photo
from tests.browser.app import ROOT, serve
from tests.data.tiny_files import TINY

JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture
def document(client: httpx.Client) -> Any:
    return client.get("/api/openapi.json").json()


def test_every_reference_leads_somewhere(document: Any) -> None:
    schemas = document["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)):
        assert name in schemas


def test_every_operation_is_there(client: httpx.Client, document: Any) -> None:
    for path, methods in document["paths"].items():
        for method in methods:
            answer = client.request(method.upper(), path.replace("{model}", "vois"))
            assert answer.status_code not in (404, 405), path


def test_the_languages_are_those_of_vois() -> None:
    assert get_args(Language) == LANGUAGES


def test_the_page_loads_nothing(client: httpx.Client, document: Any) -> None:
    answer = client.get("/api")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"src=|@import|<link|<script", answer.text)
    for path in document["paths"]:
        assert path in answer.text


def test_the_page_of_vois_and_the_api_are_one_program() -> None:
    with serve(TINY, STREAMLIT_SERVER_BASE_URL_PATH="tools/vois") as server:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            assert client.get("/api/health").json()["status"] == "ok"
            answer = client.post("/api/describe", content=photo(), headers=JPEG)
            assert "red square" in answer.json()["text"]
            assert client.get("/api/openapi.json").json()["servers"] == [{"url": "/tools/vois"}]
            assert client.get("/api/health", headers={"Host": "a.example"}).status_code == 400
            assert "<title>Streamlit" in client.get("/").text


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal as only Unix can")
def test_it_is_served_without_the_page() -> None:
    command = [sys.executable, "-m", "pipeline.api", "--port", "0", "--assets", TINY]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"VOIS_API_TOKEN": ""},
    ) as running:  # fmt: skip
        assert running.stdout is not None
        said = re.search(r"http://127\.0\.0\.1:\d+", running.stdout.readline())
        assert said is not None
        answer = httpx.post(f"{said[0]}/api/describe", content=photo("blue"), headers=JPEG)
        assert "blue square" in answer.json()["text"]
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert "Traceback" not in err
