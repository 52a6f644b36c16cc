// Streamlit's own words, which it has in English only, in the page's language; and the language of
// descriptions in Streamlit's own parts. Stands before player.js, which names the labels.
//
// React writes a text anew when it changes and keeps its nodes: so texts are changed in place, and
// whatever is not what was written here is Streamlit's, to be looked up again.

const OWN_TEXTS = "[data-testid=stFileUploader] button p, [data-testid=stCameraInput] button, " +
  "[data-testid=stFileUploaderDropzoneInstructions] span, [data-testid=stCameraInput] p, " +
  "[data-testid=stCameraInput] a, [data-testid=stSkipToContent]";
const OWN_NAMES = "[data-testid=stFileUploader] [aria-label], [data-testid=stSelectbox] button, " +
  "[data-testid=stCameraInput] [aria-label], [aria-label$=sidebar], [aria-label=Sidebar]";
const OWN_WORDS = [
  [/^Upload$/, "own_upload"],
  [/^Add files?$/, "own_add"],
  [/^Remove (?<name>.+)$/, "own_remove"],
  [/^file upload$/, "own_file"],
  [/^(?<megabytes>\d+)MB per file$/, "own_limit"],
  [/^Take Photo$/, "own_take"],
  [/^Clear photo$/, "own_clear"],
  [/^Open$/, "own_open"],
  [/^Sidebar$/, "settings"],
  [/^Collapse sidebar$/, "own_collapse"],
  [/^Expand sidebar$/, "own_expand"],
  [/^Skip to main content$/, "own_skip"],
  [/^This app would like to use your camera\.$/, "own_ask"],
  [/^Learn how to allow access\.$/, "own_learn"],
];
// A container whose key names the language of what is in it: Streamlit's pictures take none.
const OWN_LANGUAGE = /st-key-language-([a-z]{2})-/;
const OWN_MS = 200; // a page that is busy is looked through five times a second at most

let ownLabels = null;
let ownSoon = 0;
const ownKnown = new WeakMap(); // node -> what Streamlit wrote, and what stands there instead

function ownWords(english) {
  for (const [pattern, label] of OWN_WORDS) {
    const found = english.match(pattern);
    if (!found) continue;
    const blanks = Object.entries(found.groups ?? {});
    return blanks.reduce((text, [name, value]) => text.replace(`{${name}}`, () => value), ownLabels[label]);
  }
  return english;
}

function ownPut(node, now, write) {
  const known = ownKnown.get(node);
  const was = known?.put === now ? known.was : now;
  const put = ownWords(was);
  ownKnown.set(node, { was, put });
  if (put !== now) write(put);
}

function translateOwn() {
  ownSoon = 0;
  for (const node of document.querySelectorAll(OWN_TEXTS)) {
    for (const text of node.childNodes) {
      if (text.nodeType === Node.TEXT_NODE) ownPut(text, text.data, (put) => (text.data = put));
    }
  }
  for (const node of document.querySelectorAll(OWN_NAMES)) {
    const name = node.getAttribute("aria-label");
    if (name) ownPut(node, name, (put) => node.setAttribute("aria-label", put));
  }
  markOwn();
}

function markOwn() {
  for (const node of document.querySelectorAll("[class*=st-key-language-]")) {
    node.lang = node.className.match(OWN_LANGUAGE)[1];
  }
}

function speakOwn(labels) {
  if (ownLabels === null) {
    new MutationObserver(() => (ownSoon ||= setTimeout(translateOwn, OWN_MS))).observe(
      document.body,
      { childList: true, subtree: true },
    );
  }
  const first = ownLabels?.language !== labels.language;
  ownLabels = labels;
  if (first) translateOwn();
}

