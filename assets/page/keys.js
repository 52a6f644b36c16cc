// The buttons and keys of the voice and the camera, and what the page hears from other components.
//
// A letter alone reaches the page only where no screen reader takes it for itself (data.keys); with
// Alt and Shift it always does.

const TEXT_FIELDS = "textarea, select, [contenteditable]:not([contenteditable=false]), " +
  "[role=textbox], [role=combobox], [role=listbox], [role=menu], " +
  "input:not([type=button], [type=checkbox], [type=radio], [type=file], [type=range])";

const ACTIONS = {
  again,
  more,
  detail: () => askModel(""),
  question: toggleQuestion,
  question_close: closeQuestion,
  consent_yes: () => answerConsent(true),
  consent_no: () => answerConsent(false),
  stop: () => {
    stop();
    send("hushed");
    unask();
  },
  read_on: readOn,
  mute: toggleMute,
  unlock: () => {
    nodes.section.querySelector("[data-do=again]").focus(); // this button is about to vanish
    again();
  },
};
const OWN_LETTERS = {
  a: "again", e: "more", x: "detail", q: "question", s: "stop", c: "read_on", m: "mute",
};
// The camera's buttons are another component's, which is only there in its tab.
const CAMERA_LETTERS = { d: "ask", p: "pause", l: "power", r: "read" };
// Pace and volume are in the settings.
const ARROWS = {
  ArrowLeft: () => changePace(-1),
  ArrowRight: () => changePace(1),
  ArrowDown: () => changeVolume(-VOLUME_STEP),
  ArrowUp: () => changeVolume(VOLUME_STEP),
};

const press = (name) =>
  document.querySelector(`.vois-camera[data-bound] [data-do=${name}]:not([hidden])`);
// "Ready" may be said a moment before the camera's component has loaded: the key is not lost then.
function pressSoon(name, tries = 200) {
  const button = press(name);
  if (button) button.click();
  else if (tries > 0) setTimeout(() => pressSoon(name, tries - 1), 50);
}

let layout = null; // of the keyboard: key codes to letters, where the browser tells
navigator.keyboard?.getLayoutMap?.().then((map) => (layout = map), () => {});

// On a Mac a letter with Alt is another character: then the key itself says which letter it is.
function letterOf({ key, code }) {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  return layout?.get(code) ?? code.match(/^Key([A-Z])$/)?.[1].toLowerCase() ?? "";
}

document.addEventListener("keydown", (event) => {
  const { altKey, shiftKey, ctrlKey, metaKey, repeat } = event;
  if (!data || ctrlKey || metaKey) return;
  const modified = altKey && shiftKey;
  if (modified && ARROWS[event.key]) {
    event.preventDefault();
    event.stopPropagation(); // a slider that has the focus would move, too
    return ARROWS[event.key]();
  }
  if (repeat || (!modified && (altKey || !data.keys))) return;
  if (!modified && event.composedPath()[0].closest?.(TEXT_FIELDS)) return;
  const letter = letterOf(event);
  const own = OWN_LETTERS[letter];
  const camera = CAMERA_LETTERS[letter];
  const always = ["power", "read"].includes(camera); // there before the camera is on
  const here = press(camera) || (always && data.status.id.startsWith("live"));
  if (!(own || here)) return;
  event.preventDefault();
  if (own && nodes.section.querySelector(`[data-do=${own}]`).hidden) return;
  if (own) ACTIONS[own]();
  else pressSoon(camera);
}, true);

// Says of which key a sentence speaks.
const withKeys = (text) => text.replaceAll("{keys}", data.keys ? "" : data.labels.alt_shift);

// The person acts on the camera: what it said is old.
document.addEventListener("vois-hush", () => nodes && stop());
// Another component announces something: the page has one voice.
document.addEventListener("vois-say", ({ detail }) => nodes && note(withKeys(detail)));
