"""Writes down whatever a person hears and meets: announcements, sounds, lost focus, scrolling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipeline.phrases import Phrases
from pipeline.web.state.settings import Speaker
from tests.browser.app import WAIT_MS, Vois

# Runs before the page. A live region is announced when it gets new words, unless it is off.
RECORD = """
window.announced = [];
window.lost = [];
window.scrolled = [];
new MutationObserver((changes) => {
  const regions = new Set();
  for (const { target, addedNodes } of changes) {
    const region = (target.closest ? target : target.parentElement)
      ?.closest("[aria-live], [role=status], [role=alert], [role=log]");
    const words = [...addedNodes].some((node) => (node.textContent ?? "").trim());
    if (region && words && region.checkVisibility()) regions.add(region);
  }
  for (const region of regions) {
    if (region.getAttribute("aria-live") !== "off") announced.push(region.textContent.trim());
  }
}).observe(document, { childList: true, subtree: true });
document.addEventListener("focusout", ({ target }) => setTimeout(() => {
  if (document.activeElement === document.body) lost.push(target.outerHTML.slice(0, 300));
}, 2000));  // the page gives the focus back when Streamlit has drawn anew what had it
document.addEventListener("scroll", ({ target }) => scrolled.push(target.scrollTop), true);
// Eight times as fast: how long a sentence takes is not what is tested.
document.addEventListener("playing", ({ target }) => (target.playbackRate = 8), true);
"""
QUIET_MS = 900  # nothing more is said, once nothing was for so long


@dataclass
class Recorder:
    """One person's journey, with what they hear of it.

    Attributes:
        vois: their page, with `RECORD` as an init script.
        speaker: who speaks to them.
        earlier: what was announced in the steps before.
    """

    vois: Vois
    speaker: Speaker
    earlier: set[str] = field(default_factory=set)

    def announced(self) -> list[str]:
        """What a screen reader was given."""
        return list(self.vois.page.evaluate("announced"))

    def spoken(self) -> list[str]:
        """What Vois has begun to say."""
        kinds = ("playing", "note playing")
        every = self.vois.page.evaluate("window.voisPlayerEvents")
        return [event["text"] for event in every if event["type"] in kinds]

    def heard(self) -> list[str]:
        """By whoever speaks; where both do, by the screen reader."""
        return self.spoken() if self.speaker is Speaker.VOIS else self.announced()

    def step(self, act: Callable[[], object], *texts: str, before: Sequence[str] = ()) -> None:
        """Does something and requires that exactly this is heard of it, each text once.

        Args:
            act: what the person does.
            texts: what is heard, in order.
            before: what may be heard before that, since it depends on how fast the machine is.
        """
        page = self.vois.page
        self.earlier.update(self.announced())
        page.evaluate("announced.length = voisPlayerEvents.length = 0")
        act()
        for _ in range(WAIT_MS // 100 if texts else 0):
            if texts[-1] in self.heard():
                break
            page.wait_for_timeout(100)
        self.wait_until_quiet()
        assert page.evaluate("document.activeElement !== document.body")
        heard = [text for text in self.heard() if text not in before]
        assert heard == list(texts)
        self.check()

    def wait_until_quiet(self) -> None:
        """Waits until nothing is said any more."""
        page = self.vois.page
        page.wait_for_function("document.querySelector('audio').paused", timeout=WAIT_MS)
        while True:
            count = len(self.announced()) + len(self.spoken())
            page.wait_for_timeout(QUIET_MS)
            if count == len(self.announced()) + len(self.spoken()):
                return

    def check(self) -> None:
        """Only whoever shall speak does, one at a time, and the focus is somewhere."""
        if self.speaker is Speaker.READER:
            assert self.spoken() == []
        if self.speaker is Speaker.VOIS:
            assert self.announced() == []
        if self.speaker is Speaker.BOTH:  # sentences by both, each once; states by the reader alone
            assert not set(self.spoken()) - set(self.announced()) - self.earlier
            assert len(set(self.spoken())) == len(self.spoken())
        on = None
        for kind, identity in self.vois.events():
            if kind.endswith("playing"):
                assert on in (None, identity), "two sounds at once"
                on = identity
            elif kind.endswith(("ended", "stopped")) and on == identity:
                on = None
        assert self.vois.page.evaluate("lost") == []


def speaker_name(speaker: Speaker, say: Phrases) -> str:
    return {
        Speaker.READER: say.speaker_reader,
        Speaker.VOIS: say.speaker_vois,
        Speaker.BOTH: say.speaker_both,
    }[speaker]


def speaker_chosen(speaker: Speaker, say: Phrases) -> str:
    return {
        Speaker.READER: say.speaker_reader_chosen,
        Speaker.VOIS: say.speaker_vois_chosen,
        Speaker.BOTH: say.speaker_both_chosen,
    }[speaker]
