"""The table of names: every class once, and English and French that agree with themselves."""

from __future__ import annotations

import re

from spellchecker import SpellChecker

from pipeline.recognition.detector import LABELS
from pipeline.recognition.names import IMAGENET_CLASSES, Name, names

# Classes that are never named: obscure, or no thing in the photo ("website").
LEFT_OUT = 44
# Loan words, and words that the spelling list lacks though dictionaries have them.
FRENCH_LOANS = set(
    """aubes bagel bagels baseball bikini bikinis bretzel bretzels brocoli brocolis burrito burritos
    bécher béchers bœufs dog dogs doseur doseurs expresso frisbee frisbees gaufrier gaufriers
    guacamole guacamoles homes hot jeep jeeps koala koalas lémurien lémuriens maraca maracas
    mijoteuse mijoteuses mobil monocycle monocycles motoneige motoneiges moufette moufettes nichoir
    nichoirs nœud nœuds oscilloscope oscilloscopes pick ping pong shirt shirts snowboard snowboards
    suricate suricates tatou tatous toucan toucans vidéoprojecteur vidéoprojecteurs voiturette
    voiturettes yourte yourtes épic épics""".split()
)


def test_articles_agree_with_gender_and_sound() -> None:
    for name in names():
        check_articles(name)


def check_articles(name: Name) -> None:
    article, _, rest = name.english.one.partition(" ")
    if article in ("a", "an"):
        vowel = rest[0].lower() in "aeiou" and not rest.startswith(("uni", "eu"))
        assert (article == "an") == (vowel or rest.startswith("hour"))
    assert name.french.gender in ("m", "f")
    article = re.match(r"une |un |des |du |de la |de l'", name.french.one)
    assert article is not None
    expected = {"un ": "m", "une ": "f", "du ": "m", "de la ": "f"}
    assert expected.get(article[0], name.french.gender) == name.french.gender
    assert not name.french.many.startswith(("un ", "une ", "des ", "du "))


def test_french_plurals_agree() -> None:
    for name in names():
        check_plural(name)


def check_plural(name: Name) -> None:
    """Where the plural is of the same noun, its first word is the singular's by the rules."""
    first = re.sub(r"^(une|un|des|du|de la) |^de l'", "", name.french.one).split(" ")[0]
    many = name.french.many.split(" ")[0]
    if name.french.one.startswith(("des ", "de l")) or "-" in first or first == "papier":
        return
    rules = ((r"(eau|eu|chou)$", "x"), (r"[sxz]$", ""), (r"", "s"))
    ending = next(end for pattern, end in rules if re.search(pattern, first))
    al = re.sub(r"(al|ail)$", "aux", first)
    assert many == (al if first in ("cheval", "piédestal", "corail") else first + ending)


def test_every_class_has_one_name() -> None:
    numbers = [number for name in names() for number in name.imagenet]
    assert len(numbers) == len(set(numbers)) == IMAGENET_CLASSES - LEFT_OUT
    assert set(numbers) < set(range(IMAGENET_CLASSES))
    labels = [name.coco for name in names() if name.coco]
    assert sorted(labels) == sorted(filter(None, LABELS))
    assert len(labels) == 80
    assert all(name.imagenet or name.coco for name in names())


def test_no_two_things_have_one_name() -> None:
    for language in ("en", "fr"):
        said = [name.noun(language).one for name in names()]
        assert len(set(said)) == len(said)


def test_every_name_can_be_confirmed_by_a_caption() -> None:
    for name in names():
        assert name.words
        assert all(word == word.lower() for word in name.words)
        assert not name.words & {"a", "the", "with", "and", "man's", "white", "black"}


def test_the_french_is_spelled_as_in_a_dictionary() -> None:
    words = {
        word
        for name in names()
        for word in re.findall(r"[^\W\d_]+", f"{name.french.one} {name.french.many}".lower())
        if len(word) > 2
    }
    assert len(words) > 700
    assert SpellChecker("fr").unknown(words) <= FRENCH_LOANS
