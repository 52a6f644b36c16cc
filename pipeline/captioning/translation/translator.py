"""Words of a caption in, words of the same caption in another language out."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning import contract as names
from pipeline.captioning.beam_search import beam_search
from pipeline.captioning.contract import CONTRACT_FILE
from pipeline.captioning.onnx_session import Array, Session, open_session, run
from pipeline.captioning.translation.subwords import Spelling, Subwords
from pipeline.errors import ErrorCode, ModelError

FOLDER = "translation"  # in the model's folder

# The graphs' arguments and results, in order; `pipeline.captioning.contract` has the names' shapes,
# where N is the number of the source's pieces.
SOURCE = "source"  # (1, N) int64, the pieces of the caption
ENCODER_INPUTS = (SOURCE,)
ENCODER_OUTPUTS = (names.CROSS_KEYS, names.CROSS_VALUES)


@dataclass(frozen=True)
class TranslatorContract:
    """Files, shapes and search settings of a translator; `translation/contract.json`.

    Attributes:
        language: two-letter code of what it writes; it reads English.
        encoder_file: the encoder's ONNX file, beside the contract.
        decoder_file: the decoder step's ONNX file.
        subwords_file: the JSON file of `pipeline.captioning.translation.subwords`.
        layers: L, decoder layers.
        heads: H, attention heads.
        width: W, features of a position.
        most_pieces: most pieces of a sentence, in both languages.
        beam_size: beams at run time.
        length_penalty: as in the captioner's contract.
    """

    language: str
    encoder_file: str
    decoder_file: str
    subwords_file: str
    layers: int
    heads: int
    width: int
    most_pieces: int
    beam_size: int
    length_penalty: float

    @classmethod
    def load(cls, folder: Path) -> TranslatorContract:
        """Reads `folder/contract.json`.

        Raises:
            ModelError: the file is missing or damaged, or has other fields.
        """
        try:
            raw = json.loads((folder / CONTRACT_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise ModelError(ErrorCode.CONTRACT_UNREADABLE, file=CONTRACT_FILE) from error
        fields = {field.name: field.type for field in dataclasses.fields(cls)}
        if not isinstance(raw, dict) or set(raw) != set(fields):
            raise ModelError(ErrorCode.CONTRACT_OTHER_VERSION, file=CONTRACT_FILE)
        kinds = {"str": str, "int": int, "float": float}
        try:
            contract = cls(**{name: kinds[str(fields[name])](raw[name]) for name in fields})
        except (TypeError, ValueError) as error:
            raise ModelError(ErrorCode.CONTRACT_VALUE_WRONG, file=CONTRACT_FILE) from error
        counts = (contract.layers, contract.heads, contract.width, contract.most_pieces)
        if min(*counts, contract.beam_size) <= 0 or contract.width % contract.heads:
            raise ModelError(ErrorCode.CONTRACT_VALUE_OUT_OF_RANGE, file=CONTRACT_FILE)
        return contract

    def save(self, folder: Path) -> None:
        """Writes `folder/contract.json`."""
        text = json.dumps(dataclasses.asdict(self), indent=2) + "\n"
        (folder / CONTRACT_FILE).write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Translation:
    """A translated caption.

    Attributes:
        words: in lower case, without punctuation; an elided word stands apart ("l'").
        sources: (words, source words) float32: how much each word looked at each word of the
            source; the sum is 1 for each word.
    """

    words: tuple[str, ...]
    sources: NDArray[np.float32]


@dataclass(frozen=True)
class _State:
    """The decoder's cache, (L, B, H, T, W / H) float32 each, and where each beam's word stands."""

    keys: NDArray[np.float32]
    values: NDArray[np.float32]
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class OpenTranslator:
    """What a translator computes with.

    Attributes:
        subwords: the table of pieces.
        encoder: reads the caption.
        decoder: one step of writing.
        spelling: the words that may be written.
    """

    subwords: Subwords
    encoder: Session
    decoder: Session
    spelling: Spelling


class Translator:
    """A translator. Calls keep no state in it, so threads may share it."""

    def __init__(
        self, contract: TranslatorContract, open_parts: Callable[[], OpenTranslator]
    ) -> None:
        """Opens nothing yet.

        Args:
            contract: of the translator.
            open_parts: called once, when it is first needed.
        """
        self.contract = contract
        self._open_parts = open_parts
        self._lock = threading.Lock()
        self._opened: OpenTranslator | None = None

    @classmethod
    def load(cls, folder: Path) -> Translator:
        """The translator in `folder`, which is opened when it is first needed.

        Raises:
            ModelError: its contract is missing or damaged.
        """
        contract = TranslatorContract.load(folder)
        return cls(contract, partial(_open, folder, contract))

    def open(self) -> OpenTranslator:
        """Opens what is not open yet.

        Raises:
            ModelError: a file is missing or damaged.
        """
        with self._lock:
            if self._opened is None:
                self._opened = self._open_parts()
            return self._opened

    def translate(self, words: tuple[str, ...]) -> Translation:
        """Translates a caption of at least one word.

        Every word is one that the training text holds in the language: `Spelling` allows no other.

        Raises:
            ModelError: the translator's files do not fit together.
        """
        contract, opened = self.contract, self.open()
        cut = opened.subwords.encode(words)
        pieces = [piece for word in cut for piece in word][: contract.most_pieces]
        owners = [place for place, word in enumerate(cut) for _ in word][: contract.most_pieces]
        source = np.array([pieces], dtype=np.int64)
        keys, values = run(opened.encoder, ENCODER_OUTPUTS, {SOURCE: source})
        shape = (contract.layers, 1, contract.heads, 0, contract.width // contract.heads)
        empty = np.zeros(shape, dtype=np.float32)
        weights: list[NDArray[np.float32]] = []  # attention of each step, (B, N)

        def step(tokens: NDArray[np.int64], state: _State) -> tuple[NDArray[np.float32], _State]:
            inputs: dict[str, Array] = {
                names.TOKENS: tokens,
                names.KEYS: state.keys,
                names.VALUES: state.values,
                names.CROSS_KEYS: keys,
                names.CROSS_VALUES: values,
            }
            scores, next_keys, next_values, looks = run(
                opened.decoder, names.DECODER_OUTPUTS, inputs
            )
            weights.append(looks)
            nodes = state.nodes
            if state.keys.shape[3]:  # the first token is BEGIN, which spells nothing
                nodes = tuple(map(opened.spelling.after, nodes, tokens.tolist()))
            allowed = np.stack([opened.spelling.mask(node) for node in nodes])
            return scores + allowed, _State(next_keys, next_values, nodes)

        best = beam_search(
            step,
            lambda state, rows: _State(
                state.keys[:, rows],
                state.values[:, rows],
                tuple(state.nodes[row] for row in rows),
            ),
            _State(empty, empty, (0,)),
            beam_size=contract.beam_size,
            length_penalty=contract.length_penalty,
            max_length=contract.most_pieces,
            early_stopping=True,
        )[0]
        looks = np.stack([at[row] for at, row in zip(weights, best.rows, strict=False)])
        by_word = np.zeros((len(best.tokens), len(words)), dtype=np.float32)
        np.add.at(by_word.T, owners, looks.T)
        places = opened.subwords.word_places(best.tokens)
        return Translation(
            tuple(opened.subwords.spelled(best.tokens[place] for place in word) for word in places),
            np.stack([by_word[word].mean(axis=0) for word in places]),
        )


def _open(folder: Path, contract: TranslatorContract) -> OpenTranslator:
    subwords = Subwords.load(folder / contract.subwords_file)
    return OpenTranslator(
        subwords,
        open_session(folder / contract.encoder_file, threads=1),
        open_session(folder / contract.decoder_file, threads=1),
        Spelling(subwords),
    )
