"""Every language has every sentence, with the same placeholders."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from string import Formatter

from pipeline import errors
from pipeline.errors import ErrorCode, ImageError
from pipeline.phrases import ENGLISH, FRENCH, LANGUAGES, phrases

PIPELINE = Path(__file__).resolve().parents[2] / "pipeline"
ERRORS = {name for name in vars(errors) if name.endswith("Error")}
# Fields whose text is the same in both languages.
SAME = {
    "photo", "volume", "result", "sample_temple", "history_count_one", "history_count",
    "history_page", "history_source_upload", "history_from", "speaker_vois",
}  # fmt: skip


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def raised() -> Iterator[tuple[str, ast.Call, ast.AST]]:
    """Where and how pipeline/ makes each error, and the source that chooses its message."""
    for path in sorted(PIPELINE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            # `super().__init__` of an error class that is defined beside what raises it.
            own = path.parent.name == "speech" and ast.unparse(node.func) == "super().__init__"
            if own or (isinstance(node.func, ast.Name) and node.func.id in ERRORS):
                first: ast.AST = node.args[0]
                if isinstance(first, ast.Call) and isinstance(first.func, ast.Name):
                    first = functions[first.func.id]
                yield f"{path.relative_to(PIPELINE)}:{node.lineno}", node, first


def messages(node: ast.AST) -> set[ErrorCode]:
    """The messages that stand as `ErrorCode.NAME` in a piece of source."""
    return {
        ErrorCode[one.attr]
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "ErrorCode"
    }


def test_every_language_has_its_own_words_for_every_sentence() -> None:
    english, french = ENGLISH.labels(), FRENCH.labels()
    assert set(english) == set(french) == {field.name for field in fields(ENGLISH)} - {"errors"}
    assert {name for name in english if english[name] == french[name]} == SAME
    assert all(text.strip() for text in french.values())
    for name in english:
        assert placeholders(english[name]) == placeholders(french[name]), name


def test_every_message_has_its_own_sentence_in_every_language_with_the_same_fields() -> None:
    assert len(ErrorCode) > 60
    assert set(ENGLISH.errors) == set(FRENCH.errors) == set(ErrorCode)
    for message in ErrorCode:
        english, french = ENGLISH.errors[message], FRENCH.errors[message]
        assert english == message.value != french.strip() != "", message
        assert placeholders(english) == placeholders(french), message
    assert len(set(FRENCH.errors.values())) == len(ErrorCode)


def test_every_message_is_used() -> None:
    used: set[ErrorCode] = set()
    for path in PIPELINE.rglob("*.py"):
        if path.parent.name != "phrases":
            used |= messages(ast.parse(path.read_text(encoding="utf-8")))
    assert used == set(ErrorCode)


def test_every_error_is_made_of_a_message_and_its_fields() -> None:
    found = list(raised())
    assert len(found) > 60
    for where, call, source in found:
        filled = {keyword.arg for keyword in call.keywords}
        assert len(call.args) == 1, where
        assert messages(source), where
        assert all(placeholders(message.value) == filled for message in messages(source)), where


def test_french_follows_french_typography() -> None:
    for text in (*FRENCH.labels().values(), *FRENCH.errors.values()):
        assert not re.search(r"[^\u00a0][:;?!»]|«[^\u00a0]", text), text  # no line begins with one
        assert "'" not in text, text


def test_the_sentence_of_an_error_has_its_fields_filled_in() -> None:
    error = ImageError(ErrorCode.PHOTO_NOT_OPENED, name="{chat}.jpg")
    assert str(error) == ENGLISH.error_sentence(error) == "The file {chat}.jpg cannot be opened."
    assert FRENCH.error_sentence(error) == "Le fichier {chat}.jpg ne peut pas être ouvert."


def test_an_error_of_another_process_keeps_its_message() -> None:
    error = pickle.loads(pickle.dumps(ImageError(ErrorCode.PHOTO_NOT_OPENED, name="chat.jpg")))
    assert FRENCH.error_sentence(error) == "Le fichier chat.jpg ne peut pas être ouvert."


def test_an_unknown_language_falls_back_to_english() -> None:
    assert phrases("xx") is ENGLISH
    assert [phrases(language).language for language in LANGUAGES] == ["en", "fr"]


def test_unknown_language_falls_back_to_english() -> None:
    assert phrases("xx") is phrases("en")
