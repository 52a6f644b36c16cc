"""Each message is taken once, in order, whatever arrives and however often."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.web.state.inbox import SENDERS_KEPT, Inbox


def sent(*numbers: object, sender: object = "page") -> dict[str, object]:
    """What messages.js sends."""
    messages = [{"number": number, "kind": "pace", "values": {"n": number}} for number in numbers]
    return {"sender": sender, "messages": messages}


def numbers(inbox: Inbox, *arguments: Any, **options: Any) -> list[int]:
    return [message.number for message in inbox.take(sent(*arguments, **options))]


def test_a_message_keeps_its_kind_and_values() -> None:
    (message,) = Inbox().take(sent(1))
    assert (message.number, message.kind, message.values) == (1, "pace", {"n": 1})


def test_each_is_taken_once_and_in_order() -> None:
    inbox = Inbox()
    assert inbox.acknowledged == {}
    assert numbers(inbox, 1) == [1]
    assert numbers(inbox, 1) == []
    assert numbers(inbox, 1, 3, 2, 3) == [2, 3]
    assert inbox.acknowledged == {"page": 3}
    assert numbers(inbox, 2) == []  # delivered late
    assert inbox.acknowledged == {"page": 3}


def test_a_page_that_is_reloaded_begins_at_one() -> None:
    inbox = Inbox()
    assert numbers(inbox, 1, 2, sender="before") == [1, 2]
    assert numbers(inbox, 1, sender="after") == [1]
    assert numbers(inbox, 1, 2, sender="before") == []
    assert inbox.acknowledged == {"before": 2, "after": 1}


def test_a_new_session_takes_a_page_that_counts_on() -> None:
    assert numbers(Inbox(), 7, 8) == [7, 8]


def test_few_senders_are_remembered_and_the_one_in_use_is() -> None:
    inbox = Inbox()
    for place in range(3 * SENDERS_KEPT):
        assert numbers(inbox, 1, sender=f"page {place}") == [1]
        assert numbers(inbox, *range(1, place + 2), sender="in use") == [place + 1]
    assert len(inbox.acknowledged) == SENDERS_KEPT
    assert inbox.acknowledged["in use"] == 3 * SENDERS_KEPT


@pytest.mark.parametrize(
    "garbage",
    [
        *(None, 3, "pace", [], {}, {"sender": "page"}, {"sender": "page", "messages": {}}),
        *({"messages": []}, sent(1, sender=None), sent(1, sender=""), sent(1, sender="x" * 65)),
        *(sent(value) for value in (None, "1", 1.0, True, 0, -1, [1])),
        *(
            {"sender": "page", "messages": [message]}
            for message in (
                *(None, [], {}, {"number": 1}, {"number": 1, "kind": "pace"}),
                {"number": 1, "kind": 2, "values": {}},
                {"number": 1, "kind": "pace", "values": []},
            )
        ),
    ],
)
def test_garbage_is_ignored(garbage: object) -> None:
    inbox = Inbox()
    assert inbox.take(garbage) == []
    assert inbox.acknowledged == {}
    assert numbers(inbox, 1) == [1]


def test_what_is_valid_is_taken_from_among_garbage() -> None:
    inbox = Inbox()
    mixed = sent(1, "2", 3)
    assert [message.number for message in inbox.take(mixed)] == [1, 3]
