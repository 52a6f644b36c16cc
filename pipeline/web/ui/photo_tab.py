"""The photo tab: the ways to choose photos, and the photos that are chosen."""

from __future__ import annotations

import html
import secrets
from enum import StrEnum
from pathlib import Path

import streamlit as st

from pipeline.captioning.attention_map import Place, overlay, place
from pipeline.description import Description
from pipeline.passages import Passage
from pipeline.phrases import Phrases, phrases
from pipeline.web.state.announcement import Announcement, Kind, Origin, Photo
from pipeline.web.state.description_queue import DescriptionQueue
from pipeline.web.ui import streamlit_internals as keys

SAMPLES = Path(__file__).resolve().parents[3] / "assets" / "samples"
UPLOAD_MEGABYTES = 50
# Names in the session's state.
SAMPLE = "sample"  # the sample photo that was chosen last
LOOK = "look"  # whether the page shows where the model looked


class Sample(StrEnum):
    """The sample photos, by the names of their files without the ending."""

    ASTRONAUT = "astronaut"
    CAT = "cat"
    COFFEE = "coffee"
    FLOWER = "flower"
    ROCKET = "rocket"
    TEMPLE = "temple"


def chosen_photos(say: Phrases) -> list[Photo]:
    """Draws the field for photo files and returns those that are chosen now."""
    uploads = st.file_uploader(
        say.choose.format(megabytes=UPLOAD_MEGABYTES),
        # Any file: its content says what it is, and Python says what to do about another. A phone
        # sends JPEG whatever a page accepts; Safari on a Mac sends the HEIC as it is.
        type=None,
        accept_multiple_files=True,
        max_upload_size=UPLOAD_MEGABYTES,
        key=keys.PHOTOS,  # the same field in every language
    )
    return [Photo(file.file_id, file.name, file.getvalue, now=False) for file in uploads]


def other_photos(say: Phrases) -> list[Photo]:
    """Draws the ways to a photo without a file and returns those that are chosen now."""
    photos = []
    with st.expander(say.other_photos, key=keys.OTHER_PHOTOS):
        # Off at first, so that the browser does not ask for the camera before the person wants it.
        if st.toggle(say.use_camera, key=keys.USE_CAMERA):
            photos += taken_photo(say)
        st.markdown(say.samples)
        with st.container(horizontal=True):
            for sample, name in _sample_names(say).items():
                path = SAMPLES / f"{sample}.jpg"
                st.button(name, key=f"sample {sample}", on_click=_choose_sample, args=(path,))
    if SAMPLE in st.session_state:
        photos.append(st.session_state[SAMPLE])
    return photos


def _sample_names(say: Phrases) -> dict[Sample, str]:
    """The names of the sample photos, in the order of their buttons."""
    return {
        Sample.ASTRONAUT: say.sample_astronaut,
        Sample.CAT: say.sample_cat,
        Sample.COFFEE: say.sample_coffee,
        Sample.FLOWER: say.sample_flower,
        Sample.ROCKET: say.sample_rocket,
        Sample.TEMPLE: say.sample_temple,
    }


def taken_photo(say: Phrases) -> list[Photo]:
    """Draws a camera for single photos and returns the one that was taken, if any."""
    shot = st.camera_input(say.take, key=keys.SHOT)
    return [] if shot is None else [Photo(shot.file_id, shot.name, shot.getvalue, now=True)]


def forget_sample() -> None:
    """Removes the chosen sample, so that it is not described again when the tab is opened again."""
    st.session_state.pop(SAMPLE, None)


def pictures(queue: DescriptionQueue, say: Phrases) -> None:
    """Draws the photos, the newest choice first, and their texts if there are several."""
    # The camera tab shows the camera's picture; entries of the history have no picture here.
    entries = [entry for entry in queue.entries if entry.origin in (Origin.PHOTO, Origin.ERROR)]
    several = len(entries) > 1
    with st.container(key=keys.PICTURES):
        looked = any(entry.description and entry.description.words for entry in entries)
        look = looked and _draw_look_switch(say)
        for entry in sorted(entries, key=lambda entry: -entry.batch):
            # The newest one's text is the page's sentence.
            if several and entry is not entries[-1] and entry.kind is not Kind.WAITING:
                st.html(_paragraph(entry))
            if entry.description is not None:
                # The picture's name needs a `lang`, which Streamlit cannot set: streamlit.js reads
                # the language from the container's key and sets it.
                with st.container(key=keys.language_key(entry.language, entry.id)):
                    _draw_picture(entry, entry.description, look, phrases(entry.language))


def _paragraph(entry: Announcement) -> str:
    """Its text, each piece in its own language; escaped, for a file's name may be in it."""
    pieces = entry.pieces or (Passage(entry.text, entry.language),)
    words = (f'<span lang="{one.language}">{html.escape(one.text)}</span>' for one in pieces)
    return f'<p lang="{entry.language}">{"".join(words)}</p>'


def _draw_picture(entry: Announcement, description: Description, look: bool, say: Phrases) -> None:
    seen = entry.kind is Kind.DESCRIPTION
    if look and description.words:
        _draw_look(entry.id, description, say)
        return
    alt = say.photo_alt_number.format(number=entry.number) if entry.number else say.photo_alt
    alt = alt if seen else say.unreadable
    st.image(description.preview, alt=alt, width="stretch")


def _draw_look_switch(say: Phrases) -> bool:
    """Draws the switch; its value is kept here, since Streamlit drops that of an undrawn widget."""
    chosen = st.toggle(
        say.look, value=bool(st.session_state.get(LOOK, False)), key=keys.LOOK_SWITCH
    )
    st.session_state[LOOK] = chosen
    if chosen:
        st.markdown(say.look_hint)
    return chosen


def _draw_look(key: str, description: Description, say: Phrases) -> None:
    """Draws the words with their places, to choose from, and the photo with the chosen one's."""
    names = _place_names(say)
    places = [names[place(weights)] for weights in description.attention]
    words = description.words
    labels: list[str] = []
    for number, (word, where) in enumerate(zip(words, places, strict=True)):
        # Two words "a" in the same place would be one choice for Streamlit.
        again = words[:number].count(word)
        label = say.look_word_again if again else say.look_word
        labels.append(label.format(word=word, number=again + 1, place=where))
    chosen = st.radio(
        say.look_words,
        range(len(words)),
        format_func=labels.__getitem__,
        key=f"look-{key}",
        horizontal=True,  # the photo stays in sight
    )
    alt = say.look_at.format(word=words[chosen], place=places[chosen])
    st.image(overlay(description.preview, description.attention[chosen]), alt=alt, width="stretch")


def _place_names(say: Phrases) -> dict[Place, str]:
    return {
        Place.TOP_LEFT: say.look_top_left,
        Place.TOP_MIDDLE: say.look_top_middle,
        Place.TOP_RIGHT: say.look_top_right,
        Place.MIDDLE_LEFT: say.look_middle_left,
        Place.MIDDLE: say.look_middle,
        Place.MIDDLE_RIGHT: say.look_middle_right,
        Place.BOTTOM_LEFT: say.look_bottom_left,
        Place.BOTTOM_MIDDLE: say.look_bottom_middle,
        Place.BOTTOM_RIGHT: say.look_bottom_right,
        Place.EVERYWHERE: say.look_everywhere,
    }


def _choose_sample(path: Path) -> None:
    photo = Photo(secrets.token_hex(8), path.name, path.read_bytes, now=True)
    st.session_state[SAMPLE] = photo
