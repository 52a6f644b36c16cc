"""French liaison: the consonant that is heard between two words, as in "les amis"."""

from __future__ import annotations

# After these words an s is heard as z, a t as t, an n as n. Only liaisons that everybody makes;
# those that a careful speaker may make ("pas encore") are left out.
_Z = frozenset(
    "les des ces mes tes ses nos vos leurs aux quels quelles plusieurs quelques certains certaines "
    "différents différentes divers diverses deux trois six dix nous vous ils elles dans sans sous "
    "chez dès très plus moins cents".split()
)
_T = frozenset("est sont était étaient sera seront soit quand tout vingt cent".split())
_N = frozenset("un mon ton son en on aucun bien rien".split())
# Adjectives that stand before their noun: "petits enfants", "grand arbre".
_Z_ADJECTIVES = frozenset(
    "petits petites grands grandes gros grosses beaux belles bons bonnes nouveaux nouvelles vieux "
    "vieilles jeunes autres mauvais mauvaises premiers premières longs longues hauts hautes jolis "
    "jolies derniers dernières nombreux nombreuses".split()
)
_T_ADJECTIVES = frozenset("petit grand".split())
# Words that are said differently as a whole.
_CHANGED = {
    "bon": "bɔn", "plein": "plɛn", "ancien": "ɑ̃sjɛn", "certain": "sɛʁtɛn", "prochain": "pʁɔʃɛn",
    "premier": "pʁəmjɛʁ", "dernier": "dɛʁnjɛʁ", "six": "siz", "dix": "diz", "neuf": "nœv",
}  # fmt: skip
_NEUF = frozenset("ans heures autres hommes".split())  # elsewhere its f stays an f
# Before a consonant the end of these numbers is silent: "six personnes".
_SHORT = {"six": "si", "dix": "di", "huit": "ɥi"}
# An adjective is followed by its noun; before these words it stands behind one, or alone.
_NO_NOUN = frozenset(
    "et ou où à au aux en un une avec il elle ils elles on est sont ont a assis assise assises "
    "autour attend attendent alors aussi".split()
)
_VOWELS = frozenset("aàâeéèêëiîïoôœuùûæ")
# Words that begin with a sound like a consonant's, beside the breathed h below.
_APART = frozenset("onze onzième oui ouistiti uhlan ululer yeti yoga yacht yaourt".split())
# The beginnings of words whose h keeps words apart: "les | héros". The others have a silent one.
_BREATHED = tuple(
    "hach hag haie haill hain haïr hal hall halo halt hamac hamburger hameau hamster hanch hand "
    "hangar hanneton hard harem hareng haricot harnach harnais harp hasard haschi hât hauban "
    "hauss haut hav heaume hein hennir hérisson hérissé hernie héron héros hersé heurt hibou "
    "hideux hiérarchi hip hippie hiss hobby hoch hockey hollandai holland homard hongr hont "
    "hoquet hors hot hotte houblon houe houille houl houpp houss houx hublot huche huée huguenot "
    "huit hululer hurl huron husky hutte hoodie hoverboard".split()
)
_SILENT = ("haltère", "haleine", "haleter", "halluci", "hipp", "hall ucin")


def joins(word: str) -> bool:
    """Whether a word lets the one before it be joined: it begins with a vowel or a silent h."""
    if word in _APART or not word:
        return False
    if word[0] == "h":
        breathed = word.startswith(_BREATHED) and not word.startswith(_SILENT)
        return not breathed and word != "h"
    if word[0] == "y":
        return word in ("y", "yeux") or (len(word) > 1 and word[1] not in _VOWELS)
    return word[0] in _VOWELS


def linked(word: str, sounds: str, following: str) -> str:
    """The sounds of a word before the next one.

    Args:
        word: in lower case.
        sounds: of the word alone.
        following: the next word in lower case; empty where the sentence pauses.
    """
    if not following:
        return sounds
    if not joins(following):
        return _SHORT.get(word, sounds) if following not in _APART else sounds
    if word == "neuf" and following not in _NEUF:
        return sounds
    stands_alone = following in _NO_NOUN
    if word in _CHANGED:
        return sounds if stands_alone else _CHANGED[word]
    if following in ("et", "ou") and word not in ("vingt",):
        return sounds
    if word in ("vingt", "cent") and following in ("un", "onze"):
        return sounds
    for words, sound in ((_Z, "z"), (_T, "t"), (_N, "n")):
        if word in words:
            return _with(sounds, sound)
    if not stands_alone:
        for words, sound in ((_Z_ADJECTIVES, "z"), (_T_ADJECTIVES, "t")):
            if word in words:
                return _with(sounds, sound)
    return sounds


def _with(sounds: str, consonant: str) -> str:
    return sounds if sounds.endswith(consonant) else sounds + consonant
