"""What is shown and spoken: the one record for photos, the camera, the history and errors."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.description import Description
from pipeline.passages import Passage
from pipeline.second_sentence import has_more


class Origin(StrEnum):
    """Where an announcement comes from."""

    PHOTO = "photo"
    CAMERA = "camera"
    HISTORY = "history"
    MORE = "more"  # the second sentence of another announcement
    OTHER_MODEL = "other model"  # its threads make the sounds, as the camera's does
    ERROR = "error"  # an error that belongs to none of these


class Kind(StrEnum):
    """What an announcement's text is; the page's script and style know these names."""

    WAITING = "waiting"
    DESCRIPTION = "description"
    GUIDANCE = "guidance"
    ERROR = "error"

    @classmethod
    def of(cls, description: Description) -> Kind:
        """What a description's text is."""
        return cls.DESCRIPTION if description.guidance is None else cls.GUIDANCE


@dataclass(frozen=True)
class Photo:
    """A photo that is on the page now.

    Attributes:
        key: what Streamlit knows it by; the same photo chosen twice has two keys.
        name: the file's name, said in errors.
        read: gives the file's bytes; called once.
        now: stops what is being said; photos chosen together wait for one another instead.
    """

    key: str
    name: str
    read: Callable[[], bytes]
    now: bool


@dataclass(frozen=True)
class Spoken:
    """The sound of a sentence.

    Attributes:
        token: what fetches it.
        seconds: how long it takes at the voice's own pace.
        voice: who speaks.
        online: whether the words left this machine for it.
    """

    token: str
    seconds: float
    voice: str
    online: bool


@dataclass(frozen=True)
class Timestamps:
    """When things happened, in seconds since 1970; 0 for what has not happened.

    Attributes:
        seen: the frame came.
        told: its words were known.
        voiced: the sound of its first sentence was made.
    """

    seen: float
    told: float = 0.0
    voiced: float = 0.0


# Words and the two-letter code of their language to the sounds of their sentences, made one by one;
# may raise SpeechError.
Speak = Callable[[str, str], Iterator[Spoken]]
# Writes a description into the history; called before it is shown.
Keep = Callable[[Description], None]


@dataclass
class Announcement:
    """What is shown and spoken of one photo, one camera frame, one history entry or one error.

    Attributes:
        id: unique over all sessions and restarts, for the browser remembers what it has said.
        origin: where it comes from. The camera's thread makes the sounds of its own announcements
            and publishes each again with every sound; the queue makes those of all others.
        kind: what `text` is.
        text: what is shown, and spoken where there are no passages.
        language: two-letter code of the text.
        now: stops what is being said; others wait for it to end.
        asked: whether the person asked for it; only the camera also announces by itself.
        batch: counts up with each choice; photos chosen together share it.
        number: its place among those chosen together, from 1; 0 when it was chosen alone.
        photo: set exactly where `origin` is PHOTO.
        description: set once the photo or frame was described.
        sounds: of its sentences, as far as they are made.
        complete: whether no more will come; without any sound, no voice could speak.
        speech: makes the next sentence's sound.
        timestamps: of a camera frame.
        passages: what is spoken, each in its own language; none when it is the text alone.
        pieces: the text, each piece in its own language; none when it is all in `language`.
        about: the announcement of the photo of which this says more.
    """

    id: str
    origin: Origin
    kind: Kind
    text: str
    language: str
    now: bool = True
    asked: bool = True
    batch: int = 0
    number: int = 0
    photo: Photo | None = None
    description: Description | None = None
    sounds: tuple[Spoken, ...] = ()
    complete: bool = False
    speech: Iterator[Spoken] | None = None
    timestamps: Timestamps | None = None
    passages: tuple[Passage, ...] = ()
    pieces: tuple[Passage, ...] = ()
    about: Announcement | None = None

    @property
    def pictured(self) -> Announcement | None:
        """The announcement that has the photo: this one, or the one that it is about."""
        return self if self.description is not None else self.about

    def spoken(self, speak: Speak) -> Iterator[Spoken]:
        """The sounds of its sentences, each made when it is asked for.

        Raises:
            SpeechError: as `speak`, also during the iteration.
        """
        for passage in self.passages or (Passage(self.text, self.language),):
            yield from speak(passage.text, passage.language)

    def as_item(self) -> dict[str, object]:
        """What `assets/page/player.js` takes: JSON, where a dict has to stand for a type."""
        times = self.timestamps
        return {
            "id": self.id,
            "now": self.now,
            "kind": self.kind.value,
            "text": self.text,
            "language": self.language,
            "pieces": [{"text": one.text, "language": one.language} for one in self.pieces],
            "batch": self.batch,
            "number": self.number,
            "sounds": [sound.token for sound in self.sounds],
            "complete": self.complete,
            "voice": self.sounds[0].voice if self.sounds else "",
            "more": self.description is not None and has_more(self.description),
            "pictured": self.pictured is not None,
            "online": any(sound.online for sound in self.sounds),
            "seen": 0 if times is None else 1000 * times.seen,
            "timestamps": None if times is None else dataclasses.asdict(times),
        }
