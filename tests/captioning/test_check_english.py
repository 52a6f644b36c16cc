"""The checker of English knows right from wrong."""

from __future__ import annotations

import pytest

from tests.captioning.check_english import english_faults


@pytest.mark.parametrize(
    "caption",
    [
        "a dog runs",
        "an elephant is walking next to a unicycle",
        "an hour on a clock tower with a clock",
        "a black dog and a white dog are playing",
        "a man is watching another man",
        "a man and two men are standing in a field",
        "a baseball player on a baseball field",
        "a street sign on the side of the street",
        "a black and white cat on a red couch",
        "a group of zebras are standing in a field",
        "a sheep is standing next to a fence",
        "a person is standing in front of a crowd of people",
    ],
)
def test_right_english_has_no_fault(caption: str) -> None:
    assert english_faults(caption.split()) == []


@pytest.mark.parametrize(
    ("caption", "fault"),
    [
        ("a oven on a table", "a oven"),
        ("an dog runs", "an dog"),
        ("an uniform", "an uniform"),
        ("a elephants in a field", "a elephants"),
        ("a kitchen with a white cabinets", "a white cabinets"),
        ("a red and white skis on a mountain", "a red and white skis"),
        ("a white toilet in a bathroom with a toilet", "toilet twice"),
        ("a person wearing a red hat and hat", "hat twice"),
        ("a vase of flowers on a table with flowers", "flower twice"),
        ("a black dog and a dog are running", "dog twice"),
        ("a group of sheep around a sheep", "sheep twice"),
    ],
)
def test_a_fault_is_found(caption: str, fault: str) -> None:
    assert fault in english_faults(caption.split())
