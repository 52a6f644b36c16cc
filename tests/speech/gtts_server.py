"""A local stand-in for Google Translate's speech service, spoken to by the real gTTS.

gTTS honours HTTPS_PROXY and checks no certificate. So this is a proxy on 127.0.0.1 that answers
CONNECT translate.google.<tld>:443 by being that host itself: TLS with a certificate of its own, a
form-encoded batchexecute request in, Google's answer with an MP3 in base64 out. Nothing in
`pipeline` knows of it; the page in a browser test is sent here by the same variable.

    with GttsServer() as server:
        os.environ["HTTPS_PROXY"] = server.proxy_url
        server.mode = "429"
"""

from __future__ import annotations

import base64
import datetime
import functools
import io
import json
import ssl
import tempfile
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs

import av
import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "translate.google."  # and the end of the address, by which people choose an accent
PATH = "/_/TranslateWebserverUi/data/batchexecute"
SAMPLE_RATE_HZ = 24_000
WORD_S = 0.3
DELAY_S = 10.0

# "delay": answers after 10 s. "trickle": a byte each 0.2 s for 10 s. "cut": closes after half of
# the body. "garbage": 200 with bytes that are no MP3. "noise": 200 with bytes that are no text.
Mode = Literal["ok", "429", "500", "delay", "trickle", "cut", "garbage", "noise", "empty"]


@dataclass(frozen=True)
class Asked:
    """One request, as Google would have read it."""

    text: str
    language: str
    slow: bool
    accent: str


def mp3(samples: np.ndarray, sample_rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Encodes (n,) float32 mono samples with PyAV's own LAME, at Google's 64 kbit/s."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp3") as file:
        stream = file.add_stream("libmp3lame", rate=sample_rate_hz, layout="mono")
        stream.bit_rate = 64_000
        frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        frame.sample_rate = sample_rate_hz
        for packet in (*stream.encode(frame), *stream.encode(None)):
            file.mux(packet)
    return buffer.getvalue()


def babble(text: str) -> bytes:
    """An MP3: 0.4 s of silence, then a buzz of 0.3 s for each word, quieter than hibari speaks."""
    seconds = np.arange(int(WORD_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    word = sum(np.sin(2 * np.pi * 180 * n * seconds) / n for n in range(1, 12))
    word = 0.03 * word * np.sin(np.pi * seconds / WORD_S)
    silence = np.zeros(int(0.4 * SAMPLE_RATE_HZ))
    return mp3(np.concatenate([silence, *[word] * len(text.split())]).astype(np.float32))


class GttsServer:
    """The server; `mode` says how the next requests are answered.

    Attributes:
        mode: see `Mode`.
        asked: every request so far.
        connections: how many there were; `open`: how many the client has not closed yet.
        speech: text -> MP3 of the modes that answer with one.
        retry_after: the header of a 429, None for no such header.
    """

    def __init__(self) -> None:
        self.mode: Mode = "ok"
        self.asked: list[Asked] = []
        self.connections = 0
        self.open = 0
        self.speech = babble
        self.retry_after: str | None = None
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._port = 0

    def __enter__(self) -> GttsServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def proxy_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Listens; a second time on the same port as before."""
        self.closing.clear()
        self._server = _Server(("127.0.0.1", self._port), self)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def connected(self, change: int) -> None:
        """Counts a connection that began (+1) or ended (-1)."""
        with self._lock:
            self.connections += max(change, 0)
            self.open += change

    def stop(self) -> None:
        """Refuses connections from now on, and waits for those under way."""
        if self._server is not None:
            self.closing.set()
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for them and no socket stays open

    def __init__(self, address: tuple[str, int], owner: GttsServer) -> None:
        super().__init__(address, _Handler)
        self.owner = owner

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stays quiet: clients that give up are what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 15
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.owner.connected(+1)

    def do_CONNECT(self) -> None:
        if not (self.path.startswith(HOST) and self.path.endswith(":443")):
            self.send_error(403)
            return
        self.send_response_only(200)
        self.end_headers()
        self.connection = _tls().wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def do_POST(self) -> None:
        owner = self.server.owner
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != PATH or not self.headers["Host"].startswith(HOST):
            self.send_error(404)
            return
        asked = _parse(body, self.headers["Host"])
        owner.asked.append(asked)
        if owner.mode == "delay":
            owner.closing.wait(DELAY_S)
        if owner.mode in ("429", "500"):
            self._refuse(int(owner.mode))
            return
        answer = self._answer(asked)
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if owner.mode == "trickle":
            for place in range(int(DELAY_S / 0.2)):
                self.wfile.write(answer[place : place + 1])
                if owner.closing.wait(0.2):
                    break
        elif owner.mode == "cut":
            self.wfile.write(answer[: len(answer) // 2])
        else:
            self.wfile.write(answer)
            return
        self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.connection.close()  # TLS has put its own socket in the place of the first
            self.server.owner.connected(-1)

    def log_message(self, *_: object) -> None:
        """Writes nothing: the tests read `asked`."""

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        if status == 429 and self.server.owner.retry_after is not None:
            self.send_header("Retry-After", self.server.owner.retry_after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, asked: Asked) -> bytes:
        owner = self.server.owner
        if owner.mode == "empty":
            return b""
        if owner.mode == "noise":
            return bytes(range(256)) * 8
        sound = b"this is no sound " * 60 if owner.mode == "garbage" else owner.speech(asked.text)
        packed = json.dumps([base64.b64encode(sound).decode()])
        row = ["wrb.fr", "jQ1olc", packed, None, None, None, "generic"]
        chunk = json.dumps([row, ["di", 42], ["af.httprm", 42, "1", 3]], separators=(",", ":"))
        end = json.dumps([["e", 4, None, None, len(chunk)]], separators=(",", ":"))
        return f")]}}'\n\n{len(chunk)}\n{chunk}\n{len(end)}\n{end}\n".encode()


def _parse(body: bytes, host: str) -> Asked:
    (request,) = parse_qs(body.decode("ascii"), strict_parsing=False)["f.req"]
    [[[rpc, packed, _, _]]] = json.loads(request)
    text, language, slow, _ = json.loads(packed)
    if rpc != "jQ1olc" or len(text) > 100:
        raise ValueError("Google would not read this request")
    return Asked(text, language, bool(slow), host.removeprefix(HOST))


@functools.cache
def _tls() -> ssl.SSLContext:
    """TLS with a certificate made on the spot, good for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{HOST}com")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context.load_cert_chain(path)
    return context
