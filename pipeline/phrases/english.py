"""The page's sentences in English."""

from __future__ import annotations

from pipeline import languages
from pipeline.errors import ErrorCode
from pipeline.phrases.base import Phrases

ENGLISH = Phrases(
    language=languages.ENGLISH,
    name="English",
    errors={message: message.value for message in ErrorCode},
    tagline="Hear what the camera or a photo shows.",
    about="About Vois",
    what_it_is="Vois describes what the camera or a photo shows in one sentence, said aloud.",
    what_leaves="Nothing leaves this machine: photos, words and sound are made and kept here.",
    what_leaves_online=(
        "Your photos stay on this machine; the words of each description are sent to Google, "
        "which makes the voice."
    ),
    what_leaves_asked=(
        "But a photo about which you ask {model} is sent to {host}, after you have said yes."
    ),
    not_for_safety=(
        "It can be wrong: never rely on it for safety, such as crossing a road or taking medicine."
    ),
    safety="It can be wrong. Never rely on it for safety.",
    other_language="Descriptions are in French: this model does not speak English.",
    no_voice=(
        "No voice on this machine speaks English, so there are only the words. Have "
        "requirements.txt installed again."
    ),
    processor_failed=(
        "This machine's faster processor has failed, so descriptions take a little longer. Start "
        "Vois again to try it again."
    ),
    runs_accelerated="Photos are computed by {provider}.",
    runs_8bit="Photos are computed on the processor, in 8 bits: the faster way on this machine.",
    runs_float="Photos are computed on the processor, in full precision.",
    runs_why="What was found: {why}.",
    loading="Getting ready.",
    ready="Ready. Choose a photo to hear what it shows.",
    describing="Describing the photo.",
    describing_one_of="Describing photo {number} of {count}.",
    perhaps="Perhaps: {text}",
    unknown="I cannot tell what this shows.",
    unknown_but="I cannot tell what this shows. Perhaps something with: {words}.",
    unknown_recognised="I cannot describe the whole picture. I recognise: {names}.",
    recognised="I recognise: {names}.",
    also="Also: {names}.",
    listed="{first} and {last}",
    number_two="two {things}",
    number_three="three {things}",
    number_several="several {things}",
    on_the_left="{thing} on the left",
    on_the_right="{thing} on the right",
    says="It says:",
    reads_like="something like {text}",
    document="This is a page of text.",
    only_text="There is text in this picture.",
    numbered="Photo {number}: {text}",
    nothing_yet="There is nothing to say again yet.",
    more_other="Or else: {text}",
    more_confidence="About {right} in 10 such descriptions are right.",
    more_unsure="I am too unsure to say more.",
    nothing_more="There is nothing more to say about this.",
    muted="The voice is muted. Press Unmute ({keys}M) to hear it.",
    unmuted="The voice is on.",
    pace="Speed {rate}.",
    pace_normal="Normal speed.",
    sound_blocked="Your browser waits for you before it plays sound.",
    sound_lost="The sound did not arrive.",
    connection_lost=(
        "Vois does not answer. If it was closed, start it again: this page then goes on by itself."
    ),
    connection_waits="Vois gets what you chose as soon as it answers. Keep this page open.",
    connection_back="Vois answers again.",
    guidance_dark=(
        "It is too dark to see. Turn on a light, and check that nothing covers the camera."
    ),
    guidance_bright="It is too bright to see. Turn the camera away from the light.",
    guidance_blank=(
        "There is almost nothing to see. Check that nothing covers the camera, or step back."
    ),
    guidance_blurred="The picture is blurred. Hold the camera still, or step back.",
    guidance_file_dark="This picture is almost black. Try a brighter one.",
    guidance_file_bright="This picture is almost white. Try a darker one.",
    guidance_file_blank="There is almost nothing on this picture.",
    guidance_file_blurred="This picture is too blurred to describe. Try a sharper one.",
    incomplete="{text} Only {percent} % of this picture is there: its file is incomplete.",
    reading_no_text="No text in view.",
    reading_left="Move back: the left edge is cut off.",
    reading_right="Move back: the right edge is cut off.",
    reading_top="Move back: the top is cut off.",
    reading_bottom="Move back: the bottom is cut off.",
    reading_still="Hold still.",
    unknown_error="Something went wrong. Try again, or try another photo.",
    too_large="{name} is too large. Choose a photo of at most {megabytes} megabytes.",
    not_arrived="{name} did not arrive. Choose it again.",
    live="Live camera",
    ready_live="Ready. Start the camera to hear what is in front of it.",
    camera_off="The camera is off.",
    camera_asking="Your browser may ask whether Vois can use the camera. Choose Allow.",
    camera_connecting="Connecting to the camera.",
    camera_live="The camera is live.",
    camera_paused=(
        "Paused. Press Resume ({keys}P) to go on, or Describe now ({keys}D) to hear what is there."
    ),
    camera_paused_reading=(
        "Paused. Press Resume ({keys}P) to go on, or Read now ({keys}D) to hear what is written."
    ),
    camera_covered="Paused: the lens is covered, or it is dark. Uncover it to go on.",
    camera_lost="The picture has stopped. Waiting for the camera to come back.",
    camera_first="The camera is live. Looking.",
    camera_denied=(
        "Vois is not allowed to use the camera. Allow it in the browser's settings for this "
        "page, then start the camera again."
    ),
    camera_missing="There is no camera. Plug one in, then start the camera again.",
    camera_busy=(
        "The camera does not start. Close other programs that use it, then start it again."
    ),
    camera_unplugged="The camera was unplugged. Plug it back in to continue.",
    camera_insecure=(
        "This browser gives a camera only to pages on this machine or over HTTPS. "
        "Open the page in one of these ways."
    ),
    camera_blocked=(
        "The live picture does not reach Vois: the browser or the network blocks it. "
        "You can take single photos instead."
    ),
    camera_crowded=(
        "Vois already describes as many cameras as this machine can manage. Start yours again "
        "later, or choose a photo."
    ),
    camera_other="The camera you chose is not there. Vois uses {name} instead.",
    camera_start="Start the camera",
    camera_stop="Stop the camera",
    camera_pause="Pause",
    camera_resume="Resume",
    camera_choice="Camera",
    camera_controls="Camera",
    camera_picture="The camera's picture",
    camera_frame="Connection of the camera, nothing to read",
    describe_now="Describe now",
    read="Read",
    read_now="Read now",
    reading_begins="Reading what is written. Press Read ({keys}R) again to describe.",
    reading_ends="Describing again.",
    photo="Photo",
    choose="Choose or drop photos, each of at most {megabytes} megabytes",
    use_camera="Take a photo with the camera",
    take="Take a photo",
    other_photos="Take a photo, or try a sample",
    samples="Sample photos",
    sample_astronaut="Astronaut",
    sample_cat="Cat",
    sample_coffee="Coffee",
    sample_flower="Flower",
    sample_rocket="Rocket",
    sample_temple="Temple",
    unreadable="Photo that was not described",
    photo_alt="The photo",
    photo_alt_number="Photo {number}",
    look="Show where it looked",
    look_hint=(
        "Where Vois looked as it chose each word is a hint, not a reason: it may look at the right "
        "place and say the wrong word."
    ),
    look_words="Where it looked, word by word",
    look_word="{word}: {place}",
    look_word_again="{word} ({number}): {place}",
    look_at="Photo, dark but for where it looked for \u201c{word}\u201d: {place}",
    look_top_left="top left",
    look_top_middle="top middle",
    look_top_right="top right",
    look_middle_left="middle left",
    look_middle="middle",
    look_middle_right="middle right",
    look_bottom_left="bottom left",
    look_bottom_middle="bottom middle",
    look_bottom_right="bottom right",
    look_everywhere="all over the photo",
    result="Description",
    controls="Voice",
    again="Again",
    more="More",
    stop="Stop",
    read_on="Read on",
    mute="Mute",
    unmute="Unmute",
    unlock="Play the sound",
    volume="Volume",
    volume_now="Volume {percent} percent.",
    spoken_offline="Spoken by {voice}, on this machine.",
    spoken_online="Spoken by {voice}: the words were sent there, the picture was not.",
    spoken_tone="No voice could speak it: there are only the words.",
    settings="Settings",
    language_label="Language / Langue",
    speaker_label="Who speaks?",
    speaker_reader="My screen reader",
    speaker_vois="Vois",
    speaker_both="Both",
    speaker_question=(
        "At the top of the page, choose who speaks: your screen reader, Vois, or both."
    ),
    speaker_reader_chosen="Your screen reader speaks. Vois makes no sound.",
    speaker_vois_chosen="Vois speaks.",
    speaker_both_chosen="Your screen reader and Vois both speak.",
    alt_shift="Alt+Shift+",
    voice="Voice",
    voice_offline="Offline only",
    voice_online="Best available",
    voice_named="{voice}, on this machine",
    voice_named_slow="{voice}, on this machine: natural, begins a little later",
    voice_named_fast="{voice}, on this machine: fast, sounds like a machine",
    voice_named_online="{voice}, online",
    voice_online_note=(
        "Best available, and every voice called online, send the text of each description, never "
        "the photo, to Google, which turns it into speech. Without a network an offline voice "
        "speaks."
    ),
    pace_label="Speed of the voice",
    mute_label="Mute the voice",
    keys_label="Letters alone press buttons (not with a screen reader)",
    keys_help=(
        "Keys: A says it again, E says more, S stops the voice, C reads on where it was stopped, M"
        " mutes it, L starts and stops the camera, D describes now, P pauses, R reads what is"
        " written instead of describing, and then D reads now. Where a stronger model was found, X"
        " asks it for more detail and Q asks it your question. With Alt and Shift they always work;"
        " the arrow keys with Alt and Shift change speed and volume."
    ),
    form_label="Length of descriptions",
    form_auto="automatic",
    form_full="detailed",
    form_short="short",
    neutral_label="Neutral wording about people",
    interval_label="Live: speak at most every",
    interval="{seconds} seconds",
    cover_help="Cover the camera's lens for two seconds to pause, and uncover it to go on.",
    reset="Reset these settings",
    reset_done="The settings are as at the beginning.",
    privacy="Privacy",
    keep_history="Keep a history",
    keep_pictures="Keep thumbnails in it",
    keep_days="Keep",
    keep_for_ever="until I delete it",
    keep_one_day="for 1 day",
    keep_so_long="for {days} days",
    history_lies="Your history is stored on this computer, in {path}.",
    history_of_session=(
        "Your history is stored on the computer that serves this page. Nobody else sees it. "
        "What is a day old is hidden, and deleted a day later."
    ),
    history="History",
    history_off="The history cannot be opened, so nothing is kept and nothing can be shown here.",
    history_item="{time}, {source}: {text}",
    history_original="Before it was corrected: {text}",
    history_picture="Thumbnail of {time}",
    history_tools="Search, filter, export",
    history_search="Search the history",
    history_filters="Which descriptions",
    history_from="Source",
    history_all_sources="all",
    history_source_camera="camera",
    history_source_upload="photo",
    history_source_api="program",
    history_source_command_line="command line",
    history_source_model="{source}, another model: {model}",
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
    history_more="More actions",
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
    history_export="Export",
    history_export_csv="Table (CSV)",
    history_export_json="JSON",
    history_export_zip="All, with pictures and sound (zip)",
    history_not_exported="The export did not arrive. Reload the page, then try again.",
    history_import="Import",
    history_import_label="Import an exported zip file, at most {megabytes} megabytes",
    history_importing="Importing. This may take a while.",
    history_imported="Imported. New descriptions: {added}; here already: {known}.",
    history_import_type="{name} is not a zip file. Choose the zip file that you exported.",
    history_import_large="{name} is larger than {megabytes} megabytes, so it cannot be imported.",
    own_upload="Choose photos",
    own_upload_archive="Choose a zip file",
    own_add="Add files",
    own_remove="Remove {name}",
    own_file="file upload",
    own_limit="{megabytes}MB per file",
    own_take="Take Photo",
    own_clear="Clear photo",
    own_open="Open",
    own_skip="Skip to main content",
    own_ask="This app would like to use your camera.",
    own_learn="Learn how to allow access.",
    spoken_into="{file}: {seconds} s, spoken by {voice}",
    left_out="Left out, since hidden or no photo: {names}.",
    left_out_more="Left out, since hidden or no photo: {names}, and {count} more.",
    interrupted="Stopped.",
    send_photo="Send a photo, and I will describe it. I can only describe photos and read them.",
    only_describes="I can only describe photos and read what is written in them.",
    no_text_found="I see no text in this picture.",
    batch_progress="{done} of {total} photos, {rate} a second, {left} left",
    batch_resumed="Going on: {count} photos are described already.",
    batch_left_out="Files left out, since hidden, no photo, or in another folder: {count}.",
    batch_stopped="Stopped. The same command goes on from here.",
    batch_done="{file}: {count} photos, {failed} of them without a description",
    batch_corrected="{file}: {count} corrections taken in",
    sidecar_kept=(
        "Texts not written, since the photo is gone or another text has their name: {count}. The "
        "first: {photo}."
    ),
    copies_missing=(
        "No copy with its text, since it is no JPEG or PNG, has one already, or another file has "
        "its name: {count}. The first: {photo}."
    ),
    gallery_title="Descriptions of {count} photos",
    gallery_how=(
        "Correct the descriptions that are wrong, then save the corrections at the end of the "
        "page. The command that made this page takes them in with --apply."
    ),
    gallery_text="Description of {photo}",
    gallery_save="Save corrections",
    gallery_saved="Saved: {count} corrections.",
    other_title="A stronger model",
    other_look="Look for a stronger model",
    other_help=(
        "Looks for Ollama, LM Studio and llama.cpp on this computer, and asks which models they "
        "have. A photo goes to one only when you press More detail or Ask about it."
    ),
    other_help_at=(
        "Asks {host} which models it has. A photo goes there only when you press More detail or "
        "Ask about it."
    ),
    other_label="Who answers More detail and Ask about it",
    other_none="nobody",
    other_named="{model}, on this computer",
    other_named_at="{model}, at {host} (the photo leaves this computer)",
    other_named_unsure="{name}; it may not see photos",
    other_found=(
        "Found: {model}. More detail and Ask about it stand beside More now. It can be wrong, too: "
        "never rely on it for safety."
    ),
    other_choose=(
        "Models were found that do not say whether they see photos. Choose one in the settings."
    ),
    other_asking="Asking {model} on this computer.",
    other_asking_at="Asking {model} at {host}.",
    other_still="{model} is still working.",
    other_stopped="The other model is not asked any more.",
    other_says="Another model, {model}:",
    other_cut="The answer breaks off here.",
    detail="More detail",
    question="Ask about it",
    question_label="What do you want to know about this photo?",
    question_send="Ask",
    question_close="Cancel",
    question_empty="Write a question first.",
    question_nothing="There is no photo to ask about.",
    consent="To ask {model}, the photo will leave this computer for {host}. Send it?",
    consent_yes="Yes, send",
    consent_no="No",
    consent_refused="The photo was not sent.",
    api_at="Vois answers programs at {address}. Ctrl-C stops it.",
)
