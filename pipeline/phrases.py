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
    unknown: str
    unknown_but: str
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

    # The live camera: its states, then what can be wrong with it (pipeline.page.live).
    live: str
    ready_live: str
    camera_off: str
    camera_asking: str
    camera_connecting: str
    camera_live: str
    camera_paused: str
    camera_lost: str
    camera_first: str
    camera_denied: str
    camera_missing: str
    camera_busy: str
    camera_unplugged: str
    camera_insecure: str
    camera_blocked: str
    camera_start: str
    camera_stop: str
    camera_pause: str
    camera_resume: str
    camera_choice: str
    camera_controls: str
    camera_picture: str
    camera_picture_of: str
    camera_frame: str
    camera_keys: str
    describe_now: str

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
    volume: str
    spoken_offline: str
    spoken_online: str
    spoken_tone: str

    # Settings.
    settings: str
    voice: str
    voice_offline: str
    voice_online: str
    voice_named: str
    voice_named_online: str
    voice_online_note: str
    pace_label: str
    mute_label: str
    keys_label: str
    wording_label: str
    wording_auto: str
    wording_full: str
    wording_short: str
    interval_label: str
    interval: str
    privacy: str
    keep_history: str
    keep_pictures: str
    keep_days: str
    keep_for_ever: str
    keep_so_long: str
    history_lies: str
    history_of_session: str

    # The history panel.
    history: str
    history_off: str
    history_item: str
    history_original: str
    history_picture: str
    history_search: str
    history_filters: str
    history_from: str
    history_all_sources: str
    history_source_camera: str
    history_source_upload: str
    history_source_api: str
    history_source_command_line: str
    history_day: str
    history_reset: str
    history_count_none: str
    history_count_one: str
    history_count: str
    history_page: str
    history_pages: str
    history_newer: str
    history_older: str
    history_no_newer: str
    history_no_older: str
    history_play: str
    history_copy: str
    history_copied: str
    history_not_copied: str
    history_correct: str
    history_words: str
    history_save: str
    history_cancel: str
    history_corrected: str
    history_delete: str
    history_deleted: str
    history_undo: str
    history_undone_one: str
    history_undone: str
    history_no_undo: str
    history_delete_all: str
    history_delete_all_question: str
    history_delete_all_yes: str
    history_deleted_all: str
    history_export: str
    history_export_csv: str
    history_export_json: str
    history_export_zip: str
    history_import: str
    history_importing: str
    history_imported: str
    history_import_type: str
    history_import_large: str


