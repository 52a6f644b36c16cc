"""French text to words that are read as they are written: numbers, dates, prices, abbreviations."""

from __future__ import annotations

import re
from collections.abc import Callable

from num2words import num2words

_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
)
_MONEY = {"€": "euro", "$": "dollar", "£": "livre", "¥": "yen"}
_NUMBER = r"\d+(?:,\d+)?"

# A full stop belongs to each of these; in order, since a longer one holds a shorter one.
_ABBREVIATIONS: tuple[tuple[str, str], ...] = (
    (r"av\. J\.-?C\.", "avant Jésus-Christ"),
    (r"apr?\. J\.-?C\.", "après Jésus-Christ"),
    (r"c\.-à-d\.", "c'est-à-dire"),
    (r"p\. ?ex\.", "par exemple"),
    (r"M\.(?= [A-ZÀ-Ý])", "monsieur"),
    (r"MM\.", "messieurs"),
    (r"Mmes", "mesdames"),
    (r"Mme", "madame"),
    (r"Mlles", "mesdemoiselles"),
    (r"Mlle", "mademoiselle"),
    (r"Dr\.?(?= [A-ZÀ-Ý])", "docteur"),
    (r"Pr\.?(?= [A-ZÀ-Ý])", "professeur"),
    (r"Me(?= [A-ZÀ-Ý])", "maître"),
    (r"St(?=[ -][A-ZÀ-Ý])", "saint"),
    (r"Ste(?=[ -][A-ZÀ-Ý])", "sainte"),
    (r"av\.", "avenue"),
    (r"bd\.?", "boulevard"),
    (r"etc\.?", "et cætera"),
    (r"env\.", "environ"),
    (r"tél\.", "téléphone"),
)
# What stands behind a number; singular, plural.
_UNITS: tuple[tuple[str, str, str], ...] = (
    ("km/h", "kilomètre à l'heure", "kilomètres à l'heure"),
    ("m²", "mètre carré", "mètres carrés"),
    ("m³", "mètre cube", "mètres cubes"),
    ("km", "kilomètre", "kilomètres"),
    ("cm", "centimètre", "centimètres"),
    ("mm", "millimètre", "millimètres"),
    ("m", "mètre", "mètres"),
    ("kg", "kilo", "kilos"),
    ("mg", "milligramme", "milligrammes"),
    ("g", "gramme", "grammes"),
    ("cl", "centilitre", "centilitres"),
    ("ml", "millilitre", "millilitres"),
    ("l", "litre", "litres"),
    ("L", "litre", "litres"),
    ("min", "minute", "minutes"),
    ("s", "seconde", "secondes"),
    ("°C", "degré", "degrés"),
    ("°", "degré", "degrés"),
    ("%", "pour cent", "pour cent"),
)
_UNIT_NAMES = {unit: (one, many) for unit, one, many in _UNITS}
_SYMBOLS = {
    "%": "pour cent", "€": "euros", "$": "dollars", "£": "livres", "+": "plus", "=": "égale",
    "&": "et", "@": "arobase", "°": "degrés", "×": "fois", "²": "au carré", "#": "dièse",
}  # fmt: skip
_ROMAN = {"I": 1, "V": 5, "X": 10}


def spell_out(text: str) -> str:
    """The text in words and punctuation, without digits, symbols, quotes and brackets.

    Args:
        text: French, as `pipeline.speech.text.clean` returns it.
    """
    for pattern, replace in _STEPS:
        text = pattern.sub(replace, text)
    return " ".join(text.split())


def number(digits: str) -> str:
    """A number in words: "12,05" is "douze virgule zéro cinq"."""
    whole, _, decimals = digits.partition(",")
    words = _whole(whole)
    if decimals:
        words = f"{words} virgule {_whole(decimals)}"
    return words


def _whole(digits: str) -> str:
    """Leading zeros are said, as in telephone numbers: "06" is "zéro six"."""
    rest = digits.lstrip("0")
    zeros = ["zéro"] * (len(digits) - len(rest))
    words = [*zeros, num2words(int(rest), lang="fr")] if rest else zeros
    return " ".join(words)


def _ordinal(value: int, feminine: bool) -> str:
    if value == 1:
        return "première" if feminine else "premier"
    return str(num2words(value, lang="fr", to="ordinal"))


def _counted(amount: str, one: str, many: str) -> str:
    """A number and its unit; below two things are singular in French."""
    singular = int(amount.partition(",")[0]) < 2
    words = number(amount)
    if amount == "1" and one in ("heure", "livre", "minute", "seconde"):
        words = "une"
    return f"{words} {one if singular else many}"


def _date(match: re.Match[str]) -> str:
    day, month = int(match["day"]), int(match["month"])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return match[0]
    said = "premier" if day == 1 else _whole(str(day))
    return f"{said} {_MONTHS[month - 1]} {_whole(match['year'])}"


def _time(match: re.Match[str]) -> str:
    hours, minutes = int(match["hours"]), int(match["after_h"] or match["after_colon"] or 0)
    if hours > 24 or minutes > 59:
        return match[0]
    said = _counted(str(hours), "heure", "heures")
    return f"{said} {_whole(str(minutes))}" if minutes else said


