"""Text to speech: voices behind one interface, and a chain that falls back to the next voice."""

from pipeline.speech.cache import DiskCache
from pipeline.speech.chain import TONE, VoiceChain, default_chain
from pipeline.speech.finishing import join
from pipeline.speech.sound import Sound
from pipeline.speech.voice import FASTEST_RATE, ONLINE_NAMES, SLOWEST_RATE, Voice

__all__ = [
    "FASTEST_RATE",
    "ONLINE_NAMES",
    "SLOWEST_RATE",
    "TONE",
    "DiskCache",
    "Sound",
    "Voice",
    "VoiceChain",
    "default_chain",
    "join",
]
