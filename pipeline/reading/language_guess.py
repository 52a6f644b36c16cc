"""Guesses whether a text is English or French, from its words and letters."""

from __future__ import annotations

import re

from pipeline.languages import ENGLISH, FRENCH

# Words of sentences and of signs that the other language does not have.
_WORDS = {
    ENGLISH: frozenset(
        "the of and to in is are was were be been it this that these with for from by at as or not "
        "no yes we you your our their his her its he she they will can may must do does please "
        "thank thanks dear sincerely regards open closed exit entrance push pull way out street "
        "road avenue store shop sale free price each off day days week monday tuesday wednesday "
        "thursday friday saturday sunday january february march april may june july august "
        "september october november december stop go slow keep left right caution warning danger "
        "floor wet parking only customers staff emergency fire door do enter smoking dogs school "
        "bus station train airport hotel coffee tea milk bread butter cheese apple juice water "
        "sugar salt net weight ingredients best before store cool dry place tablets twice daily "
        "total cash change card receipt tax subtotal number phone email address name date time "
        "hours welcome home room office library town hall book read new old world my if have has "
        "when all any more than under over between into about after before people police bank "
        "homeless help love happy birthday team press next back settings cancel save delete search "
        "sign password user file edit view window tools messages battery network connection later "
        "now again here there me".split()
    ),
    FRENCH: frozenset(
        "le la les un une des du de et à au aux en dans sur sous avec pour par sans est sont été "
        "être ce cette ces que qui quoi où ne pas plus ou mais donc nous vous votre vos notre nos "
        "leur leurs son sa ses il elle ils elles on je tu te se y ouvert ouverte fermé fermée "
        "fermeture ouverture sortie entrée secours poussez tirez rue boulevard avenue place gare "
        "boulangerie pâtisserie boucherie charcuterie fromagerie pharmacie librairie mairie école "
        "café thé lait pain beurre fromage pomme jus eau sucre sel crêpes gâteaux tarte prix lundi "
        "mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin juillet "
        "août septembre octobre novembre décembre attention défense interdit interdiction fumer "
        "merci bonjour bienvenue madame monsieur chère cher cordialement salutations heures heure "
        "jour jours semaine poids net ingrédients consommer avant conserver frais sec comprimés "
        "fois espèces carte monnaie ticket tva numéro téléphone adresse nom gratuit soldes wc "
        "accueil caisse étage ascenseur escalier stationnement chiens tenus laisse prière éteindre "
        "lumière médicament posologie enfants adultes chez vers très tout tous toute toutes "
        "annuler enregistrer supprimer rechercher retour suivant paramètres plus fichier édition "
        "affichage mot passe utilisateur connexion réseau batterie".split()
    ),
}
_SHARED = _WORDS[ENGLISH] & _WORDS[FRENCH]
# What the words of one language have and those of the other seldom have.
_LETTERS = {
    ENGLISH: re.compile(
        r"w|k|th|sh|gh|oo|ee|ing\b|ly\b|[^aeiou]y\b|\bwh|n't\b|['\u2019]s\b|ow|ea(?!u)"
    ),
    FRENCH: re.compile(
        r"[àâçèéêëîïôùûüœ]|eau|eux|oux|ille|\b[cdjlmnst]['\u2019]|\bqu|que\b|ette\b|oi[rstx]|tte\b|"
        r"erie\b|ère\b|ois\b|aux\b|ez\b"
    ),
}
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu)['\u2019]", re.IGNORECASE)
_WORD_WEIGHT = 2.0


def language_of(text: str, otherwise: str) -> str:
    """The language of a text.

    Args:
        text: any.
        otherwise: the code to answer when nothing speaks for English or for French.

    Returns:
        "en", "fr" or `otherwise`.
    """
    english, french = (_evidence(text.lower(), language) for language in (ENGLISH, FRENCH))
    if english == french:
        return otherwise
    return ENGLISH if english > french else FRENCH


def _evidence(text: str, language: str) -> float:
    words = [_ELISION.sub("", word) for word in _WORD.findall(text)]
    own = _WORDS[language] - _SHARED
    known = sum(word in own for word in words)
    return _WORD_WEIGHT * known + len(_LETTERS[language].findall(text))
