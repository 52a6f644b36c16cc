"""Messages from the browser, each of which is acted on exactly once.

`assets/page/messages.js` sends all messages that were not acknowledged, again and again: Streamlit
may lose a trigger, replace it by a later one, or deliver it twice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

SENDERS_KEPT = 8  # a page that is loaded anew is another sender; the one before it may still send
SENDER_MAX_CHARACTERS = 64  # messages.js uses 43


@dataclass(frozen=True)
class Message:
    """One message from the browser.

    Attributes:
        number: its place among all messages of its sender, from 1.
        kind: what it is about.
        values: what it says; comes from the browser, and may be anything that JSON can hold.
    """

    number: int
    kind: str
    values: Mapping[str, object]


class Inbox:
    """Takes the messages of one component in one session."""

    def __init__(self) -> None:
        """Nothing was taken yet."""
        self._taken: OrderedDict[str, int] = OrderedDict()

    @property
    def acknowledged(self) -> dict[str, int]:
        """The last number that was taken from each sender; goes back to the browser."""
        return dict(self._taken)

    def take(self, sent: object) -> list[Message]:
        """Returns the messages that were not returned before.

        Args:
            sent: what messages.js sends: {sender, messages: [{number, kind, values}]}. Anything
                else is ignored.

        Returns:
            The new messages by increasing number.
        """
        if not isinstance(sent, Mapping):
            return []
        sender, messages = sent.get("sender"), sent.get("messages")
        if not isinstance(sender, str) or not 0 < len(sender) <= SENDER_MAX_CHARACTERS:
            return []
        if not isinstance(messages, list):
            return []
        last = self._taken.get(sender, 0)
        read = (_read(message) for message in messages)
        new = {message.number: message for message in read if message and message.number > last}
        if not new:
            return []
        self._taken[sender] = max(new)
        self._taken.move_to_end(sender)
        if len(self._taken) > SENDERS_KEPT:
            self._taken.popitem(last=False)
        return [new[number] for number in sorted(new)]


def _read(message: object) -> Message | None:
    """The message, if it is one."""
    if not isinstance(message, Mapping):
        return None
    number, kind, values = (message.get(name) for name in ("number", "kind", "values"))
    if not isinstance(number, int) or isinstance(number, bool) or not isinstance(kind, str):
        return None
    return Message(number, kind, values) if isinstance(values, Mapping) else None
