"""The store of sounds, and the route that serves them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from pipeline.web.routes import sounds as sound_routes
from pipeline.web.routes.sounds import SoundStore, sound_store


def test_store_drops_the_oldest_sound() -> None:
    sounds = SoundStore(limit_bytes=10)
    tokens = [sounds.put(bytes(4)) for _ in range(3)]
    assert [sounds.get(token) is None for token in tokens] == [True, False, False]
    assert sounds.get("guess") is None


def test_route_serves_sounds_by_token() -> None:
    def ask(token: str) -> Response:
        return sound_routes.sound(Request({"type": "http", "path_params": {"token": token}}))

    answer = ask(sound_store().put(b"RIFF"))
    assert (answer.status_code, answer.body, answer.media_type) == (200, b"RIFF", "audio/wav")
    assert ask("guess").status_code == 404
