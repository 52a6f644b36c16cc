"""The interface of every voice."""

from __future__ import annotations

from typing import Protocol

from pipeline.speech.sound import Sound

# The range in which the voices stay intelligible; hibari documents the same one.
SLOWEST_RATE = 0.5
FASTEST_RATE = 2.0


# Google's top-level domains whose voices differ, from gTTS's documentation. They are defined here,
# so that the voices can be listed without importing a module that could send text.
ACCENTS = ("co.uk", "ca", "com.au", "co.in", "ie", "co.za", "com.ng", "fr")
ONLINE_NAMES = ("google", *(f"google {accent}" for accent in ACCENTS))


class Voice(Protocol):
    """Turns text into sound. One instance serves every thread of the process."""

    @property
    def name(self) -> str:
        """The voice's name, which the page shows and `Sound.voice` has."""

    @property
    def languages(self) -> frozenset[str]:
        """The languages it speaks, as two-letter codes ("en")."""

    @property
    def online(self) -> bool:
        """True when the text leaves this machine to be spoken."""

    @property
    def slow(self) -> bool:
        """True when it is asked clause by clause, so that the first is heard meanwhile."""

    def speak(self, text: str, language: str, rate: float) -> Sound:
        """Speaks `text`, which `pipeline.speech.text.clean` has made speakable.

        Args:
            text: what to say.
            language: a two-letter code out of `languages`.
            rate: pace, 1.0 being the voice's own; `SLOWEST_RATE` to `FASTEST_RATE`.

        Raises:
            SpeechError: the text could not be spoken, for example because of its language or a
                broken package. No other error is raised.
        """
