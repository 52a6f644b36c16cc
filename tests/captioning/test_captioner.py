"""The captioner over a real ONNX pair that knows coloured shapes."""

from __future__ import annotations

import json
import math
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from pipeline.captioning import accelerated_session, onnx_session
from pipeline.captioning import contract as names
from pipeline.captioning.accelerated_session import AcceleratedSession
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence import Manner
from pipeline.captioning.contract import CONTRACT_FILE
from pipeline.captioning.graph_opening import OpeningGraphs
from pipeline.captioning.onnx_session import COREML, CPU, accelerators, open_session
from pipeline.errors import ModelError
from pipeline.languages import NEVER_LAST
from tests.captioning.failing_accelerator import add_accelerator
from tests.data.tiny_files import COLOURS, SHAPES, TINY, draw, french

ASSETS = Path(__file__).parents[2] / "assets"
WORLD = [(colour, shape) for colour in COLOURS for shape in SHAPES]


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return Captioner.load(TINY)


@pytest.mark.parametrize(("colour", "shape"), WORLD)
def test_it_says_what_is_there(captioner: Captioner, colour: str, shape: str) -> None:
    caption = captioner.describe(draw(colour, shape, np.random.default_rng(7)))
    assert caption.words[:3] == ("a", colour, shape)
    assert caption.text.startswith(f"A {colour} {shape}")
    assert caption.text.endswith(".")
    assert caption.language == "en"
    spoken = captioner.describe(draw(colour, shape, np.random.default_rng(7)), language="fr")
    assert (spoken.text, spoken.language) == (french(colour, shape), "fr")


def test_it_scores_each_word_and_the_end(captioner: Captioner) -> None:
    caption = captioner.describe(draw("red", "square", np.random.default_rng(1)))
    assert len(caption.word_scores) == len(caption.words) + 1
    assert 0 < caption.confidence <= 1


def test_confidence_is_judged_from_all_beams(captioner: Captioner) -> None:
    encoded = captioner.encode(draw("red", "square", np.random.default_rng(1)))
    captions = captioner.captions(encoded)
    # The tiny network's file looks at the mean word alone.
    for caption in captions:
        mean = np.mean(caption.word_scores)
        assert caption.confidence == pytest.approx(1 / (1 + 4**-4 * math.exp(-4 * mean)), rel=0.01)
    assert captions[0].manner is Manner.PLAIN


def test_a_model_yet_to_be_calibrated_only_guesses() -> None:
    neutral = Captioner.load(TINY, calibrated=False)
    caption = neutral.describe(draw("red", "square", np.random.default_rng(1)))
    assert caption.manner is Manner.PERHAPS
    assert caption.confidence == pytest.approx(0.5, abs=1e-3)


def test_any_size_and_shape_of_photo(captioner: Captioner) -> None:
    small = draw("blue", "stripe", np.random.default_rng(3))
    large = np.repeat(np.repeat(small, 7, axis=0), 11, axis=1)
    assert captioner.describe(large).words == captioner.describe(small).words


def test_two_threads_get_what_one_gets(captioner: Captioner) -> None:
    generator = np.random.default_rng(4)
    photos = [draw(colour, shape, generator) for colour, shape in WORLD * 4]
    alone = [captioner.describe(rgb).words for rgb in photos]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda rgb: captioner.describe(rgb).words, photos))
    assert together == alone


def test_captions_are_ranked_and_different(captioner: Captioner) -> None:
    encoded = captioner.encode(draw("green", "square", np.random.default_rng(5)))
    captions = captioner.captions(encoded, beam_size=4)
    assert len({caption.words for caption in captions}) == len(captions) == 4
    assert encoded.features.ndim == 1


def test_no_caption_repeats_a_pair_or_ends_in_a_function_word(captioner: Captioner) -> None:
    generator = np.random.default_rng(6)
    for _ in range(40):
        noise = generator.integers(0, 256, size=(40, 40, 3)).astype(np.uint8)
        for caption in captioner.captions(captioner.encode(noise), beam_size=3):
            pairs = list(zip(caption.words, caption.words[1:], strict=False))
            assert len(pairs) == len(set(pairs))
            assert caption.words
            assert caption.words[-1] not in NEVER_LAST["en"]


def corner(colour: str, x: int, y: int) -> np.ndarray:
    """(64, 64, 3) uint8 RGB: a square in one quarter of a pale ground."""
    rgb = np.full((64, 64, 3), 235, np.uint8)
    rgb[32 * y + 2 : 32 * y + 30, 32 * x + 2 : 32 * x + 30] = COLOURS[colour]
    return rgb


