"""The settings of one person as one value, and what follows from them. Needs no Streamlit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.captioning.detail import DescriptionStyle, Form
from pipeline.live.watcher import LiveSettings
from pipeline.speech import ONLINE_NAMES


class Speaker(StrEnum):
    """Who says aloud what the page says; the page's scripts know these names."""

    READER = "reader"  # the person's screen reader; Vois makes no sound
    VOIS = "vois"  # states, too, and nothing is in a live region
    BOTH = "both"


OFFLINE = "offline"  # the first voice on this machine that speaks the language
BEST = "best"  # the best voice, which needs a network
PACES = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)  # as in assets/page/player.js
INTERVALS_S = (2, 5, 10, 30, 60)


@dataclass(frozen=True)
class Settings:
    """What the person chose in the settings panel.

    Attributes:
        language: two-letter code, of the page and of new descriptions.
        voice: `OFFLINE`, `BEST` or the name of one voice.
        pace: speed at which sounds are played; one of `PACES`, 1 is normal.
        form: how long descriptions are.
        neutral: whether people are called people, not men and women.
        interval_s: least seconds between the beginnings of two sentences of the camera.
        volume: of the sounds, in percent.
        muted: whether sounds are played without being heard.
        keys: whether the person wants single keys to press the page's buttons.
        speaker: who says it aloud; None until the person was asked, which is as both.
        other_model: the key of the model that answers questions about photos; "" for none.
    """

    language: str
    voice: str = OFFLINE
    pace: float = 1.0
    form: Form = Form.AUTO
    neutral: bool = True
    interval_s: float = INTERVALS_S[0]
    volume: int = 100
    muted: bool = False
    keys: bool = True
    speaker: Speaker | None = None
    other_model: str = ""

    @property
    def online(self) -> bool:
        """Whether the text of descriptions may leave this machine."""
        return self.voice == BEST or self.voice in ONLINE_NAMES

    @property
    def single_keys(self) -> bool:
        """Whether single keys press buttons: a screen reader takes them for its own commands."""
        return self.keys and self.speaker in (None, Speaker.VOIS)

    @property
    def style(self) -> DescriptionStyle:
        """The form and wording of descriptions."""
        return DescriptionStyle(self.form, self.neutral)

    @property
    def live(self) -> LiveSettings:
        """The settings of the live camera."""
        return LiveSettings(self.style, self.interval_s, self.pace, self.language)
