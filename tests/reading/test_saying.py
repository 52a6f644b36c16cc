"""Prices, times, dates, units and addresses as people say them."""

from __future__ import annotations

import pytest

from pipeline.reading.saying import as_said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("3,50 €", "3 euros 50"),
        ("Total 1,00 €", "Total 1 euro"),
        ("0,80 €", "0 euro 80"),
        ("9 h 30", "9 heures 30"),
        ("de 8h à 18h00", "de 8 heures à 18 heures"),
        ("Fermé à 19 h", "Fermé à 19 heures"),
        ("le 12/03/2027", "le 12 mars 2027"),
        ("le 01/06/2027", "le premier juin 2027"),
        ("le 31/13/2027", "le 31/13/2027"),
        ("Jusqu'à -50 %", "Jusqu'à moins 50 pour cent"),
        ("370 g, 1,5 kg, 30 °C", "370 grammes, 1,5 kilos, 30 degrés"),
        ("info@exemple.fr", "info arobase exemple point fr"),
        ("www.ma-ville.fr/bus", "w w w point ma tiret ville point fr barre oblique bus"),
        ("BOULANGERIE PÂTISSERIE", "Boulangerie pâtisserie"),
        ("ÉPICERIE DU COIN", "Épicerie du coin"),
        ("TVA 20 %", "TVA 20 pour cent"),
        ("GARE SNCF", "Gare SNCF"),
    ],
)
def test_french(written: str, said: str) -> None:
    assert as_said(written, "fr") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("£2.80", "2 pounds 80"),
        ("£1.00 off", "1 pound off"),
        ("$1,250", "$1,250"),
        ("€3", "3 euros"),
        ("Up to 50% off", "Up to 50 percent off"),
        ("9:30 to 18:00", "9 30 to 18 o'clock"),
        ("31/12/2027", "31 December 2027"),
        ("05/12/2027", "05/12/2027"),
        ("Fish & chips", "Fish and chips"),
        ("500 mg", "500 milligrams"),
        ("write to info@example.org.", "write to info at example dot org."),
        ("https://example.org/a_b", "example dot org slash a underscore b"),
        ("NO PARKING", "No parking"),
        ("BBC NEWS", "BBC news"),
        ("Made in the USA", "Made in the USA"),
    ],
)
def test_english(written: str, said: str) -> None:
    assert as_said(written, "en") == said


def test_another_language_is_left_alone() -> None:
    assert as_said("3,50 €", "de") == "3,50 €"