@pytest.mark.parametrize("beam_size", [1, 3])
@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_it_looks_at_the_shape_for_the_shapes_colour(
    captioner: Captioner, colour: str, x: int, y: int, beam_size: int
) -> None:
    caption = captioner.describe(corner(colour, x, y), beam_size=beam_size)
    assert caption.words[1] == colour
    assert caption.attention.shape == (len(caption.words), 4, 4)
    assert caption.attention.dtype == np.float32
    assert caption.attention.sum(axis=(1, 2)) == pytest.approx(np.ones(len(caption.words)))
    # Of each word, how much of its attention is in each quarter.
    quarters = caption.attention.reshape(-1, 2, 2, 2, 2).sum(axis=(2, 4))
    assert quarters[1, y, x] > 0.25
    assert quarters[:, y, x].argmax() == 1


def test_each_beams_attention_is_its_own(captioner: Captioner) -> None:
    encoded = captioner.encode(corner("green", 0, 0))
    contract = captioner.contract
    shape = (contract.layers, 1, contract.heads, 0, contract.width // contract.heads)
    for caption in captioner.captions(encoded, beam_size=4):
        keys = values = np.zeros(shape, np.float32)
        last = captioner.vocabulary.begin("en")
        for word, seen in zip(caption.words, caption.attention, strict=True):
            inputs = {
                names.TOKENS: np.array([last]),
                names.KEYS: keys,
                names.VALUES: values,
                names.CROSS_KEYS: encoded.cross_keys,
                names.CROSS_VALUES: encoded.cross_values,
            }
            _, keys, values, alone = captioner.decoder.run(names.DECODER_OUTPUTS, inputs)
            assert seen.ravel() == pytest.approx(alone[0], abs=1e-5)
            last = captioner.vocabulary.token(word)


def test_least_and_most_words_are_kept(captioner: Captioner) -> None:
    encoded = captioner.encode(draw("red", "square", np.random.default_rng(2)))
    usual = len(captioner.captions(encoded)[0].words)
    for least in (1, 5, usual + 1):
        for caption in captioner.captions(encoded, least_words=least):
            assert len(caption.words) >= least
            assert len(caption.attention) == len(caption.words)
    assert all(len(one.words) <= 5 for one in captioner.captions(encoded, most_words=5))


def test_a_grid_that_is_not_the_encoders_is_refused(tmp_path) -> None:
    shutil.copytree(TINY, tmp_path / "tiny")
    path = tmp_path / "tiny" / CONTRACT_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | {"grid": [4, 5]}))
    with pytest.raises(ModelError, match="do not fit together"):
        Captioner.load(tmp_path / "tiny")


