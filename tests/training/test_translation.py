"""The translator's training text, its training, its export, and what the app makes of it."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from export.caption_translator import compare_numbers, export, torch_translator
from pipeline.captioning.caption import Caption
from pipeline.captioning.confidence import Manner
from pipeline.captioning.translation import translated
from pipeline.captioning.translation.translator import Translator
from pipeline.errors import ModelError
from tests.captioning.check_english import english_faults
from tests.captioning.check_french import french_faults
from training.config import TranslatorConfig
from training.errors import DataError
from training.translate import main
from training.translation import french
from training.translation.corpus import allowed_words, clean, read_pairs
from training.translation.french import Agreement
from training.translation.pairs import spelled_otherwise
from training.translation.run import load_run, train
from training.translation.synthesis import Pair, Sentences

SMALL = TranslatorConfig(
    pieces=300,
    width=32,
    heads=2,
    hidden=64,
    encoder_layers=1,
    layers=2,
    epochs=2,
    made_up=200,
    tokens=400,
    learning_rate=1e-2,
    warm_up=5,
    average=0.5,
)
PAIRS = [
    ("A dog runs.", "Un chien court."),
    ("Two dogs run.", "Deux chiens courent."),
    ("A cat sleeps on a bed.", "Un chat dort sur un lit."),
    ("A man in New York.", "Un homme à New York."),
]


def write_multi30k(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    rows = "".join(f"{place}.jpg\t{en}\t{fr}\n" for place, (en, fr) in enumerate(PAIRS * 5))
    for part in ("train", "val", "test_2016_flickr", "test_2017_mscoco"):
        (folder / f"{part}.tsv").write_text(f"image\ten\tfr\n{rows}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("translator")
    torch.manual_seed(0)
    train(folder / "run", write_multi30k(folder / "multi30k"), SMALL)
    return folder / "run"


@pytest.fixture(scope="module")
def translator(run: Path) -> Translator:
    model, subwords = load_run(run)
    export(model, subwords, run / "translation")
    return Translator.load(run / "translation")


@pytest.mark.parametrize(
    ("phrase", "after_de", "after_a"),
    [
        ("le chien", "du chien", "au chien"),
        ("les chiens", "des chiens", "aux chiens"),
        ("un arbre", "d' un arbre", "à un arbre"),
        ("des arbres", "d' arbres", "à des arbres"),
        ("l' arbre", "de l' arbre", "à l' arbre"),
        ("de l' eau", "d' eau", "à de l' eau"),
        ("la rue", "de la rue", "à la rue"),
        ("deux hiboux", "de deux hiboux", "à deux hiboux"),
    ],
)
def test_de_and_a_contract(phrase: str, after_de: str, after_a: str) -> None:
    assert (french.of(phrase), french.to(phrase)) == (after_de, after_a)


def test_participles_agree() -> None:
    forms = [
        french.inflected("assis", Agreement(feminine, plural))
        for feminine in (False, True)
        for plural in (False, True)
    ]
    assert forms == ["assis", "assis", "assise", "assises"]
    assert french.inflected("debout", Agreement(feminine=True, plural=True)) == "debout"


def test_made_up_sentences_are_right_in_both_languages() -> None:
    sentences = Sentences(seed=1)
    pairs = [sentences.draw() for _ in range(3000)]
    assert [fr for _, fr in pairs if french_faults(fr.split())] == []
    mistaken = [en for en, _ in pairs if {"a oven", "an dog"} & set(english_faults(en.split()))]
    assert mistaken == []
    assert not any("{" in text or "@" in text for pair in pairs for text in pair)


def test_the_same_seed_makes_the_same_sentences_up() -> None:
    one, other = Sentences(seed=4), Sentences(seed=4)
    assert [one.draw() for _ in range(50)] == [other.draw() for _ in range(50)]


def test_another_spelling_is_learned_from_the_known_word() -> None:
    pairs: list[Pair] = [("a striped cat", "un chat rayé")] * 5
    assert ("a stripped cat", "un chat rayé") in spelled_otherwise(pairs, seed=0)


def test_english_and_brands_are_no_french_words(tmp_path: Path) -> None:
    pairs = read_pairs(write_multi30k(tmp_path), "train")
    words = allowed_words(pairs)
    assert "york" not in words
    assert {"un", "chien", "lit"} <= words
    assert ("a man in new york", "un homme à new york") not in clean(pairs, words)


def test_a_missing_multi30k_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["train", "--multi30k", str(tmp_path), "--run", str(tmp_path / "run")]
    assert main(arguments) == 2
    assert "train.tsv cannot be read" in capsys.readouterr().err
    with pytest.raises(DataError, match="make translate"):
        load_run(tmp_path / "none")


def test_a_stopped_run_goes_on(run: Path, tmp_path: Path) -> None:
    folder = write_multi30k(tmp_path / "multi30k")
    train(tmp_path / "run", folder, dataclasses.replace(SMALL, epochs=1))
    first, _ = load_run(tmp_path / "run")
    train(tmp_path / "run", folder, SMALL)
    second, _ = load_run(tmp_path / "run")
    assert any(
        not torch.equal(one, other)
        for one, other in zip(first.parameters(), second.parameters(), strict=True)
    )
    state = torch.load(tmp_path / "run" / "last.pt", weights_only=True)
    assert state["epoch"] == 2


def test_the_export_computes_what_the_network_computes(run: Path, translator: Translator) -> None:
    model, _ = load_run(run)
    assert compare_numbers(torch_translator(model, translator), translator) < 0.02


def test_every_word_is_one_that_may_be_written(translator: Translator) -> None:
    """Whatever a barely trained network would like to say."""
    table = translator.open().subwords
    allowed = {table.spelled(word) for word in table.words}
    generator = random.Random(0)
    english = ["a", "dog", "two", "giraffe", "qwerty", "zebras", "on", "the", "table"]
    for _ in range(20):
        words = tuple(generator.choices(english, k=generator.randint(1, 12)))
        found = translator.translate(words)
        assert set(found.words) <= allowed
        assert found.sources.shape == (len(found.words), len(words))
        np.testing.assert_allclose(found.sources.sum(axis=1), 1, atol=1e-3)


def test_a_translated_caption_keeps_its_confidence(translator: Translator) -> None:
    attention = np.zeros((3, 2, 2), dtype=np.float32)
    attention[:, 0, 0] = 1
    caption = Caption(
        ("a", "dog", "runs"), (-1, -2, -3, -0.5), 0.7, Manner.PERHAPS, ("a dog",), "en", attention
    )
    french = translated(caption, translator)
    assert (french.language, french.confidence, french.manner) == ("fr", 0.7, Manner.PERHAPS)
    assert len(french.sure) == 1
    assert len(french.word_scores) == len(french.words) + 1
    assert french.word_scores[-1] == -0.5
    assert french.attention.shape == (len(french.words), 2, 2)
    np.testing.assert_allclose(french.attention[:, 0, 0], 1, atol=1e-3)


def test_a_caption_of_no_words_stays_empty(translator: Translator) -> None:
    empty = Caption((), (-0.5,), 0.1, Manner.UNKNOWN, (), "en", np.zeros((0, 2, 2), np.float32))
    assert translated(empty, translator).words == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [('"heads": 2', '"heads": 3'), ('"language"', '"tongue"'), ('"width": 32', '"width": "x"')],
)
def test_a_damaged_contract_is_said_to_be_so(
    translator: Translator, run: Path, tmp_path: Path, before: str, after: str
) -> None:
    text = (run / "translation" / "contract.json").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "contract.json").write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(ModelError):
        Translator.load(tmp_path)