def _price(match: re.Match[str]) -> str:
    amount = (match["before"] or match["after"]).replace(".", ",")
    name = _MONEY[match["sign_before"] or match["sign_after"]]
    whole, _, cents = amount.partition(",")
    cents = cents or match["cents"] or ""
    if len(cents) not in (0, 2):
        return f"{number(amount)} {name}s"
    if int(whole) == 0 and cents:
        return f"{_whole(str(int(cents)))} centimes"
    said = _counted(str(int(whole)), name, f"{name}s")
    return f"{said} {_whole(str(int(cents)))}" if int(cents or 0) else said


def _roman(match: re.Match[str]) -> str:
    values = [_ROMAN[letter] for letter in match["roman"]]
    value = sum(
        -one if one < following else one
        for one, following in zip(values, [*values[1:], 0], strict=True)
    )
    if not match["ending"]:
        return _whole(str(value))
    return _ordinal(value, match["ending"] in ("re", "ère"))


def _spelled(match: re.Match[str]) -> str:
    return " ".join(match[0].replace(".", " ").split())


def _constant(text: str) -> Callable[[re.Match[str]], str]:
    return lambda match: text


_Step = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
_STEPS: tuple[_Step, ...] = (
    (re.compile("[\u2019\u02bc`´]"), _constant("'")),
    (re.compile('[«»“”„"*_~^<>|\\\\]'), _constant(" ")),
    (re.compile(r"\s*[()\[\]{}]\s*"), _constant(", ")),
    (re.compile(r"\s[-–—]+\s|[–—]"), _constant(", ")),
    *(
        (re.compile(rf"(?<!\w){pattern}(?!\w)"), _constant(words))
        for pattern, words in _ABBREVIATIONS
    ),
    (re.compile(r"\b[nN]os?[°º]? ?(?=\d)|\b[nN]s?[°º] ?(?=\d)"), _constant("numéro ")),
    # "S.N.C.F." is said letter by letter, and the next sentence may begin behind it.
    (re.compile(r"\b(?:[A-Z]\.){2,}"), _spelled),
    (re.compile(r"(?<=\w)\.(?=[^\W\d])"), _constant(" point ")),  # www.exemple.fr
    (re.compile(r"(?<=[^\W\d])/(?=[^\W\d])(?<!km/)"), _constant(" ")),
    (re.compile(r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\b"), _date),
    (
        re.compile(r"\b(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4}|\d\d)\b"),
        _date,
    ),
    (re.compile(r"\b1er(?= (?:" + "|".join(_MONTHS) + r")\b)"), _constant("premier")),
    (
        re.compile(
            r"\b(?P<hours>\d{1,2})(?: ?[hH](?: ?(?P<after_h>\d\d))?|:(?P<after_colon>\d\d))\b"
        ),
        _time,
    ),
    # 1 234 567 and 1.234,56: the groups of thousands are joined.
    (
        re.compile(r"(?<![\d.,])(?<!\d )\d{1,3}([ .])\d{3}(?:\1\d{3})*(?!\d)"),
        lambda match: re.sub(r"[ .]", "", match[0]),
    ),
    (re.compile(r"(?<![\d.])(\d+)\.(?=\d+(?![\d.]))"), lambda match: f"{match[1]},"),
    (
        re.compile(
            r"(?P<sign_before>[€$£¥]) ?(?P<before>\d+(?:[.,]\d+)?)"
            r"|(?P<after>\d+(?:[.,]\d+)?) ?(?P<sign_after>[€$£¥])(?P<cents>\d\d)?(?!\d)"
        ),
        _price,
    ),
    (
        re.compile(r"\b(?P<value>\d+)(?P<ending>er|re|ère|e|è|ème|ième|nd|nde)s?\b"),
        lambda match: _ordinal(int(match["value"]), match["ending"] in ("re", "ère")),
    ),
    (re.compile(r"\b(?P<roman>[IVX]+)(?P<ending>er|re|ère|e|ème)\b"), _roman),
    (re.compile(r"\b(?P<roman>[IVX]{2,})(?P<ending>)\b"), _roman),
    (re.compile(r"(?<!\w)-(?=\d)"), _constant("moins ")),
    (
        re.compile(
            rf"(?P<amount>{_NUMBER}) ?(?P<unit>"
            + "|".join(re.escape(unit) for unit, _, _ in _UNITS)
            + r")(?!\w)"
        ),
        lambda match: _counted(match["amount"], *_UNIT_NAMES[match["unit"]]),
    ),
    (re.compile(r"(?<=\d) ?/ ?(?=\d)"), _constant(" sur ")),
    (re.compile(r"(?<=\d)\.(?=\d)"), _constant(" point ")),
    (re.compile(r"(?<=\d) ?[x×] ?(?=\d)"), _constant(" fois ")),
    (re.compile(rf"{_NUMBER}"), lambda match: f" {number(match[0])} "),
    (
        re.compile("|".join(re.escape(symbol) for symbol in _SYMBOLS)),
        lambda match: f" {_SYMBOLS[match[0]]} ",
    ),
    (re.compile(r"[\s,]*,(?=\s*[,.;:!?])|\s+(?=[.,])"), _constant("")),
)
