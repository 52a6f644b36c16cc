"""The one way to a description: a photo's bytes or a camera frame in, a `Description` out."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.captioning.caption import Caption
from pipeline.captioning.captioner import Captioner, Encoded
from pipeline.captioning.confidence import Manner
from pipeline.captioning.detail import DEFAULT_STYLE, DescriptionStyle, Form, choose_in_style
from pipeline.image import read_picture
from pipeline.languages import ENGLISH
from pipeline.passages import Passage, passages, pieces, shown
from pipeline.photo_quality import Guidance, assess
from pipeline.phrases import phrases
from pipeline.reading.written_page import Block, Layout, WrittenPage
from pipeline.recognition.recogniser import Recognised
from pipeline.recognition.wording import NAMED_FROM_UNLIKE, listed, sure_things

if TYPE_CHECKING:  # whoever reads no text needs none of it
    from pipeline.reading.reader import Reader

PREVIEW_SIDE_PX = 960  # enough for the page's column on a screen of double density
PREVIEW_QUALITY = 85
# Share of a photo's rows. The last percent of a file is mostly floor or sky, and nobody misses it.
NOTABLY_MISSING = 0.05


@dataclass(frozen=True)
class Timing:
    """How long each stage took, in seconds.

    Attributes:
        read: bytes to rgb; 0 for a camera frame.
        assess: checking whether the photo is fit to describe.
        describe: rgb to text; 0 when the photo was not described.
        text: reading what is written in the photo; 0 when nobody looked for it.
    """

    read: float
    assess: float
    describe: float
    text: float = 0.0


@dataclass(frozen=True)
class Description:
    """What is shown and spoken about one photo.

    Attributes:
        text: one or more full sentences: the caption, worded by its confidence, what to do about
            an unfit photo, or that it shows a page of text. "" where text that was read is all.
        confidence: 0..1; 0 when the photo was not described.
        guidance: why the photo was not described, or None.
        language: two-letter code of `text`, which is not always the one that was asked for.
        preview: the photo as JPEG, upright, its longer side at most `PREVIEW_SIDE_PX`.
        timing: how long each stage took.
        manner: how sure the words are; None when the photo was not described.
        words: the caption's words; empty when the photo was not described or the manner is UNKNOWN.
        word_scores: natural log-probability of each of the words.
        recognised: the things in the photo that have a name, said or not, the most probable first.
        attention: (words, rows, columns) float32, the attention weights of each word, on a grid
            over the whole photo.
        other: another caption of the photo, in the language of the search; None when there is none
            that says something else, or it is not to be said.
        page: what is written in the photo.
    """

    text: str
    confidence: float
    guidance: Guidance | None
    language: str
    preview: bytes
    timing: Timing
    manner: Manner | None = None
    words: tuple[str, ...] = ()
    word_scores: tuple[float, ...] = ()
    recognised: tuple[Recognised, ...] = ()
    attention: NDArray[np.float32] = field(
        default_factory=lambda: np.zeros((0, 1, 1), np.float32), compare=False, repr=False
    )
    other: Caption | None = field(default=None, compare=False, repr=False)
    page: WrittenPage = field(default_factory=WrittenPage, compare=False)

    @property
    def read(self) -> str:
        """What is written in the photo, as it is shown: a line that is not sure says so."""
        return "\n".join(_hedged(block, self.language) for block in self.page.blocks)

    @property
    def shown(self) -> str:
        """All that is shown: `text`, then what is written in the photo."""
        return shown(self.text, self.read, self.language)

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All that is spoken, each part in its own language."""
        return passages(self.text, self.language, self._written)

    @property
    def pieces(self) -> tuple[Passage, ...]:
        """`shown`, each piece in its own language."""
        return pieces(self.text, self._written, self.language)

    @property
    def _written(self) -> tuple[Passage, ...]:
        return tuple(
            Passage(_hedged(block, self.language), block.language) for block in self.page.blocks
        )


@dataclass(frozen=True)
class Inspection:
    """What is computed from a photo before its description.

    Attributes:
        guidance: why the photo is unfit to describe; None when it is fit.
        encoded: what the captioner's `encode` returned; None when the photo is unfit.
        assess_s: seconds that `assess` took.
        encode_s: seconds that `encode` took; 0 when it did not run.
    """

    guidance: Guidance | None
    encoded: Encoded | None
    assess_s: float
    encode_s: float = 0.0


