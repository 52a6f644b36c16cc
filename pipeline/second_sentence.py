"""What else can be said of a photo that was described, when a person asks for more."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PIL import Image

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence import Manner
from pipeline.description import Description
from pipeline.phrases import phrases
from pipeline.reading.reader import Reader
from pipeline.reading.written_page import WrittenPage
from pipeline.recognition.wording import listed, sure_things


def has_more(description: Description) -> bool:
    """Whether there is a caption, to which something can be added."""
    return description.manner is not None


def tell_more(
    captioner: Callable[[], Captioner], reader: Callable[[], Reader], description: Description
) -> Description:
    """Another caption, the things with their places, what is written, and how sure all that is.

    Args:
        captioner: gives the model that described it.
        reader: gives what reads the photo's text, if nobody has looked for it yet.
        description: has more.

    Returns:
        The description with another text; its page is what has not been read before.

    Raises:
        ModelError: the model failed.
    """
    language = description.language
    say = phrases(language)
    sentences = []
    if description.other is not None:
        other = captioner().in_language(description.other, language).text
        sentences.append(say.more_other.format(text=other[:1].lower() + other[1:]))
    sure = sure_things(description.recognised)
    names = say.recognised.format(names=listed(sure, language, places=True)) if sure else ""
    if names and names not in description.text:
        sentences.append(names)
    if description.manner is Manner.UNKNOWN:
        sentences.append(say.more_unsure)
    else:
        right = min(max(round(10 * description.confidence), 1), 9)  # never "0 in 10", or always
        sentences.append(say.more_confidence.format(right=right))
    text = " ".join(sentences)
    if description.timing.text > 0:  # it was read already, and said
        return replace(description, text=text, page=WrittenPage())
    with Image.open(io.BytesIO(description.preview)) as preview:
        rgb = np.asarray(preview.convert("RGB"))
    return replace(description, text=text, page=reader().read(rgb, language))
