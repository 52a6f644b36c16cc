"""More detail and Ask about it, in a real browser, with a small model server on this machine."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import pytest
from PIL import Image

from pipeline.phrases import ENGLISH
from tests.browser.app import WAIT_MS, Server, Vois, serve, visit
from tests.browser.photos import square
from tests.data.tiny_files import TINY
from tests.other_model.local_models import CHAT, Answer, LocalModels, listing, running, saying
from tests.waiting import until

pytestmark = pytest.mark.browser

LIST = "GET /v1/models"
MARK = "Another model, llava:"
FOCUSED = "document.activeElement.dataset.do ?? document.activeElement.className"


@pytest.fixture(scope="module")
def models() -> Iterator[LocalModels]:
    with running() as serving:
        yield serving


@pytest.fixture(scope="module")
def asking(models: LocalModels) -> Iterator[Server]:
    with serve(TINY, VOIS_MODEL_URL=f"{models.server.address}/v1") as server:
        yield server


def look(vois: Vois, found: str) -> None:
    vois.expand("st-key-settings")
    vois.press(ENGLISH.other_look)
    vois.wait_for_status(ENGLISH.other_found.format(model=found))
    vois.page.locator("[data-do=detail]").wait_for(timeout=WAIT_MS)


def test_a_question_is_answered_as_it_is_written(
    browser: object, models: LocalModels, asking: Server
) -> None:
    def slowly(answer: Answer) -> None:
        answer.models.goes_on.wait(WAIT_MS / 1000)
        answer.models.goes_on.clear()
        answer.begin()
        answer.words("It is red. It ")
        answer.wait()
        answer.words("is a square.", "stop")
        answer.done()

    models.answers = {LIST: listing("llava"), CHAT: slowly}
    with visit(browser, asking.url) as vois:
        vois.open()
        vois.upload(square())
        vois.wait_for_events("ended", 1)
        described = vois.sentence
        assert vois.page.get_by_role("button", name=ENGLISH.detail).count() == 0
        assert models.asked == []  # nothing is looked for before the person wants it
        look(vois, "llava, on this computer")
        vois.page.keyboard.press("Alt+Shift+Q")
        vois.page.get_by_label(ENGLISH.question_label).type("What colour?")
        vois.page.keyboard.press("Enter")
        vois.wait_for_status("Asking llava on this computer.")
        assert vois.page.evaluate(FOCUSED) == "question"
        assert vois.sentence == described  # until there is an answer
        models.goes_on.set()
        vois.wait_for_sentence(f"{MARK} It is red.")
        vois.wait_for_events("playing", 2)  # heard before the last word is written
        first = vois.page.evaluate_handle("document.querySelector('.vois-sentence').lastChild")
        models.goes_on.set()
        vois.wait_for_sentence(f"{MARK} It is red. It is a square.")
        assert first.evaluate("(node) => node.isConnected")  # only what is new is announced
        assert vois.page.get_attribute(".vois-sentence", "aria-atomic") == "false"
        vois.wait_for_events("ended", 2)
        kinds = [kind for kind, _ in vois.events("playing", "ended", "stopped")]
        assert kinds == ["playing", "ended"] * 2  # one voice, and one text
        entry = vois.page.locator(".vois-history li").first
        entry.get_by_text("another model: llava").wait_for(timeout=WAIT_MS)
        assert "\u201cWhat colour?\u201d It is red. It is a square." in entry.inner_text()
        said = vois.page.evaluate("said.map(({ text }) => text)")
        assert len([text for text in said if text.startswith("Asking")]) == 1
        assert said[-1] == f"{MARK} It is red. It is a square."  # and not "Ready" once more
    sent = models.question["messages"][-1]["content"][-1]["image_url"]["url"]
    with Image.open(io.BytesIO(base64.b64decode(sent.partition(",")[2]))) as picture:
        assert (picture.format, max(picture.size), dict(picture.getexif())) == ("JPEG", 256, {})


def test_a_photo_leaves_after_a_yes_and_stop_ends_the_request(
    browser: object, models: LocalModels, asking: Server
) -> None:
    def endless(answer: Answer) -> None:
        answer.begin()
        answer.words("It is red. It ")
        answer.wait()

    models.answers = {LIST: listing("llava:cloud"), CHAT: saying("It is red.")}
    models.asked.clear()
    models.goes_on.clear()
    with visit(browser, asking.url) as vois:
        vois.open()
        vois.upload(square())
        vois.wait_for_events("ended", 1)  # Streamlit may lose a press while it still makes sounds
        look(vois, "llava:cloud, at ollama.com (the photo leaves this computer)")
        vois.press(ENGLISH.detail)
        consent = ENGLISH.consent.format(model="llava:cloud", host="ollama.com")
        group = vois.page.get_by_role("group", name=consent)
        group.wait_for(timeout=WAIT_MS)
        assert vois.page.evaluate(FOCUSED) == "vois-consent"
        vois.press(ENGLISH.consent_no)
        vois.wait_for_status(ENGLISH.consent_refused)
        assert group.count() == 0
        assert "/v1/chat/completions" not in models.paths()
        vois.press(ENGLISH.detail)
        group.wait_for(timeout=WAIT_MS)
        models.answers[CHAT] = endless
        vois.press(ENGLISH.consent_yes)
        vois.wait_for_sentence("Another model, llava:cloud: It is red.")
        vois.page.keyboard.press("s")
        assert until(models.gone.is_set)
        broken = f"Another model, llava:cloud: It is red. It\u2026 {ENGLISH.other_cut}"
        vois.wait_for_sentence(broken)
        models.answers[CHAT] = saying("Still red.")
        vois.page.keyboard.press("x")  # about the answer's photo, and without a second question
        vois.wait_for_sentence("Another model, llava:cloud: Still red.")
        assert group.count() == 0
