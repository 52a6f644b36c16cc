"""Training, export and parity with the real code, on a world small enough for seconds."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch

from export import parity
from export.to_onnx import export
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.vocabulary import BEGIN, END, PAD, Vocabulary
from tests.captioning.searches import hold_to_the_pipelines
from tests.data.tiny_files import draw, write_world
from tests.data.tiny_world import MODEL, TinyEncoder
from training.config import StageConfig, TrainConfig
from training.data import augmentation
from training.data.prepared import Photo
from training.networks.build import build_encoder
from training.networks.checkpoint import load_model
from training.networks.efficientnet import EfficientNetLite, EfficientNetTrio
from training.networks.encoder import Encoder
from training.networks.transformer import CaptionModel
from training.networks.warm_start import warm_start
from training.optimisation.device import autocast
from training.optimisation.losses import caption_loss, self_critical_loss
from training.train import Trainer

STAGES = (
    StageConfig("decoder", epochs=2, learning_rate=3e-3, photos=6, warm_up=2),
    StageConfig("finetune", epochs=1, learning_rate=3e-3, encoder_rate=3e-3, photos=6),
    StageConfig("self-critical", epochs=1, learning_rate=1e-4, photos=6, self_critical=True),
)
CONFIG = TrainConfig(stages=STAGES, frozen_blocks=0, cached_views=2, save_every=1)


class Stopped(RuntimeError):
    """Stands for the power cut."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("world") / "data"
    write_world(folder, {"train": 18, "dev": 6, "test": 6})
    (folder / "captions.fr.tsv").unlink()  # `bilingual` has French
    return folder


def trainer(data: Path, run: Path, config: TrainConfig = CONFIG) -> Trainer:
    torch.manual_seed(0)
    return Trainer([data], run, MODEL, config, TinyEncoder())


