"""What every voice promises, so that the chain can ask any of them."""

from __future__ import annotations

from typing import Protocol

from pipeline.speech.sound import Sound

# The range in which the voices stay intelligible; hibari documents the same one.
SLOWEST_RATE = 0.5
FASTEST_RATE = 2.0


# The ends of Google's address whose voices differ, after gTTS's documentation. They stand here, so
# that the voices can be offered without importing what could send text.
ACCENTS = ("co.uk", "ca", "com.au", "co.in", "ie", "co.za", "com.ng", "fr")
ONLINE_NAMES = ("google", *(f"google {accent}" for accent in ACCENTS))


class Voice(Protocol):
    """Turns text into sound. One instance serves every thread of the process."""

    @property
    def name(self) -> str:
        """Who speaks, as the page shows it and `Sound.voice` repeats it."""

    @property
    def languages(self) -> frozenset[str]:
        """The languages it speaks, as two-letter codes ("en")."""

    @property
    def online(self) -> bool:
        """True when the text leaves this machine to be spoken."""

    def speak(self, text: str, language: str, rate: float) -> Sound:
        """Speaks `text`, which `pipeline.speech.text.clean` has made speakable.

        Args:
            text: what to say.
            language: a two-letter code out of `languages`.
            rate: pace, 1.0 being the voice's own; `SLOWEST_RATE` to `FASTEST_RATE`.

        Raises:
            SpeechError: nothing could be spoken, be it another language or a broken package; no
                other error leaves.
        """
