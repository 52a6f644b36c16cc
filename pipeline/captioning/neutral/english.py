"""Neutral wording in English."""

from __future__ import annotations

import re

from pipeline.captioning.neutral.rewording import Piece, distinct, join, word_at

NOUNS = {
    **dict.fromkeys(
        ("man", "woman", "lady", "guy", "gentleman", "dude", "male", "female"), "person"
    ),
    **dict.fromkeys(("men", "women", "ladies", "guys", "gentlemen", "males", "females"), "people"),
    **dict.fromkeys(("boy", "girl"), "child"),
    **dict.fromkeys(("boys", "girls"), "children"),
    **dict.fromkeys(("man's", "woman's", "lady's", "guy's"), "person's"),
    **dict.fromkeys(("men's", "women's"), "people's"),
    **dict.fromkeys(("boy's", "girl's"), "child's"),
    **dict.fromkeys(("mother", "father", "mom", "dad"), "parent"),
    **dict.fromkeys(("mothers", "fathers", "moms", "dads"), "parents"),
    **dict.fromkeys(("son", "daughter"), "child"),
    **dict.fromkeys(("sons", "daughters"), "children"),
    **dict.fromkeys(("brother", "sister"), "sibling"),
    **dict.fromkeys(("brothers", "sisters"), "siblings"),
    **dict.fromkeys(("husband", "wife"), "partner"),
    **dict.fromkeys(("grandmother", "grandfather"), "grandparent"),
    "waitress": "waiter",
    "cameraman": "photographer",
    "fireman": "firefighter",
    "firemen": "firefighters",
    "policeman": "officer",
    "policewoman": "officer",
    "policemen": "officers",
    "businessman": "businessperson",
    "sportsman": "athlete",
}
PEOPLE = {"person": "people", "child": "children", "parent": "parents", "sibling": "siblings"}
AGES = {"teen": "teenager", "teenage": "teenager", "baby": "baby", "toddler": "toddler"}
# Nouns whose "his" becomes "its"; every other subject is a person.
ANIMALS = frozenset(
    "dog dogs puppy puppies cat cats kitten horse horses pony cow cows bull goat sheep bird birds "
    "duck seagull poodle greyhound terrier collie dalmatian retriever shepherd doberman rottweiler "
    "pug hound labrador lab bulldog beagle husky animal animals".split()
)
SPORTS = frozenset("tennis soccer football basketball volleyball baseball hockey track".split())
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
PRONOUNS = {
    "his": ("their", "its"),
    "he": ("they", "it"),
    "she": ("they", "it"),
    "him": ("them", "it"),
    "hers": ("theirs", "its"),
    "himself": ("themselves", "itself"),
    "herself": ("themselves", "itself"),
}
# "Her" is "them" before one of these words and at the end; else it is "their".
AFTER_OBJECT = frozenset(
    "a an the in on at by for from to into onto with as and or while off over under up down out "
    "through near behind beside around across along away back against who which that is are".split()
)
VERBS = {"is": "are", "was": "were", "has": "have", "does": "do", "goes": "go"}


def neutral(parts: list[Piece]) -> list[Piece]:
    """The caption in neutral wording; see `pipeline.captioning.neutral.neutral_words`."""
    before = [part.word for part in parts]
    parts = _pronouns(parts)
    parts = _nouns(parts)
    parts = _together(parts)
    if [part.word for part in parts] == before:
        return parts
    return distinct(_articles(_another(parts)), _shorter)


