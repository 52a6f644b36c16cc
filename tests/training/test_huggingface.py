"""`--encoder hf:...`: random towers of four families on disk, and the whole way with three."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch

from export import parity, to_onnx
from pipeline.captioning.captioner import Captioner
from pipeline.image import to_pixels
from tests.data.tiny_files import draw, write_world
from tests.data.tiny_world import MODEL
from training import train
from training.config import StageConfig, TrainConfig
from training.errors import EncoderError
from training.networks import huggingface
from training.networks.build import build_encoder
from training.networks.checkpoint import load_model
from training.networks.encoder import Encoder
from training.networks.huggingface import HuggingFaceEncoder, tower_from

transformers = pytest.importorskip(
    "transformers", reason="needs pip install -r training/requirements-hf.txt"
)

ROOT = Path(__file__).parents[2]
COREML_OPERATORS = (
    Path(ort.__file__).parent / "tools/mobile_helpers/coreml_supported_mlprogram_ops.md"
)
PREPROCESSOR = {
    "do_normalize": True,
    "image_mean": [0.48, 0.45, 0.4],
    "image_std": [0.26, 0.25, 0.27],
}
SMALL = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2}


def clip() -> object:
    vision = transformers.CLIPVisionConfig(
        **SMALL, num_hidden_layers=3, image_size=32, patch_size=8, projection_dim=8
    )
    text = transformers.CLIPTextConfig(
        **SMALL, num_hidden_layers=1, vocab_size=50, max_position_embeddings=8, projection_dim=8,
        bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    both = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)
    return transformers.CLIPModel(both)


def siglip() -> object:
    return transformers.SiglipVisionModel(
        transformers.SiglipVisionConfig(**SMALL, num_hidden_layers=2, image_size=32, patch_size=8)
    )


def dinov2() -> object:
    return transformers.Dinov2Model(
        transformers.Dinov2Config(
            hidden_size=16, num_hidden_layers=3, num_attention_heads=2, image_size=84, patch_size=14
        )
    )


def convnext() -> object:
    return transformers.ConvNextModel(
        transformers.ConvNextConfig(hidden_sizes=[8, 8, 16, 24], depths=[1, 1, 2, 1])
    )


FAMILIES = {"clip": clip, "siglip": siglip, "dinov2": dinov2, "convnext": convnext}
SIZES: dict[str, dict[str, object]] = {
    "clip": {"crop_size": 32, "do_center_crop": True, "size": {"shortest_edge": 40}},
    "siglip": {"size": {"height": 32, "width": 32}},
    # Trained at 84, used at 56.
    "dinov2": {"crop_size": {"height": 56, "width": 56}, "do_center_crop": True, "size": 64},
    "convnext": {"size": {"shortest_edge": 64}, "crop_pct": 0.875},
}
# Width of a place, grid, blocks.
SHAPES = {
    "clip": (16, (4, 4), 2),
    "siglip": (16, (4, 4), 2),
    "dinov2": (16, (4, 4), 3),
    "convnext": (24, (2, 2), 5),
}
TRAIN = TrainConfig(
    stages=(
        StageConfig("decoder", epochs=1, learning_rate=3e-3, photos=6, warm_up=2),
        StageConfig("finetune", epochs=2, learning_rate=3e-3, encoder_rate=1e-3, photos=6),
    ),
    frozen_blocks=1,
    cached_views=1,
)


@pytest.fixture(scope="module")
def towers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("towers")
    for name, build in FAMILIES.items():
        torch.manual_seed(0)
        model = build()
        with torch.no_grad():
            for weights in model.parameters():
                # Untrained ones are so faint that every photo looks the same.
                weights.add_(torch.randn_like(weights) * (0.3 if weights.ndim > 1 else 0.1))
        model.save_pretrained(folder / name)
        values = json.dumps(PREPROCESSOR | SIZES[name])
        (folder / name / "preprocessor_config.json").write_text(values)
    (folder / "siglip" / "README.md").write_text("---\nlicense: apache-2.0\n---\n# A tower\n")
    return folder


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def encoder_of(towers: Path, family: str) -> HuggingFaceEncoder:
    encoder = build_encoder(f"hf:{towers / family}")
    assert isinstance(encoder, HuggingFaceEncoder)
    assert isinstance(encoder, Encoder)
    return encoder.eval()


def test_a_tower_brings_its_size_normalisation_and_places(towers: Path, family: str) -> None:
    encoder = encoder_of(towers, family)
    channels, grid, _ = SHAPES[family]
    size = {"dinov2": 56, "convnext": 64}.get(family, 32)
    assert (encoder.input_size, encoder.channels, encoder.grid) == (size, channels, grid)
    assert encoder.mean == (0.48, 0.45, 0.4)
    assert encoder.std == (0.26, 0.25, 0.27)
    assert encoder.places == grid[0] * grid[1]
    with torch.no_grad():
        features = encoder(torch.randn(2, 3, size, size))
    assert features.shape == (2, encoder.places, channels)
    licence = "apache-2.0" if family == "siglip" else "licence not stated"
    assert encoder.name == f"{family} ({licence})"


def test_its_places_are_what_transformers_computes(towers: Path, family: str) -> None:
    encoder = encoder_of(towers, family)
    whole = transformers.AutoModel.from_pretrained(towers / family).eval()
    tower = getattr(whole, "vision_model", whole)
    pixels = torch.randn(1, 3, encoder.input_size, encoder.input_size)
    with torch.no_grad():
        ours = encoder(pixels)[0]
        if family == "convnext":
            theirs = tower(pixels).last_hidden_state[0].flatten(1).T
        elif family == "clip":
            # Before the last block, without the class token.
            theirs = tower(pixels, output_hidden_states=True).hidden_states[-2][0, 1:]
        elif family == "dinov2":
            theirs = tower(pixels).last_hidden_state[0, 1:]
        else:
            theirs = tower(pixels).last_hidden_state[0]
    assert theirs.shape == ours.shape
    assert torch.allclose(ours, theirs, atol=1e-4)


def test_the_places_are_counted_row_by_row(towers: Path) -> None:
    encoder = encoder_of(towers, "convnext")
    pixels = torch.zeros(1, 3, 64, 64)
    marked = pixels.clone()
    marked[:, :, :20, 44:] = 3.0
    with torch.no_grad():
        change = (encoder(marked) - encoder(pixels))[0].abs().sum(dim=1)
    assert int(change.argmax()) == 1  # the first row's last


def test_freezing_counts_blocks_from_the_photo(towers: Path, family: str) -> None:
    encoder = encoder_of(towers, family)
    blocks = SHAPES[family][2]
    assert len(encoder._blocks()) == blocks
    for count in range(blocks):
        encoder.freeze(count)
        frozen = [
            all(not p.requires_grad for part in parts for p in part.parameters())
            for parts in encoder._blocks()
        ]
        assert frozen == [place < count for place in range(blocks)]
        assert not any(p.requires_grad for p in encoder.tower.embeddings.parameters())
    if family == "convnext":
        encoder.freeze(1)
        shrinks = encoder.tower.encoder.stages[1].downsampling_layer
        assert all(p.requires_grad for p in shrinks.parameters())
        encoder.freeze(2)
        assert not any(p.requires_grad for p in shrinks.parameters())
    encoder.freeze(None)
    assert not any(p.requires_grad for p in encoder.parameters())


def test_a_checkpoint_rebuilds_it_without_hub_or_folder(
    towers: Path, family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = encoder_of(towers, family)
    kept = json.loads(json.dumps(asdict(encoder.settings)))
    assert str(towers) not in json.dumps(kept)
    monkeypatch.setattr(huggingface, "load_tower", None)
    again = build_encoder("hf:gone", pretrained=False, tower=kept)
    assert isinstance(again, HuggingFaceEncoder)
    assert again.settings == tower_from(kept) == encoder.settings
    again.load_state_dict(encoder.state_dict())
    pixels = torch.randn(1, 3, encoder.input_size, encoder.input_size)
    with torch.no_grad():
        assert torch.equal(again.eval()(pixels), encoder(pixels))


@pytest.mark.parametrize("name", ["clip", "dinov2", "convnext"])
def test_the_whole_way(
    name: str, towers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_world(tmp_path / "data", {"train": 18, "dev": 6, "test": 6})
    run, assets = tmp_path / "run", tmp_path / "assets"
    model = replace(MODEL, encoder=f"hf:{towers / name}")
    monkeypatch.setattr(train, "MODELS", {"transformer": model})
    monkeypatch.setattr(train, "RECIPES", {"hf": TRAIN, "flickr8k": TRAIN})
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)
    line = ["--data", str(tmp_path / "data"), "--run", str(run), "--encoder", model.encoder]
    assert train.main(line) == 0
    before = encoder_of(towers, name).state_dict()
    monkeypatch.setattr(huggingface, "load_tower", None)  # from here on without the folder
    after = load_model(run / "last.pt").photo_encoder
    assert isinstance(after, HuggingFaceEncoder)
    changed = {key for key, value in after.state_dict().items() if not before[key].equal(value)}
    assert changed
    assert not any(key.startswith("tower.embeddings.") for key in changed)

    assert to_onnx.main(["--run", str(run), "--assets", str(assets)]) == 0
    ours = Captioner.load(assets)
    contract = ours.contract
    assert contract.encoder == f"{name} (licence not stated)"
    assert (contract.input_size, contract.mean) == (after.input_size, after.mean)
    theirs = parity.torch_captioner(load_model(run / "best.pt"), ours)
    assert parity.compare_numbers(theirs, ours) < parity.NUMBERS_BOUND
    rgbs = [draw("red", "square", np.random.default_rng(seed)) for seed in range(3)]
    assert parity.compare_words(theirs, ours, rgbs) == 0
    assert ours.describe(rgbs[0]).text

    # The app feeds it what it was made for.
    pixels = to_pixels(rgbs[0], after.input_size, after.mean, after.std)
    with torch.no_grad():
        features = load_model(run / "best.pt").photo_encoder(torch.from_numpy(pixels)).mean(1)[0]
    assert np.allclose(ours.encode(rgbs[0]).features, features, rtol=0.05, atol=0.02)

    check_coreml(assets / contract.encoder_file, tmp_path / "opened.onnx")


def check_coreml(path: Path, opened: Path) -> None:
    """Only CoreML's operators and fixed shapes, as onnxruntime hands the graph to a provider."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(opened)
    ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    graph = onnx.shape_inference.infer_shapes(onnx.load(opened)).graph
    used = {node.op_type for node in graph.node}
    assert {"Conv", "MatMul"} <= used
    assert used <= set(re.findall(r"\|ai\.onnx:(\w+)\|", COREML_OPERATORS.read_text()))
    for value in (*graph.input, *graph.output, *graph.value_info):
        assert all(side.dim_value > 0 for side in value.type.tensor_type.shape.dim), value.name


