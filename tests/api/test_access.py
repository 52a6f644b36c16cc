"""Who may use the API: addresses, names, origins, tokens, and how many at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from pipeline.api import Access
from pipeline.api.__main__ import main
from pipeline.api.work_queue import WorkQueue
from pipeline.captioning.captioner import Captioner
from pipeline.errors import ApiError
from pipeline.history import LOCAL_OWNER, History
from tests.api.server import photo, service, serving
from tests.data.tiny_files import TINY
from tests.waiting import until

TOKEN = "correct-horse-battery"
JPEG = {"Content-Type": "image/jpeg"}
ORIGIN = "https://notes.example.org"


@pytest.fixture(scope="module")
def guarded(captioner: Captioner) -> Iterator[str]:
    access = Access(TOKEN, frozenset({"vois.example.org"}), frozenset({ORIGIN}))
    with serving(service(captioner), access) as address:
        yield address


def health(url: str, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.get(f"{url}/api/health", headers=named).status_code


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1:8501", 200),
        ("[::1]:8501", 200),
        ("192.168.1.7", 200),  # no page can have an address for its name
        ("rebound.example.org", 400),
        ("localhost.example.org", 400),
        ("127.0.0.1.example.org", 400),
        ("127.0.0.1@example.org", 400),
        ("[::1", 400),
        ("", 400),
    ],
)
def test_it_answers_under_its_own_name_only(url: str, host: str, status: int) -> None:
    assert health(url, host=host) == status


def test_a_name_can_be_listed(guarded: str) -> None:
    mine = {"authorization": f"Bearer {TOKEN}"}
    assert health(guarded, host="Vois.example.org:443", **mine) == 200
    assert health(guarded, host="other.example.org", **mine) == 400


def test_a_page_of_another_origin_is_refused(url: str, guarded: str) -> None:
    assert health(url, origin=ORIGIN) == 403
    assert health(url, origin="null") == 403
    assert health(url, origin=url) == 200  # a page that this server itself has sent
    assert health(url, origin=url.replace("127.0.0.1", "localhost")) == 403
    mine = {"authorization": f"Bearer {TOKEN}"}
    assert health(guarded, origin=ORIGIN, **mine) == 200
    assert health(guarded, origin="https://other.example.org", **mine) == 403


def test_a_listed_origin_may_read_the_answers_and_no_other(url: str, guarded: str) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Origin": ORIGIN}
    for address, listed in ((guarded, True), (url, False)):
        asked = httpx.options(f"{address}/api/describe", headers=asks)
        answer = httpx.get(f"{address}/api/health", headers={"Origin": ORIGIN})
        assert asked.is_success is listed
        for got in (asked, answer):
            assert ("access-control-allow-origin" in got.headers) is listed
            assert "access-control-allow-credentials" not in got.headers


def test_another_machine_needs_the_token(url: str, guarded: str) -> None:
    through_a_proxy = {"x-real-ip": "203.0.113.5"}
    for name in (*through_a_proxy, "x-forwarded-for", "X-Forwarded-Host", "forwarded"):
        assert health(url, **{name: "203.0.113.5"}) == 403, name
    assert health(guarded, authorization=f"Bearer {TOKEN}", **through_a_proxy) == 200
    assert health(guarded) == 401
    for wrong in (f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", "Bearer", "é"):
        header = {"authorization": wrong.encode()}
        answer = httpx.get(f"{guarded}/api/health", headers=header)  # type: ignore[arg-type]
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert httpx.get(f"{guarded}/api").status_code == 200  # what it is, everybody may know
    assert httpx.get(f"{guarded}/api/openapi.json").status_code == 200


def test_a_shared_server_knows_nobody_without_a_token(captioner: Captioner) -> None:
    with serving(service(captioner), Access.of({"VOIS_SHARED": "1"})) as address:
        assert health(address) == 403
    shared = replace(Access.of({"VOIS_API_TOKEN": TOKEN}), shared=True)
    with serving(service(captioner), shared) as address:
        mine = {"authorization": f"Bearer {TOKEN}"}
        assert health(address, **mine) == 200
        asked = httpx.post(
            f"{address}/api/describe?history=true", content=photo(), headers=JPEG | mine
        )
        assert asked.status_code == 403  # whose history would it be?
    assert History().count(LOCAL_OWNER) == 0


def test_beyond_this_machine_it_listens_only_with_a_token(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for token in ("", "short"):
        monkeypatch.setenv("VOIS_API_TOKEN", token)
        assert main(["--host", "0.0.0.0", "--port", "0", "--assets", str(TINY)]) == 2
        assert "needs a token" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", str(urlsplit(url).port), "--assets", str(TINY)]) == 2
    assert "another program does" in capsys.readouterr().err
    assert main(["--port", "99999", "--assets", str(TINY)]) == 2


def test_what_waits_is_bounded_and_nothing_that_waits_is_lost(captioner: Captioner) -> None:
    held = threading.Event()
    queue = WorkQueue("test", workers=1, most_waiting=2)
    slow = replace(service(captioner), describing=queue)

    def hold() -> None:
        assert held.wait(60)

    blocked = queue._threads.submit(hold)
    statuses: list[int] = []
    with serving(slow) as address, httpx.Client(base_url=address, timeout=60) as client:

        def describe() -> None:
            answer = client.post("/api/describe", content=photo(), headers=JPEG)
            statuses.append(answer.status_code)

        threads = [threading.Thread(target=describe) for _ in range(3)]
        for thread in threads:
            thread.start()
        assert until(lambda: queue.waiting == 2)
        refused = client.post("/api/describe", content=photo(), headers=JPEG)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert client.get("/api/health").json()["waiting"] == 2  # the loop is free meanwhile
        held.set()
        for thread in threads:
            thread.join()
        for _ in range(3):
            describe()
    assert statuses == [200] * 6
    blocked.result()


def test_a_short_token_is_no_token() -> None:
    with pytest.raises(ApiError):
        Access("0123456789").check_listening("192.168.1.7")
    Access("0123456789abcdef").check_listening("192.168.1.7")
    Access().check_listening("127.0.0.1")
