"""The errors that a person can see or hear, and their messages."""

from __future__ import annotations

from enum import Enum, unique


@unique
class ErrorCode(Enum):
    """What went wrong. The value is the English sentence; it says what to do.

    Braces in a sentence name the fields that are filled in. The other languages have a table of
    their sentences by code, such as `pipeline.phrases.french_errors`.
    """

    # Photos.
    PHOTO_EMPTY = "This file is empty. Choose another one."
    PHOTO_TOO_LARGE = (
        "This picture is too large to open safely. Save a smaller copy, and try that one."
    )
    PHOTO_TOO_SMALL = "This picture is too small to describe. Try a larger copy of it."
    PHOTO_FORMAT_UNKNOWN = "This file is not a picture that Vois can read. Try a JPEG or PNG photo."
    PHOTO_VIDEO = "This file is a video, and Vois describes photos. Choose a photo instead."
    PHOTO_DAMAGED = "This picture is incomplete or damaged. Copy it again from where it came from."
    PHOTO_NOT_OPENED = "The file {name} cannot be opened."
    PHOTO_NOT_A_FILE = "{name} is neither a file nor a folder, so it cannot be described."
    FOLDER_WITHOUT_PHOTO = "There is no photo in this folder."
    # The command line.
    OUTPUT_NOT_WRITTEN = (
        "The descriptions could not be written out. Check that there is room on the disk."
    )
    PROGRAM_NOT_LOADED = (
        "Vois cannot be loaded: {what} is missing, damaged, or finds no room in the memory. Have "
        "requirements.txt installed again, or close other programs."
    )
    RATE_OUT_OF_RANGE = "The pace of the voice is a number from {slowest} to {fastest}."
    VOICE_UNKNOWN = (
        "There is no voice called {name}. The voices here: {names}. With --online, Google's, too."
    )
    SOUND_NAME = "The sound is a WAV file: choose a name that ends in .wav instead of {name}."
    SOUND_IS_INPUT = (
        "{name} is among the files to describe, so it is left as it is. Choose another name for "
        "the sound."
    )
    SOUND_WOULD_REPLACE = (
        "{name} exists and is no WAV file, so it is left as it is. Choose another name for the "
        "sound."
    )
    SOUND_FOLDER_MISSING = (
        "There is no folder {folder} for the sound. Make it first, or choose another one."
    )
    SOUND_NOT_WRITTEN = (
        "The sound {name} cannot be written. Check that you may write there, and that there is "
        "room on the disk."
    )
    # Tables of archives.
    TABLE_NAME = (
        "The table is a CSV file, JSON lines or Parquet: choose a name that ends in .csv, .jsonl "
        "or .parquet instead of {name}."
    )
    TABLE_FOLDER_MISSING = (
        "There is no folder {folder} for the table. Make it first, or choose another one."
    )
    TABLE_EXISTS = "{name} exists already, so it is left as it is. Choose another name."
    PAGE_NAME = "The page is an HTML file: choose a name that ends in .html instead of {name}."
    PAGE_FOLDER_MISSING = (
        "There is no folder {folder} for the page. Make it first, or choose another one."
    )
    PAGE_WOULD_REPLACE = (
        "{name} exists and is no page of Vois, so it is left as it is. Choose another name for the "
        "page."
    )
    TABLE_BUSY = "Another run is writing {name}. Wait for it, or choose another name."
    TABLE_NOT_WRITTEN = (
        "{name} cannot be written. Check that you may write there, and that there is room on the "
        "disk."
    )
    TABLE_UNREADABLE = "{name} cannot be read as a table that Vois has written."
    CORRECTIONS_UNREADABLE = "{name} holds no corrections that a page of Vois has saved."
    CORRECTION_UNKNOWN = "The table has no photo {photo}, so no correction was taken in."
    TABLE_OF_OTHERS = (
        "{name} holds descriptions of another model, language or manner. Choose another name."
    )
    STORAGE_NOT_OPENED = (
        "{name} cannot be opened. Check the address, and that this machine has the keys to it."
    )
    RAY_MISSING = (
        "To work on many machines Vois needs Ray: pip install -r requirements-ray.txt. Without "
        "--engine ray it uses all cores of this one."
    )
    CLUSTER_NOT_REACHED = "There is no Ray cluster at {address}. Start it first, with ray start."
    # The HTTP API.
    API_HOST_UNKNOWN = (
        "Vois does not answer under the name {host}. Use 127.0.0.1, or list the name in "
        "VOIS_API_HOSTS."
    )
    API_ORIGIN_REFUSED = (
        "Pages of {origin} may not use this Vois. If they should, list it in VOIS_API_ORIGINS."
    )
    API_TOKEN_WRONG = "This needs the token that Vois was started with, as a bearer token."
    API_ELSEWHERE = (
        "This Vois answers programs of its own machine only. For others start it with a token in "
        "VOIS_API_TOKEN."
    )
    API_TOKEN_MISSING = (
        "To answer other machines under {host}, Vois needs a token of at least {least} characters "
        "in VOIS_API_TOKEN."
    )
    API_PORT_TAKEN = (
        "Vois cannot answer at {host}, port {port}: another program does, or it may not."
    )
    API_BUSY = "Too many requests are waiting. Try again in {seconds} seconds."
    API_BODY_TOO_LARGE = "This request is too large: {most} megabytes at most."
    API_BODY_SLOW = "This request came too slowly, so it was not waited for. Send it again."
    API_BODY_TYPE = "A request of the type {type} is not understood here. Send {expected}."
    API_BODY_INVALID = "This request cannot be read: {why}."
    API_VALUE_WRONG = "A value in this request is wrong: {field}: {why}."
    API_PHOTO_MISSING = "There is no photo in this request."
    API_ADDRESS_NOT_FETCHED = (
        "Vois fetches no pictures from addresses. Send the picture itself, as a data URL."
    )
    API_MODEL_UNKNOWN = "There is no model called {name} here. There is {known}."
    API_NO_SUCH_PATH = "There is nothing here. The page /api says what there is."
    API_NO_SUCH_METHOD = "This address does not know the method {method}."
    API_FAILED = "Something went wrong within Vois. Try again, or try another photo."
    API_NO_VOICE = "No voice of this machine could speak this text."
    # The model.
    MODEL_MISSING = "The model is missing: there is no {file} in {folder}."
    MODEL_FILE_MISSING = "The model is missing: there is no {file}."
    MODEL_FILE_DAMAGED = "The model file {file} is damaged. Install Vois again."
    CONTRACT_UNREADABLE = "The model's {file} cannot be read."
    CONTRACT_OTHER_VERSION = "The model's {file} does not fit this version of Vois."
    CONTRACT_VALUE_WRONG = "The model's {file} holds a wrong value."
    CONTRACT_VALUE_OUT_OF_RANGE = "The model's {file} holds a value out of its range."
    MODEL_FILES_MISMATCHED = "The model's files do not fit together. Install Vois again."
    VOCABULARY_MISMATCHED = "The model's vocabulary is not the one that it was trained with."
    LANGUAGE_NOT_LEARNED = "The model does not speak the language {code}."
    VOCABULARY_WITHOUT_SPECIAL_WORDS = (
        "The vocabulary file is damaged: its special words are missing."
    )
    VOCABULARY_WORD_TWICE = "The vocabulary file is damaged: it holds a word twice."
    VOCABULARY_UNREADABLE = "The vocabulary {file} cannot be read."
    VOCABULARY_NOT_A_LIST = "The vocabulary {file} is not a list of words."
    # The history.
    HISTORY_FOREIGN = (
        "The history's place is taken by a file of another program, which is left as it is. Move "
        "that file away, then start Vois again."
    )
    HISTORY_NEWER = (
        "The history was written by a newer Vois and is left as it is. Install the newer Vois "
        "again to use it."
    )
    HISTORY_REPLACED = (
        "The history was damaged, so a new one was begun. The damaged one is kept as {name} in "
        "the folder {folder}."
    )
    HISTORY_DISK_FAILED = (
        "The history could not be read or written. Check that its disk is connected and not full."
    )
    HISTORY_FAILED = "The history could not be read or written. Start Vois again."
    HISTORY_DISK_FULL = (
        "The disk is full, so the history was not changed. Delete what you no longer need."
    )
    HISTORY_NOT_WRITABLE = (
        "Vois may not write its history in {folder}. Check that the folder exists and that you "
        "may write in it."
    )
    HISTORY_BUSY = "Another window or program is using the history. Try again in a moment."
    HISTORY_OWNER_UNKNOWN = "The history does not know whose description this is."
    HISTORY_ENTRY_MISSING = "This description is no longer in the history."
    HISTORY_OFF = "The history is switched off. Switch it on in the settings, then import again."
    HISTORY_TEXT_EMPTY = "There are no words to keep in the history."
    HISTORY_ENTRY_INVALID = "This description cannot be kept: it contains an invalid value."
    HISTORY_DAYS_OUT_OF_RANGE = "Choose a number of days from 1 to 36500."
    # The remembered settings.
    SETTINGS_UNREADABLE = (
        "Your settings could not be read, so they are as at the beginning. They are in {path}."
    )
    SETTINGS_UNWRITABLE = (
        "Your settings could not be kept in {path}. Check that you may write there, and that there "
        "is room on the disk."
    )
    # Exported archives.
    EXPORT_FAILED = "The export could not be made: {kind}."
    EXPORT_NOT_WRITTEN = (
        "The export could not be written. Check that there is room on the disk, and try again."
    )
    ARCHIVE_ENTRY_INVALID = (
        "This archive holds something that Vois did not write, so nothing was imported."
    )
    ARCHIVE_PICTURE_TOO_LARGE = "A picture in this archive is too large, so nothing was imported."
    ARCHIVE_PICTURE_FOREIGN = (
        "A picture in this archive is no picture that Vois made, so nothing was imported."
    )
    ARCHIVE_FILES_FOREIGN = (
        "This archive has files that Vois does not export, so nothing was imported."
    )
    ARCHIVE_PACKING_UNKNOWN = (
        "This archive is packed in a way that Vois cannot unpack, so nothing was imported. Pack it "
        "again as an ordinary zip file."
    )
    ARCHIVE_FOREIGN = (
        "This file is no archive that Vois exported. Choose the zip file that you exported."
    )
    ARCHIVE_DAMAGED = (
        "This archive is damaged or incomplete, so nothing was imported. Copy it again."
    )
    ARCHIVE_TOO_LARGE = "This archive is too large when unpacked, so nothing was imported."
    ARCHIVE_LINKS = "This archive has links to other files, so nothing was imported."
    ARCHIVE_PATHS_OUTSIDE = "This archive has files that point outside it, so nothing was imported."
    ARCHIVE_NEWER = (
        "This archive was exported by a newer Vois. Install the newer Vois to import it."
    )
    ARCHIVE_ENCRYPTED = (
        "This archive is locked with a password, so nothing was imported. Export it without one."
    )
    # Another model, which a person has running (pipeline.other_model).
    OTHER_MODEL_ADDRESS = (
        "{variable} is no address of a model server. It wants something like {example}."
    )
    OTHER_MODEL_NONE = (
        "No other model was found. Start Ollama, LM Studio or llama.cpp on this computer, then "
        "look again."
    )
    OTHER_MODEL_NONE_SEES = (
        "None of the models that were found sees photos. Install one that does, such as llava."
    )
    OTHER_MODEL_SILENT = "{server} does not answer. Check that it is running."
    OTHER_MODEL_SLOW = "{server} did not answer in time. Try again, or choose a smaller model."
    OTHER_MODEL_UNREADABLE = "{server} answers in a way that Vois does not understand."
    OTHER_MODEL_MOVED = (
        "{server} sends Vois on to another address, where it does not go. The photo was not sent "
        "there."
    )
    OTHER_MODEL_CUT = "The answer of {server} broke off."
    OTHER_MODEL_EMPTY = "{model} gave no answer. Ask again, or choose another model."
    OTHER_MODEL_BLIND = "{model} does not see photos. Choose another model in the settings."
    OTHER_MODEL_MISSING = "{server} has no model {model} any more. Look again in the settings."
    OTHER_MODEL_BUSY = "{server} is busy. Try again in a moment."
    OTHER_MODEL_KEY = "{server} wants a key, which Vois does not have."
    OTHER_MODEL_REFUSED = "{server} could not answer. Try again, or choose another model."
    # Voices; most of these are only logged.
    ESPEAK_LANGUAGE_UNSUPPORTED = "This voice speaks English and French only."
    ESPEAK_MISSING = "The eSpeak voice is not installed, or damaged."
    ESPEAK_FAILED = "This voice could not read the text."
    KOKORO_LANGUAGE_UNSUPPORTED = "The natural voice speaks English and French only."
    KOKORO_FAILED = "The natural voice could not read this text."
    VOICE_AUDIO_UNREADABLE = "The voice sent nothing that can be played."
    ONLINE_VOICE_PAUSE_REQUESTED = "The online voice asks for a pause."
    ONLINE_VOICE_SUSPENDED = "The online voice is paused after an error."
    ONLINE_VOICE_BUSY = "The online voice is still busy with earlier texts."
    ONLINE_VOICE_UNAVAILABLE = "The online voice cannot be asked now."
    ONLINE_VOICE_TIMEOUT = "The online voice did not answer in time."
    SYSTEM_VOICE_LANGUAGE_UNSUPPORTED = "The system's voice speaks English and French only."
    SYSTEM_VOICE_MISSING = "The system has no voice for this language."
    SYSTEM_VOICE_NOT_STARTED = "The system's voice could not be started."
    SYSTEM_VOICE_NO_SOUND = "The system's voice gave no sound."
    VOICE_SOUND_INVALID = "The voice gave no sound that can be played."
    VOICE_SILENT = "The voice gave only silence."
    NO_SOUNDS_TO_JOIN = "There is no sound to join."
    TEXT_TOO_LONG = "This text is too long to read aloud: {most} letters at most."
    TEXT_EMPTY = "There is nothing to say."
    ONLINE_VOICE_ACCENT_UNSUPPORTED = "The online voice has no such accent."
    ONLINE_VOICE_LANGUAGE_UNSUPPORTED = "The online voice does not speak this language."
    ONLINE_VOICE_TEXT_TOO_LONG = "This text is too long for the online voice."
    ONLINE_VOICE_UNREACHABLE = "The online voice cannot be reached."
    ONLINE_VOICE_AUDIO_UNREADABLE = "The online voice sent nothing that can be played."
    OFFLINE_VOICE_LANGUAGE_UNSUPPORTED = "The offline voice speaks English only."
    OFFLINE_VOICE_FAILED = "The offline voice could not read this text."


class VoisError(Exception):
    """Base of every error that the page shows and speaks.

    `str(error)` is the English sentence; `Phrases.error_sentence` gives that of another language.

    Attributes:
        code: what went wrong.
        fields: the values that are filled into the sentence, by name.
    """

    def __init__(self, code: ErrorCode, /, **fields: object) -> None:
        """Takes the code and a value for each field that its sentence names."""
        super().__init__(code)
        self.code = code
        self.fields = fields

    def __str__(self) -> str:
        """The English sentence with its fields filled in."""
        # Not passed to `Exception` as text: unpickling calls the class with those arguments.
        return self.code.value.format(**self.fields)


class ImageError(VoisError):
    """The photo cannot be read or must not be decoded."""


class ModelError(VoisError):
    """The model's files are missing, damaged or do not fit together."""


class SpeechError(VoisError):
    """A voice could not turn the text into sound."""


class CommandError(VoisError):
    """The command line was asked for something that cannot be done."""


class OtherModelError(VoisError):
    """Another model was not found, or did not answer."""


class ApiError(VoisError):
    """A program asked the HTTP API for something that it does not do."""


class PreferencesError(VoisError):
    """The remembered settings could not be read or written."""


class HistoryError(VoisError):
    """The history could not be read or written."""
