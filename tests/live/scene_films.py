"""Films made of photos, as a webcam would send them, and the scene gate that watches them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.captioner import Captioner
from pipeline.live.scene_change import Change, SceneGate

Photo = NDArray[np.uint8]
Random = np.random.Generator
Film = Callable[[float], Photo]  # seconds -> what is seen then
SIDE = 224
WIDTH = 640
HEIGHT = 480
CUT_AT_S = 2.0  # when films of two photos begin to change
GRAIN = np.random.default_rng(1).standard_normal(2 * WIDTH * HEIGHT * 3).astype(np.float32)


def seen(photo: Photo, left: float, top: float, scale: float, degrees: float = 0.0) -> Photo:
    """A window of `scale` times a photo's side, shown as the camera's whole picture."""
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1)
    zoom = np.array([[SIDE * scale / WIDTH, 0, left], [0, SIDE * scale / HEIGHT, top], [0, 0, 1]])
    window = (zoom @ np.vstack([matrix, [0, 0, 1]]))[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REFLECT_101
    return cv2.warpAffine(photo, window, (WIDTH, HEIGHT), flags=flags, borderMode=border)


def sent(rgb: Photo, sigma: float, quality: int, rng: Random) -> Photo:
    """With a sensor's noise, then compressed."""
    start = rng.integers(len(GRAIN) - rgb.size)
    grain = GRAIN[start : start + rgb.size].reshape(rgb.shape)
    noisy = np.clip(rgb + sigma * grain, 0, 255).astype(np.uint8)
    jpeg = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(jpeg, cv2.IMREAD_COLOR)


def webcam(film: Film, rng: Random, sigma: float = 3.0) -> Film:
    """A film as it arrives."""
    return lambda t: sent(film(t), sigma, int(rng.integers(40, 81)), rng)


def still(photo: Photo) -> Film:
    """Nothing moves."""
    return lambda t: seen(photo, 0, 0, 1)


def noise(sigma: float) -> Callable[[Photo, Photo, Random], Film]:
    """A poor sensor."""
    return lambda one, other, rng: webcam(still(one), rng, sigma)


def blurred_start(one: Photo, other: Photo, rng: Random) -> Film:
    """WebRTC begins at a low bit rate and grows sharp within a second."""
    first = cv2.GaussianBlur(seen(one, 0, 0, 1), (0, 0), 2.5)
    clear = webcam(still(one), rng)
    return lambda t: sent(first, 2, int(rng.integers(12, 25)), rng) if t < 1 else clear(t)


def hand(one: Photo, other: Photo, rng: Random) -> Film:
    """Held in the hand: shifts and turns by 1 to 3 % of the picture, smoothly."""
    size = rng.uniform(0.01, 0.03)
    pace, phase = rng.uniform(0.2, 1.5, (3, 3)), rng.uniform(0, 2 * np.pi, (3, 3))

    def film(t: float) -> Photo:
        x, y, turn = size * np.sin(2 * np.pi * pace * t + phase).mean(axis=1) * 1.7
        return seen(one, SIDE * (0.05 + 0.9 * x), SIDE * (0.05 + 0.9 * y), 0.9, np.degrees(turn))

    return webcam(film, rng)


def light(gain: Callable[[float], float]) -> Callable[[Photo, Photo, Random], Film]:
    """The light, or the camera's exposure, changes."""

    def shoot(one: Photo, other: Photo, rng: Random) -> Film:
        whole = seen(one, 0, 0, 1)
        lit = lambda t: np.clip(whole * np.float32(gain(t)), 0, 255).astype(np.uint8)  # noqa: E731
        return webcam(lit, rng)

    return shoot


def there_and_back(t: float) -> float:
    """0..1..0 in six seconds."""
    return 1 - abs(t / 3 - 1)


def small_pan(one: Photo, other: Photo, rng: Random) -> Film:
    """10 to 15 % of the width to the side and back."""
    far = rng.uniform(0.10, 0.15) * 0.85 * SIDE
    return webcam(lambda t: seen(one, far * there_and_back(t), 0.05 * SIDE, 0.85), rng)


def small_zoom(one: Photo, other: Photo, rng: Random) -> Film:
    """Nearer by 10 to 15 % and back."""
    near = rng.uniform(0.10, 0.15)

    def film(t: float) -> Photo:
        scale = 1 - near * there_and_back(t)
        return seen(one, SIDE * (1 - scale) / 2, SIDE * (1 - scale) / 2, scale)

    return webcam(film, rng)


