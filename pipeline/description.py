"""The whole flow: a photo's bytes in, words out, and then the words as sound."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.captioning.captioner import Caption, Captioner
from pipeline.captioning.confidence import Manner
from pipeline.captioning.detail import DescriptionStyle, describe_in_style
from pipeline.image import read_rgb
from pipeline.photo_quality import Guidance, assess
from pipeline.phrases import phrases
from pipeline.speech import Sound, VoiceChain

PREVIEW_SIDE_PX = 960  # enough for the page's column on a screen of double density
PREVIEW_QUALITY = 85


@dataclass(frozen=True)
class Timing:
    """How long each stage took, in seconds.

    Attributes:
        read: bytes to rgb.
        assess: is the photo fit to describe?
        describe: rgb to text; 0 when the photo was not described.
    """

    read: float
    assess: float
    describe: float


@dataclass(frozen=True)
class Description:
    """What is shown and spoken about one photo.

    Attributes:
        text: a full sentence, said as sure as it is, or what to do about an unfit photo.
        confidence: 0..1; 0 when the photo was not described.
        guidance: why the photo was not described, or None.
        language: two-letter code of `text`, which is not always the one that was asked for.
        preview: the photo as JPEG, upright, its longer side at most `PREVIEW_SIDE_PX`.
        timing: how long each stage took.
        words: of the description in `text`; none when the photo was not described, or when nobody
            can tell what it shows.
        attention: (words, rows, columns) float32, where the model looked for each, on a grid over
            the whole photo.
    """

    text: str
    confidence: float
    guidance: Guidance | None
    language: str
    preview: bytes
    timing: Timing
    words: tuple[str, ...] = ()
    attention: NDArray[np.float32] = field(
        default_factory=lambda: np.zeros((0, 1, 1), np.float32), compare=False, repr=False
    )


class Assistant:
    """Describes photos and speaks; holds no state between calls, so all sessions share it."""

    def __init__(self, captioner: Captioner, voices: VoiceChain) -> None:
        """Joins a model and its voices; both are built once per process."""
        self._captioner = captioner
        self._voices = voices

    def describe(
        self, data: bytes, language: str = "en", style: DescriptionStyle | None = None
    ) -> Description:
        """Turns a photo file into words.

        A photo that is black, blank or blurred is not described: its guidance is the text, for a
        model always finds words, and they would be invented.

        Args:
            data: the photo file as it was chosen.
            language: two-letter code; a model that does not speak it describes in its own.
            style: how it is put; neutrally and at the length that the model likes when None.

        Raises:
            ImageError: the bytes are no photo that can be read.
            ModelError: the model failed on it.
        """
        started = time.perf_counter()
        rgb = read_rgb(data)
        read = time.perf_counter()
        guidance = assess(rgb)
        assessed = time.perf_counter()
        caption = None
        if guidance is not None:
            text, confidence = guidance.message(language), 0.0
        else:
            language = spoken_language(self._captioner, language)
            encoded = self._captioner.encode(rgb)
            caption = describe_in_style(
                self._captioner, encoded, style or DescriptionStyle(), language
            )
            text, confidence = worded(caption, language), caption.confidence
        described = time.perf_counter()
        description = Description(
            text=text,
            confidence=confidence,
            guidance=guidance,
            language=language,
            preview=preview(rgb),
            timing=Timing(
                read=read - started,
                assess=assessed - read,
                describe=0.0 if guidance is not None else described - assessed,
            ),
        )
        if caption is None or caption.manner is Manner.UNKNOWN:
            return description  # words that are not said are not shown by their places either
        return replace(description, words=caption.words, attention=caption.attention)

    def speak(
        self, text: str, rate: float = 1.0, *, language: str = "en", mode: str = "offline"
    ) -> Sound:
        """Turns words into sound; called after the words are on the page.

        Args:
            text: a full sentence.
            rate: 1 is the voice's own pace, 2 is twice as fast.
            language: two-letter code.
            mode: "offline", "best", which lets the words, never the photo, leave the machine, or a
                voice's name.

        Raises:
            SpeechError: there is nothing to say.
        """
        return self._voices.speak(text, language=language, rate=rate, mode=mode)


def spoken_language(captioner: Captioner, language: str) -> str:
    """The language that the model's descriptions are in, when this one is asked for.

    A model's first language stands in for one that it never learned: words in another language,
    marked and spoken as such, are better than none.
    """
    languages = captioner.contract.languages
    return language if language in languages else languages[0]


def worded(caption: Caption, language: str) -> str:
    """A caption as it is shown and said, in its manner.

    Plainly, as a guess ("Perhaps: a dog runs."), or as what nobody can tell ("I cannot tell what
    this shows. Perhaps something with: a dog.").
    """
    sentences, text = phrases(language), caption.text
    if caption.manner is Manner.UNKNOWN:
        if not caption.sure:
            return sentences.unknown
        return sentences.unknown_but.format(words=", ".join(caption.sure))
    if caption.manner is Manner.PERHAPS:
        return sentences.perhaps.format(text=text[:1].lower() + text[1:])
    return text


def preview(rgb: NDArray[np.uint8]) -> bytes:
    """A JPEG of (H, W, 3) uint8 RGB, its longer side at most `PREVIEW_SIDE_PX`."""
    photo = Image.fromarray(rgb)
    photo.thumbnail((PREVIEW_SIDE_PX, PREVIEW_SIDE_PX))
    jpeg = io.BytesIO()
    photo.save(jpeg, "JPEG", quality=PREVIEW_QUALITY)
    return jpeg.getvalue()