def test_what_cannot_be_had_is_said_in_one_sentence(
    towers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_world(tmp_path / "data", {"train": 6, "dev": 2, "test": 2})
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)

    def said(name: str) -> str:
        line = ["--data", str(tmp_path / "data"), "--run", str(tmp_path / "run")]
        assert train.main([*line, "--encoder", f"hf:{name}"]) == 2
        text = capsys.readouterr().err.strip().splitlines()[-1]
        assert "Traceback" not in text
        return text

    bert = transformers.BertModel(transformers.BertConfig(**SMALL, num_hidden_layers=1))
    bert.save_pretrained(tmp_path / "bert")
    assert "family bert; Vois takes clip_vision_model" in said(str(tmp_path / "bert"))
    bare = tmp_path / "bare"
    transformers.ConvNextModel.from_pretrained(towers / "convnext").save_pretrained(bare)
    assert "needs a preprocessor_config.json" in said(str(bare))
    (bare / "preprocessor_config.json").write_text(json.dumps({"size": 64}))
    assert "needs a preprocessor_config.json" in said(str(bare))
    values = json.dumps(PREPROCESSOR | {"size": 64, "do_normalize": False})
    (bare / "preprocessor_config.json").write_text(values)
    plain = build_encoder(f"hf:{bare}")
    assert (plain.mean, plain.std) == ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    (bare / "model.safetensors").unlink()
    assert "cannot be read" in said(str(bare))
    assert "is no folder, and the Hugging Face hub does not give it" in said("no folder/at all")
    monkeypatch.setitem(sys.modules, "transformers", None)
    assert "pip install -r training/requirements-hf.txt" in said(str(towers / "siglip"))


