"""How French is said: words, liaison, numbers; and what is written otherwise than it is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.phrases import FRENCH as SAY
from pipeline.speech.kokoro.french_sounds import FrenchSounds
from pipeline.speech.kokoro.french_spelling import spell_out
from tests.data.captions import FRENCH

SYMBOLS = Path(__file__).resolve().parents[2] / "assets" / "voices" / "symbols.json"


@pytest.fixture(scope="module")
def french() -> FrenchSounds:
    return FrenchSounds()


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("Un homme et une femme sont assis sur un banc.",
         "œ̃n ˈɔm e yn fˈam sˈɔ̃t asˈi syʁ œ̃ bˈɑ̃."),
        ("Les enfants et les héros", "lez ɑ̃fˈɑ̃ e le eʁˈo"),
        ("Peut-être : un chat", "pøtˈɛtʁ: œ̃ ʃˈa"),
        ("Deux hommes, deux chiens", "dˈøz ˈɔm, dˈø ʃjˈɛ̃"),
        ("six personnes, six amis, j'en ai six", "sˈi pɛʁsˈɔn, sˈiz amˈi, ʒɑ̃n ˈe sˈis"),
        ("neuf heures, neuf arbres", "nˈœv ˈœʁ, nˈœf ˈaʁbʁ"),
        ("de petits oiseaux, des oiseaux petits et gris",
         "də pətˈiz wazˈo, dez wazˈo pətˈi e ɡʁˈi"),
        ("un bon ami", "œ̃ bˈɔn amˈi"),
        ("l'eau d'un lac qu'il voit", "lˈo dœ̃ lˈak kil vwˈa"),
        ("La SNCF et la gare", "la ɛsɛnseˈɛf e la ɡˈaʁ"),
        ("un fichier PNG", "œ̃ fiʃjˈe pˈe ˈɛn ʒˈe"),
        ("Branchez-en un", "bʁɑ̃ʃˈe zɑ̃n œ̃"),
        ("un oui, le onze, un yaourt", "œ̃ wˈi, lə ˈɔ̃z, œ̃ jaˈuʁt"),
    ],
)  # fmt: skip
def test_words_and_what_joins_them(french: FrenchSounds, text: str, sounds: str) -> None:
    assert french.of(text) == sounds


def test_a_liaison_is_forgotten_with_its_sentence(french: FrenchSounds) -> None:
    french.of("Un arbre et les arbres.")
    assert french.of("Un banc et les bancs.") == "œ̃ bˈɑ̃ e le bˈɑ̃."


def test_every_sound_of_the_page_and_of_captions_is_a_symbol(french: FrenchSounds) -> None:
    known = set(json.loads(SYMBOLS.read_text("utf-8")))
    for text in (*FRENCH, *SAY.labels().values(), *SAY.errors.values()):
        assert set(french.of(text)) <= known, text


def test_a_word_of_no_lexicon_is_guessed(french: FrenchSounds) -> None:
    assert french.of("un parapluvier") == "œ̃ paʁaplyvjˈe"
    assert french.of("漢字 !") in ("", "!")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("12,50 €", "douze euros cinquante"),
        ("0,99 €", "quatre-vingt-dix-neuf centimes"),
        ("12€50 et $5", "douze euros cinquante et cinq dollars"),
        ("1 234,56 €", "mille deux cent trente-quatre euros cinquante-six"),
        ("à 15h30, 10:45 et 1 h", "à quinze heures trente, dix heures quarante-cinq et une heure"),
        ("le 3/4/2024", "le trois avril deux mille vingt-quatre"),
        ("2025-01-01", "premier janvier deux mille vingt-cinq"),
        ("le 32/14/2024", "le trente-deux sur quatorze sur deux mille vingt-quatre"),
        ("25 % de 3,05 km", "vingt-cinq pour cent de trois virgule zéro cinq kilomètres"),
        ("1,5 L, 1 kg", "un virgule cinq litre, un kilo"),
        ("-5 °C", "moins cinq degrés"),
        ("tél. 06 12", "téléphone zéro six douze"),
        ("1er, 2e étage du XIXe siècle", "premier, deuxième étage du dix-neuvième siècle"),
        ("Le Louis XIV", "Le Louis quatorze"),
        ("M. Dupont, Mme Petit", "monsieur Dupont, madame Petit"),
        ("3 av. J.-C.", "trois avant Jésus-Christ"),
        ("n° 5, S.N.C.F.", "numéro cinq, S N C F"),
        ("« Bonjour », dit-il (bas).", "Bonjour, dit-il, bas."),
        ("www.exemple.fr", "www point exemple point fr"),
        ("12 345 678 901 234", "douze billions trois cent quarante-cinq milliards six cent "
         "soixante-dix-huit millions neuf cent un mille deux cent trente-quatre"),
    ],
)  # fmt: skip
def test_numbers_dates_prices_and_abbreviations(written: str, said: str) -> None:
    assert spell_out(written) == said
