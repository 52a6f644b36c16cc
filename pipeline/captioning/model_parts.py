"""All that a model consists of, opened at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pipeline.captioning import contract as names
from pipeline.captioning.confidence import Confidence
from pipeline.captioning.confidence_file import load_confidence
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.encoder_session import OpenedEncoder
from pipeline.captioning.graph_opening import OpeningGraphs
from pipeline.captioning.onnx_session import Session
from pipeline.captioning.translation.translator import FOLDER as TRANSLATOR_FOLDER
from pipeline.captioning.translation.translator import Translator
from pipeline.captioning.vocabulary import Vocabulary
from pipeline.errors import ErrorCode, ModelError
from pipeline.recognition.recogniser import RECOGNITION_FOLDER, Recogniser


@dataclass(frozen=True)
class ModelParts:
    """The parts of a model that fit together.

    Attributes:
        contract: of the model.
        vocabulary: what the decoder's tokens mean.
        opened: the encoder.
        decoder: the decoder step.
        confidence: how sure captions are.
        translator: writes captions in another language; None for a model without one. It opens its
            graphs when it is first asked.
        recogniser: names things; None for a model without one.
    """

    contract: ModelContract
    vocabulary: Vocabulary
    opened: OpenedEncoder
    decoder: Session
    confidence: Confidence
    translator: Translator | None
    recogniser: Recogniser | None


def load_parts(graphs: OpeningGraphs, *, calibrated: bool, translating: bool) -> ModelParts:
    """Opens the other parts beside the graphs.

    Args:
        graphs: of the model, on their way.
        calibrated: False for a model without a confidence file.
        translating: whether the translator is needed at once.

    Raises:
        ModelError: a file is missing or damaged, or the files do not fit together.
    """
    folder, contract = graphs.folder, graphs.contract()
    vocabulary = Vocabulary.load(folder / contract.vocabulary_file)
    if vocabulary.sha256() != contract.vocabulary_sha256:
        raise ModelError(ErrorCode.VOCABULARY_MISMATCHED)
    translator = None
    if (folder / TRANSLATOR_FOLDER).is_dir():
        translator = Translator.load(folder / TRANSLATOR_FOLDER)
    with ThreadPoolExecutor(thread_name_prefix="loading") as pool:
        recogniser = None
        if (folder / RECOGNITION_FOLDER).is_dir():
            named = folder / RECOGNITION_FOLDER
            recogniser = pool.submit(
                Recogniser.load, named, contract.encoder, calibrated=calibrated
            )
        opening = None
        if translator is not None and translating:
            opening = pool.submit(translator.open)
        confidence = None
        if calibrated:
            confidence = load_confidence(folder / contract.confidence_file, contract.languages)
        opened = graphs.encoder()
        if opening is not None:
            opening.result()
        return ModelParts(
            contract,
            vocabulary,
            opened,
            graphs.decoder(),
            confidence or _neutral(contract, opened),
            translator,
            None if recogniser is None else recogniser.result(),
        )


def _neutral(contract: ModelContract, opened: OpenedEncoder) -> Confidence:
    """Of a model that is yet to be calibrated: every caption is a guess."""
    outputs = {value.name: value.shape for value in opened.session.get_outputs()}
    return Confidence.neutral(contract.languages, int(outputs[names.FEATURES][-1]))
