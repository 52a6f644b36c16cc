"""Describes photos with the app's captioner and scores the descriptions."""

from __future__ import annotations

from collections.abc import Sequence

from tqdm import tqdm

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import DescriptionStyle, Form, describe_in_style
from pipeline.image import read_rgb
from pipeline.languages import ENGLISH
from training.data.prepared import Photo
from training.scoring.bootstrap import bootstrap, intervals
from training.scoring.metrics import cider_by_photo, score
from training.scoring.result import Described, Evaluation


def describe(
    captioner: Captioner,
    photos: Sequence[Photo],
    beam: int | None,
    form: Form = Form.AUTO,
    language: str = ENGLISH,
) -> list[Described]:
    """Describes photos as the app does, but without neutral wording about people.

    Raises:
        VoisError: a photo or the model is broken.
    """
    described = []
    for photo in tqdm(photos, unit=" photos"):
        encoded = captioner.encode(read_rgb(photo.path.read_bytes()))
        if form is Form.AUTO:
            searched = captioner.searched(language)
            caption = captioner.captions(encoded, language=searched, beam_size=beam)[0]
            caption = captioner.in_language(caption, language)
        else:
            caption = describe_in_style(
                captioner, encoded, DescriptionStyle(form, neutral=False), language
            )
        described.append(Described(photo, caption.words, caption.text, caption.confidence))
    return described


def measure(described: Sequence[Described], java: bool, language: str = ENGLISH) -> Evaluation:
    """Scores descriptions against people's captions.

    Args:
        described: descriptions in `language`.
        java: add scores with the PTB tokenizer and METEOR, which are for English only.
        language: "en" or "fr".

    Raises:
        ScoreError: there is nothing to score.
    """
    candidates = {one.photo.name: one.words for one in described}
    references = {one.photo.name: one.photo.said(language) for one in described}
    return Evaluation(
        described=tuple(described),
        cider=cider_by_photo(candidates, references, language),
        plain=score(candidates, references, language=language),
        ptb=score(candidates, references, java=True) if java else None,
        around=intervals(bootstrap(candidates, references, language)),
    )
