"""Lists what was recognised in words: "two cars on the left and a dog"."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.phrases import phrases
from pipeline.phrases.base import Phrases
from pipeline.recognition.names import Name
from pipeline.recognition.recogniser import Recognised

NAMED_FROM = 0.7  # least probability of what is said; training/LOG.md has what was right
# The same in a picture that is unlike every training photo: of 74 drawn ones 8 had a name from 0.7
# ("a cake" in a fractal), none from 0.95; the sample photo of a cat has 0.98.
NAMED_FROM_UNLIKE = 0.95
MOST_NAMES = 3  # more would read like a description
# A thing lies on one side when its middle does, in shares of the photo's width.
_LEFT, _RIGHT = 0.4, 0.6
_WIDE = 0.6  # a thing that covers more of the width lies nowhere in particular


def sure_things(things: Sequence[Recognised], words: Sequence[str] = ()) -> tuple[Recognised, ...]:
    """The things that are probable enough to be said, and that a caption does not say already.

    Args:
        things: the most probable first.
        words: of the caption, in English.

    Returns:
        All things of at most `MOST_NAMES` names.
    """
    said = frozenset(words)
    kept: list[Recognised] = []
    for one in things:
        others = {other.name for other in kept} - {one.name}
        again = one.name.words & said
        if one.probability < NAMED_FROM or again or len(others) == MOST_NAMES:
            continue
        if one.name.imagenet and any(one.name.words & other.words for other in others):
            continue  # "a wolf" beside "a dog": one thing, of which the likelier name is kept
        kept.append(one)
    return tuple(kept)


def listed(things: Sequence[Recognised], language: str, *, places: bool = False) -> str:
    """The things as a list, each name once, with its number.

    Args:
        things: what to name; not empty.
        language: two-letter code.
        places: whether to say where they are, where that is clear.
    """
    say = phrases(language)
    by_name: dict[Name, list[Recognised]] = {}
    for one in things:
        by_name.setdefault(one.name, []).append(one)
    named = []
    for name, found in by_name.items():
        noun = name.noun(language)
        text = noun.one
        if len(found) > 1:
            counted = {2: say.number_two, 3: say.number_three}.get(len(found), say.number_several)
            text = counted.format(things=noun.many)
        if places:
            text = _placed(text, found, say)
        named.append(text)
    *first, last = named
    return say.listed.format(first=", ".join(first), last=last) if first else last


def _placed(text: str, found: Sequence[Recognised], say: Phrases) -> str:
    """The text with the side of the photo where all of the things are, if they are on one."""
    boxes = [one.box for one in found if one.box is not None]
    if len(boxes) < len(found) or any(box.right - box.left > _WIDE for box in boxes):
        return text
    middles = [(box.left + box.right) / 2 for box in boxes]
    if max(middles) < _LEFT:
        return say.on_the_left.format(thing=text)
    return say.on_the_right.format(thing=text) if min(middles) > _RIGHT else text
