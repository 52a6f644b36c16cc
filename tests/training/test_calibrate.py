"""The fits, the errors and the command of calibrate."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence import NEVER
from pipeline.captioning.confidence_features import sigmoid
from pipeline.captioning.contract import ModelContract
from tests.data.tiny_files import TINY, write_world
from training import calibrate
from training.calibration.fits import (
    Bin,
    bin_by_probability,
    calibration_error,
    cross_validate,
    fit_logistic,
    fit_ood,
    fit_space,
    word_statistics,
)
from training.calibration.reliability import PICTURE_FILE
from training.scoring import model_card


def test_the_calibration_error_is_that_computed_by_hand() -> None:
    # Two bins that hold something: 0.15 said and none right, 0.95 said and half right.
    chances = np.array([0.1, 0.2 - 1e-9, 0.9, 1.0])
    right = np.array([False, False, True, False])
    wide = bin_by_probability(chances, right, equal_mass=False)
    assert [one.count for one in wide] == [2, 2]
    assert calibration_error(wide) == pytest.approx((2 * 0.15 + 2 * 0.45) / 4)
    assert calibration_error([Bin(3, 0.5, 0.6), Bin(1, 0.9, 0.5)]) == pytest.approx(
        (3 * 0.1 + 0.4) / 4
    )


def test_bins_of_equal_mass_hold_the_same_number() -> None:
    chances = np.linspace(0, 1, 200) ** 4
    bins = bin_by_probability(chances, chances > 0.5, equal_mass=True)
    assert [one.count for one in bins] == [20] * 10
    assert [one.predicted for one in bins] == sorted(one.predicted for one in bins)


def test_logistic_regression_finds_what_made_the_data() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(5, 3, (20_000, 2))
    labels = rng.random(20_000) < sigmoid(rows @ [0.7, -0.4] - 1)
    found = fit_logistic(rows, labels, np.ones(20_000), 1.0)
    assert found == pytest.approx([0.7, -0.4, -1.0], abs=0.1)
    chances = sigmoid(rows @ found[:-1] + found[-1])
    assert calibration_error(bin_by_probability(chances, labels, equal_mass=True)) < 0.02


def test_what_a_chance_is_multiplied_by_is_not_charged_twice() -> None:
    rng = np.random.default_rng(5)
    rows, most = rng.normal(5, 3, (20_000, 2)), rng.uniform(0.3, 1, 20_000)
    labels = rng.random(20_000) < most * sigmoid(rows @ [0.7, -0.4] - 1)
    found = fit_logistic(rows, labels, np.ones(20_000), 1.0, most)
    assert found == pytest.approx([0.7, -0.4, -1.0], abs=0.1)
    across = cross_validate(rows, labels, 1.0, most)
    assert across.mean() == pytest.approx(labels.mean(), abs=0.005)


def test_labels_all_alike_stay_finite() -> None:
    found = fit_logistic(np.ones((50, 3)), np.ones(50, bool), np.ones(50), 1.0)
    assert 0.9 < sigmoid(np.ones(3) @ found[:-1] + found[-1]) < 1


def test_a_row_is_predicted_by_fits_that_have_not_seen_it() -> None:
    # Each row has a column of its own, which would give its label away.
    labels = np.random.default_rng(1).random(60) < 0.5
    across = cross_validate(np.eye(60) * 100, labels, 1e-6)
    assert np.abs(across[labels].mean() - across[~labels].mean()) < 0.2


def test_rows_are_asked_for_as_they_are_asked() -> None:
    rng = np.random.default_rng(6)
    rows = np.column_stack([rng.normal(size=4_000), np.arange(4_000) % 2])
    labels = rng.random(4_000) < sigmoid(rows @ [1.0, 2.0] - 1)
    asked = rows * [1, 0]
    across = cross_validate(rows, labels, 1.0, inputs=asked)
    wanted = sigmoid(asked @ [1.0, 2.0] - 1)
    assert np.abs(across - wanted).max() < 0.06


def test_what_lies_off_the_photos_space_is_out_of_distribution() -> None:
    rng = np.random.default_rng(2)
    basis = rng.normal(size=(8, 40))
    photos = rng.normal(size=(300, 8)) @ basis + 10
    seen = rng.normal(size=(200, 8)) @ basis + 10
    odd = rng.normal(size=(60, 8)) @ basis + 10 + rng.normal(size=(60, 40))
    space = fit_space(photos, np.ones(300))
    farther = seen + 0.05 * rng.normal(size=(200, 40))
    places = [space.place(rows) for rows in (photos, odd[:30], seen, farther)]
    weights = fit_ood(places[:1], places[1], places[2:], 0.05)
    both = (seen, farther, odd[30:])
    ood = [space.place(rows) @ weights[:-1] + weights[-1] > 0 for rows in both]
    assert ood[0].mean() < ood[1].mean() == pytest.approx(0.05, abs=0.006)
    assert ood[2].mean() > 0.9


def test_the_space_is_that_of_the_covariance() -> None:
    rng = np.random.default_rng(3)
    rows = np.abs(rng.normal(size=(400, 30)) * np.linspace(1, 3, 30))
    space = fit_space(rows, np.ones(400))
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert space.centre == pytest.approx(unit.mean(0), abs=1e-6)
    variances = np.linalg.eigvalsh(np.cov(unit.T, bias=True))[::-1][: space.axes.shape[1]]
    shrunk = np.sqrt(variances + 0.05 * variances.mean())
    assert space.spread == pytest.approx(shrunk, rel=0.02)


def test_things_are_recognised_from_what_they_do_and_are_like() -> None:
    captions = [
        [
            "A brown dog runs on the beach.",
            "The dog is a brown one.",
            "Two dogs run.",
            "A group of dogs.",
        ]
    ] * 30
    words = word_statistics(captions, "en")
    things = {word for word, place in words.number.items() if words.thing[place]}
    assert things == {"dog", "dogs", "beach"}
    assert words.share[words.number["dog"]] == 0  # in all of them


def test_french_things_are_recognised_from_words_cut_as_the_model_says_them() -> None:
    captions = [
        ("Un homme regarde l'eau.", "L'homme est près de l'eau.", "Un petit chien brun court."),
        ("Un chien noir et un autre chien.", "Un chien brun.", "Un petit homme court."),
    ]
    words = word_statistics(captions * 15, "fr")
    things = {word for word, place in words.number.items() if words.thing[place]}
    assert things == {"homme", "eau", "chien"}
    assert words.share[words.number["homme"]] == 0  # in all of them


def test_the_command_fits_then_measures_and_writes_the_card(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_world(tmp_path / "data", {"train": 24, "dev": 30, "test": 12})
    assets = tmp_path / "assets"
    shutil.copytree(TINY, assets)
    path = assets / ModelContract.load(assets).confidence_file
    path.unlink()
    where = ["--data", str(tmp_path / "data"), "--assets", str(assets), "--learned", "16"]
    where += ["--measured", "16"]
    assert calibrate.main([*where]) == 0
    fitted = Captioner.load(assets).confidence
    assert fitted.model == model_card.model_hash(assets, ModelContract.load(assets))
    assert 0 <= fitted.unknown_below <= fitted.plain_from <= 1
    assert (assets / PICTURE_FILE).read_bytes()[:4] == b"\x89PNG"
    first = path.read_bytes()
    assert calibrate.main([*where]) == 0
    assert path.read_bytes() == first
    capsys.readouterr()
    assert calibrate.main([*where, "--split", "test", "--card"]) == 0
    assert path.read_bytes() == first
    text = (assets / model_card.CARD_FILE).read_text(encoding="utf-8")
    assert "12 Flickr8k's test photos" in text
    assert "| all | 16 |" in text
    assert f"]({PICTURE_FILE})" in text
    assert "ECE, equal mass" in capsys.readouterr().out


def test_two_data_sets_are_distinguished(tmp_path: Path) -> None:
    write_world(tmp_path / "one", {"train": 24, "dev": 30, "test": 12})
    write_world(tmp_path / "two", {"train": 12, "dev": 12, "test": 12}, seed=9)
    assets = tmp_path / "assets"
    shutil.copytree(TINY, assets)
    where = ["--data", str(tmp_path / "one"), "--everyday", str(tmp_path / "two")]
    where += ["--assets", str(assets), "--learned", "16"]
    assert calibrate.main([*where]) == 0
    alone = Captioner.load(assets).confidence
    assert (alone.unlike_flickr8k[-1], alone.unlike_flickr8k[:-1].any()) == (NEVER, False)
    assert calibrate.main([*where, "--trained-on-everyday"]) == 0
    both = Captioner.load(assets).confidence
    assert both.unlike_flickr8k[:-1].any()
    assert both.plain_from <= both.plain_from_unlike >= calibrate.PLAIN_FROM_OTHER


@pytest.mark.parametrize("likeness", [0.0, 0.1])
def test_the_share_that_is_said_plainly_is_what_is_asked_for(likeness: float) -> None:
    rng = np.random.default_rng(4)
    chances, ood_scores = rng.random(2_000), rng.normal(-3, 1, 2_000)
    other = rng.uniform(0, likeness, 2_000)
    plain_from = calibrate._plain_from(chances, ood_scores, other)
    least = (1 - other) * plain_from + other * calibrate.PLAIN_FROM_OTHER
    plain = (chances >= least) & (ood_scores <= 0)
    assert plain.mean() == pytest.approx(calibrate.PLAIN_SHARE, abs=0.002)


def test_a_file_fitted_for_another_model_is_not_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_world(tmp_path / "data", {"train": 2, "dev": 2, "test": 2})
    where = ["--data", str(tmp_path / "data"), "--assets", str(TINY)]
    assert calibrate.main([*where, "--split", "test"]) == 2
    assert "another model" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--card"], ["--trained-on-everyday"]])
def test_options_that_would_mislead_are_refused(options: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        calibrate.main(["--data", "data", "--assets", "assets", *options])
