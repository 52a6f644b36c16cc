"""Every sentence of the page, in one place and looked up by language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """One language's sentences; braces name what is filled in.

    A field per sentence instead of a table of strings: a forgotten translation fails the type
    check, not the person.
    """

    # Who we are, and what a first visitor is told once.
    tagline: str
    about: str
    what_it_is: str
    what_leaves: str
    what_leaves_online: str
    not_for_safety: str

    # States, said by the live region.
    loading: str
    ready: str
    describing: str
    describing_one_of: str
    perhaps: str
    numbered: str
    nothing_yet: str
    muted: str
    unmuted: str
    pace: str
    sound_blocked: str
    sound_lost: str

    # Errors that no module below has words for.
    unknown_error: str
    too_large: str
    wrong_type: str

    # The photo panel.
    photo: str
    choose: str
    use_camera: str
    take: str
    samples: str
    photo_of: str
    unreadable: str

    # The voice's buttons and keys.
    result: str
    controls: str
    again: str
    slower: str
    faster: str
    stop: str
    mute: str
    unmute: str
    unlock: str
    keys: str

    # Settings.
    settings: str
    voice: str
    voice_offline: str
    voice_online: str
    voice_online_note: str
    pace_label: str
    mute_label: str
    keys_label: str


ENGLISH = Phrases(
    tagline="Hear what a photo shows.",
    about="About Vois",
    what_it_is="Vois describes a photo in one sentence and says it aloud.",
    what_leaves="Nothing leaves this machine: photos, words and sound are made and kept here.",
    what_leaves_online=(
        "Your photos stay on this machine; the words of each description are sent to Google, "
        "which makes the voice."
    ),
    not_for_safety=(
        "It can be wrong: never rely on it for safety, such as crossing a road or taking medicine."
    ),
    loading="Getting ready.",
    ready="Ready. Choose a photo to hear what it shows.",
    describing="Describing the photo.",
    describing_one_of="Describing photo {number} of {count}.",
    perhaps="Perhaps: {text}",
    numbered="Photo {number}: {text}",
    nothing_yet="There is nothing to say again yet. Choose a photo first.",
    muted="The voice is muted. Press M to hear it.",
    unmuted="The voice is on.",
    pace="Pace {rate}.",
    sound_blocked="Your browser waits for you before it plays sound.",
    sound_lost="The sound did not arrive. Choose the photo again to hear it.",
    unknown_error="Something went wrong. Try again, or try another photo.",
    too_large="{name} is too large. Choose a photo of at most {megabytes} megabytes.",
    wrong_type="{name} is not a kind of photo that Vois can read. Choose a JPEG, PNG or WebP file.",
    photo="Photo",
    choose="Choose or drop one or several photos, each of at most {megabytes} megabytes",
    use_camera="Take a photo with the camera",
    take="Take a photo",
    samples="Or try a sample photo",
    photo_of="Photo: {text}",
    unreadable="Photo that was not described",
    result="Description",
    controls="Voice",
    again="Again (A)",
    slower="Slower",
    faster="Faster",
    stop="Stop (S)",
    mute="Mute (M)",
    unmute="Unmute (M)",
    unlock="Play the sound",
    keys="Keys: A says it again, S stops, M mutes.",
    settings="Settings",
    voice="Voice",
    voice_offline="Offline only",
    voice_online="Best available",
    voice_online_note=(
        "Best available sends the text of each description, never the photo, to Google, which "
        "turns it into speech. Without a network the offline voice speaks."
    ),
    pace_label="Pace of the voice",
    mute_label="Mute the voice",
    keys_label="Use the keys A, S and M",
)

_BY_LANGUAGE = {"en": ENGLISH}


def phrases(language: str) -> Phrases:
    """The sentences of a two-letter language code; English for one that nobody translated."""
    return _BY_LANGUAGE.get(language, ENGLISH)
