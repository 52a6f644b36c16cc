"""200 sentences over a bad network: python -m tests.bench.network

The real gTTS asks a server on this machine that refuses, waits 10 s, cuts, or sends garbage. Each
sentence must be spoken, and every one after the first, which finds out, within the bar of 1 s.
The baseline is the offline voice alone, which no network can slow.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipeline.speech import TONE, VoiceChain
from pipeline.speech.google import GoogleVoice
from pipeline.speech.hibari import HibariVoice
from tests.speech.gtts_server import GttsServer

SENTENCES = 200
BAR_S = 1.0
FAILURES = ("refused", "delay", "trickle", "cut", "garbage", "noise", "empty", "500", "429")


class Complaints(logging.Handler):
    """Counts what a log would show as an error, from every library, and errors in threads."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.count = 0
        logging.getLogger().addHandler(self)
        logging.getLogger().setLevel(logging.DEBUG)
        threading.excepthook = self._thread_failed

    def emit(self, record: logging.LogRecord) -> None:
        self.count += bool(record.exc_info) or record.levelno >= logging.ERROR

    def _thread_failed(self, _: object) -> None:
        self.count += 1


def speak_all(chain: VoiceChain) -> tuple[list[float], int]:
    """Seconds of each sentence, and how many of them were no words."""
    took_s, unspoken = [], 0
    for count in range(SENTENCES):
        began_s = time.perf_counter()
        sound = chain.speak(f"{count} dogs run along the beach with a red ball.", mode="best")
        sound.wav()
        took_s.append(time.perf_counter() - began_s)
        unspoken += sound.voice == TONE
    return took_s, unspoken


def main() -> None:
    """Measures and prints the table; fails where the bar is missed."""
    complaints = Complaints()
    hibari = HibariVoice()
    hibari.speak("Ready.", "en", 1.0)
    missed = 0
    print(f"{SENTENCES} sentences each; seconds")
    print(f"{'network':10}{'first':>8}{'median':>9}{'slowest of the others':>23}{'unspoken':>10}"
          f"{'connects':>10}{'errors':>8}")  # fmt: skip
    for failure in ("none asked", *FAILURES):
        with GttsServer() as server:
            os.environ["HTTPS_PROXY"] = os.environ["https_proxy"] = server.proxy_url
            if failure == "refused":
                server.stop()
            elif failure != "none asked":
                server.mode = failure  # type: ignore[assignment]
            voices = [hibari] if failure == "none asked" else [GoogleVoice(), hibari]
            complaints.count = 0
            took_s, unspoken = speak_all(VoiceChain(voices))
            slowest_s = max(took_s[1:])
            print(f"{failure:10}{took_s[0]:8.2f}{statistics.median(took_s):9.3f}{slowest_s:23.3f}"
                  f"{unspoken:10}{server.connections:10}{complaints.count:8}")  # fmt: skip
            missed += slowest_s > BAR_S or unspoken > 0 or complaints.count > 0
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
