"""Where other models are asked: this machine's usual ports, or an address of the person's."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.errors import ErrorCode, OtherModelError
from pipeline.locality import LOOPBACK

VARIABLE = "VOIS_MODEL_URL"
_EXAMPLE = "http://192.168.1.20:11434"


@dataclass(frozen=True)
class ModelServer:
    """A program that answers OpenAI's protocol.

    Attributes:
        name: as people call it.
        address: scheme, host, port and path, such as "http://127.0.0.1:11434"; no slash at the end.
    """

    name: str
    address: str

    @property
    def host(self) -> str:
        """Its host, without the port."""
        return urlsplit(self.address).hostname or ""

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, by its address alone."""
        if self.host in LOOPBACK:
            return True
        with suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return False


USUAL = (
    ModelServer("Ollama", "http://127.0.0.1:11434"),
    ModelServer("LM Studio", "http://127.0.0.1:1234"),
    ModelServer("llama.cpp", "http://127.0.0.1:8080"),
)


def servers(address: str) -> tuple[ModelServer, ...]:
    """The servers that may be asked.

    Args:
        address: what the person has set in `VOIS_MODEL_URL`, with or without "/v1" at its end; then
            it is the only one. "" is for the usual ports of this machine.

    Raises:
        OtherModelError: it is no address of a web server.
    """
    if not address:
        return USUAL
    trimmed = address.strip().rstrip("/").removesuffix("/v1").rstrip("/")
    try:
        parts = urlsplit(trimmed)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise OtherModelError(
            ErrorCode.OTHER_MODEL_ADDRESS, variable=VARIABLE, example=_EXAMPLE
        ) from error
    # A name and a password in it would be shown on the page; what follows "?" no request could use.
    printable = trimmed.isascii() and trimmed.isprintable() and " " not in trimmed
    if not valid or not printable or "@" in parts.netloc or parts.query or parts.fragment:
        raise OtherModelError(ErrorCode.OTHER_MODEL_ADDRESS, variable=VARIABLE, example=_EXAMPLE)
    return (ModelServer(parts.netloc, trimmed),)
