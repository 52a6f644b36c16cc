"""Photo in, caption out: runs encoder, decoder step and beam search of the model in assets/."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning import contract as names
from pipeline.captioning.accelerated_session import AcceleratedSession
from pipeline.captioning.caption import Caption
from pipeline.captioning.caption_search import CaptionSearch, Encoded
from pipeline.captioning.confidence import Confidence, Manner
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.encoder_session import OpenedEncoder, Way
from pipeline.captioning.graph_opening import OpeningGraphs
from pipeline.captioning.model_parts import load_parts
from pipeline.captioning.onnx_session import Session, run
from pipeline.captioning.translation import translated
from pipeline.captioning.translation.translator import FOLDER as TRANSLATOR_FOLDER
from pipeline.captioning.translation.translator import Translator, TranslatorContract
from pipeline.captioning.vocabulary import Vocabulary
from pipeline.errors import ErrorCode, ModelError
from pipeline.heap import give_back_freed
from pipeline.image import read_rgb, to_pixels
from pipeline.languages import ENGLISH
from pipeline.recognition.evidence import rank
from pipeline.recognition.recogniser import NOTHING, Recogniser, Recognition

__all__ = ["SAMPLES_FOLDER", "Captioner", "Encoded", "languages_of"]

_LOG = logging.getLogger(__name__)

SAMPLES_FOLDER = "samples"  # in the model's folder


class Captioner:
    """A loaded model. Calls keep no state in it, so threads may share it."""

    def __init__(
        self,
        contract: ModelContract,
        vocabulary: Vocabulary,
        encoder: Session,
        decoder: Session,
        confidence: Confidence,
        translator: Translator | None = None,
        recogniser: Recogniser | None = None,
        opened: OpenedEncoder | None = None,
    ) -> None:
        """Joins opened parts; `load` opens them from a folder.

        Without a recogniser nothing is named beside the captions. `opened` tells how the encoder
        runs, and why.
        """
        self.opened = opened
        self.contract = contract
        self.vocabulary = vocabulary
        self.encoder = encoder
        self.decoder = decoder
        self.confidence = confidence
        self.translator = translator
        self.recogniser = recogniser
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recognition")
        self._search = CaptionSearch(contract, vocabulary)

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        threads: int | None = None,
        accelerate: bool = True,
        calibrated: bool = True,
    ) -> Captioner:
        """Opens the model in `folder`, its parts at the same time, and warms it up.

        Args:
            folder: holds contract.json and the files that it names.
            threads: the encoder's processor threads; by this process's share of the cores if None.
            accelerate: whether the encoder may run on CoreML or CUDA.
            calibrated: False for a model without a confidence file: every caption is PERHAPS.

        Raises:
            ModelError: a file is missing or damaged, or the files do not fit together.
        """
        graphs = OpeningGraphs(folder, threads=threads, accelerate=accelerate)
        captioner = cls._of(graphs, calibrated=calibrated, translating=True)
        captioner.warm_up()
        captioner._check_words(folder)
        give_back_freed()
        return captioner

    @classmethod
    def cold(cls, graphs: OpeningGraphs, language: str) -> Captioner:
        """The model whose first photo comes at once; that one takes longer than the others.

        Args:
            graphs: of the model, on their way.
            language: of the descriptions.

        Raises:
            ModelError: as `load`.
        """
        captioner = cls._of(graphs, calibrated=True, translating=language != ENGLISH)
        captioner._check_words(graphs.folder)
        return captioner

    @classmethod
    def _of(cls, graphs: OpeningGraphs, *, calibrated: bool, translating: bool) -> Captioner:
        parts = load_parts(graphs, calibrated=calibrated, translating=translating)
        return cls(
            parts.contract,
            parts.vocabulary,
            parts.opened.session,
            parts.decoder,
            parts.confidence,
            parts.translator,
            parts.recogniser,
            parts.opened,
        )

    def _check_words(self, folder: Path) -> None:
        """Leaves an accelerator if a sample photo gets other words than on the CPU.

        Raises:
            ModelError: the model's files do not fit together.
        """
        opened = self.opened
        if opened is None or opened.way is not Way.ACCELERATED:
            return
        photo = next(iter(sorted((folder / SAMPLES_FOLDER).glob("*.jpg"))), None)
        grey = np.full((64, 64, 3), 128, np.uint8)
        rgb = grey if photo is None else read_rgb(photo.read_bytes())
        said = self.captions(self.encode(rgb))[0].words
        slower = opened.on_cpu()
        self.encoder = slower.session
        expected = self.captions(self.encode(rgb))[0].words
        if said == expected:
            self.encoder = opened.session
            return
        why = f"{opened.why}; other words than the CPU: {' '.join(said)}".removeprefix("; ")
        _LOG.warning("%s says other words than the CPU; going on without it.", opened.provider)
        self.opened = replace(slower, why=why)

    def warm_up(self) -> None:
        """Runs both graphs once, so that the first photo is not slower than the others.

        Raises:
            ModelError: the model's files do not fit together.
        """
        size, (rows, columns) = self.contract.input_size, self.contract.grid
        encoded = self.encode(np.zeros((size, size, 3), dtype=np.uint8))
        if encoded.cross_keys.shape[2] != rows * columns:
            raise ModelError(ErrorCode.MODEL_FILES_MISMATCHED)
        caption = self.captions(encoded)[0]
        if self.translator is not None:
            self.translator.translate(caption.words)
        self.recognise(encoded).result()

    @property
    def languages(self) -> tuple[str, ...]:
        """Two-letter codes of the languages that photos can be described in, English first."""
        translation = None if self.translator is None else self.translator.contract
        return _with(self.contract, translation)

    def searched(self, language: str) -> str:
        """The language that a description in `language` is searched in: English if translated."""
        translated = self.translator is not None and self.translator.contract.language == language
        return ENGLISH if translated else language

    def in_language(self, caption: Caption, language: str) -> Caption:
        """The caption, which was searched in `searched(language)`, in `language`.

        Raises:
            ModelError: the translator's files do not fit together.
        """
        if self.translator is None or caption.language == language:
            return caption
        return translated(caption, self.translator)

    @property
    def provider(self) -> str:
        """The encoder's execution provider, by its name in onnxruntime."""
        return str(self.encoder.get_providers()[0])

    @property
    def problem(self) -> str:
        """Why the encoder left its accelerator for the CPU, which is slower; empty otherwise."""
        return self.encoder.problem if isinstance(self.encoder, AcceleratedSession) else ""

    def describe(
        self, rgb: NDArray[np.uint8], *, language: str = ENGLISH, beam_size: int | None = None
    ) -> Caption:
        """The best caption of a photo.

        Args:
            rgb: (H, W, 3) uint8 RGB, any size.
            language: two-letter code, one of `languages`.
            beam_size: the contract's when None; 1 is greedy search.

        Raises:
            ModelError: the model's files do not fit together, or it does not speak the language.
        """
        searched = self.searched(language)
        found = self.captions(self.encode(rgb), language=searched, beam_size=beam_size)[0]
        return self.in_language(found, language)

    def encode(self, rgb: NDArray[np.uint8]) -> Encoded:
        """Runs the encoder on (H, W, 3) uint8 RGB.

        Raises:
            ModelError: the model's files do not fit together.
        """
        contract = self.contract
        pixels = to_pixels(rgb, contract.input_size, contract.mean, contract.std)
        keys, values, features = run(self.encoder, names.ENCODER_OUTPUTS, {names.PIXELS: pixels})
        return Encoded(keys, values, features[0], rgb)

    def recognise(self, encoded: Encoded) -> Future[Recognition]:
        """Begins to name the things in an encoded photo, on a thread of its own.

        The search for a caption uses one processor core; this takes half as long on another.

        Returns:
            The recognition to come, empty for a model without a recogniser; its `result` raises
            ModelError when the model's files do not fit together.
        """
        if self.recogniser is None:
            found: Future[Recognition] = Future()
            found.set_result(NOTHING)
            return found
        return self._beside.submit(self.recogniser.recognise, encoded.rgb, encoded.features)

    def captions(
        self,
        encoded: Encoded,
        *,
        language: str = ENGLISH,
        beam_size: int | None = None,
        most_words: int | None = None,
        least_words: int = 1,
        recognising: Future[Recognition] | None = None,
    ) -> list[Caption]:
        """The captions of an encoded photo that the decoder writes, the best first.

        Args:
            encoded: what `encode` returned.
            language: two-letter code, one of the contract's languages; see `searched`.
            beam_size: the contract's when None; 1 is greedy search.
            most_words: maximum length of a caption; the contract's when None.
            least_words: minimum length of a caption.
            recognising: what `recognise` returned; English captions are then ranked and judged by
                what was recognised, too.

        Raises:
            ModelError: the model's files do not fit together, or it does not speak the language.
        """
        found = self._search.find(
            self.decoder, encoded, language, beam_size, most_words, least_words
        )
        hypotheses = found.hypotheses
        said = [tuple(self.vocabulary.decode(one.tokens)) for one in hypotheses]
        verdicts = self.confidence.judge(said, hypotheses, encoded.features, language)
        captions = [
            Caption(
                words=words,
                word_scores=one.word_scores,
                confidence=verdict.probability,
                manner=verdict.manner,
                sure=verdict.sure,
                language=language,
                attention=found.attention(one),
            )
            for words, one, verdict in zip(said, hypotheses, verdicts, strict=True)
        ]
        if recognising is None or self.recogniser is None or language != ENGLISH:
            return captions
        presence = recognising.result().presence
        ranks = [
            rank(one.score, caption.words, presence)
            for one, caption in zip(hypotheses, captions, strict=True)
        ]
        order = sorted(range(len(captions)), key=lambda number: -ranks[number])
        return [self._judged(captions[number], presence) for number in order]

    def _judged(self, caption: Caption, presence: NDArray[np.float64]) -> Caption:
        """The caption with a more careful manner where what it says was not recognised."""
        if self.recogniser is None:
            return caption
        evidence = self.recogniser.evidence
        chance = evidence.probability(caption.words, presence)
        if chance < evidence.said_from:
            return replace(caption, manner=Manner.UNKNOWN)
        if chance < evidence.plain_from and caption.manner is Manner.PLAIN:
            return replace(caption, manner=Manner.PERHAPS)
        return caption


def languages_of(folder: Path) -> tuple[str, ...]:
    """The languages that the model in `folder` describes photos in, without opening its graphs.

    Raises:
        ModelError: a contract is missing or damaged.
    """
    translator = folder / TRANSLATOR_FOLDER
    translation = TranslatorContract.load(translator) if translator.is_dir() else None
    return _with(ModelContract.load(folder), translation)


def _with(contract: ModelContract, translation: TranslatorContract | None) -> tuple[str, ...]:
    more = () if translation is None else (translation.language,)
    return tuple(dict.fromkeys((*contract.languages, *more)))
