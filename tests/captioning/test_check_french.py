"""The checker of French knows right from wrong."""

from __future__ import annotations

import pytest

from pipeline.captioning.vocabulary import normalise
from tests.captioning.check_french import french_faults


@pytest.mark.parametrize(
    "caption",
    [
        "Deux filles sont assises sur un banc.",
        "Un groupe de personnes est assis autour d'une table.",
        "Un groupe de personnes assises dans un salon.",
        "Une voiture rouge est garée devant un vieil immeuble.",
        "Deux ours en peluche sont posés sur l'étagère.",
        "Trois ours sont assis près de l'eau.",
        "Des toilettes blanches dans une salle de bain.",
        "Un hibou est perché sur le haut d'une haie.",
        "Une salle de bain avec un lavabo et une douche.",
        "Le vol d'un oiseau au-dessus du lac.",
        "Deux girafes marron sont debout dans un champ d'herbe.",
        "Une autre voiture jaune est garée.",
        "Un homme et une femme sont assis sur un banc.",
        "Une femme portant un chapeau est assise.",
    ],
)
def test_right_french_has_no_fault(caption: str) -> None:
    assert french_faults(normalise(caption, "fr")) == []


@pytest.mark.parametrize(
    ("caption", "fault"),
    [
        ("Un joueur de le ballon.", "de le"),
        ("Il va à le parc.", "à le"),
        ("Le homme court.", "le homme"),
        ("Une rue de eau.", "de eau"),
        ("L'chien court.", "l' chien"),
        ("Un voiture sur la route.", "un voiture"),
        ("Une petit chien court.", "une petit chien"),
        ("Deux chien courent.", "deux chien"),
        ("Un chats dort.", "un chats"),
        ("Deux filles sont assis.", "deux filles sont assis"),
        ("Une voiture garé dans la rue.", "une voiture garé"),
        ("Plusieurs motos sont garés.", "plusieurs motos sont garés"),
        ("Trois oiseaux sont posées sur un fil.", "trois oiseaux sont posées"),
        ("Une voiture vert roule.", "une voiture vert"),
        ("Un grand bouteille.", "un grand bouteille"),
        ("Une rangée d'des arbres.", "d' des"),
        ("Une table avec une horloge posé dessus.", "une horloge posé"),
    ],
)
def test_a_fault_is_found(caption: str, fault: str) -> None:
    assert fault in french_faults(normalise(caption, "fr"))
