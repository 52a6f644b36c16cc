"""What stands under "About": what Vois is, what leaves the machine, and how photos are computed."""

from __future__ import annotations

import streamlit as st

from pipeline.captioning.encoder_session import OpenedEncoder, Way
from pipeline.phrases import Phrases


def draw(say: Phrases, online: bool, opened: OpenedEncoder | None) -> None:
    """Draws it.

    Args:
        say: the page's language.
        online: whether words may be sent to an online voice.
        opened: how the encoder runs; None while nothing is loaded yet.
    """
    leaves = say.what_leaves_online if online else say.what_leaves
    with st.expander(say.about):
        sentences = [say.tagline, say.what_it_is, leaves, say.not_for_safety]
        if opened is not None:
            sentences.append(runs(opened, say))
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