ENGLISH = Phrases(
    tagline="Hear what the camera or a photo shows.",
    about="About Vois",
    what_it_is="Vois describes what the camera or a photo shows in one sentence, said aloud.",
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
    unknown="I cannot tell what this shows.",
    unknown_but="I cannot tell what this shows. Perhaps something with: {words}.",
    numbered="Photo {number}: {text}",
    nothing_yet="There is nothing to say again yet.",
    muted="The voice is muted. Press M to hear it.",
    unmuted="The voice is on.",
    pace="Pace {rate}.",
    sound_blocked="Your browser waits for you before it plays sound.",
    sound_lost="The sound did not arrive.",
    unknown_error="Something went wrong. Try again, or try another photo.",
    too_large="{name} is too large. Choose a photo of at most {megabytes} megabytes.",
    wrong_type="{name} is not a kind of photo that Vois can read. Choose a JPEG, PNG or WebP file.",
    live="Live camera",
    ready_live="Ready. Start the camera to hear what is in front of it.",
    camera_off="The camera is off.",
    camera_asking="Your browser may ask whether Vois can use the camera. Choose Allow.",
    camera_connecting="Connecting to the camera.",
    camera_live="The camera is live.",
    camera_paused="Paused. Press P to go on, or D to hear what is there now.",
    camera_lost="The picture has stopped. Waiting for the camera to come back.",
    camera_first="The camera is live. Looking.",
    camera_denied=(
        "Vois may not use the camera. Allow it in the browser's settings for this page, "
        "then start the camera again."
    ),
    camera_missing="There is no camera. Plug one in, then start the camera again.",
    camera_busy=(
        "The camera does not start. Close other programs that use it, then start it again."
    ),
    camera_unplugged="The camera is gone. Plug it in again, and Vois goes on by itself.",
    camera_insecure=(
        "This browser gives a camera only to pages on this machine or over HTTPS. "
        "Open the page in one of these ways."
    ),
    camera_blocked=(
        "The live picture does not reach Vois: the browser or the network blocks it. "
        "You can take single photos instead."
    ),
    camera_start="Start the camera (L)",
    camera_stop="Stop the camera (L)",
    camera_pause="Pause (P)",
    camera_resume="Go on (P)",
    camera_choice="Camera",
    camera_controls="Camera",
    camera_picture="The camera's picture, not described yet",
    camera_picture_of="The camera's picture. Last description: {text}",
    camera_frame="Connection of the camera, nothing to read",
    camera_keys="Keys: L starts and stops the camera, D describes now, P pauses.",
    describe_now="Describe now (D)",
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
    volume="Volume",
    spoken_offline="Spoken by {voice}, on this machine.",
    spoken_online="Spoken by {voice}: the words were sent there, the picture was not.",
    spoken_tone="No voice could speak it: there are only the words.",
    settings="Settings",
    voice="Voice",
    voice_offline="Offline only",
    voice_online="Best available",
    voice_named="{voice}, on this machine",
    voice_named_online="{voice}, online",
    voice_online_note=(
        "Best available, and every voice called online, send the text of each description, never "
        "the photo, to Google, which turns it into speech. Without a network an offline voice "
        "speaks."
    ),
    pace_label="Pace of the voice",
    mute_label="Mute the voice",
    keys_label="Use the keys A, S, M, D, P and L",
    wording_label="Live descriptions",
    wording_auto="Short while the picture changes fast",
    wording_full="Always in full",
    wording_short="Always short",
    interval_label="Live: speak at most every",
    interval="{seconds} seconds",
    privacy="Privacy",
    keep_history="Keep a history",
    keep_pictures="Keep small pictures in it",
    keep_days="Keep it for",
    keep_for_ever="as long as I wish",
    keep_so_long="{days} days",
    history_lies="The history lies on this machine, in {path}.",
    history_of_session=(
        "The history lies on the machine that serves this page. Nobody else sees yours, and it is "
        "removed a day after."
    ),
    history="History",
    history_off="The history cannot be opened, so nothing is kept and nothing can be shown here.",
    history_item="{time}, {source}: {text}",
    history_original="Before it was corrected: {text}",
    history_picture="Small picture of {time}",
    history_search="Search the history",
    history_filters="Which descriptions",
    history_from="From",
    history_all_sources="Everywhere",
    history_source_camera="camera",
    history_source_upload="photo",
    history_source_api="program",
    history_source_command_line="command line",
    history_day="Day",
    history_reset="Show all",
    history_count_none="No descriptions.",
    history_count_one="1 description.",
    history_count="{count} descriptions.",
    history_page="Page {number}.",
    history_pages="Pages of the history",
    history_newer="Newer",
    history_older="Older",
    history_no_newer="There is nothing newer.",
    history_no_older="There is nothing older.",
    history_play="Play",
    history_copy="Copy",
    history_copied="Copied.",
    history_not_copied="Your browser did not let Vois copy this.",
    history_correct="Correct",
    history_words="Correction, empty to take it back",
    history_save="Save",
    history_cancel="Cancel",
    history_corrected="Saved.",
    history_delete="Delete",
    history_deleted="Deleted. Undo brings it back.",
    history_undo="Undo",
    history_undone_one="1 description is back.",
    history_undone="{count} descriptions are back.",
    history_no_undo="There is nothing to undo.",
    history_delete_all="Delete all",
    history_delete_all_question="Delete every description, also those that are not shown?",
    history_delete_all_yes="Yes, delete all",
    history_deleted_all="All descriptions are deleted. Undo brings them back.",
    history_export="Take it with you",
    history_export_csv="Table (CSV)",
    history_export_json="JSON",
    history_export_zip="All, with pictures and sound (zip)",
    history_import="Import an exported zip file, at most {megabytes} megabytes",
    history_importing="Importing. This may take a while.",
    history_imported="Imported: {added} new descriptions; {known} were here already.",
    history_import_type="{name} is no zip file. Choose the zip file that you exported.",
    history_import_large="{name} is larger than {megabytes} megabytes, so it cannot be imported.",
)

_BY_LANGUAGE = {"en": ENGLISH}


def phrases(language: str) -> Phrases:
    """The sentences of a two-letter language code; English for one that nobody translated."""
    return _BY_LANGUAGE.get(language, ENGLISH)
