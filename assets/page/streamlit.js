// What the page's scripts need of Streamlit's own page. Read from Streamlit 1.67.0 and
// streamlit-webrtc 0.79.0. Stands before each component's script, which uses the names below; the
// Python side is pipeline/web/ui/streamlit_internals.py.
//
// Streamlit's own texts are in English only; here they get the page's language. React writes a text
// again when it changes and keeps its nodes. So texts are changed in place, and a text that is not
// the translation that was written here is Streamlit's, to be translated again.

const MAIN = "[data-testid=stMain]";
const QUESTION = ".st-key-question";
const OPEN_TAB = "[role=tab][aria-selected=true]";
// Its attribute `data-test-connection-state` says how the line to Python stands, and
// `data-test-script-state` whether Python is drawing the page.
const APP = "[data-testid=stApp]";
// Only while the line is gone: then the one window that Streamlit opens by itself says so.
const CONNECTION_ERROR_CLOSE = "[role=dialog] button[aria-label=Close]";
const FILE_UPLOADER = "[data-testid=stFileUploader]";
const REFUSED_FILE = "[data-testid=stFileChip]:has(> [role=alert])";
const FILE_NAME = "[data-testid=stFileChipName]";
const refusal = (node) => node.querySelector("[role=alert]").textContent;
const isTooLarge = (node) => / or smaller\.$/.test(refusal(node));
const isOfOtherType = (node) => / files are not allowed\.$/.test(refusal(node));
const CAMERA_INPUT = "[data-testid=stCameraInput]";
const STREAMLIT_BUTTONS = `.stButton button, ${CAMERA_INPUT} button`;
// A container has the class `st-key-` and its key.
const keyClassOf = (node) => node.closest("[class*=st-key-]").className.match(/st-key-\w+/)[0];
const HISTORY_PANEL = ".st-key-history_panel";
const HISTORY_IMPORT = ".st-key-history_import";
const WEBRTC_IFRAME = "iframe[src*='streamlit_webrtc']";

const STREAMLIT_TEXTS = `${FILE_UPLOADER} button p, ${CAMERA_INPUT} button, ` +
  "[data-testid=stFileUploaderDropzoneInstructions] span, " +
  `${CAMERA_INPUT} p, ${CAMERA_INPUT} a, [data-testid=stSkipToContent]`;
const STREAMLIT_NAMES = `${FILE_UPLOADER} [aria-label], [data-testid=stSelectbox] button, ` +
  `${CAMERA_INPUT} [aria-label]`;
const STREAMLIT_SENTENCES = [
  [/^Upload$/, "own_upload"],
  [/^Add files?$/, "own_add"],
  [/^Remove (?<name>.+)$/, "own_remove"],
  [/^file upload$/, "own_file"],
  [/^(?<megabytes>\d+)MB per file$/, "own_limit"],
  [/^Take Photo$/, "own_take"],
  [/^Clear photo$/, "own_clear"],
  [/^Open$/, "own_open"],
  [/^Skip to main content$/, "own_skip"],
  [/^This app would like to use your camera\.$/, "own_ask"],
  [/^Learn how to allow access\.$/, "own_learn"],
];
// A container whose key has the language of its content (language_key in Python): st.image has no
// parameter for the language.
const LANGUAGE_CLASS = /st-key-language-([a-z]{2})-/;
// Several times a second, for as long as a slow machine may need.
const RETURN_MS = 50;
const RETURN_TRIES = 600;
const TRANSLATE_MS = 200; // at most five passes a second over a page that changes all the time

let streamlitLabels = null;
let translateTimer = 0;
const translations = new WeakMap(); // node -> {original: Streamlit's text, translation: ours}

