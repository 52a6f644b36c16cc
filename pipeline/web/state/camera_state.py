"""The state of one person's camera, and what the page announces of it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pipeline.phrases import Phrases
from pipeline.web.state.inbox import Inbox

# A line that works brings its first frame after 1 to 3 s. Whoever has waited so long has no WebRTC.
CONNECT_S = 20.0
# Seldom, a first try connects nothing on a busy machine: it is made once more. A stream that was
# lost is made anew so often, until it is there.
RETRY_S = 7.0
LOST_S = 3.0  # ten frames a second are sent: this many seconds without one are no hiccup


class State(StrEnum):
    """What the camera is doing."""

    OFF = "off"
    ASKING = "asking"
    UNPLUGGED = "unplugged"
    CONNECTING = "connecting"
    LIVE = "live"
    PAUSED = "paused"
    COVERED = "covered"  # a pause, too
    LOST = "lost"


class Problem(StrEnum):
    """What keeps the camera from working."""

    DENIED = "denied"
    MISSING = "missing"
    BUSY = "busy"
    UNPLUGGED = "unplugged"
    INSECURE = "insecure"
    BLOCKED = "blocked"
    CROWDED = "crowded"


def sentence(of: State | Problem, say: Phrases) -> str:
    """What the page says of a state or a problem."""
    sentences: dict[State | Problem, str] = {
        State.OFF: say.camera_off,
        State.ASKING: say.camera_asking,
        State.UNPLUGGED: say.camera_unplugged,  # the problem of this name is the same
        State.CONNECTING: say.camera_connecting,
        State.LIVE: say.camera_live,
        State.PAUSED: say.camera_paused,
        State.COVERED: say.camera_covered,
        State.LOST: say.camera_lost,
        Problem.DENIED: say.camera_denied,
        Problem.MISSING: say.camera_missing,
        Problem.BUSY: say.camera_busy,
        Problem.INSECURE: say.camera_insecure,
        Problem.BLOCKED: say.camera_blocked,
        Problem.CROWDED: say.camera_crowded,
    }
    return sentences[of]


class CameraState:
    """The live tab's state; used by the page's script only.

    Attributes:
        state: as last observed.
        paused: whether the person wants quiet.
        reading: whether the text in view is read, and the scene not described.
        blocked: whether no frame ever arrived, so that single photos are offered instead.
        id: of this session; the browser reports to a new session that its camera is on.
        inbox: takes the messages of `assets/page/camera.js`.
        stops: how often the page, not the person, has stopped the camera.
        reconnect: whether the stream has to be sent anew: it never came, or another camera was
            chosen.
    """

    def __init__(self) -> None:
        """The camera is off."""
        self.id = secrets.token_hex(8)
        self.state = State.OFF
        self.paused = False
        self.reading = False
        self.blocked = False
        self.inbox = Inbox()
        self.stops = 0
        self.reconnect = False
        self._wanted = False
        self._unplugged = False
        self._playing = False
        self._granted_at: float | None = None
        self._had_frames = False
        self._retried = False
        self._lost_at: float | None = None
        self._changes = 0

    @property
    def wanted(self) -> bool:
        """Whether the person wants the camera on, also while its stream is set up again."""
        return self._wanted

    @property
    def sending(self) -> bool:
        """Whether frames should come from the browser now."""
        return self._wanted and self._granted_at is not None and not self.reconnect

    def browser_event(self, kind: str, now: float) -> Problem | None:
        """Takes what has happened to the camera in the browser (`assets/page/camera.js`).

        Args:
            kind: "asking", "granted", "stopped" or the name of a problem; others are left alone.
            now: seconds on any clock.

        Returns:
            What has gone wrong and is to be announced.
        """
        if kind in ("asking", "granted"):
            if not self._wanted:
                self.paused = self.blocked = self._had_frames = self._retried = False
            # Granted again means another camera: its stream has to be sent anew.
            self.reconnect = kind == "granted" and self._granted_at is not None
            self._wanted, self._granted_at = True, now if kind == "granted" else None
            self._unplugged = False
        elif kind == "stopped":
            self._wanted, self._granted_at = False, None
        elif kind in frozenset(Problem):
            # One that was unplugged is wanted back: the browser takes it up by itself.
            self._wanted = self._unplugged = kind == Problem.UNPLUGGED
            self._granted_at = None
            self._had_frames = False
            return Problem(kind)
        return None

    def broke(self) -> None:
        """The stream has ended by itself; it is to be set up again."""
        self.reconnect = self.sending

    def streamed(self, playing: bool, signalling: bool) -> bool:
        """Notes how the WebRTC stream stands after it was drawn.

        Args:
            playing: whether frames are being carried.
            signalling: whether browser and server are still agreeing on a connection.

        Returns:
            Whether the page is to be drawn again at once.
        """
        ended = self._playing and not playing
        self._playing = playing
        if ended and self.sending:
            # The iframe starts again by itself, but then takes the answer to its last offer for
            # the answer to its new one, again and again. It has to be idle once.
            self.broke()
            return True
        if self.reconnect and not (playing or signalling):
            self.reconnect = False  # it was idle
            return True
        return False

    def leave(self) -> None:
        """The person went to another tab: nobody is filmed unseen."""
        if self._wanted:
            self.browser_event("stopped", 0.0)
            self.stops += 1

    def observe(self, frame_age: float | None, now: float, covered: bool = False) -> Problem | None:
        """Finds the state from what the camera brings.

        Args:
            frame_age: seconds since the last frame; None when none has come.
            now: seconds, on the clock of `browser_event`.
            covered: whether a hand is over the lens.

        Returns:
            `BLOCKED` when no frame has come for too long; the camera is off then.
        """
        problem = None
        if frame_age is not None:
            self._had_frames = True
        if not self._wanted:
            state = State.OFF
        elif self._granted_at is None:
            state = State.UNPLUGGED if self._unplugged else State.ASKING
        elif frame_age is None and not self._had_frames:
            state = State.CONNECTING
            waited_s = now - self._granted_at
            if waited_s > CONNECT_S:
                self.leave()
                state, self.blocked, problem = State.OFF, True, Problem.BLOCKED
            elif waited_s > RETRY_S and not self._retried:
                self._retried = self.reconnect = True
        elif frame_age is None or frame_age > LOST_S:
            state = State.LOST
            self._lost_at = now if self._lost_at is None else self._lost_at
            if now - self._lost_at > RETRY_S:
                self._lost_at, self.reconnect = now, True
        else:
            self._lost_at = None
            state = State.COVERED if covered else State.LIVE
            state = State.PAUSED if self.paused else state
        if state is not self.state:
            self.state = state
            self._changes += 1
        return problem

    def status(self, say: Phrases) -> tuple[str, str]:
        """What the live region says, under an id that changes with it."""
        if self.state is State.OFF and self._changes == 0:
            return "live ready", say.ready_live
        if self.state is State.PAUSED and self.reading:
            return f"live {self._changes}", say.camera_paused_reading
        return f"live {self._changes}", sentence(self.state, say)


def ice_servers(setting: str) -> list[dict[str, Any]]:
    """Reads the STUN and TURN servers that the person who runs the server has set.

    Args:
        setting: empty, for none: nothing outside this machine is asked. Else a JSON list of
            {"urls": ..., "username": ..., "credential": ...}, as WebRTC's `iceServers`.

    Raises:
        ValueError: the setting is none of these; it says what is wrong.
    """
    if not setting.strip():
        return []
    try:
        servers = json.loads(setting)
    except json.JSONDecodeError as error:
        raise ValueError(f"VOIS_ICE_SERVERS is not JSON: {error}") from error
    if not isinstance(servers, list) or not all(map(_is_server, servers)):
        raise ValueError('VOIS_ICE_SERVERS must be a list such as [{"urls": "stun:host:3478"}].')
    return servers


def _is_server(server: object) -> bool:
    if not isinstance(server, Mapping) or set(server) - {"urls", "username", "credential"}:
        return False
    urls = server.get("urls")
    several = [urls] if isinstance(urls, str) else urls
    return (
        isinstance(several, list)
        and bool(several)
        and all(
            isinstance(url, str) and url.startswith(("stun:", "stuns:", "turn:", "turns:"))
            for url in several
        )
    )