def test_weights_that_are_missing_are_not_made_up(towers: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    for path in (towers / "clip").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = load_file(tmp_path / "model.safetensors")
    gone = next(key for key in weights if "vision" in key and "layers.0.mlp.fc1.weight" in key)
    kept = {key: value for key, value in weights.items() if key != gone}
    save_file(kept, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(EncoderError, match="lacks weights"):
        build_encoder(f"hf:{tmp_path}")


COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(BaseHTTPRequestHandler):
    """The few requests with which `huggingface_hub` downloads a model."""

    folder: Path
    asked: list[str]

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        type(self).asked.append(f"{self.command} {path}")
        if path.startswith("/api/models/maker/tower"):
            self._info(path)
        elif path.startswith("/maker/tower/resolve/"):
            self._file(path.split("/", 5)[5])
        else:
            self._answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})

    def _info(self, path: str) -> None:
        files = [{"rfilename": one.name} for one in sorted(self.folder.iterdir())]
        tree = [
            {"type": "file", "path": one.name, "size": one.stat().st_size, "oid": "0" * 40}
            for one in sorted(self.folder.iterdir())
        ]
        info = {"id": "maker/tower", "modelId": "maker/tower", "sha": COMMIT, "private": False,
                "tags": [], "downloads": 0, "likes": 0, "siblings": files}  # fmt: skip
        self._answer(200, json.dumps(tree if "/tree/" in path else info).encode(), {})

    def _file(self, name: str) -> None:
        path = self.folder / name
        if not path.is_file():
            self._answer(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
            return
        tag = {"ETag": f'"{name}-1"', "X-Repo-Commit": COMMIT}
        self._answer(200, path.read_bytes(), tag)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub(towers: Path) -> Iterator[tuple[str, list[str]]]:
    Hub.folder, Hub.asked = towers / "siglip", []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", Hub.asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_name_is_fetched_from_the_hub_once(
    hub: tuple[str, list[str]], towers: Path, tmp_path: Path
) -> None:
    address, asked = hub
    # The address is read when huggingface_hub is imported: so in a process of its own.
    program = (
        "import torch; from training.networks.build import build_encoder;"
        "encoder = build_encoder('hf:maker/tower').eval(); print(encoder.name);"
        "print(encoder(torch.ones(1, 3, 32, 32)).sum().item())"
    )
    environment = {
        **os.environ,
        "HF_ENDPOINT": address,
        "HF_HOME": str(tmp_path),
        "HF_HUB_DISABLE_XET": "1",
        "OMP_NUM_THREADS": "1",
    }
    for key in ("HF_HUB_OFFLINE", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        environment.pop(key, None)

    def said() -> list[str]:
        found = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        return found.stdout.split("\n")

    name, total, _ = said()
    assert name == "maker/tower (apache-2.0)"
    with torch.no_grad():
        expected = float(encoder_of(towers, "siglip")(torch.ones(1, 3, 32, 32)).sum())
    assert float(total) == pytest.approx(expected, rel=1e-3)
    fetched = [line for line in asked if line.startswith("GET") and "/resolve/" in line]
    assert len([line for line in fetched if line.endswith("model.safetensors")]) == 1
    # A second time without the hub.
    asked.clear()
    environment["HF_HUB_OFFLINE"] = "1"
    assert said()[:2] == [name, total]
    assert not asked