function translated(english, node) {
  for (const [pattern, words] of STREAMLIT_SENTENCES) {
    const found = english.match(pattern);
    if (!found) continue;
    const inHistory = (node.parentElement ?? node).closest(HISTORY_IMPORT);
    const label = words === "own_upload" && inHistory ? "own_upload_archive" : words;
    const blanks = Object.entries(found.groups ?? {});
    const fill = (text, [name, value]) => text.replace(`{${name}}`, () => value);
    return blanks.reduce(fill, streamlitLabels[label]);
  }
  return english;
}

function replaceText(node, current, write) {
  const known = translations.get(node);
  const original = known?.translation === current ? known.original : current;
  const translation = translated(original, node);
  translations.set(node, { original, translation });
  if (translation !== current) write(translation);
}

function translatePage() {
  translateTimer = 0;
  for (const node of document.querySelectorAll(STREAMLIT_TEXTS)) {
    for (const text of node.childNodes) {
      if (text.nodeType !== Node.TEXT_NODE) continue;
      replaceText(text, text.data, (translation) => (text.data = translation));
    }
  }
  for (const node of document.querySelectorAll(STREAMLIT_NAMES)) {
    const name = node.getAttribute("aria-label");
    if (!name) continue;
    replaceText(node, name, (translation) => node.setAttribute("aria-label", translation));
  }
  mend();
  markLanguages();
}

let chooser = null; // {node, field}: the button of a file field, while it was focused last
document.addEventListener("focusin", ({ target }) => {
  const field = target.closest?.(FILE_UPLOADER);
  chooser = field && { node: target, field };
});

// What Streamlit gets wrong for a person at the keyboard or with a screen reader.
function mend() {
  const main = document.querySelector(MAIN);
  if (main) main.tabIndex = -1; // the skip link finds it; as a stop of its own it does nothing
  // The button that chose the files is another one afterwards: the focus goes on to that.
  if (chooser && !chooser.node.isConnected && document.activeElement === document.body) {
    chooser.field.querySelector("button:not([data-testid=stFileChipDeleteBtn] *)")
      ?.focus({ preventScroll: true });
  }
  for (const zone of document.querySelectorAll(`${FILE_UPLOADER} [role=presentation]`)) {
    zone.setAttribute("role", "group"); // it has a name
  }
}

function markLanguages() {
  for (const node of document.querySelectorAll("[class*=st-key-language-]")) {
    node.lang = node.className.match(LANGUAGE_CLASS)[1];
  }
}

// What takes the focus is scrolled so far that it is clear of something at the lower edge.
function setScrollPadding(pixels) {
  const main = document.querySelector(MAIN);
  if (main) main.style.scrollPaddingBottom = `${pixels}px`;
}

// Streamlit disables a tab while a run of the page has drawn its neighbours but not yet the tab
// itself, and the browser takes the focus from it: the open tab gets it as soon as it can have it.
let pressed = false; // whoever presses beside everything has left the tab
for (const type of ["pointerdown", "pointerup", "pointercancel"]) {
  document.addEventListener(type, () => (pressed = type === "pointerdown"), true);
}
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (relatedTarget || pressed || !target.matches?.("[role=tab]")) return;
  let left = RETURN_TRIES;
  const timer = setInterval(() => {
    const isLost = document.activeElement === document.body;
    if (isLost) document.querySelector(OPEN_TAB)?.focus({ preventScroll: true });
    if (!isLost || --left === 0) clearInterval(timer);
  }, RETURN_MS);
});

// The question at the top vanishes with its answer: the focus goes on to the first action.
document.addEventListener("click", ({ target }) => {
  if (target.closest?.(`${QUESTION} button`)) document.querySelector(OPEN_TAB)?.focus();
});

// Called by the player alone: one observer is enough for the page.
function translateStreamlit(labels) {
  if (streamlitLabels === null) {
    new MutationObserver(() => (translateTimer ||= setTimeout(translatePage, TRANSLATE_MS))).observe(
      document.body,
      { childList: true, subtree: true },
    );
  }
  const first = streamlitLabels?.language !== labels.language;
  streamlitLabels = labels;
  if (first) translatePage();
}

