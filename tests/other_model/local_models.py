"""A small server on this machine that speaks the protocols of model servers, well and badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pipeline.other_model import ModelServer

WAIT_S = 20.0


@dataclass
class LocalModels:
    """What the server answers, and what it was asked.

    Attributes:
        answers: by method and path; a callable writes the answer itself.
        asked: method, path and body of each request, in order.
        goes_on: what a slow answer waits for.
        gone: set when a client has left in the midst of an answer.
    """

    answers: dict[str, object] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    goes_on: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    server: ModelServer = field(default_factory=lambda: ModelServer("llava's", ""))

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    @property
    def question(self) -> Any:
        """The body of the last chat."""
        return next(body for path, body in reversed(self.asked) if path.endswith("completions"))


class Answer:
    """A connection on which an answer is written."""

    def __init__(self, handler: BaseHTTPRequestHandler, models: LocalModels) -> None:
        self.handler, self.models = handler, models

    def begin(self, status: int = 200, media_type: str = "text/event-stream", **more: str) -> None:
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", media_type)
        for name, value in more.items():
            self.handler.send_header(name, value)
        if not more:
            self.handler.send_header("Transfer-Encoding", "chunked")
        self.handler.end_headers()

    def raw(self, data: bytes) -> None:
        self.handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.handler.wfile.flush()

    def event(self, value: object) -> None:
        self.raw(f"data: {json.dumps(value)}\n\n".encode())

    def words(self, text: str, end: str | None = None) -> None:
        self.event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": end}]})

    def wait(self) -> None:
        """Until the test lets it go on, or the client is gone."""
        while not self.models.goes_on.wait(0.02):
            self.raw(b": still there\n\n")
        self.models.goes_on.clear()

    def done(self) -> None:
        self.raw(b"data: [DONE]\n\n")
        self.handler.wfile.write(b"0\r\n\r\n")


Chat = Callable[[Answer], None]
CHAT = "POST /v1/chat/completions"


def saying(*texts: str) -> Chat:
    """A model that says this, as models do: word by word, with what it thinks before it."""

    def chat(answer: Answer) -> None:
        answer.begin()
        answer.event({"choices": [{"delta": {"role": "assistant", "reasoning": "Hm, a photo."}}]})
        for text in texts:
            for word in text.split(" "):
                answer.words(f"{word} ")
        answer.words("", "stop")
        answer.event({"choices": [], "usage": {"completion_tokens": 9}})
        answer.done()

    return chat


def refusing(status: int, message: str) -> Chat:
    def chat(answer: Answer) -> None:
        answer.begin(status, "application/json")
        answer.raw(json.dumps({"error": {"message": message}}).encode())
        answer.handler.wfile.write(b"0\r\n\r\n")

    return chat


def listing(*names: str) -> dict[str, object]:
    """OpenAI's list of models."""
    return {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}


@contextmanager
def running(**answers: object) -> Iterator[LocalModels]:
    """Serves until the end of the `with` statement."""
    models = LocalModels(dict(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(None)

        def do_POST(self) -> None:
            self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def answer(self, body: object) -> None:
            models.asked.append((self.path, body))
            found = models.answers.get(f"{self.command} {self.path}")
            self.close_connection = True
            try:
                if callable(found):
                    found(Answer(self, models))
                    return
                data = json.dumps(found or {"error": "nothing here"}).encode()
                answer = Answer(self, models)
                answer.begin(
                    200 if found else 404, "application/json", **{"Content-Length": str(len(data))}
                )
                self.wfile.write(data)
            except OSError:
                models.gone.set()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the console."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    models.server = ModelServer("llava's", f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield models
    finally:
        models.goes_on.set()
        with suppress(OSError):
            server.shutdown()
        thread.join(WAIT_S)
        server.server_close()
