"""Read text as people say it: prices, times, dates, units, e-mail and web addresses, capitals.

Numbers themselves are left to the voices, which read them in each language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.languages import ENGLISH, FRENCH

_ADDRESS = re.compile(
    r"(?:https?://)?(?:[\w.+-]+@)?(?:[A-Za-z0-9-]+\.)+(?:com|org|net|fr|uk|eu|info|be|ch|ca|io|de)"
    r"\b(?:/[\w./-]*\w)?"
)
_WORD = re.compile(r"[^\W\d_]+")
_VOWELS = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]")
_SPELT_CHARS = 3  # a word in capitals of so many letters is mostly an abbreviation
_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")


@dataclass(frozen=True)
class _Sayings:
    """How one language says what is written short.

    Attributes:
        at, dot, slash, dash, underscore: the signs of addresses.
        months: January first.
        rules: patterns and what is said in their place.
    """

    at: str
    dot: str
    slash: str
    dash: str
    underscore: str
    months: tuple[str, ...]
    rules: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]


def _counted(one: str, many: str, singular: tuple[str, ...]) -> Callable[[re.Match[str]], str]:
    """Says an amount by its whole part, the name of the money, and the hundredths."""

    def say(found: re.Match[str]) -> str:
        whole, cents = found["whole"], found["cents"]
        name = one if whole in singular else many
        return f"{whole} {name}" if cents in (None, "00") else f"{whole} {name} {cents}"

    return say


_ONE_ENGLISH, _ONE_FRENCH = ("1",), ("0", "1")  # what takes the singular
_AMOUNT = r"(?P<whole>\d+)(?:[.,](?P<cents>\d\d))?(?![\d.,]*\d)"
_BEFORE_AMOUNT = r"(?<![\d.,])"
_SAYINGS = {
    ENGLISH: _Sayings(
        at=" at ", dot=" dot ", slash=" slash ", dash=" dash ", underscore=" underscore ",
        months=("January", "February", "March", "April", "May", "June", "July", "August",
                "September", "October", "November", "December"),
        rules=(
            (re.compile(rf"£ ?{_AMOUNT}"), _counted("pound", "pounds", _ONE_ENGLISH)),
            (re.compile(rf"€ ?{_AMOUNT}"), _counted("euro", "euros", _ONE_ENGLISH)),
            (re.compile(rf"\$ ?{_AMOUNT}"), _counted("dollar", "dollars", _ONE_ENGLISH)),
            (re.compile(rf"{_BEFORE_AMOUNT}{_AMOUNT} ?€"), _counted("euro", "euros", _ONE_ENGLISH)),
            (re.compile(r"(?<=\d) ?°C\b"), " degrees Celsius"),
            (re.compile(r"(?<=\d) ?°F\b"), " degrees Fahrenheit"),
            (re.compile(r"(?<=\d) ?°"), " degrees"),
            (re.compile(r"(?<=\d) ?%"), " percent"),
            (re.compile(r"(?<=\d) ?kg\b"), " kilograms"),
            (re.compile(r"(?<=\d) ?mg\b"), " milligrams"),
            (re.compile(r"(?<=\d) ?g\b"), " grams"),
            (re.compile(r"(?<=\d) ?ml\b"), " millilitres"),
            (re.compile(r"(?<=\d) ?cl\b"), " centilitres"),
            (re.compile(r"(?<=\d) ?[lL]\b"), " litres"),
            (re.compile(r"(?<=\d) ?km\b"), " kilometres"),
            (re.compile(r"(?<=\d) ?cm\b"), " centimetres"),
            (re.compile(r"(?<=\d) ?mm\b"), " millimetres"),
            (re.compile(r"(?<=\d) ?m\b"), " metres"),
            (re.compile(r"(?<=\d) ?(?:[\u2013-]) ?(?=\d+ ?(?:[ap]m|o'clock|%|:))"), " to "),
            (re.compile(r"\b(\d{1,2}):00\b"), r"\1 o'clock"),
            (re.compile(r"\b(\d{1,2}):(\d\d)\b"), r"\1 \2"),
            (re.compile(r" ?& ?"), " and "),
        ),
    ),
    FRENCH: _Sayings(
        at=" arobase ", dot=" point ", slash=" barre oblique ", dash=" tiret ",
        underscore=" tiret bas ",
        months=("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
                "septembre", "octobre", "novembre", "décembre"),
        rules=(
            (re.compile(rf"{_BEFORE_AMOUNT}{_AMOUNT} ?€"), _counted("euro", "euros", _ONE_FRENCH)),
            (re.compile(rf"£ ?{_AMOUNT}"), _counted("livre", "livres", _ONE_FRENCH)),
            (re.compile(rf"\$ ?{_AMOUNT}"), _counted("dollar", "dollars", _ONE_FRENCH)),
            (re.compile(r"(?<=\d) ?°C\b"), " degrés"),
            (re.compile(r"(?<=\d) ?°"), " degrés"),
            (re.compile(r"(?<=\d) ?%"), " pour cent"),
            (re.compile(r"(?<!\d)-(?=\d+ pour cent)"), "moins "),
            (re.compile(r"(?<=\d) ?kg\b"), " kilos"),
            (re.compile(r"(?<=\d) ?mg\b"), " milligrammes"),
            (re.compile(r"(?<=\d) ?g\b"), " grammes"),
            (re.compile(r"(?<=\d) ?ml\b"), " millilitres"),
            (re.compile(r"(?<=\d) ?cl\b"), " centilitres"),
            (re.compile(r"(?<=\d) ?[lL]\b"), " litres"),
            (re.compile(r"(?<=\d) ?km\b"), " kilomètres"),
            (re.compile(r"(?<=\d) ?cm\b"), " centimètres"),
            (re.compile(r"(?<=\d) ?mm\b"), " millimètres"),
            (re.compile(r"(?<=\d) ?m\b"), " mètres"),
            (re.compile(r"\b(\d{1,2}) ?[hH:] ?00\b"), r"\1 heures"),
            (re.compile(r"\b(\d{1,2}) ?[hH:] ?(\d\d)\b"), r"\1 heures \2"),
            (re.compile(r"\b(\d{1,2}) ?[hH]\b"), r"\1 heures"),
            (re.compile(r"\b1er\b"), "premier"),
            (re.compile(r"\b[nN]° ?(?=\d)"), "numéro "),
            (re.compile(r" ?& ?"), " et "),
        ),
    ),
}  # fmt: skip


def as_said(text: str, language: str) -> str:
    """A text that was read, as a person would say it.

    Args:
        text: any; lines stay lines.
        language: two-letter code; of other languages the text is returned as it is.
    """
    say = _SAYINGS.get(language)
    if say is None:
        return text
    text = _ADDRESS.sub(lambda found: _spelt(found[0], say), text)
    text = _DATE.sub(lambda found: _dated(found, say, language), text)
    for pattern, said in say.rules:
        text = pattern.sub(said, text)
    return "\n".join(map(_in_small_letters, text.split("\n")))


def _in_small_letters(line: str) -> str:
    """A line in capitals without them, which voices would spell; people spell abbreviations."""
    words = _WORD.findall(line)
    if any(map(str.islower, "".join(words))) or all(len(word) <= _SPELT_CHARS for word in words):
        return line
    lowered = _WORD.sub(
        lambda word: word[0].lower() if _VOWELS.search(word[0].lower()) else word[0], line
    )
    return lowered[:1].upper() + lowered[1:]


def _spelt(address: str, say: _Sayings) -> str:
    """An e-mail or web address, its signs as words."""
    address = re.sub(r"^https?://", "", address).lower()
    signs = {"@": say.at, ".": say.dot, "/": say.slash, "-": say.dash, "_": say.underscore}
    said = "".join(signs.get(sign, sign) for sign in address)
    return re.sub(r"\bwww\b", "w w w", said)


def _dated(found: re.Match[str], say: _Sayings, language: str) -> str:
    """A date by its month's name. English is left alone where day and month might be swapped."""
    day, month, year = int(found[1]), int(found[2]), found[3]
    if not (1 <= day <= 31 and 1 <= month <= 12) or (language == ENGLISH and day <= 12):
        return found[0]
    return f"{'premier' if language == FRENCH and day == 1 else day} {say.months[month - 1]} {year}"
