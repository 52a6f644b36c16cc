"""Every sentence in every language: complete, with the same blanks, and none forgotten."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from string import Formatter

from pipeline import errors
from pipeline.errors import ImageError, VoisError
from pipeline.phrases import ENGLISH, FRENCH, LANGUAGES, phrases

PIPELINE = Path(__file__).resolve().parents[2] / "pipeline"
ERRORS = {name for name in vars(errors) if name.endswith("Error")}
# Words that both languages have.
SAME = {
    "photo", "volume", "result", "sample_temple", "history_count_one", "history_count",
    "history_page", "history_source_upload",
}  # fmt: skip


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def raised() -> Iterator[tuple[str, ast.expr | None, str]]:
    """Where, the node if it cannot be read, and the sentence of each error in pipeline/."""
    for path in PIPELINE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known: dict[str, ast.AST] = {}
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                known[node.targets[0].id] = node.value
            elif isinstance(node, ast.FunctionDef):
                known[node.name] = ast.Module([one for one in node.body[1:]], [])
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            named = isinstance(node.func, ast.Name) and node.func.id in ERRORS
            # `super().__init__` of an error that is defined beside what raises it.
            own = path.name == "network_call.py" and ast.unparse(node.func) == "super().__init__"
            if named or own:
                where = f"{path.relative_to(PIPELINE)}:{node.lineno}"
                yield from sentences(where, node.args[0], known)


def sentences(
    where: str, argument: ast.expr, known: dict[str, ast.AST]
) -> Iterator[tuple[str, ast.expr | None, str]]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield where, None, argument.value
    elif isinstance(argument, ast.Name) and argument.id in known:
        yield from sentences(where, known[argument.id], known)  # type: ignore[arg-type]
    elif isinstance(argument, ast.IfExp):
        yield from sentences(where, argument.body, known)
        yield from sentences(where, argument.orelse, known)
    elif isinstance(argument, ast.Call) and isinstance(argument.func, ast.Name):
        for node in ast.walk(known[argument.func.id]):
            if isinstance(node, ast.Return) and node.value is not None:
                yield from sentences(where, node.value, known)
    else:
        yield where, argument, ast.unparse(argument)


def test_every_language_has_its_own_words_for_every_sentence() -> None:
    english, french = ENGLISH.labels(), FRENCH.labels()
    assert set(english) == set(french) == {field.name for field in fields(ENGLISH)} - {"errors"}
    assert {name for name in english if english[name] == french[name]} == SAME
    assert all(text.strip() for text in french.values())
    for name in english:
        assert blanks(english[name]) == blanks(french[name]), name


def test_every_error_is_told_in_french() -> None:
    found = list(raised())
    assert [(where, text) for where, unreadable, text in found if unreadable is not None] == []
    english = {text for _, _, text in found}
    assert len(english) > 60
    assert english == set(FRENCH.errors)
    for sentence in english:
        assert blanks(sentence) == blanks(FRENCH.errors[sentence]), sentence


def test_french_is_set_as_french_is() -> None:
    for text in (*FRENCH.labels().values(), *FRENCH.errors.values()):
        assert not re.search(r"[^\u00a0][:;?!»]|«[^\u00a0]", text), text  # no line begins with one
        assert "'" not in text, text


def test_an_error_is_told_with_what_belongs_into_it() -> None:
    error = ImageError("The file {name} cannot be opened.", name="chat.jpg")
    assert str(error) == ENGLISH.told(error) == "The file chat.jpg cannot be opened."
    assert FRENCH.told(error) == "Le fichier chat.jpg ne peut pas être ouvert."
    unknown = VoisError("A {strange} sentence.")
    assert str(unknown) == FRENCH.told(unknown) == "A {strange} sentence."


def test_a_language_that_nobody_translated_is_english() -> None:
    assert phrases("xx") is ENGLISH
    assert [phrases(language).language for language in LANGUAGES] == ["en", "fr"]
