"""The photo tab as Streamlit draws it: ways to choose photos, and the chosen ones."""

from __future__ import annotations

import html
import secrets
from pathlib import Path

import streamlit as st

from pipeline.captioning.attention_map import overlay, place
from pipeline.description import Description
from pipeline.phrases import Phrases, phrases
from pipeline.web.state.announcement import Announcement, Kind, Origin, Photo
from pipeline.web.state.description_queue import DescriptionQueue

SAMPLES = Path(__file__).resolve().parents[3] / "assets" / "samples"
# The last four cannot be read, but the sentence that says so and what to do is Python's.
PHOTO_TYPES = "jpg jpeg png webp gif bmp tif tiff heic heif avif mp4".split()
UPLOAD_MEGABYTES = 50
SAMPLE = "sample"  # where the session keeps the sample photo that was chosen last
LOOK = "look"  # and whether it shows where the model looked


def chosen_photos(say: Phrases) -> list[Photo]:
    """Draws the ways to choose a photo and returns those that are chosen now."""
    uploads = st.file_uploader(
        say.choose.format(megabytes=UPLOAD_MEGABYTES),
        type=PHOTO_TYPES,
        accept_multiple_files=True,
        max_upload_size=UPLOAD_MEGABYTES,
        key="photos",  # the same field in every language
    )
    photos = [Photo(file.file_id, file.name, file.getvalue, now=False) for file in uploads]
    st.markdown(say.samples)
    with st.container(horizontal=True):
        for path in sorted(SAMPLES.glob("*.jpg")):
            name = str(getattr(say, f"sample_{path.stem}"))
            st.button(name, key=f"sample {path.stem}", on_click=_choose, args=(path,))
    # The camera is asked for only when it is wanted: asking at once would startle.
    if st.toggle(say.use_camera, key="use_camera"):
        photos += taken_photo(say)
    if SAMPLE in st.session_state:
        photos.append(st.session_state[SAMPLE])
    return photos


def taken_photo(say: Phrases) -> list[Photo]:
    """Draws a camera for single photos and returns the one that was taken, if any."""
    shot = st.camera_input(say.take, key="shot")
    return [] if shot is None else [Photo(shot.file_id, shot.name, shot.getvalue, now=True)]


def forget_sample() -> None:
    """The person left the tab, and with it the photos: they are not described again."""
    st.session_state.pop(SAMPLE, None)


def pictures(queue: DescriptionQueue, say: Phrases) -> None:
    """The photos, the newest choice first; their words too when there are several."""
    # The camera has its own, and words from the history have none here.
    entries = [entry for entry in queue.entries if entry.origin in (Origin.PHOTO, Origin.ERROR)]
    several = len(entries) > 1
    with st.container(key="pictures"):
        looked = any(entry.description and entry.description.words for entry in entries)
        look = looked and _wants_to_look(say)
        for entry in sorted(entries, key=lambda entry: -entry.batch):
            if several and entry.kind is not Kind.WAITING:
                # Escaped: a file's name may be in it.
                st.html(f'<p lang="{entry.language}">{html.escape(entry.text)}</p>')
            if entry.description is not None:
                # A name is read in one language: that of the words in it. Streamlit has no place
                # for it but the container's key, which own.js reads.
                with st.container(key=f"language-{entry.language}-{entry.id}"):
                    _picture(entry, entry.description, look, phrases(entry.language))


def _picture(entry: Announcement, description: Description, look: bool, say: Phrases) -> None:
    seen = entry.kind is Kind.DESCRIPTION
    if look and description.words:
        _looked(entry.id, description, say)
        return
    alt = say.photo_of.format(text=entry.text) if seen else say.unreadable
    st.image(description.preview, alt=alt, width="stretch")


def _wants_to_look(say: Phrases) -> bool:
    """Draws the switch; Streamlit forgets what is not drawn, so that the session keeps it too."""
    chosen = st.toggle(say.look, value=bool(st.session_state.get(LOOK, False)), key="look_switch")
    st.session_state[LOOK] = chosen
    if chosen:
        st.markdown(say.look_hint)
    return chosen


def _looked(key: str, description: Description, say: Phrases) -> None:
    """The words with their places, and the photo with the chosen word's."""
    places = [str(getattr(say, f"look_{place(one)}")) for one in description.attention]
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


def _choose(path: Path) -> None:
    photo = Photo(secrets.token_hex(8), path.name, path.read_bytes, now=True)
    st.session_state[SAMPLE] = photo