def describe_file(
    captioner: Captioner,
    data: bytes,
    language: str = ENGLISH,
    style: DescriptionStyle = DEFAULT_STYLE,
    reader: Reader | None = None,
) -> Description:
    """Reads a photo file and describes it; see `describe`. The text says when much is missing.

    Args:
        captioner: the model.
        data: the content of a photo file.
        language: two-letter code.
        style: length and wording of the description.
        reader: reads what is written in the photo; None leaves it unread.

    Raises:
        ImageError: the bytes are not a readable photo.
        ModelError: the model failed.
    """
    started = time.perf_counter()
    picture = read_picture(data)
    read_s = time.perf_counter() - started
    description = describe(captioner, picture.rgb, language, style, reader=reader, of_file=True)
    text = description.text
    if picture.missing >= NOTABLY_MISSING:
        there = round(100 * (1 - picture.missing))
        text = phrases(description.language).incomplete.format(text=text, percent=there)
    return replace(description, text=text, timing=replace(description.timing, read=read_s))


def describe(
    captioner: Captioner,
    rgb: NDArray[np.uint8],
    language: str,
    style: DescriptionStyle,
    inspection: Inspection | None = None,
    reader: Reader | None = None,
    of_file: bool = False,
) -> Description:
    """Describes a photo or a camera frame.

    A photo that is black, blank or blurred is not described: the text is its guidance. A captioner
    returns words for every input, and for such a photo they would be invented. Nor is a page of
    text, which is read.

    Args:
        captioner: the model.
        rgb: (H, W, 3) uint8, 0..255, RGB.
        language: two-letter code. A model that does not speak it describes in its own language;
            guidance is in the language asked for.
        style: length and wording of the description.
        inspection: of `rgb`, where the caller has it already; computed here when None.
        reader: reads what is written in the photo; None leaves it unread.
        of_file: whether `rgb` comes from a file, as for `assess`.

    Returns:
        The description; its `timing.read` is 0.

    Raises:
        ModelError: the model failed.
    """
    started = time.perf_counter()
    page = WrittenPage() if reader is None else reader.read(rgb, language)
    text_s = 0.0 if reader is None else time.perf_counter() - started
    if page.is_document:
        description = _undescribed(rgb, phrases(language).document, language)
    else:
        description = _described(
            captioner,
            rgb,
            language,
            style,
            inspection or inspect(captioner, rgb, of_file),
            bool(page.blocks),
        )
    return replace(description, page=page, timing=replace(description.timing, text=text_s))


def _undescribed(
    rgb: NDArray[np.uint8],
    text: str,
    language: str,
    guidance: Guidance | None = None,
    assess_s: float = 0.0,
) -> Description:
    """A description without a caption."""
    timing = Timing(read=0.0, assess=assess_s, describe=0.0)
    return Description(text, 0.0, guidance, language, preview(rgb), timing)


def read_aloud(rgb: NDArray[np.uint8], page: WrittenPage, language: str) -> Description:
    """The description of a camera frame of which only the text is wanted.

    Args:
        rgb: (H, W, 3) uint8, 0..255, RGB.
        page: what is to be said of its text; not empty.
        language: two-letter code of the person's page.
    """
    return replace(_undescribed(rgb, "", language), page=page)


def advised(rgb: NDArray[np.uint8], advice: str, language: str) -> Description:
    """Advice on how to hold the camera, as it is shown and spoken; arguments as `read_aloud`."""
    return _undescribed(rgb, advice, language)


def _described(
    captioner: Captioner,
    rgb: NDArray[np.uint8],
    language: str,
    style: DescriptionStyle,
    inspection: Inspection,
    has_text: bool,
) -> Description:
    """The caption of a photo, or its guidance; where text was read, neither takes its place."""
    encoded = inspection.encoded
    if encoded is None:
        if inspection.guidance is None:
            raise ValueError("an inspection has either guidance or an encoded photo")
        if has_text:
            return _undescribed(rgb, phrases(language).only_text, language)
        text = inspection.guidance.message(language)
        return _undescribed(rgb, text, language, inspection.guidance, inspection.assess_s)
    started = time.perf_counter()
    language = spoken_language(captioner, language)
    recognising = captioner.recognise(encoded)
    choice = choose_in_style(captioner, encoded, style, language, recognising)
    caption = choice.caption
    things = recognising.result().things
    describe_s = inspection.encode_s + time.perf_counter() - started
    unknown = caption.manner is Manner.UNKNOWN
    sayable = things
    if captioner.confidence.out_of_distribution(encoded.features):
        sayable = tuple(one for one in things if one.probability >= NAMED_FROM_UNLIKE)
    text = worded(caption, language, sayable)
    if style.form is Form.FULL and caption.manner is Manner.PLAIN:
        text = with_the_rest(text, caption, sayable)
    only_text = has_text and unknown and not caption.sure and not sure_things(sayable)
    description = Description(
        text=phrases(language).only_text if only_text else text,
        confidence=caption.confidence,
        guidance=None,
        language=language,
        preview=preview(rgb),
        timing=Timing(read=0.0, assess=inspection.assess_s, describe=describe_s),
        manner=caption.manner,
        recognised=things,
    )
    if unknown:
        return description  # the text does not hold the caption's words
    return replace(
        description,
        words=caption.words,
        word_scores=caption.word_scores[:-1],  # the last is END's
        attention=caption.attention,
        other=choice.other,
    )


