// Says when Vois behind the page is gone and when it is back, keeps photos that are chosen meanwhile,
// and keeps the language for the session that a restarted Vois begins.
//
// Streamlit says it in English, in a window that takes the focus, and loses the photos.
//
// Messages to Python (messages.js): `back` {}: the line is there again; the page is drawn anew.

const GONE_MS = 1500; // a line that is back sooner was never gone for a person
const FIELD_MS = 500; // between two looks for the field of a photo that is to be sent
const COOKIE_S = 365 * 86_400;
const KEY_CLASS = /st-key-\S+/;

let alertNode = null;
let data = null;
let timer = 0;
let sending = 0;
let lost = false;
let tabBefore = -1; // the place of the tab that was open when the line broke
const kept = new Map(); // the class of a field for files -> what was chosen in it

export default function (component) {
  connect(component);
  data = component.data;
  alertNode = component.parentElement.querySelector(".vois-connection");
  alertNode.lang = data.language;
  const path = data.root || "/";
  document.cookie =
    `${data.cookie}=${data.language}; Path=${path}; Max-Age=${COOKIE_S}; SameSite=Strict`;
  if (!lost && !isUnacknowledged("back")) restore();
}

const isConnected = () => document.querySelector(APP)?.dataset.testConnectionState === "CONNECTED";

function tell(text) {
  alertNode.hidden = false;
  alertNode.textContent = text;
}

function follow() {
  if (!data) return;
  if (isConnected()) {
    clearTimeout(timer);
    timer = 0;
    if (lost) goOn();
  } else {
    timer ||= setTimeout(lose, GONE_MS);
    if (lost) document.querySelector(CONNECTION_ERROR_CLOSE)?.click();
  }
}
new MutationObserver(follow).observe(document.body, {
  childList: true, subtree: true, attributeFilter: ["data-test-connection-state"],
});

const tabs = () => [...document.querySelectorAll("[role=tab]")];
const isOpen = (tab) => tab?.getAttribute("aria-selected") === "true";

function lose() {
  lost = true;
  tabBefore = tabs().findIndex(isOpen);
  tell(data.labels.connection_lost);
  follow();
}

function goOn() {
  lost = false;
  tell(data.labels.connection_back);
  send("back");
}

// A new session begins at the first tab, and has none of the photos.
function restore() {
  const tab = tabs()[tabBefore];
  tabBefore = -1;
  if (tab && !isOpen(tab)) tab.click(); // Streamlit draws the page anew
  else if (kept.size > 0) sendKept();
}

// What was said stays until the person goes on.
for (const kind of ["keydown", "pointerdown"]) {
  document.addEventListener(kind, () => !lost && alertNode && (alertNode.hidden = true), true);
}

// ---- What is chosen meanwhile ----------------------------------------------------------------

function keep(node, files) {
  const key = node.closest("[class*=st-key-]")?.className.match(KEY_CLASS)?.[0];
  if (!data || isConnected() || !key || files.length === 0) return false;
  kept.set(key, [...(kept.get(key) ?? []), ...files]);
  tell(data.labels.connection_keeps);
  return true;
}

function sendKept() {
  for (const [key, files] of kept) {
    const field = document.querySelector(`.${key} input[type=file]`);
    if (!field) continue; // not drawn yet, or its tab is not open: when it is
    kept.delete(key);
    const all = new DataTransfer();
    for (const file of files) all.items.add(file);
    field.files = all.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  clearTimeout(sending);
  if (kept.size > 0) sending = setTimeout(() => !lost && sendKept(), FIELD_MS);
}

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.matches?.("input[type=file]") && keep(target, [...target.files])) {
    event.stopPropagation(); // Streamlit would show a file that it cannot send
  }
}, true);
document.addEventListener("drop", (event) => {
  const field = event.target.closest?.(FILE_UPLOADER);
  if (field && keep(field, [...event.dataTransfer.files])) {
    event.preventDefault();
    event.stopPropagation();
  }
}, true);