def drawn(rgb: Photo, x: float, colour: tuple[int, ...]) -> Photo:
    """With a person nearby who covers a quarter of the picture; `x` is 0..1."""
    rgb, middle = rgb.copy(), int(WIDTH * x)
    trunk, face = (WIDTH // 6, HEIGHT * 2 // 3), (WIDTH // 13, HEIGHT // 7)
    cv2.ellipse(rgb, (middle, HEIGHT), trunk, 0, 180, 360, colour, -1)
    cv2.ellipse(rgb, (middle, HEIGHT // 4), face, 0, 0, 360, (210, 165, 140), -1)
    return rgb


def person(seconds: float) -> Callable[[Photo, Photo, Random], Film]:
    """A person walks in and leaves after so many seconds."""

    def shoot(one: Photo, other: Photo, rng: Random) -> Film:
        colour = tuple(int(level) for level in rng.integers(20, 200, 3))
        start, way = rng.uniform(0.3, 0.7), rng.uniform(-0.3, 0.3)
        empty = seen(one, 0, 0, 1)

        def film(t: float) -> Photo:
            come = t - CUT_AT_S
            if not 0 <= come < seconds:
                return empty
            return drawn(empty, start + way * (min(come, 0.6) - 0.3), colour)

        return webcam(film, rng)

    return shoot


def swaying(one: Photo, other: Photo, rng: Random) -> Film:
    """A person sits there all the time and leans to both sides by 8 % of the width."""
    colour = tuple(int(level) for level in rng.integers(20, 200, 3))
    x, pace = rng.uniform(0.3, 0.7), rng.uniform(0.1, 0.5)
    room = seen(one, 0, 0, 1)
    film = lambda t: drawn(room, x + 0.08 * np.sin(2 * np.pi * pace * t), colour)  # noqa: E731
    return webcam(film, rng)


def cut(sigma: float) -> Callable[[Photo, Photo, Random], Film]:
    """From one photo to another at once."""

    def shoot(one: Photo, other: Photo, rng: Random) -> Film:
        return webcam(lambda t: seen(one if t < CUT_AT_S else other, 0, 0, 1), rng, sigma)

    return shoot


def cut_in_hand(one: Photo, other: Photo, rng: Random) -> Film:
    """Likewise, from a hand that is never quite still."""
    before, after = hand(one, other, rng), hand(other, one, rng)
    return lambda t: before(t) if t < CUT_AT_S else after(t)


def pan(share: float, seconds: float) -> Callable[[Photo, Photo, Random], Film]:
    """Towards a photo beside the first; with a share of 1 only the second is seen at the end."""

    def shoot(one: Photo, other: Photo, rng: Random) -> Film:
        both = np.hstack([one, other])
        way = lambda t: np.clip((t - CUT_AT_S) / seconds, 0, 1) * share * SIDE  # noqa: E731
        return webcam(lambda t: seen(both, way(t), 0, 1), rng)

    return shoot


def turning(one: Photo, other: Photo, rng: Random) -> Film:
    """Without end, a photo's width in 3 s."""
    around = np.hstack([one, other, one[:, ::-1], other[:, ::-1], one])
    return webcam(lambda t: seen(around, max(0, t - CUT_AT_S) / 3 * SIDE, 0, 1), rng)


SAME: dict[str, tuple[float, Callable[[Photo, Photo, Random], Film]]] = {
    "noise 3": (4, noise(3)),
    "noise 6": (4, noise(6)),
    "noise 10": (4, noise(10)),
    "blurred start": (3, blurred_start),
    "hand": (8, hand),
    "gain to 0.6": (10, light(lambda t: 1 - 0.04 * t)),
    "gain to 1.4": (10, light(lambda t: 1 + 0.04 * t)),
    "exposure x 0.8": (4, light(lambda t: 1 if t < CUT_AT_S else 0.8)),
    "small pan": (6, small_pan),
    "small zoom": (6, small_zoom),
    "person sways": (6, swaying),
    "person, 0.6 s": (4, person(0.6)),
}
OTHER: dict[str, tuple[float, Callable[[Photo, Photo, Random], Film]]] = {
    "cut": (4, cut(3)),
    "cut, noise 10": (4, cut(10)),
    "cut, in a hand": (6, cut_in_hand),
    "pan": (8, pan(1, 3)),
    "half a pan": (6, pan(0.5, 1.5)),
    "turning round": (14, turning),
    "person stays": (6, person(9)),
}


@dataclass(frozen=True)
class Looks:
    """A film as the gate sees it.

    Attributes:
        features: (T, D) float32.
        at: (T,) float64, seconds.
    """

    features: NDArray[np.float32]
    at: NDArray[np.float64]


@dataclass(frozen=True)
class Said:
    """What came of a film.

    Attributes:
        at: seconds of each description after the first.
        kinds: NEW or CUT, for each.
        farthest: the largest distance from the first description's picture, until the next.
        last: distance of the last look from the last description's picture.
    """

    at: list[float]
    kinds: list[Change]
    farthest: float
    last: float


def watch(captioner: Captioner, film: Film, seconds: float, rng: Random) -> Looks:
    """Looks at a film about 5 times a second."""
    at = np.cumsum(rng.uniform(0.15, 0.25, int(5 * seconds))) - 0.15
    return Looks(np.stack([captioner.encode(film(t)).features for t in at]), at)


def play(looks: Looks, gate: SceneGate, sentence_s: float) -> Said:
    """Shows the looks to a gate and describes what it finds, sentences of `sentence_s` long."""
    at: list[float] = []
    kinds: list[Change] = []
    begun, farthest, free_at = False, 0.0, 0.0
    for features, now in zip(looks.features, looks.at, strict=True):
        change = gate.look(features, float(now))
        if begun and not at:
            farthest = max(farthest, gate.distance)
        if change is Change.CUT or (change is Change.NEW and now >= free_at):
            gate.accept()
            free_at = now + sentence_s
            if begun:
                at.append(float(now))
                kinds.append(change)
            begun = True
    return Said(at, kinds, farthest, gate.distance)
