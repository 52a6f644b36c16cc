"""The sentences that each language must have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from pipeline.errors import ErrorCode, VoisError


@dataclass(frozen=True)
class Phrases:
    """One language's sentences; braces name what is filled in.

    A field per sentence instead of a table of strings: a forgotten translation fails the type
    check, not the person. Error messages are an enum of their own, and `errors` holds this
    language's sentence for each; a test finds a missing one.

    Attributes:
        language: two-letter code.
        name: what the language calls itself.
        errors: this language's sentence for each error message.
    """

    language: str
    name: str
    errors: Mapping[ErrorCode, str]

    # What Vois is, and the notes that are spoken on the first visit.
    tagline: str
    about: str
    what_it_is: str
    what_leaves: str
    what_leaves_online: str
    what_leaves_asked: str
    not_for_safety: str
    safety: str
    other_language: str
    no_voice: str
    processor_failed: str
    runs_accelerated: str  # {provider}
    runs_8bit: str
    runs_float: str
    runs_why: str  # {why}: measurements, in English

    # States, announced by the live region.
    loading: str
    ready: str
    describing: str
    describing_one_of: str
    perhaps: str
    unknown: str
    unknown_but: str
    unknown_recognised: str
    recognised: str
    also: str
    listed: str
    number_two: str
    number_three: str
    number_several: str
    on_the_left: str
    on_the_right: str
    says: str
    reads_like: str
    document: str
    only_text: str
    numbered: str
    nothing_yet: str
    more_other: str
    more_confidence: str
    more_unsure: str
    nothing_more: str
    muted: str
    unmuted: str
    pace: str
    pace_normal: str
    sound_blocked: str
    sound_lost: str

    # The line to Vois behind the page, said by the page alone.
    connection_lost: str
    connection_waits: str
    connection_back: str

    # Problems of a photo's quality and what to do (pipeline.photo_quality).
    guidance_dark: str
    guidance_bright: str
    guidance_blank: str
    guidance_blurred: str
    guidance_file_dark: str
    guidance_file_bright: str
    guidance_file_blank: str
    guidance_file_blurred: str
    incomplete: str

    # How to hold the camera over text (pipeline.live.text_watcher).
    reading_no_text: str
    reading_left: str
    reading_right: str
    reading_top: str
    reading_bottom: str
    reading_still: str

    # Errors without a `ErrorCode`: unexpected ones, and uploads that the page refuses.
    unknown_error: str
    too_large: str
    not_arrived: str

    # The live camera: its states, then its problems (pipeline.web.state.camera_state).
    live: str
    ready_live: str
    camera_off: str
    camera_asking: str
    camera_connecting: str
    camera_live: str
    camera_paused: str
    camera_covered: str
    camera_paused_reading: str
    camera_lost: str
    camera_first: str
    camera_denied: str
    camera_missing: str
    camera_busy: str
    camera_unplugged: str
    camera_insecure: str
    camera_blocked: str
    camera_crowded: str
    camera_other: str
    camera_start: str
    camera_stop: str
    camera_pause: str
    camera_resume: str
    camera_choice: str
    camera_controls: str
    camera_picture: str
    camera_frame: str
    describe_now: str
    read: str
    read_now: str
    reading_begins: str
    reading_ends: str

    # The photo panel.
    photo: str
    choose: str
    use_camera: str
    take: str
    other_photos: str
    samples: str
    sample_astronaut: str
    sample_cat: str
    sample_coffee: str
    sample_flower: str
    sample_rocket: str
    sample_temple: str
    unreadable: str
    photo_alt: str
    photo_alt_number: str

    # The attention map (pipeline.captioning.attention_map) and the names of its regions.
    look: str
    look_hint: str
    look_words: str
    look_word: str
    look_word_again: str
    look_at: str
    look_top_left: str
    look_top_middle: str
    look_top_right: str
    look_middle_left: str
    look_middle: str
    look_middle_right: str
    look_bottom_left: str
    look_bottom_middle: str
    look_bottom_right: str
    look_everywhere: str

    # The voice's buttons and keys.
    result: str
    controls: str
    again: str
    more: str
    stop: str
    read_on: str
    mute: str
    unmute: str
    unlock: str
    volume: str
    volume_now: str
    spoken_offline: str
    spoken_online: str
    spoken_tone: str

    # Settings.
    settings: str
    language_label: str
    speaker_label: str
    speaker_reader: str
    speaker_vois: str
    speaker_both: str
    speaker_question: str
    speaker_reader_chosen: str
    speaker_vois_chosen: str
    speaker_both_chosen: str
    alt_shift: str
    voice: str
    voice_offline: str
    voice_online: str
    voice_named: str
    voice_named_slow: str
    voice_named_fast: str
    voice_named_online: str
    voice_online_note: str
    pace_label: str
    mute_label: str
    keys_label: str
    keys_help: str
    form_label: str
    form_auto: str
    form_full: str
    form_short: str
    neutral_label: str
    interval_label: str
    interval: str
    cover_help: str
    reset: str
    reset_done: str
    privacy: str
    keep_history: str
    keep_pictures: str
    keep_days: str
    keep_for_ever: str
    keep_one_day: str
    keep_so_long: str
    history_lies: str
    history_of_session: str

    # The history panel.
    history: str
    history_off: str
    history_item: str
    history_original: str
    history_picture: str
    history_tools: str
    history_search: str
    history_filters: str
    history_from: str
    history_all_sources: str
    history_source_camera: str
    history_source_upload: str
    history_source_api: str
    history_source_command_line: str
    history_source_model: str
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
    history_more: str
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
    history_not_exported: str
    history_import: str
    history_import_label: str
    history_importing: str
    history_imported: str
    history_import_type: str
    history_import_large: str

    # Streamlit's own labels, replaced by assets/page/streamlit.js.
    own_upload: str
    own_upload_archive: str
    own_add: str
    own_remove: str
    own_file: str
    own_limit: str
    own_take: str
    own_clear: str
    own_open: str
    own_skip: str
    own_ask: str
    own_learn: str

    # The command line.
    spoken_into: str
    left_out: str
    left_out_more: str
    interrupted: str

    # Archives: the command and the page to review.
    batch_progress: str
    batch_resumed: str
    batch_left_out: str
    batch_stopped: str
    batch_done: str
    batch_corrected: str
    sidecar_kept: str
    copies_missing: str
    gallery_title: str
    gallery_how: str
    gallery_text: str
    gallery_save: str
    gallery_saved: str

    # Another model (pipeline.other_model).
    other_title: str
    other_look: str
    other_help: str
    other_help_at: str
    other_label: str
    other_none: str
    other_named: str
    other_named_at: str
    other_named_unsure: str
    other_found: str
    other_choose: str
    other_asking: str
    other_asking_at: str
    other_still: str
    other_stopped: str
    other_says: str
    other_cut: str
    detail: str
    question: str
    question_label: str
    question_send: str
    question_close: str
    question_empty: str
    question_nothing: str
    consent: str
    consent_yes: str
    consent_no: str
    consent_refused: str

    # The HTTP API.
    api_at: str
    send_photo: str
    only_describes: str
    no_text_found: str

    def error_sentence(self, error: VoisError) -> str:
        """The error's sentence in this language, with its fields filled in."""
        return self.errors[error.code].format(**error.fields)

    def so_many_days(self, days: int) -> str:
        """A number of days in words."""
        return self.keep_one_day if days == 1 else self.keep_so_long.format(days=days)

    def labels(self) -> dict[str, str]:
        """The sentences by field name, for the page's scripts; without the errors."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: text for name, text in named if isinstance(text, str)}
