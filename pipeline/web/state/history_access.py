"""One person's access to the history. Its errors never interrupt a description."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from pipeline.description import Description
from pipeline.errors import HistoryError
from pipeline.history import LOCAL_OWNER, Draft, Entry, History, Privacy, Source
from pipeline.locality import LOOPBACK, is_forwarded
from pipeline.phrases import Phrases

_T = TypeVar("_T")

logger = logging.getLogger(__name__)

SESSION_DAYS = 1  # a closed browser session cannot be opened again, so its rows expire soon


def owner_of(address: str, headers: Mapping[str, str], session: str, shared: bool) -> str:
    """The owner of the history: `LOCAL_OWNER`, or one browser session.

    `LOCAL_OWNER` requires that the server listens on a loopback address, that the request has a
    loopback host and was not forwarded by a proxy, and that the server is not declared as shared.

    Args:
        address: the address on which the server listens.
        headers: the headers of the browser's request.
        session: a secret of the browser session.
        shared: whether the server's operator declared that several people use it.
    """
    names = {name.lower(): value for name, value in headers.items()}
    host = urlsplit(f"//{names.get('host', '')}").hostname
    if not shared and address in LOOPBACK and host in LOOPBACK and not is_forwarded(headers):
        return LOCAL_OWNER
    return f"session {session}"


class HistoryAccess:
    """One person's history. Thread-safe; no method raises.

    Attributes:
        history: None if it could not be opened.
        owner: whose entries these are.
    """

    def __init__(
        self, history: History | None, owner: str, problem: HistoryError | None = None
    ) -> None:
        """Binds a history to an owner.

        Args:
            history: the process's history, or None.
            owner: the result of `owner_of`.
            problem: why there is no history; `take_problem` returns it once.
        """
        self.history = history
        self.owner = owner
        self._problem = problem
        self._last_sentence = ""
        self._lock = threading.Lock()
        if owner != LOCAL_OWNER:
            self.attempt(lambda kept: kept.set_privacy(owner, Privacy(days=SESSION_DAYS)), None)

    def keep(self, source: Source, description: Description, photo: str = "") -> None:
        """Writes a description to the disk; call it before the description is shown.

        Args:
            source: where the picture came from.
            description: the description that will be shown and spoken.
            photo: the file's name, or "".
        """

        def add(history: History) -> Entry | None:
            return history.add(self.owner, Draft.of(description, source, photo))

        self.attempt(add, None)

    @property
    def privacy(self) -> Privacy:
        """What may be kept; nothing if there is no history."""
        return self.attempt(lambda history: history.privacy(self.owner), Privacy(history=False))

    def attempt(self, work: Callable[[History], _T], otherwise: _T) -> _T:
        """The result of `work`, or `otherwise` after an error, which `take_problem` returns."""
        if self.history is None:
            return otherwise
        try:
            return work(self.history)
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
        """The sentence of the last error, once; "" if there is none or it is the previous one."""
        with self._lock:
            problem, self._problem = self._problem, None
            if problem is None or str(problem) == self._last_sentence:
                return ""
            self._last_sentence = str(problem)
            return say.error_sentence(problem)
