"""Keeps one person's descriptions in the history, and never lets that stop a description."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from pipeline.description import Description
from pipeline.errors import HistoryError
from pipeline.history import LOCAL_OWNER, Draft, Entry, History, Privacy, Source
from pipeline.phrases import Phrases

_T = TypeVar("_T")

logger = logging.getLogger(__name__)

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
SESSION_DAYS = 1  # a browser session that is over cannot be opened again: its rows go soon


def owner_of(address: str, headers: Mapping[str, str], session: str, shared: bool) -> str:
    """Whose history this is: the machine's own person's, or one browser session's.

    The history of this machine's person is given only to a page that this machine alone serves and
    that was asked for from it; everybody else has one of their own, for as long as their session.

    Args:
        address: where the server listens.
        headers: of the browser's request.
        session: a secret of the browser session.
        shared: whether whoever runs the server said that several people use it.
    """
    names = {name.lower(): value for name, value in headers.items()}
    host = urlsplit(f"//{names.get('host', '')}").hostname
    forwarded = any(name in names for name in FORWARDED)
    if not shared and address in LOOPBACK and host in LOOPBACK and not forwarded:
        return LOCAL_OWNER
    return f"session {session}"


class HistoryAccess:
    """One person's history. Any thread may call it; nothing raises.

    Attributes:
        history: None when it could not be opened.
        owner: whose entries these are.
    """

    def __init__(
        self, history: History | None, owner: str, problem: HistoryError | None = None
    ) -> None:
        """Joins the process's history with one owner.

        Args:
            history: the process's one, or None.
            owner: as `owner_of` says.
            problem: why there is none, to be said once.
        """
        self.history = history
        self.owner = owner
        self._problem = problem
        self._told = ""
        self._changes = 0
        self._lock = threading.Lock()
        if owner != LOCAL_OWNER:
            self.attempt(lambda kept: kept.set_privacy(owner, Privacy(days=SESSION_DAYS)), None)

    @property
    def changes(self) -> int:
        """Counts up whenever the entries may have changed."""
        with self._lock:
            return self._changes

    def changed(self) -> None:
        """Entries were changed by somebody else than `keep`."""
        with self._lock:
            self._changes += 1

    def keep(self, source: Source, description: Description, photo: str = "") -> None:
        """Writes a description down, before it is shown; on return it is on the disk.

        Args:
            source: where the picture came from.
            description: what is about to be shown and said.
            photo: the file's name, if it has one.
        """

        def add(history: History) -> Entry | None:
            return history.add(self.owner, Draft.of(description, source, photo))

        if self.attempt(add, None) is not None:
            self.changed()

    @property
    def privacy(self) -> Privacy:
        """What may be kept; nothing when there is no history."""
        return self.attempt(lambda history: history.privacy(self.owner), Privacy(history=False))

    def attempt(self, deed: Callable[[History], _T], otherwise: _T) -> _T:
        """Does something with the history; a failure becomes a sentence to be said."""
        if self.history is None:
            return otherwise
        try:
            return deed(self.history)
        except HistoryError as error:
            logger.warning("The history failed: %s", error)
            with self._lock:
                self._problem = error
            return otherwise
        finally:
            notice = self.history.take_notice()
            if notice is not None:
                with self._lock:
                    self._problem = notice

    def take_problem(self, say: Phrases) -> str:
        """What has gone wrong, once, in a language's words; empty when nothing has."""
        with self._lock:
            problem, self._problem = self._problem, None
            if problem is None or str(problem) == self._told:
                return ""
            self._told = str(problem)
            return say.error_sentence(problem)
