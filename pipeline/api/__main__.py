"""The API without the page.

python -m pipeline.api
python -m pipeline.api --port 11434
VOIS_API_TOKEN=... python -m pipeline.api --host 0.0.0.0
"""

from __future__ import annotations

import argparse
import socket
import sys
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import uvicorn

from pipeline.api import Access, Service, application
from pipeline.api.header_timeout import HeaderTimeoutProtocol
from pipeline.captioning.captioner import Captioner
from pipeline.command_line import INTERRUPTED
from pipeline.command_line.arguments import ASSETS
from pipeline.command_line.console import Console
from pipeline.errors import ApiError, ErrorCode, VoisError
from pipeline.folders import data_folder
from pipeline.phrases import ENGLISH, Phrases, phrases
from pipeline.preferences import PreferencesFile
from pipeline.reading.reader import Reader
from pipeline.speech import default_chain

PORT = 8510
_LAST_PORT = 65_535
REFUSED = 2  # exit status


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves the API until Ctrl-C.

    Args:
        arguments: of the program; None for those that it was called with.

    Returns:
        The exit status: 130 after Ctrl-C, 2 when it could not be served.
    """
    parser = argparse.ArgumentParser(prog="python -m pipeline.api", description="Serves the API.")
    parser.add_argument("--host", default="127.0.0.1", help="name or address to listen on")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--assets", type=Path, default=ASSETS, help="folder of the model")
    chosen = parser.parse_args(arguments)
    console, say = Console(), _say()
    try:
        with _listen(chosen.host, chosen.port) as listening:
            return _serve(chosen, listening, console, say)
    except VoisError as error:
        console.error(say.error_sentence(error))
        return REFUSED


def _serve(
    chosen: argparse.Namespace, listening: socket.socket, console: Console, say: Phrases
) -> int:
    # One thread for each: two photos are described at a time.
    captioner = Captioner.load(chosen.assets, threads=1)
    chain = default_chain(allow_online=False)
    service = Service(lambda: captioner, cache(Reader), lambda: chain)
    app = application(service, Access.of())
    console.line(say.api_at.format(address=_address(chosen.host, listening)))
    # The access log would write down who asked for what.
    config = uvicorn.Config(
        app,
        http=HeaderTimeoutProtocol,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        console.error(say.interrupted)
    return INTERRUPTED


def _say() -> Phrases:
    """The sentences in the language that the person chose on the page."""
    try:
        return phrases(PreferencesFile(data_folder()).read().language or "")
    except VoisError:
        return ENGLISH


def _listen(host: str, port: int) -> socket.socket:
    Access.of().check_listening(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        host.encode("idna")
        if not 0 <= port <= _LAST_PORT:
            raise OSError("there are no such ports")
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, UnicodeError) as error:
        raise ApiError(ErrorCode.API_PORT_TAKEN, host=host, port=port) from error


def _address(host: str, listening: socket.socket) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listening.getsockname()[1]}/api"


if __name__ == "__main__":
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # Pillow's remarks on files are for programmers
    sys.exit(main())
