"""A sound as the body of an answer."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from pipeline.speech import Sound
from pipeline.speech.codec import SoundFormat, encode

SOUND_TYPES = {
    SoundFormat.WAV: "audio/wav",
    SoundFormat.MP3: "audio/mpeg",
    SoundFormat.OPUS: "audio/ogg",
    SoundFormat.FLAC: "audio/flac",
    SoundFormat.AAC: "audio/aac",
    SoundFormat.PCM: "audio/pcm",
}


async def sound_response(sound: Sound, kind: SoundFormat) -> Response:
    """A sound as a file; a header names the voice."""
    data = await run_in_threadpool(encode, sound.samples, sound.sample_rate_hz, kind)
    headers = {"Vois-Voice": sound.voice, "Cache-Control": "no-store"}
    return Response(data, media_type=SOUND_TYPES[kind], headers=headers)
