"""Words to sound: voices behind one interface, and a chain of them that always ends in sound."""

from pipeline.speech.cache import DiskCache
from pipeline.speech.chain import TONE, Mode, VoiceChain, default_chain
from pipeline.speech.codec import mp3
from pipeline.speech.finishing import join
from pipeline.speech.sound import Sound
from pipeline.speech.voice import FASTEST_RATE, ONLINE_NAMES, SLOWEST_RATE, Voice

__all__ = [
    "FASTEST_RATE",
    "ONLINE_NAMES",
    "SLOWEST_RATE",
    "TONE",
    "DiskCache",
    "Mode",
    "Sound",
    "Voice",
    "VoiceChain",
    "default_chain",
    "join",
    "mp3",
]
