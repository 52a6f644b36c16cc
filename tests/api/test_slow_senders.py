"""Who sends a byte now and then holds nothing for ever; who is slow but honest is served."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from pipeline.api.body_timeout import BodyLimit
from pipeline.api.header_timeout import HeaderTimeoutProtocol
from pipeline.api.work_queue import WorkQueue
from pipeline.captioning.captioner import Captioner
from tests.api.server import photo, service, serving

HEAD = "POST /api/describe HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
MOST_S = 30.0  # after that the server would wait for ever


class Hasty(HeaderTimeoutProtocol):
    headers_s = 0.4


@pytest.fixture(scope="module")
def hasty(captioner: Captioner) -> Iterator[str]:
    limit = BodyLimit(first_s=1.0, bytes_per_s=500)
    with serving(service(captioner), limit=limit, http=Hasty) as url:
        yield url


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), MOST_S) as line:
        yield line


def trickled(line: socket.socket, data: bytes) -> bytes:
    """What the server answers until it hangs up, while it is sent a byte now and then."""
    begun, answer, left = time.monotonic(), b"", iter(data)
    while time.monotonic() < begun + MOST_S:
        if select.select([line], [], [], 0.05)[0]:
            try:
                part = line.recv(65_536)
            except ConnectionResetError:
                return answer
            if not part:
                return answer
            answer += part
        elif not answer:
            line.sendall(bytes([next(left)]))
    raise AssertionError("it waits for ever")


def answered(line: socket.socket) -> bytes:
    """One whole answer of the server's."""
    answer = b""
    while (end := answer.find(b"\r\n\r\n")) < 0 or len(answer) < end + 4 + length(answer[:end]):
        answer += line.recv(65_536)
    return answer


def length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])


def test_a_body_that_comes_byte_by_byte_is_not_waited_for(hasty: str) -> None:
    with connected(hasty) as line:
        line.sendall(f"{HEAD}Content-Length: 5000\r\n\r\n".encode())
        head, _, body = trickled(line, photo()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert b"application/problem+json" in head
    assert "too slowly" in json.loads(body)["detail"]


def test_a_slow_line_is_waited_for_as_long_as_it_sends_enough(hasty: str) -> None:
    data = photo()
    with connected(hasty) as line:
        line.sendall(f"{HEAD}Content-Length: {len(data)}\r\n\r\n".encode() + data[:1000])
        time.sleep(1.5)  # more than a body has that has sent nothing yet
        line.sendall(data[1000:])
        assert answered(line).startswith(b"HTTP/1.1 200")


def test_headers_without_end_are_not_waited_for(hasty: str) -> None:
    with connected(hasty) as line:
        assert trickled(line, HEAD.encode() * 99).startswith(b"HTTP/1.1 408")
    with connected(hasty) as silent:
        assert silent.recv(12) == b"HTTP/1.1 408"


def test_the_second_request_of_a_connection_is_not_waited_for_either(hasty: str) -> None:
    with connected(hasty) as line:
        line.sendall(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answered(line).startswith(b"HTTP/1.1 200")
        assert not select.select([line], [], [], 1.5 * Hasty.headers_s)[0]  # nobody is hurried
        assert trickled(line, HEAD.encode() * 99).startswith(b"HTTP/1.1 408")


def test_what_comes_after_the_answer_is_not_waited_for(hasty: str) -> None:
    with connected(hasty) as line:
        line.sendall(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n")
        assert answered(line).startswith(b"HTTP/1.1 200")
        for byte in photo()[:200]:  # ten seconds
            try:
                line.sendall(bytes([byte]))
            except OSError:
                return
            time.sleep(0.05)
    raise AssertionError("it waits for ever")


def test_an_answer_may_take_as_long_as_it_takes(captioner: Captioner) -> None:
    held = threading.Event()
    queue = WorkQueue("test", workers=1, most_waiting=2)
    blocked = queue._threads.submit(held.wait, MOST_S)
    data = photo()
    with (
        serving(replace(service(captioner), describing=queue), http=Hasty) as url,
        connected(url) as line,
    ):
        line.sendall(f"{HEAD}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        assert not select.select([line], [], [], 3 * Hasty.headers_s)[0]
        held.set()
        assert answered(line).startswith(b"HTTP/1.1 200")
    assert blocked.result()