def _nouns(parts: list[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for place, part in enumerate(parts):
        word, after = part.word, word_at(parts, place + 1)
        last = found[-1].word if found else ""
        if word in ("male", "female") and _noun_follows(after):
            # "A female runner" becomes a runner, which keeps the attention of both words.
            parts[place + 1] = join(after, (part, parts[place + 1]))
        elif word in NOUNS and last in AGES:
            plural = NOUNS[word] in ("people", "children")
            age = AGES[last]
            found[-1] = join(_plural(age) if plural else age, (found[-1], part))
        elif word in NOUNS and after in ("scout", "scouts"):
            parts[place + 1] = join(after, (part, parts[place + 1]))
        elif word in NOUNS and last in ("police", "business") and NOUNS[word] in PEOPLE:
            found.append(part.said("officer" if last == "police" else NOUNS[word]))
        else:
            found.append(part.said(NOUNS.get(word, word)))
    return found


def _noun_follows(word: str) -> bool:
    return word in SPORTS or bool(re.search(r"(er|ist|nast|ete|child)s?$", word))


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _pronouns(parts: list[Piece]) -> list[Piece]:
    found: list[Piece] = []
    animal = person = False
    verb_due = False
    for place, part in enumerate(parts):
        word, after = part.word, word_at(parts, place + 1)
        person = person or word in NOUNS or word in PEOPLE or word in PEOPLE.values()
        animal = animal or word in ANIMALS
        its = animal and not person
        if verb_due:
            verb_due = False
            part = part.said(_plural_verb(word))
        if word == "her":
            object_ = not after or after in AFTER_OBJECT
            part = part.said(("it" if its else "them") if object_ else ("its" if its else "their"))
        elif word in PRONOUNS:
            part = part.said(PRONOUNS[word][its])
            verb_due = word in ("he", "she") and not its
        found.append(part)
    return found


def _plural_verb(word: str) -> str:
    """The plural of a verb, for "they" in place of "he" ("tries" -> "try")."""
    if word in VERBS:
        return VERBS[word]
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if re.search(r"(ch|sh|ss|x|zz)es$", word):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _together(parts: list[Piece]) -> list[Piece]:
    """Adds up nouns that became equal: "a person and a person" -> "two people"."""
    place = 0
    while place < len(parts):
        parts, changed = _add_up(parts, place)
        place = 0 if changed else place + 1
    return parts


def _add_up(parts: list[Piece], start: int) -> tuple[list[Piece], bool]:
    """Joins the group that begins at `start` with an equal group after "and"."""
    first = _group(parts, start)
    if first is None:
        return parts, False
    listed = (
        word_at(parts, first.end) != "and"
    )  # "a man, woman and dog": there are no commas among the words
    second = _group(parts, first.end + (not listed), after=first)
    if second is None or second.noun != first.noun or (listed and second.counted):
        return parts, False
    # "A young man and woman" are two young people; "a young man and a woman" are not.
    alike = second.adjectives == first.adjectives
    if not alike and (second.counted or second.adjectives):
        return parts, False
    every = parts[start : second.end]
    count = first.count + second.count
    many = 0 in (first.count, second.count)
    if many and first.count != second.count:
        return parts, False
    head: list[Piece] = [] if many else [join(_number(count), every)]
    if first.definite and not many:
        head.insert(0, join("the", every))
    adjectives = [join(word, every) for word in first.adjectives]
    group = [*head, *adjectives, join(PEOPLE[first.noun], every)]
    return [*parts[:start], *group, *parts[second.end :]], True


class _Group:
    """A number of neutral people: "a person", "two young children", "people"."""

    def __init__(self, noun: str, count: int, adjectives: tuple[str, ...], end: int) -> None:
        """`count` is 0 for an unknown number; `end` is the index after the noun."""
        self.noun, self.count, self.adjectives, self.end = noun, count, adjectives, end
        self.counted = False
        self.definite = False


def _group(parts: list[Piece], start: int, after: _Group | None = None) -> _Group | None:
    """The group that begins at an index, if any; `after` another group it has no article."""
    singular = {many: one for one, many in PEOPLE.items()}
    head = word_at(parts, start)
    counted = head in ("a", "an", "the", "another") or head in NUMBERS
    place = start + counted
    adjectives: list[str] = []
    while word_at(parts, place) in ADJECTIVES:
        adjectives.append(parts[place].word)
        place += 1
    noun = word_at(parts, place)
    if noun in PEOPLE and (head != "another" or start > 0):
        count = 1
    elif noun in singular:
        count = NUMBERS.index(head) + 1 if head in NUMBERS else 0
        noun = singular[noun]
    else:
        return None
    # In "a red shirt and people" nothing is counted; "their parents" are not strangers.
    before = word_at(parts, start - 1)
    if not counted and after is None and before in (*ADJECTIVES, *NUMBERS, *OWNERS):
        return None
    if count == 1 and head in NUMBERS[1:]:
        return None
    group = _Group(noun, count, tuple(adjectives), place + 1)
    group.counted, group.definite = counted, head == "the"
    return group


ADJECTIVES = frozenset(
    "young little small old older elderly blond blonde asian black white".split()
)


def _shorter(parts: list[Piece], place: int) -> list[Piece] | None:
    """Shortens the mention at the index of a bigram: "another in red"."""
    for start in range(place + 1, max(place - 3, -1), -1):
        head, end = word_at(parts, start), start + 1
        while word_at(parts, end) in ADJECTIVES:
            end += 1
        noun = word_at(parts, end)
        if end < place or noun not in (*PEOPLE, *PEOPLE.values()):
            continue
        words = OTHERS.get(head)
        if head in NUMBERS[1:]:
            words = (head, "others")
        if head == "other" and noun not in PEOPLE:
            words = ("others",)
        if words is None and head not in OWNERS:
            start, words = start + 1, ("someone" if noun in PEOPLE else "others",)
        if words is not None:
            every = parts[start : end + 1]
            return [*parts[:start], *(join(word, every) for word in words), *parts[end + 1 :]]
    for start in (place + 1, place):
        if word_at(parts, start) in ("their", "a", "an"):
            return [*parts[:start], parts[start].said("the"), *parts[start + 1 :]]
    return None


OWNERS = ("the", "their", "a")
OTHERS = {
    "a": ("another",),
    "an": ("another",),
    "another": ("another",),
    "the": ("the", "other"),
}


def _number(count: int) -> str:
    return NUMBERS[count - 1] if count <= len(NUMBERS) else "many"


def _another(parts: list[Piece]) -> list[Piece]:
    """Replaces the second "a person" of a caption by "another person"."""
    met: set[tuple[str, ...]] = set()
    found: list[Piece] = []
    for place, part in enumerate(parts):
        after = place + 1
        while word_at(parts, after) in ADJECTIVES:
            after += 1
        group = tuple(one.word for one in parts[place + 1 : after + 1])
        if part.word in ("a", "an") and group and group[-1] in PEOPLE:
            if group in met:
                part = part.said("another")
            met |= {group, group[-1:]}
        found.append(part)
    return found


def _articles(parts: list[Piece]) -> list[Piece]:
    """Chooses "a" or "an" by the following word."""
    found: list[Piece] = []
    for place, part in enumerate(parts):
        after = word_at(parts, place + 1)
        if part.word in ("a", "an") and after:
            part = part.said("an" if _vowel(after) else "a")
        found.append(part)
    return found


def _vowel(word: str) -> bool:
    return word[0] in "aeiou" and not re.match(r"(uni|use|one|eu)", word)
