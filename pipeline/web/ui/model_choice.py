"""The settings' part on another model: a button that looks for one, and the choice. Streamlit."""

from __future__ import annotations

import streamlit as st

from pipeline.other_model import OtherModel
from pipeline.phrases import Phrases
from pipeline.web.state.consultation import Consultation, named
from pipeline.web.ui import streamlit_internals as keys


def draw(say: Phrases, consultation: Consultation) -> str:
    """Draws it and returns the key of the chosen model; "" for none."""
    st.header(say.other_title, anchor=False)
    host = consultation.host
    st.markdown(say.other_help_at.format(host=host) if host else say.other_help)
    st.button(say.other_look, key=keys.OTHER_LOOK, on_click=_look, args=(say, consultation))
    models = {model.key: model for model in consultation.models}
    # Remembered, and perhaps not running now: the person is told when they ask.
    chosen = consultation.model(str(st.session_state.get(keys.OTHER_MODEL, "")))
    if chosen is not None:
        models.setdefault(chosen.key, chosen)
    if not models:
        st.session_state.pop(keys.OTHER_MODEL, None)
        return ""
    if st.session_state.get(keys.OTHER_MODEL) not in models:
        st.session_state[keys.OTHER_MODEL] = ""
    choices = ("", *models)
    return st.selectbox(
        say.other_label,
        choices,
        index=choices.index(st.session_state[keys.OTHER_MODEL]),  # as in `settings_panel`
        format_func=lambda key: _named(models[key], say) if key else say.other_none,
        key=keys.OTHER_MODEL,
    )


def _named(model: OtherModel, say: Phrases) -> str:
    name = named(model, say)
    return name if model.sees is not None else say.other_named_unsure.format(name=name)


def _look(say: Phrases, consultation: Consultation) -> None:
    """Looks, chooses the first one that sees unless one is chosen already, and has it said."""
    before = consultation.model(str(st.session_state.get(keys.OTHER_MODEL, "")))
    chosen = consultation.look(before, say)
    if chosen is not None:
        st.session_state[keys.OTHER_MODEL] = chosen.key
