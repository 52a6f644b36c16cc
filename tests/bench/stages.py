"""One photo through all stages, as often as wished."""

from __future__ import annotations

from pathlib import Path

from pipeline.captioning.captioner import Captioner
from pipeline.description import describe_file
from pipeline.image import read_rgb, squash
from pipeline.photo_quality import assess
from pipeline.reading.reader import Reader
from pipeline.speech import default_chain
from tests.bench.figures import Figure
from tests.bench.watch import Watch

PART = "stages of a photo"
WORDS = "photo to words"


class Stages:
    """Model, reader and voice, ready, and how long they took."""

    def __init__(self, assets: Path, threads: int) -> None:
        """Loads them."""
        self.captioner = Captioner.load(assets, threads=threads)
        self.watch = Watch()
        self._reader, self._voices = Reader(), default_chain(allow_online=False)
        self._voices.warm_up()
        self._turns = 0

    def warm_up(self, data: bytes) -> None:
        """Describes and reads a photo that does not count."""
        describe_file(self.captioner, data, reader=self._reader)

    def describe(self, data: bytes) -> str:
        """A photo to words."""
        return describe_file(self.captioner, data).text

    def turn(self, data: bytes) -> None:
        """Each stage of a photo, then what people wait for."""
        captioner, watch = self.captioner, self.watch
        self._turns += 1
        rgb = watch("read", lambda: read_rgb(data))
        watch("is it fit", lambda: assess(rgb))
        watch("resize", lambda: squash(rgb, captioner.contract.input_size))
        encoded = watch("encode", lambda: captioner.encode(rgb))
        watch("names", lambda: captioner.recognise(encoded).result())
        watch("decode", lambda: captioner.captions(encoded))
        watch("read text", lambda: self._reader.read(rgb, "en"))
        said = watch(WORDS, lambda: self.describe(data))
        # The number makes each sentence new: the cache would hide the voice.
        watch("speak", lambda: self._voices.speak(f"{said} {self._turns}"))
        watch("first sound", lambda: self._first_sound(data))
        watch("end to end, with text and whole sound", lambda: self._whole(data))

    def _first_sound(self, data: bytes) -> None:
        said = self.describe(data)
        next(self._voices.stream(f"{said.rstrip('.')} {self._turns}, first."))

    def _whole(self, data: bytes) -> None:
        described = describe_file(self.captioner, data, reader=self._reader)
        for passage in described.passages:
            self._voices.speak(f"{passage.text} {self._turns}, whole.", passage.language)

    def figures(self) -> list[Figure]:
        """Medians of all turns."""
        return [
            Figure(PART, name, 1000 * self.watch.median_s(name), "ms") for name in self.watch.spent
        ]
