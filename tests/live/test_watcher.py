"""Descriptions of a stream of frames: the real model, photos as scenes, and a simulated clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence import Confidence
from pipeline.captioning.confidence_features import DESCRIPTION_FEATURES
from pipeline.captioning.detail import FULL_WORDS, SHORT_WORDS, DescriptionStyle, Form
from pipeline.description import describe
from pipeline.image import read_rgb
from pipeline.live.lens_cover import COVERED_S, UNCOVERED_S
from pipeline.live.watcher import FIRST_S, HOLD_S, LiveSettings, Utterance, Watcher
from pipeline.photo_quality import Kind
from pipeline.phrases import ENGLISH, FRENCH

ROOT = Path(__file__).parents[2]
LOOK_S = 0.2
FULL = DescriptionStyle(Form.FULL)
Frame = NDArray[np.uint8]


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    # Uncalibrated, it guesses at each sample instead of saying that it cannot tell.
    return Captioner.load(ROOT / "assets", calibrated=False)


@pytest.fixture
def watcher(captioner: Captioner) -> Watcher:
    watcher = Watcher(captioner)
    watcher.settings = LiveSettings(style=FULL, interval_s=0.0)
    return watcher


def scene(name: str) -> Frame:
    rgb = read_rgb((ROOT / "assets" / "samples" / f"{name}.jpg").read_bytes())
    return np.asarray(cv2.resize(rgb, (640, 480), interpolation=cv2.INTER_AREA), np.uint8)


FLOWER, ROCKET, TEMPLE = scene("flower"), scene("rocket"), scene("temple")
BLACK, GLARE = np.zeros_like(FLOWER), np.full_like(FLOWER, 255)


class Viewer:
    """Shows a watcher frames, five a second, as the camera's thread does."""

    def __init__(self, watcher: Watcher, sentence_s: float = 0.0) -> None:
        self.watcher = watcher
        self.sentence_s = sentence_s
        self.now = 100.0
        self.said: list[tuple[float, Utterance]] = []

    def show(self, rgb: Frame, seconds: float, noise: float = 0.0) -> list[str]:
        """What is said meanwhile."""
        before = len(self.said)
        random = np.random.default_rng(int(self.now))
        for _ in range(round(seconds / LOOK_S)):
            frame = rgb
            if noise:
                grain = random.normal(0, noise, rgb.shape)
                frame = np.clip(rgb + grain, 0, 255).astype(np.uint8)
            utterance = self.watcher.look(frame, self.now)
            if utterance is not None:
                self.said.append((self.now, utterance))
                self.watcher.spoken(self.now, self.sentence_s)
            self.now += LOOK_S
        return texts(utterance for _, utterance in self.said[before:])


def texts(utterances: Iterable[Utterance]) -> list[str]:
    return [utterance.description.text for utterance in utterances]


def test_each_scene_is_said_once_and_noise_is_not(watcher: Watcher) -> None:
    viewer = Viewer(watcher)
    first = viewer.show(FLOWER, 3)
    assert len(first) == 1
    assert FIRST_S <= viewer.said[0][0] - 100 <= FIRST_S + 2 * LOOK_S
    assert viewer.show(FLOWER, 5, noise=8) == []
    second = viewer.show(ROCKET, 3)
    assert len(second) == 1
    assert second != first
    assert viewer.said[1][0] <= 108 + 0.8
    assert viewer.show(ROCKET, 5, noise=8) == []
    assert viewer.show(FLOWER, 3) == first