@pytest.mark.parametrize(
    "name", ["encoder.onnx", "decoder.onnx", "vocabulary.json", "confidence.npz"]
)
@pytest.mark.parametrize("damage", ["gone", "empty", "half"])
def test_a_missing_or_damaged_file_is_said_in_a_sentence(name: str, damage: str, tmp_path) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    path = folder / name
    data = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(b"" if damage == "empty" else data[: len(data) // 2])
    with pytest.raises(ModelError, match=r"model|vocabulary"):
        Captioner.load(folder)


def test_another_models_vocabulary_is_refused(tmp_path) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    words = json.loads((folder / "vocabulary.json").read_text())
    words[4], words[5] = words[5], words[4]
    (folder / "vocabulary.json").write_text(json.dumps(words))
    with pytest.raises(ModelError, match="not the one"):
        Captioner.load(folder)


@pytest.mark.parametrize(("language", "opened"), [("en", False), ("fr", True)])
def test_the_translator_is_opened_for_whom_it_serves(
    language: str, opened: bool, tmp_path: Path
) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    (folder / "translation").symlink_to(ASSETS / "translation")
    cold = Captioner.cold(OpeningGraphs(folder, threads=1), language)
    assert cold.translator is not None
    assert (cold.translator._opened is not None) is opened
    caption = cold.describe(draw("red", "square", np.random.default_rng(7)), language="fr")
    assert caption.language == "fr"
    assert "rouge" in caption.words


def test_an_error_of_the_model_comes_where_it_is_asked_for(tmp_path: Path) -> None:
    graphs = OpeningGraphs(tmp_path / "nowhere")
    with pytest.raises(ModelError):
        graphs.contract()
    with pytest.raises(ModelError):
        Captioner.cold(graphs, "en")


def test_graphs_that_do_not_fit_together_are_refused(tmp_path) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    shutil.copy(folder / "encoder.onnx", folder / "decoder.onnx")
    with pytest.raises(ModelError, match="do not fit together"):
        Captioner.load(folder)


def test_the_cpu_is_used_where_there_is_no_accelerator(captioner: Captioner) -> None:
    if accelerators():
        pytest.skip("this machine has an accelerator")
    assert captioner.provider == CPU


def test_threads_rest_after_a_call() -> None:
    opened = open_session(ASSETS / "encoder.onnx", threads=2)
    shape = [1, 3, *opened.get_inputs()[0].shape[2:]]
    pixels = {names.PIXELS: np.zeros(shape, np.float32)}
    spent = []
    for _ in range(5):
        opened.run(None, pixels)
        before = time.process_time()
        time.sleep(0.1)  # the time in which nothing may be computed: under test
        spent.append(time.process_time() - before)
    # Processor time, not the clock's: threads that go on spinning take 25 ms of it.
    assert min(spent) < 0.005


PROBE = {"pixels": np.random.default_rng(0).normal(size=(1, 3, 32, 32)).astype(np.float32)}


def test_an_accelerator_that_fails_is_left_and_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # A provider that this onnxruntime lacks fails as one does that cannot compile the graph.
    monkeypatch.setattr(onnx_session, "accelerators", lambda cache: [("NoSuchProvider", {})])
    opened = open_session(TINY / "encoder.onnx", accelerate=True, probe=PROBE)
    assert opened.get_providers() == [CPU]
    assert "NoSuchProvider cannot run encoder.onnx" in caplog.text


def test_an_accelerator_that_computes_wrongly_is_left_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # The processor stands for the accelerator; what it is asked to run has other weights.
    graph = onnx.load(TINY / "encoder.onnx")
    weights = next(w for w in graph.graph.initializer if len(w.dims) == 4)
    louder = onnx.numpy_helper.to_array(weights) * 2
    weights.CopyFrom(onnx.numpy_helper.from_array(louder, weights.name))
    onnx.save(graph, tmp_path / "wrong.onnx")
    open_graph = onnx_session._open

    def opening(path, providers, threads):
        wrong = providers != [CPU]
        return open_graph(tmp_path / "wrong.onnx" if wrong else path, [CPU], threads)

    monkeypatch.setattr(onnx_session, "_open", opening)
    monkeypatch.setattr(onnx_session, "accelerators", lambda cache: [("Odd", {})])
    opened = open_session(TINY / "encoder.onnx", accelerate=True, probe=PROBE)
    assert "Odd computes encoder.onnx wrongly" in caplog.text
    right = open_graph(TINY / "encoder.onnx", [CPU], 1).run(None, PROBE)
    for ours, theirs in zip(opened.run(None, PROBE), right, strict=True):
        assert np.abs(ours - theirs).max() < 1e-5


@pytest.mark.parametrize(
    ("how", "why"),
    [("raises", "Neural Engine is gone"), ("hangs", "no answer"), ("invents", "no numbers")],
)
def test_an_accelerator_that_fails_later_is_left_for_good(
    captioner: Captioner,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    how: str,
    why: str,
) -> None:
    monkeypatch.setattr(accelerated_session, "HANG_S", 0.5)
    failing = add_accelerator(monkeypatch, 4, how)  # start, warming up, comparison, one photo
    spoilt = Captioner.load(TINY)
    photos = [draw(colour, shape, np.random.default_rng(5)) for colour, shape in WORLD[:4]]
    assert (spoilt.provider, spoilt.problem) == ("Odd", "")
    for photo in photos:
        assert spoilt.describe(photo).words == captioner.describe(photo).words
    assert failing[0].calls == 5  # the second photo's was the last that it was asked for
    assert spoilt.provider == CPU
    assert why in spoilt.problem
    assert caplog.text.count("Going on on the CPU") == 1


def test_what_no_processor_can_compute_is_the_callers_fault() -> None:
    opened = open_session(TINY / "encoder.onnx")
    session = AcceleratedSession(opened, lambda: open_session(TINY / "encoder.onnx"))
    with pytest.raises(Exception, match="INVALID"):
        session.run(None, {"pixels": np.zeros((1, 3, 5, 5), np.float32)})
    assert session.problem == ""
    assert session.run(None, PROBE)


def test_a_cache_that_cannot_be_made_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ort, "get_available_providers", lambda: [COREML, CPU])
    (tmp_path / "file").write_bytes(b"")
    ((name, options),) = accelerators(tmp_path / "file" / "cache")
    assert name == COREML
    assert "ModelCacheDirectory" not in options
    assert "compiled at each start" in caplog.text
    ((_, options),) = accelerators(tmp_path / "cache")
    assert options["ModelCacheDirectory"] == str(tmp_path / "cache")


@pytest.mark.parametrize("spoil", [np.nan, np.inf, 1.05])
def test_agreement_is_relative_and_refuses_what_is_no_number(spoil: float) -> None:
    expected = [np.full((2, 2), 100.0, dtype=np.float32)]
    near = [expected[0] * np.float32(1.01)]
    assert onnx_session._agree(expected, near)
    assert not onnx_session._agree(expected, [expected[0] * np.float32(spoil)])


@pytest.mark.skipif(
    COREML not in ort.get_available_providers(), reason="CoreML exists on macOS only"
)
def test_coreml_runs_the_encoder_and_agrees(tmp_path) -> None:
    opened = open_session(
        TINY / "encoder.onnx", accelerate=True, probe=PROBE, cache=tmp_path / "cache"
    )
    assert opened.get_providers()[0] == COREML
