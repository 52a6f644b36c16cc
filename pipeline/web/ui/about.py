"""What stands under "About": what Vois is, what leaves the machine, and how photos are computed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.encoder_session import OpenedEncoder, Way
from pipeline.errors import ModelError
from pipeline.other_model import OtherModel
from pipeline.phrases import Phrases


def draw(
    say: Phrases,
    online: bool,
    asked: OtherModel | None,
    captioner: Callable[[], Captioner] | None,
) -> None:
    """Draws it.

    Args:
        say: the page's language.
        online: whether words may be sent to an online voice.
        asked: the other model that the person has chosen.
        captioner: gives the model; None while nothing is loaded yet.
    """
    sentences = [say.tagline, say.what_it_is]
    sentences.append(say.what_leaves_online if online else say.what_leaves)
    if asked is not None and asked.goes_to:
        sentences.append(say.what_leaves_asked.format(model=asked.name, host=asked.goes_to))
    sentences.append(say.not_for_safety)
    opened = None
    with suppress(ModelError):  # which is said elsewhere
        opened = None if captioner is None else captioner().opened
    if opened is not None:
        sentences.append(runs(opened, say))
    with st.expander(say.about):
        st.markdown("\n\n".join(sentences))


def runs(opened: OpenedEncoder, say: Phrases) -> str:
    """How photos are computed on this machine, and what was measured."""
    provider = opened.provider.removesuffix("ExecutionProvider")
    sentence = {
        Way.ACCELERATED: say.runs_accelerated.format(provider=provider),
        Way.EIGHT_BIT: say.runs_8bit,
        Way.FLOAT: say.runs_float,
    }[Way.FLOAT if opened.problem else opened.way]
    why = "; ".join(filter(None, (opened.why, opened.problem)))
    return f"{sentence} {say.runs_why.format(why=why)}" if why else sentence