def test_a_frame_is_described_like_a_photo_and_encoded_once(
    watcher: Watcher, captioner: Captioner, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = describe(captioner, FLOWER, "en", FULL)
    encode, encoded = captioner.encode, []
    monkeypatch.setattr(captioner, "encode", lambda rgb: encoded.append(rgb) or encode(rgb))
    watcher.ask()
    utterance = watcher.look(FLOWER, 100.0)
    assert utterance is not None
    frame = utterance.description
    assert (frame.text, frame.words, frame.confidence) == (
        photo.text,
        photo.words,
        photo.confidence,
    )
    assert frame.preview == photo.preview
    assert np.array_equal(frame.attention, photo.attention)
    assert len(encoded) == 1


def test_a_new_scene_waits_for_the_sentence_but_a_cut_does_not(watcher: Watcher) -> None:
    viewer = Viewer(watcher, sentence_s=4.0)
    viewer.show(FLOWER, 2)
    assert len(viewer.show(ROCKET, 1.5)) == 1
    assert viewer.said[1][1].interrupts
    # Half of the picture is another one: a new scene, yet not worth interrupting for.
    mixed = ROCKET.copy()
    mixed[:, 250:] = TEMPLE[:, 250:]
    said_at = viewer.said[1][0]
    said = viewer.show(mixed, 5)
    assert len(said) == 1
    at, utterance = viewer.said[2]
    assert not utterance.interrupts
    assert at >= said_at + 4.0


def test_what_is_then_there_is_described_when_the_sentence_has_ended(watcher: Watcher) -> None:
    viewer = Viewer(watcher, sentence_s=3.0)
    watcher.settings = LiveSettings(style=FULL, interval_s=3.0)
    flower = viewer.show(FLOWER, FIRST_S + LOOK_S)
    viewer.show(ROCKET, 1.4)
    said = viewer.show(TEMPLE, 3)
    other = Watcher(watcher._captioner)
    other.settings = LiveSettings(style=FULL)
    alone = Viewer(other).show(TEMPLE, 1)
    assert said == alone
    assert flower != said


def test_the_interval_keeps_quiet_also_for_a_cut(watcher: Watcher) -> None:
    watcher.settings = LiveSettings(style=FULL, interval_s=5.0)
    viewer = Viewer(watcher)
    viewer.show(FLOWER, 2)
    assert viewer.show(ROCKET, 3) == []
    assert len(viewer.show(ROCKET, 3)) == 1
    assert viewer.said[1][0] - viewer.said[0][0] >= 5.0 - 1e-6


def test_the_same_words_are_not_said_twice_in_a_row_unless_asked(watcher: Watcher) -> None:
    viewer = Viewer(watcher)
    words = viewer.show(FLOWER, 2)
    watcher._gate.forget()  # as if the picture had changed and the words had not
    assert viewer.show(FLOWER, 2) == []
    watcher.ask()
    assert viewer.show(FLOWER, LOOK_S) == words
    assert viewer.said[-1][1].asked
    assert viewer.said[-1][1].interrupts
    assert viewer.show(FLOWER, 2) == []


def test_asking_answers_at_once_whatever_holds_it_back(watcher: Watcher) -> None:
    watcher.settings = LiveSettings(interval_s=60.0)
    viewer = Viewer(watcher, sentence_s=30.0)
    viewer.show(FLOWER, 2)
    viewer.show(ROCKET, 1)
    watcher.ask()
    assert len(viewer.show(ROCKET, LOOK_S)) == 1
    watcher.paused = True
    assert viewer.show(TEMPLE, 2) == []
    watcher.ask()
    assert len(viewer.show(TEMPLE, LOOK_S)) == 1
    watcher.ask()
    assert viewer.show(BLACK, LOOK_S)[0].startswith("It is too dark")


def test_pausing_keeps_quiet_and_going_on_tells_what_is_there(watcher: Watcher) -> None:
    viewer = Viewer(watcher)
    viewer.show(FLOWER, 2)
    watcher.paused = True
    assert viewer.show(ROCKET, 3) == []
    watcher.paused = False
    assert len(viewer.show(ROCKET, 2)) == 1


def test_advice_comes_once_after_a_while_and_then_the_scene_again(watcher: Watcher) -> None:
    viewer = Viewer(watcher)
    first = viewer.show(FLOWER, 2)
    assert viewer.show(GLARE, HOLD_S[Kind.BRIGHT] - LOOK_S) == []
    (advice,) = viewer.show(GLARE, 10)
    assert advice.startswith("It is too bright")
    assert viewer.said[-1][1].description.guidance is not None
    assert viewer.show(FLOWER, 2) == first
    (again,) = viewer.show(GLARE, 10)
    assert again == advice


def test_a_picture_that_flickers_between_fit_and_dazzled_is_advised_once(watcher: Watcher) -> None:
    viewer = Viewer(watcher)
    viewer.show(FLOWER, 2)
    said = viewer.show(GLARE, 1.4)
    for _ in range(4):
        said += viewer.show(FLOWER, FIRST_S + LOOK_S) + viewer.show(GLARE, 1.4)
    assert len(said) == 1


def test_a_short_blur_is_no_matter(watcher: Watcher) -> None:
    blurred = np.asarray(cv2.GaussianBlur(TEMPLE, (0, 0), 12), np.uint8)
    viewer = Viewer(watcher)
    viewer.show(TEMPLE, 2)
    assert viewer.show(blurred, HOLD_S[Kind.BLURRED] - 0.4) == []
    assert viewer.show(TEMPLE, 2) == []
    (advice,) = viewer.show(blurred, 5)
    assert advice.startswith("The picture is blurred.")


def test_advice_waits_for_the_voice(watcher: Watcher) -> None:
    viewer = Viewer(watcher, sentence_s=4.0)
    viewer.show(FLOWER, FIRST_S + LOOK_S)
    said_at = viewer.said[0][0]
    viewer.show(GLARE, 6)
    assert viewer.said[1][0] >= said_at + 4.0
    assert not viewer.said[1][1].interrupts


def test_a_silenced_voice_is_not_waited_for(watcher: Watcher) -> None:
    viewer = Viewer(watcher, sentence_s=30.0)
    viewer.show(FLOWER, 2)
    watcher.hushed()
    assert len(viewer.show(GLARE, 2)) == 1


def test_a_faster_voice_is_free_sooner(watcher: Watcher) -> None:
    watcher.settings = LiveSettings(rate=2.0, interval_s=0.0)
    viewer = Viewer(watcher, sentence_s=4.0)
    viewer.show(FLOWER, FIRST_S + LOOK_S)
    viewer.show(GLARE, 4)
    assert viewer.said[1][0] - viewer.said[0][0] <= 2.0 + LOOK_S


def test_few_words_while_it_changes_fast(captioner: Captioner) -> None:
    lengths = {}
    for form in Form:
        watcher = Watcher(captioner)
        watcher.settings = LiveSettings(style=DescriptionStyle(form), interval_s=0.0)
        viewer = Viewer(watcher)
        fast = [text for rgb in (FLOWER, TEMPLE, ROCKET) for text in viewer.show(rgb, 2)]
        slow = [text for rgb in (TEMPLE, ROCKET) for text in viewer.show(rgb, 7)]
        lengths[form] = [len(text.removeprefix("Perhaps: ").split()) for text in fast + slow]
        assert len(lengths[form]) == 5
    auto, short, full = (lengths[form] for form in Form)
    assert max(short) <= SHORT_WORDS < FULL_WORDS <= min(full)
    assert short[0] < auto[0]  # no description came shortly before the first one
    assert auto[1:4] == short[1:4]  # 2 s after another
    assert short[4] < auto[4]


def test_few_words_are_as_sure_as_the_whole_caption() -> None:
    captioner = Captioner.load(ROOT / "assets")
    captioner.recogniser = None  # which judges what is said, too
    encoded = captioner.encode(TEMPLE)
    # By the mean word alone, whatever the model that is shipped was calibrated to.
    neutral = Confidence.neutral(captioner.contract.languages, encoded.features.size)
    right = np.zeros_like(neutral.right)
    right[DESCRIPTION_FEATURES.index("mean")] = 1.0
    captioner.confidence = dataclasses.replace(neutral, right=right)
    whole = captioner.captions(encoded)[0].confidence
    few = captioner.captions(encoded, most_words=SHORT_WORDS)[0].confidence
    assert abs(few - whole) > 1e-3
    low, high = sorted((few, whole))
    for plain_from, plain in (((low + high) / 2, whole > few), (low, True), (1.0, False)):
        captioner.confidence = dataclasses.replace(captioner.confidence, plain_from=plain_from)
        watcher = Watcher(captioner)
        watcher.settings = LiveSettings(style=DescriptionStyle(Form.SHORT))
        viewer = Viewer(watcher)
        (text,) = viewer.show(TEMPLE, 2)
        assert len(text.removeprefix("Perhaps: ").split()) <= SHORT_WORDS
        assert text.startswith("Perhaps") is not plain
        assert viewer.said[0][1].description.confidence == pytest.approx(whole, abs=1e-4)


def test_an_unknown_scene_is_announced_once() -> None:
    captioner = Captioner.load(ROOT / "assets")
    captioner.recogniser = None  # which judges what is said, too
    features = captioner.encode(FLOWER).features.size
    known = Confidence.neutral(captioner.contract.languages, features)
    unknown = dataclasses.replace(known, unknown_below=1.0)
    viewer = Viewer(Watcher(captioner))
    captioner.confidence = unknown
    said = [text for rgb in (FLOWER, ROCKET, FLOWER) for text in viewer.show(rgb, 4)]
    assert said == ["I cannot tell what this shows."]
    captioner.confidence = known
    assert viewer.show(TEMPLE, 4) != said
    captioner.confidence = unknown
    assert viewer.show(ROCKET, 4) == said


def test_a_new_beginning_describes_what_was_described_before(watcher: Watcher) -> None:
    viewer = Viewer(watcher)
    words = viewer.show(FLOWER, 2)
    watcher.begin()
    assert viewer.show(FLOWER, 2) == words


def test_a_model_without_french_is_said_in_english_and_advice_in_french(
    captioner: Captioner,
) -> None:
    watcher = Watcher(captioner)
    watcher.settings = LiveSettings(
        style=DescriptionStyle(Form.FULL), interval_s=0.0, language="fr"
    )
    known, translator = captioner.contract, captioner.translator
    captioner.contract = dataclasses.replace(known, languages=("en",))
    captioner.translator = None
    try:
        viewer = Viewer(watcher)
        (text,) = viewer.show(FLOWER, 3)
        assert viewer.said[0][1].description.language == "en"
        assert not text.startswith("Peut-être")
        assert viewer.show(GLARE, 3) == [FRENCH.guidance_bright]
        assert viewer.said[1][1].description.language == "fr"
    finally:
        captioner.contract, captioner.translator = known, translator


def test_a_hand_over_the_lens_pauses_and_is_not_told_that_it_is_dark(watcher: Watcher) -> None:
    viewer = Viewer(watcher)
    viewer.show(FLOWER, 2)
    assert viewer.show(BLACK, COVERED_S) == []
    assert not watcher.covered
    assert viewer.show(BLACK, 10) == []
    assert watcher.covered
    assert viewer.show(ROCKET, UNCOVERED_S) == []
    assert len(viewer.show(ROCKET, 2)) == 1
    assert not watcher.covered
    viewer.show(BLACK, COVERED_S + LOOK_S)
    watcher.ask()
    assert viewer.show(BLACK, LOOK_S)[0].startswith("It is too dark")


def test_a_camera_that_starts_in_the_dark_is_not_covered(watcher: Watcher) -> None:
    viewer = Viewer(watcher)
    (advice,) = viewer.show(BLACK, 10)
    assert advice.startswith("It is too dark")
    assert not watcher.covered
    viewer.show(FLOWER, 2)
    viewer.show(BLACK, 3)
    assert watcher.covered
    watcher.begin()  # what was bright before another start says nothing
    viewer.show(BLACK, 3)
    assert not watcher.covered


def test_in_the_mode_that_reads_text_is_said_and_scenes_are_not(watcher: Watcher) -> None:
    written = np.full((480, 640, 3), 235, np.uint8)
    cv2.putText(written, "CLOSED TODAY", (60, 240), cv2.FONT_HERSHEY_SIMPLEX, 2, (20, 20, 20), 4)
    viewer = Viewer(watcher)
    watcher.settings = dataclasses.replace(watcher.settings, reading=True)
    viewer.show(written, 1.2)
    viewer.show(FLOWER, 4.0)
    said = [(one.description.shown, one.passing, one.asked) for _, one in viewer.said]
    assert said == [("CLOSED TODAY", False, False), (ENGLISH.reading_no_text, True, False)]
    watcher.settings = dataclasses.replace(watcher.settings, reading=False)
    assert len(viewer.show(FLOWER, 1.0)) == 1
    assert viewer.said[-1][1].description.words


def test_text_waits_for_the_voice_unless_asked(watcher: Watcher) -> None:
    viewer = Viewer(watcher, sentence_s=60.0)
    watcher.settings = dataclasses.replace(watcher.settings, reading=True)
    written = np.full((480, 640, 3), 235, np.uint8)
    cv2.putText(written, "CLOSED TODAY", (60, 240), cv2.FONT_HERSHEY_SIMPLEX, 2, (20, 20, 20), 4)
    viewer.show(written, 1.2)
    assert len(viewer.said) == 1
    cv2.putText(written, "OPEN AGAIN SOON", (60, 400), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (20,) * 3, 3)
    viewer.show(written, 1.2)
    assert len(viewer.said) == 1
    watcher.ask()
    viewer.show(written, 0.2)
    assert viewer.said[-1][1].description.shown == "CLOSED TODAY\nOPEN AGAIN SOON"
    assert viewer.said[-1][1].interrupts
