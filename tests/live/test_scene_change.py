"""The scene gate: its rules on unit vectors, its thresholds on films of the sample photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.captioning.captioner import Captioner
from pipeline.image import read_rgb, squash
from pipeline.live.scene_change import Change, SceneGate, Thresholds
from tests.data.tiny_files import TINY, draw
from tests.live.scene_films import CUT_AT_S, OTHER, SAME, SIDE, play, watch

ASSETS = Path(__file__).parents[2] / "assets"
LIMITS = Thresholds()
BETWEEN = (LIMITS.leave + LIMITS.enter) / 2
NEAR = (LIMITS.enter + LIMITS.cut) / 2
FAR = (LIMITS.cut + 1) / 2
LONG_S = 1.0  # more than any hold


def picture(distance: float, way: int = 1) -> NDArray[np.float32]:
    """(4,) float32: so far from picture(0), in one of three directions."""
    features = np.zeros(4, np.float32)
    features[0] = 1 - distance
    features[way] = np.sqrt(1 - features[0] ** 2)
    return features


class Camera:
    """Shows pictures to a gate, on a clock of its own."""

    def __init__(self) -> None:
        self.gate = SceneGate()
        self.now = 1000.0

    def show(
        self, features: NDArray[np.float32], seconds: float = 0.0, every: float = 0.2
    ) -> list[Change]:
        """One look at least, and looks for as long as `seconds`; then an interval passes."""
        found = []
        for _ in range(round(seconds / every) + 1):
            found.append(self.gate.look(features, self.now))
            self.now += every
        return found


@pytest.fixture
def camera() -> Camera:
    """One that has described picture(0)."""
    camera = Camera()
    camera.show(picture(0), LONG_S)
    camera.gate.accept()
    assert camera.show(picture(0)) == [Change.NONE]
    return camera


def test_the_first_steady_picture_is_new_at_the_second_look() -> None:
    camera = Camera()
    assert camera.show(picture(0), 0.4) == [Change.SETTLING, Change.NEW, Change.NEW]
    assert camera.gate.distance == 1


def test_the_first_picture_may_have_to_come_to_rest() -> None:
    camera = Camera()
    for way in (1, 2, 3, 1, 2):
        assert camera.show(picture(FAR, way)) == [Change.SETTLING]
    assert camera.show(picture(FAR, 2)) == [Change.NEW]


def test_what_is_forgotten_is_new_again(camera: Camera) -> None:
    camera.gate.forget()
    camera.gate.accept()  # of nothing
    assert camera.show(picture(0), 0.2) == [Change.SETTLING, Change.NEW]


def test_an_accepted_picture_stays_quiet(camera: Camera) -> None:
    assert set(camera.show(picture(0), 60)) == {Change.NONE}


def test_nothing_to_accept() -> None:
    camera = Camera()
    camera.gate.accept()
    assert camera.show(picture(0), 0.2) == [Change.SETTLING, Change.NEW]


def test_another_scene_is_reported_until_accepted(camera: Camera) -> None:
    found = camera.show(picture(NEAR), LONG_S)
    assert found[0] is Change.SETTLING
    assert found[-1] is Change.NEW
    assert set(camera.show(picture(NEAR), 30)) == {Change.NEW}
    camera.gate.accept()
    assert set(camera.show(picture(NEAR), 30)) == {Change.NONE}


def test_quite_another_scene_is_a_cut(camera: Camera) -> None:
    found = camera.show(picture(FAR), LONG_S)
    assert found[0] is Change.SETTLING
    assert found[-1] is Change.CUT
    assert Change.NEW not in found


def test_a_new_scene_may_become_a_cut_while_it_waits(camera: Camera) -> None:
    camera.show(picture(NEAR), LONG_S)
    assert camera.show(picture(FAR, 2)) == [Change.NEW]  # it moves
    assert camera.show(picture(FAR, 2), LONG_S)[-1] is Change.CUT


def test_what_is_accepted_is_what_was_seen_last(camera: Camera) -> None:
    camera.show(picture(FAR, 1), LONG_S)
    camera.show(picture(FAR, 2))
    camera.gate.accept()
    assert camera.gate.distance == 0
    assert camera.show(picture(FAR, 2)) == [Change.NONE]
    assert camera.show(picture(FAR, 1)) == [Change.SETTLING]


def test_what_is_accepted_is_not_where_it_came_to_rest(camera: Camera) -> None:
    camera.show(picture(FAR), LONG_S)
    camera.show(picture(FAR + LIMITS.steady / 2))
    camera.gate.accept()
    camera.show(picture(FAR + LIMITS.steady / 2))
    assert camera.gate.distance == pytest.approx(0, abs=1e-6)


def test_it_enters_far_and_leaves_near(camera: Camera) -> None:
    assert set(camera.show(picture(BETWEEN), LONG_S)) == {Change.NONE}
    assert camera.show(picture(NEAR), LONG_S)[-1] is Change.NEW
    assert set(camera.show(picture(BETWEEN), LONG_S)) == {Change.NEW}
    assert camera.show(picture(LIMITS.leave - 0.01)) == [Change.NONE]
    assert set(camera.show(picture(BETWEEN), LONG_S)) == {Change.NONE}


def test_a_brief_deviation_is_quiet(camera: Camera) -> None:
    for _ in range(20):
        assert set(camera.show(picture(FAR), LIMITS.hold_s - 0.1, 0.05)) == {Change.SETTLING}
        assert camera.show(picture(0)) == [Change.NONE]


def test_a_visit_is_quiet_unless_everything_changes(camera: Camera) -> None:
    for _ in range(20):
        assert set(camera.show(picture(NEAR), LIMITS.brief_s - 0.1, 0.05)) == {Change.SETTLING}
        assert camera.show(picture(0)) == [Change.NONE]
    assert Change.CUT in camera.show(picture(FAR), LIMITS.brief_s - 0.1, 0.05)


def test_a_scene_that_went_before_it_was_described_is_forgotten(camera: Camera) -> None:
    camera.show(picture(FAR), LONG_S)
    assert camera.show(picture(0)) == [Change.NONE]
    assert camera.show(picture(FAR)) == [Change.SETTLING]


def test_movement_has_to_settle(camera: Camera) -> None:
    for way in (1, 2, 3, 1, 2, 3):
        assert camera.show(picture(FAR, way)) == [Change.SETTLING]
    assert camera.show(picture(FAR, 3), LONG_S)[-1] is Change.CUT


def turned(seconds: float) -> NDArray[np.float32]:
    """(4,) float32: nears `FAR` at once, then circles there; half a hold leaves `steady` behind."""
    pace = 2 * np.arccos(1 - LIMITS.steady) / LIMITS.hold_s
    away, angle = np.arccos(1 - FAR), 1.1 * pace * seconds
    side = np.sin(away)
    return np.array([np.cos(away), side * np.cos(angle), side * np.sin(angle), 0], np.float32)


@pytest.mark.parametrize("every", [0.02, 0.1, 0.2])
def test_slow_movement_is_no_standstill_at_any_frame_rate(camera: Camera, every: float) -> None:
    start = camera.now
    while camera.now < start + LIMITS.patience_s - every:
        assert camera.show(turned(camera.now - start), 0, every) == [Change.SETTLING]


def test_endless_movement_is_described_now_and_then() -> None:
    camera, rng = Camera(), np.random.default_rng(3)
    described = []
    for number in range(100):
        tumult = rng.normal(size=500).astype(np.float32)  # far from each of the others
        change = camera.show(tumult)[0]
        assert change is not Change.CUT
        if change is Change.NEW:
            described.append(0.2 * number)
            camera.gate.accept()
    waits = np.diff([-0.2, *described])
    assert len(described) >= 5
    assert set(waits.round(1)) <= {LIMITS.patience_s + 0.2}


@pytest.mark.parametrize("every", [0.1, 0.2, 0.33, 0.5, 2.0])
def test_it_counts_seconds_and_not_looks(camera: Camera, every: float) -> None:
    start = camera.now
    while camera.show(picture(FAR), 0, every) != [Change.CUT]:
        pass
    spent = camera.now - every - start
    assert LIMITS.hold_s - 1e-6 <= spent <= LIMITS.hold_s + every


def test_a_burst_of_looks_is_not_enough(camera: Camera) -> None:
    assert set(camera.show(picture(FAR), 0.1, 0.005)) == {Change.SETTLING}


def test_a_gap_is_no_movement(camera: Camera) -> None:
    """After a long gap another picture still has to hold; the same one has held."""
    assert camera.show(picture(FAR, 1), 0, every=10) == [Change.SETTLING]
    assert camera.show(picture(FAR, 2), 0, every=10) == [Change.SETTLING]
    assert camera.show(picture(FAR, 2)) == [Change.CUT]


def test_only_the_direction_of_the_features_counts(camera: Camera) -> None:
    assert set(camera.show(7 * picture(0), LONG_S)) == {Change.NONE}
    assert camera.gate.distance == pytest.approx(0, abs=1e-6)
    camera.show(0.1 * picture(0.25))
    assert camera.gate.distance == pytest.approx(0.25, abs=1e-6)


def test_distances_are_never_negative() -> None:
    camera, rng = Camera(), np.random.default_rng(4)
    for _ in range(50):
        features = rng.random(1280, dtype=np.float32)
        camera.show(features)
        camera.gate.accept()
        camera.show(features)
        assert 0 <= camera.gate.distance < 1e-6


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return Captioner.load(ASSETS, threads=1, accelerate=False)


def sample(name: str) -> NDArray[np.uint8]:
    return squash(read_rgb((ASSETS / "samples" / f"{name}.jpg").read_bytes()), SIDE)


@pytest.mark.parametrize("kind", ["noise 10", "hand", "exposure x 0.8", "person, 0.6 s"])
@pytest.mark.parametrize("name", ["coffee", "temple"])
def test_the_same_scene_is_quiet(captioner: Captioner, kind: str, name: str) -> None:
    rng = np.random.default_rng(5)
    film = SAME[kind][1](sample(name), sample(name), rng)
    assert play(watch(captioner, film, 4, rng), SceneGate(), 0).at == []


@pytest.mark.parametrize("pair", [("coffee", "cat"), ("temple", "rocket"), ("cat", "astronaut")])
def test_a_cut_is_reported_once_and_soon(captioner: Captioner, pair: tuple[str, str]) -> None:
    rng = np.random.default_rng(6)
    film = OTHER["cut, noise 10"][1](sample(pair[0]), sample(pair[1]), rng)
    said = play(watch(captioner, film, 4, rng), SceneGate(), 0)
    assert said.kinds == [Change.CUT]
    assert 0 < said.at[0] - CUT_AT_S < LIMITS.hold_s + 0.5
    assert said.last < LIMITS.leave


def test_a_pan_ends_with_what_is_there(captioner: Captioner) -> None:
    rng = np.random.default_rng(7)
    film = OTHER["pan"][1](sample("coffee"), sample("cat"), rng)
    said = play(watch(captioner, film, 8, rng), SceneGate(), 0)
    assert 1 <= len(said.at) <= 2
    assert said.last < LIMITS.leave


def test_the_tiny_model_tells_green_from_blue() -> None:
    """Tests of the live camera use it; red and green are too near each other."""
    tiny, rng, camera = Captioner.load(TINY, threads=1), np.random.default_rng(8), Camera()
    for colour in ("green", "blue", "green"):
        found = [
            camera.show(tiny.encode(draw(colour, "stripe", rng)).features)[0] for _ in range(10)
        ]
        assert found[0] is Change.SETTLING
        assert found[-1] is Change.NEW
        camera.gate.accept()
        for _ in range(10):
            assert camera.show(tiny.encode(draw(colour, "stripe", rng)).features) == [Change.NONE]
