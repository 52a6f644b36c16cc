"""Tokens in addresses, each of which gives access to what belongs to one person's session."""

from __future__ import annotations

import secrets
import threading
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

_T = TypeVar("_T")

TOKEN_BYTES = 16


class Tokens(Generic[_T]):
    """Maps tokens that cannot be guessed to objects; safe to use from several threads.

    Only weak references are held, so a token becomes invalid with its session.
    """

    def __init__(self) -> None:
        """Starts without tokens."""
        self._objects: WeakValueDictionary[str, _T] = WeakValueDictionary()
        self._lock = threading.Lock()

    def open(self, one: _T) -> str:
        """Makes a token for an object and returns it."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._objects[token] = one
        return token

    def get(self, token: str) -> _T | None:
        """The object that a token gives access to, or None for an unknown token."""
        with self._lock:
            return self._objects.get(token)