def _hedged(block: Block, language: str) -> str:
    """A block's words; a line that was not read surely says so, in the language of the page."""
    if block.layout is not Layout.LINES or all(line.is_sure for line in block.lines):
        return block.text
    perhaps = phrases(language).reads_like
    return "\n".join(
        line.text if line.is_sure else perhaps.format(text=line.text) for line in block.lines
    )


def inspect(captioner: Captioner, rgb: NDArray[np.uint8], of_file: bool = False) -> Inspection:
    """Assesses (H, W, 3) uint8 RGB, and encodes it when it is fit to describe.

    Args:
        captioner: the model.
        rgb: (H, W, 3) uint8, 0..255, RGB.
        of_file: whether it comes from a file, as for `assess`.

    Raises:
        ModelError: the model failed.
    """
    started = time.perf_counter()
    guidance = assess(rgb, of_file)
    assessed = time.perf_counter()
    if guidance is not None:
        return Inspection(guidance, None, assessed - started)
    encoded = captioner.encode(rgb)
    return Inspection(None, encoded, assessed - started, time.perf_counter() - assessed)


def spoken_language(captioner: Captioner, language: str) -> str:
    """The language of the description when this one is asked for.

    The model's first language replaces one that it was not trained on: a description in another
    language, marked and spoken as such, is better than none.
    """
    languages = captioner.languages
    return language if language in languages else languages[0]


def worded(caption: Caption, language: str, things: Sequence[Recognised] = ()) -> str:
    """A caption as it is shown and spoken, by its manner.

    PLAIN is the caption itself, PERHAPS is a guess beside what is sure ("Perhaps: a dog runs. I
    recognise: a car."), and UNKNOWN names only what is sure ("I cannot describe the whole picture.
    I recognise: a dog.").

    Args:
        caption: of the photo.
        language: two-letter code of the caption.
        things: what was recognised in the photo, the most probable first.
    """
    sentences, text = phrases(language), caption.text
    if caption.manner is Manner.UNKNOWN:
        sure = sure_things(things)
        if sure:
            return sentences.unknown_recognised.format(names=listed(sure, language))
        if not caption.sure:
            return sentences.unknown
        return sentences.unknown_but.format(words=", ".join(caption.sure))
    if caption.manner is Manner.PERHAPS:
        guess = sentences.perhaps.format(text=text[:1].lower() + text[1:])
        return _with(sentences.recognised, guess, caption, things)
    return text


def with_the_rest(text: str, caption: Caption, things: Sequence[Recognised]) -> str:
    """The text, and what was recognised beside the caption ("Also: two cars on the left.")."""
    return _with(phrases(caption.language).also, text, caption, things)


def _with(sentence: str, text: str, caption: Caption, things: Sequence[Recognised]) -> str:
    """The text and a sentence with the sure things that the caption does not say, if any."""
    rest = sure_things(things, caption.words, caption.language)
    if not rest:
        return text
    return f"{text} {sentence.format(names=listed(rest, caption.language, places=True))}"


def preview(rgb: NDArray[np.uint8]) -> bytes:
    """A JPEG of (H, W, 3) uint8 RGB, its longer side at most `PREVIEW_SIDE_PX`."""
    photo = Image.fromarray(rgb)
    photo.thumbnail((PREVIEW_SIDE_PX, PREVIEW_SIDE_PX))
    jpeg = io.BytesIO()
    photo.save(jpeg, "JPEG", quality=PREVIEW_QUALITY)
    return jpeg.getvalue()
