"""A sound as the body of an answer."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import WithJsonSchema
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from pipeline.errors import ErrorCode, SpeechError
from pipeline.speech import Sound
from pipeline.speech.codec import SoundFormat, encode
from pipeline.speech.text import MAX_CHARS

# What no voice here can say has none of these: "!", snow, Greek.
_SAYABLE = re.compile("[A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
Sayable = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": MAX_CHARS, "pattern": _SAYABLE.pattern}
    ),
]
SOUND_TYPES = {
    SoundFormat.WAV: "audio/wav",
    SoundFormat.MP3: "audio/mpeg",
    SoundFormat.OPUS: "audio/ogg",
    SoundFormat.FLAC: "audio/flac",
    SoundFormat.AAC: "audio/aac",
    SoundFormat.PCM: "audio/pcm",
}


def check_sayable(text: str) -> None:
    """Refuses a text before it waits for a voice.

    Raises:
        SpeechError: there is nothing in it to say, or too much.
    """
    if len(text) > MAX_CHARS:
        raise SpeechError(ErrorCode.TEXT_TOO_LONG, most=MAX_CHARS)
    if not _SAYABLE.search(text):
        raise SpeechError(ErrorCode.TEXT_EMPTY)


async def sound_response(sound: Sound, kind: SoundFormat) -> Response:
    """A sound as a file; a header names the voice."""
    data = await run_in_threadpool(encode, sound.samples, sound.sample_rate_hz, kind)
    headers = {"Vois-Voice": sound.voice, "Cache-Control": "no-store"}
    return Response(data, media_type=SOUND_TYPES[kind], headers=headers)