@pytest.fixture(scope="module")
def finished(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("run")
    trainer(data, run).train()
    return run


def test_a_run_leaves_checkpoints_table_and_curves(finished: Path) -> None:
    with (finished / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["stage"] for row in rows] == ["decoder", "decoder", "finetune", "self-critical"]
    assert all(float(row["loss"]) == float(row["loss"]) for row in rows)
    picture = cv2.imread(str(finished / "curves.png"))
    assert picture is not None
    assert picture.std() > 0
    assert load_model(finished / "last.pt", TinyEncoder()).config == MODEL


@pytest.mark.parametrize("stop_at", [2, 5, 8, 10])
def test_a_run_that_was_stopped_ends_where_an_unbroken_one_does(
    stop_at: int, data: Path, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    update = Trainer._update

    def stopping(self: Trainer, *args: object) -> None:
        nonlocal steps
        if steps == stop_at:
            raise Stopped
        steps += 1
        update(self, *args)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "_update", stopping)
        with pytest.raises(Stopped):
            trainer(data, tmp_path).train()
    trainer(data, tmp_path).train()
    resumed = load_model(tmp_path / "last.pt", TinyEncoder()).state_dict()
    for name, unbroken in load_model(finished / "last.pt", TinyEncoder()).state_dict().items():
        assert torch.allclose(resumed[name], unbroken, atol=1e-5), name


def test_training_learns(data: Path, tmp_path: Path) -> None:
    longer = replace(STAGES[1], epochs=24)
    trainer(data, tmp_path, replace(CONFIG, stages=(longer,), save_every=100)).train()
    with (tmp_path / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert float(rows[-1]["loss"]) < 0.75 * float(rows[0]["loss"])


def test_frozen_stages_leave_the_encoder_alone(data: Path, tmp_path: Path) -> None:
    before = trainer(data, tmp_path / "none").model.encoder.state_dict()
    before = {name: value.clone() for name, value in before.items()}
    frozen = trainer(data, tmp_path / "frozen", replace(CONFIG, stages=STAGES[:1]))
    frozen.train()
    tuned = trainer(data, tmp_path / "tuned", replace(CONFIG, stages=STAGES[1:2]))
    tuned.train()
    assert all(torch.equal(frozen.average.encoder.state_dict()[n], before[n]) for n in before)
    assert not any(torch.equal(tuned.average.encoder.state_dict()[n], before[n]) for n in before)


def test_weights_take_part_in_every_step(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Autocast keeps 16-bit copies until it is left: entered once an epoch, it froze all matrices.
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    losses: list[float] = []
    update = Trainer._update

    def recording(self: Trainer, loss: torch.Tensor, *rest: object) -> None:
        losses.append(float(loss.detach()))
        update(self, loss, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Trainer, "_update", recording)
    one_epoch = StageConfig("decoder", epochs=1, learning_rate=1e-2, photos=1, warm_up=1)
    trainer(data, tmp_path, replace(CONFIG, stages=(one_epoch,), save_every=100)).train()
    assert np.mean(losses[-3:]) < losses[0] - 0.5


def test_self_critical_steps_reach_every_matrix_and_raise_the_reward(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    stage = replace(STAGES[2], learning_rate=3e-3)
    run = trainer(data, tmp_path, replace(CONFIG, stages=(stage,)))
    run._start(stage)
    run.model.eval()
    features = torch.from_numpy(np.stack([run.features[0][i] for i in range(6)])).float()
    rewards = []
    for _ in range(30):
        with autocast(run.device):
            loss, reward = run._loss(stage, np.arange(6), features)
        rewards.append(reward)
        if len(rewards) == 1:
            loss.backward(retain_graph=True)
            named = run.model.named_parameters()
            decoder = [(n, p) for n, p in named if n.startswith(("layers", "adapter"))]
            assert not [
                n for n, p in decoder if p.ndim > 1 and (p.grad is None or not p.grad.any())
            ]
            run.model.zero_grad()
        run._update(loss, stage, 100)
    assert np.mean(rewards[-5:]) > 1.5 * np.mean(rewards[:5])


def test_captions_that_name_a_side_are_never_mirrored() -> None:
    plain, sided = (
        Photo("a", Path("a"), (text,)) for text in ("A dog leaves.", "A dog on the LEFT.")
    )
    assert not augmentation.says_a_side(plain)
    assert augmentation.says_a_side(sided)
    half = np.zeros((64, 64, 3), dtype=np.uint8)
    half[:, :32] = 200
    brighter_left = [
        view[:, : view.shape[1] // 2].mean() > view[:, view.shape[1] // 2 :].mean()
        for seed in range(40)
        for may_flip in (True, False)
        for view in [augmentation.augment(half, np.random.default_rng(seed), may_flip=may_flip)]
    ]
    assert all(brighter_left[1::2])
    assert not all(brighter_left[::2])


def test_token_rows_and_bag() -> None:
    vocabulary = Vocabulary.build({"en": ["a dog runs", "a cat"]}, min_count=1)
    photo = Photo("x", Path("x"), ("A dog runs!", "A cat"))
    rows = augmentation.token_rows([photo], vocabulary, max_words=17)
    words = {word: vocabulary.token(word) for word in ("a", "dog", "runs", "cat")}
    assert rows.tolist() == [
        [BEGIN, words["a"], words["dog"], words["runs"], END],
        [BEGIN, words["a"], words["cat"], END, PAD],
    ]
    bag = augmentation.bag_targets(rows, 1, len(vocabulary))[0]
    assert bag.sum() == pytest.approx(1)
    assert bag[words["a"]] == pytest.approx(2 / 5)
    assert bag[[PAD, BEGIN, END]].tolist() == [0, 0, 0]


BILINGUAL = {"en": ["a dog runs", "a cat"], "fr": ["un chat"]}


def test_a_photo_without_french_has_an_empty_row_there() -> None:
    vocabulary = Vocabulary.build(BILINGUAL, min_count=1)
    photos = [Photo("x", Path("x"), ("a dog",), ("Un chat",)), Photo("y", Path("y"), ("a cat",))]
    rows = augmentation.token_rows(photos, vocabulary, max_words=17)
    a, dog, cat, un, chat = map(vocabulary.token, ("a", "dog", "cat", "un", "chat"))
    assert rows.tolist() == [
        [BEGIN, a, dog, END],
        [vocabulary.begin("fr"), un, chat, END],
        [BEGIN, a, cat, END],
        [PAD, PAD, PAD, PAD],
    ]


def test_the_weight_of_other_languages_reaches_their_words_only() -> None:
    vocabulary = Vocabulary.build(BILINGUAL, min_count=1)
    torch.manual_seed(0)
    model = CaptionModel(MODEL, len(vocabulary), TinyEncoder()).eval()
    features = torch.randn(1, 16, 16)
    said = Photo("x", Path("x"), ("a dog",), ("Un chat",))
    both = augmentation.token_rows([said], vocabulary, max_words=8)
    with torch.no_grad():
        losses = {
            weight: float(caption_loss(model, features, both, 0.0, 0.0, weight))
            for weight in (0.0, 1.0, 1e6)
        }
        english = float(caption_loss(model, features, both[:1], 0.0, 0.0))
        french = float(caption_loss(model, features, both[1:], 0.0, 0.0))
    assert losses[0.0] == pytest.approx(english, abs=1e-5)
    assert losses[1.0] == pytest.approx((english + french) / 2, abs=1e-5)
    assert losses[1e6] == pytest.approx(french, abs=1e-4)


@pytest.fixture(scope="module")
def bilingual(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world of shapes, of which every other photo has a French caption."""
    folder = tmp_path_factory.mktemp("bilingual") / "data"
    shutil.copytree(data, folder)
    lines = ["image\tsplit\tcaption"]
    for split, count in (("train", 18), ("dev", 6)):
        lines += [f"{split}{n}.jpg\t{split}\tUne forme sur un fond" for n in range(0, count, 2)]
    (folder / "captions.fr.tsv").write_text("\n".join(lines) + "\n")
    return folder


def test_two_folders_and_two_languages_are_learned_and_scored(
    data: Path, bilingual: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, list[int]]] = []

    def listening(model, features, photos, reward, vocabulary, beams, penalty, language):
        told.append((language, photos))
        assert len(features) == len(photos)
        return self_critical_loss(
            model, features, photos, reward, vocabulary, beams, penalty, language
        )

    monkeypatch.setattr("training.train.self_critical_loss", listening)
    stages = (replace(STAGES[0], epochs=25), replace(STAGES[2], epochs=2))
    config = replace(CONFIG, stages=stages, save_every=100, french_share=0.5)
    torch.manual_seed(0)
    run = Trainer([bilingual, data], tmp_path, MODEL, config, TinyEncoder())
    assert [(one.name, one.language, len(one.places)) for one in run.validation_sets] == [
        ("0_en", "en", 6),
        ("0_fr", "fr", 3),
        ("1_en", "en", 6),
    ]
    run.train()
    assert {language for language, _ in told} == {"en", "fr"}
    assert all(place < 18 and place % 2 == 0 for code, p in told if code == "fr" for place in p)
    with (tmp_path / "curves.csv").open() as file:
        row = list(csv.DictReader(file))[-1]
    scores = dict(part.split(":") for part in row["dev_scores"].split())
    assert list(scores) == ["0_en", "0_fr", "1_en"]
    french = [run.vocabulary.token(word) for word in ("une", "forme", "sur", "un", "fond")]
    said = run._captions(run._dev_memories()[:2], "fr")
    assert said == [[run.vocabulary.words[token] for token in french]] * 2
    mean = (float(scores["0_en"]) + float(scores["1_en"])) / 2
    assert float(row["dev_cider"]) == pytest.approx(mean, abs=0.02)


def test_a_run_that_starts_from_another_keeps_its_words_by_their_spelling(
    finished: Path, bilingual: Path, tmp_path: Path
) -> None:
    run = Trainer([bilingual], tmp_path, MODEL, CONFIG, TinyEncoder(), start=finished)
    before = load_model(finished / "best.pt", TinyEncoder()).state_dict()
    words = Vocabulary.load(finished / "vocabulary.json")
    after = run.model.state_dict()
    assert torch.equal(after["layers.0.feed.0.weight"], before["layers.0.feed.0.weight"])
    assert "<begin:fr>" not in words.words
    for word in ("red", "<end>", "ground"):
        ours, theirs = run.vocabulary.words.index(word), words.words.index(word)
        assert torch.equal(after["embedding.weight"][ours], before["embedding.weight"][theirs])
        assert torch.equal(after["bias"][ours], before["bias"][theirs])
    assert run.vocabulary.words.index("red") != words.words.index("red")
    averages = run.average.state_dict()
    assert all(torch.equal(averages[name], after[name]) for name in after)


def test_channels_that_another_run_never_saw_begin_at_zero(finished: Path) -> None:
    wider = TinyEncoder()
    wider.channels = 20
    words = Vocabulary.load(finished / "vocabulary.json")
    model = CaptionModel(MODEL, len(words), wider)
    warm_start(model, words, finished)
    old = load_model(finished / "best.pt", TinyEncoder()).adapter.project.weight
    assert torch.equal(model.adapter.project.weight[:, :16], old)
    assert not model.adapter.project.weight[:, 16:].any()


@pytest.mark.parametrize("length_penalty", [0.0, 0.7])
def test_the_batched_beam_search_is_the_pipelines(length_penalty: float) -> None:
    torch.manual_seed(4)
    model = CaptionModel(MODEL, 20, TinyEncoder()).eval()
    config = model.config
    with torch.no_grad():
        for weights in model.parameters():
            # Loud weights: the next word must depend on the words before it.
            weights.mul_(8 if weights.ndim > 1 else 1)
        pixels = torch.randn(40, 3, 32, 32, generator=torch.Generator().manual_seed(3))
        keys, values = model.cross(model.memory(model.photo_encoder(pixels)))
    empty = torch.zeros(config.layers, 1, config.heads, 0, config.width // config.heads)
    hold_to_the_pipelines(model, keys, values, empty, length_penalty)


def test_the_step_with_cached_keys_is_the_whole_pass() -> None:
    torch.manual_seed(1)
    model = CaptionModel(MODEL, 20, TinyEncoder()).eval()
    with torch.no_grad():
        keys, values = model.cross(model.memory(model.photo_encoder(torch.randn(2, 3, 32, 32))))
        tokens = torch.randint(0, 20, (6, 5))
        whole = model.logits(model.hidden(tokens, keys, values)).log_softmax(-1)
        state = [torch.zeros(2, 6, 2, 0, 8)] * 2
        for place in range(5):
            log_p, *state, _ = model.step(tokens[:, place], *state, keys, values)
            assert torch.allclose(log_p, whole[:, place], atol=1e-5)


def test_attention_is_the_mean_of_layers_and_heads_for_each_row() -> None:
    torch.manual_seed(1)
    model = CaptionModel(MODEL, 20, TinyEncoder()).eval()
    seen: list[torch.Tensor] = []
    for layer in model._layers():
        attend = layer.attend_cross.attend

        def note(*given, attend=attend):
            mixed, weights = attend(*given)
            seen.append(weights)
            return mixed, weights

        layer.attend_cross.attend = note
    with torch.no_grad():
        keys, values = model.cross(model.memory(model.photo_encoder(torch.randn(2, 3, 32, 32))))
        empty = torch.zeros(2, 6, 2, 0, 8)
        attention = model.step(torch.arange(6), empty, empty, keys, values)[-1]
    assert attention.shape == (6, 16)
    assert torch.allclose(attention.sum(dim=1), torch.ones(6))
    assert len(seen) == 2
    # Rows 0 to 2 are the first photo's.
    mean = torch.stack([weights[1, :, 1] for weights in seen]).mean(dim=(0, 1))
    assert torch.allclose(attention[4], mean)
    assert attention.std(dim=0).max() > 0


@pytest.fixture(scope="module")
def exported(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assets")
    vocabulary = Vocabulary.load(finished / "vocabulary.json")
    export(load_model(finished / "last.pt", TinyEncoder()), vocabulary, folder)
    return folder


@pytest.mark.parametrize("compress", [False, True])
def test_the_export_says_what_training_says(
    finished: Path, tmp_path: Path, *, compress: bool
) -> None:
    model = load_model(finished / "last.pt", TinyEncoder())
    vocabulary = Vocabulary.load(finished / "vocabulary.json")
    export(model, vocabulary, tmp_path, compress=compress)
    ours = Captioner.load(tmp_path)
    theirs = parity.torch_captioner(model, ours)
    bound = parity.NUMBERS_BOUND if compress else 1e-5
    assert parity.compare_numbers(theirs, ours) < bound
    photos = [draw("red", "square", np.random.default_rng(seed)) for seed in range(5)]
    assert parity.compare_words(theirs, ours, photos) == 0


def test_parity_notices_another_model(exported: Path) -> None:
    ours = Captioner.load(exported)
    torch.manual_seed(9)
    other = CaptionModel(MODEL, len(ours.vocabulary), TinyEncoder()).eval()
    assert parity.compare_numbers(parity.torch_captioner(other, ours), ours) > parity.NUMBERS_BOUND
    assert not parity.Parity(parity.NUMBERS_BOUND * 2, 100, 0).holds
    assert not parity.Parity(0.0, 100, 11).holds
    assert parity.Parity(0.0, 100, 10).holds


def test_the_export_holds_no_path_of_this_machine(exported: Path) -> None:
    for name in ("encoder.onnx", "decoder.onnx"):
        graph = onnx.load(exported / name)
        assert not any(node.doc_string or node.metadata_props for node in graph.graph.node)
        assert b".py" not in (exported / name).read_bytes()


def test_the_real_encoder_keeps_its_interface_and_its_frozen_blocks() -> None:
    encoder = build_encoder("efficientnet-lite2", pretrained=False)
    assert isinstance(encoder, Encoder)
    assert isinstance(encoder, EfficientNetLite)
    with torch.no_grad():
        assert encoder(torch.zeros(1, 3, 224, 224)).shape == (1, 49, 1280)
    encoder.freeze(8)
    trained = {name.split(".")[1] for name, p in encoder.named_parameters() if p.requires_grad}
    assert trained >= {str(block) for block in range(8, 21)}
    assert not trained & {str(block) for block in range(2, 8)}
    encoder.freeze(None)
    assert not any(p.requires_grad for p in encoder.parameters())
    assert not any(module.training for module in encoder.train().modules() if module is not encoder)


def test_the_trio_is_its_three_side_by_side_and_trains_only_the_first() -> None:
    torch.manual_seed(0)
    trio = build_encoder("efficientnet-trio", pretrained=False)
    assert isinstance(trio, Encoder)
    assert isinstance(trio, EfficientNetTrio)
    pixels = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        features = trio(pixels)
        assert features.shape == (1, trio.places, trio.channels)
        lite1, lite0 = (other(pixels) for other in trio.others)
        large = torch.nn.functional.interpolate(pixels, size=288, mode="bilinear")
        middle = trio.maps(large)[0, :, 1:4, 2:5].mean(dim=(1, 2))
    assert torch.equal(features[..., 1280:2560], lite1)
    assert torch.equal(features[..., 2560:], lite0)
    assert torch.allclose(features[0, 7 + 2, :1280], middle, atol=1e-5)
    trio.freeze(8)
    assert not any(p.requires_grad for p in trio.others.parameters())
    assert any(p.requires_grad for p in trio.blocks.parameters())


def test_an_unknown_encoder_is_named() -> None:
    with pytest.raises(ValueError, match="no encoder called 'x'"):
        build_encoder("x")


def test_runs_share_cached_features_of_the_same_encoder_alone(data: Path, tmp_path: Path) -> None:
    shared = tmp_path / "features"
    written = []
    for number, seed in enumerate((0, 0, 1)):
        torch.manual_seed(seed)
        config = replace(CONFIG, seed=number)
        run = Trainer([data], tmp_path / str(number), MODEL, config, TinyEncoder(), None, shared)
        run._start(STAGES[0])
        written.append({path: path.stat().st_mtime_ns for path in shared.rglob("*.npy")})
    assert len(written[0]) == 3  # two views of the training photos, one of the dev photos
    assert written[1] == written[0]
    assert len(written[2]) == 2 * len(written[0])
    assert not list(tmp_path.glob("[012]/features*"))
