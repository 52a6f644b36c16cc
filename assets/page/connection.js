// Says when Vois behind the page is gone and when it is back; keeps the photos that are chosen
// meanwhile, and tab and language for the session that a restarted Vois begins.
//
// Streamlit says it in English, in a window that takes the focus, and loses the photos silently.
//
// Messages to Python (messages.js): `back` {}: the line is there again; the page is drawn anew.

const GONE_MS = 1500; // a line that is back sooner was never gone for a person
const COOKIE_S = 365 * 86_400;

let alertNode = null;
let data = null;
let timer = 0;
let lost = false;
let tabBefore = -1; // the place of the tab that was open when the line broke

export default function (component) {
  connect(component);
  data = component.data;
  alertNode = component.parentElement.querySelector(".vois-connection");
  alertNode.lang = data.language;
  const path = data.root || "/";
  document.cookie =
    `${data.cookie}=${data.language}; Path=${path}; Max-Age=${COOKIE_S}; SameSite=Strict`;
  if (!lost && !isUnacknowledged("back")) restore();
  deliver();
}

const isConnected = () => document.querySelector(APP)?.dataset.testConnectionState === "CONNECTED";
const isDrawn = () => document.querySelector(APP)?.dataset.testScriptState === "notRunning";

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
    deliver();
  } else {
    timer ||= setTimeout(lose, GONE_MS);
    if (lost) document.querySelector(CONNECTION_ERROR_CLOSE)?.click();
  }
}
new MutationObserver(follow).observe(document.body, {
  childList: true, subtree: true, attributeFilter: ["data-test-connection-state", "data-test-script-state"],
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

// A new session begins at the first tab.
function restore() {
  const tab = tabs()[tabBefore];
  tabBefore = -1;
  if (tab && !isOpen(tab)) tab.click();
}

// What was said stays until the person goes on.
for (const kind of ["keydown", "pointerdown"]) {
  document.addEventListener(kind, () => !lost && alertNode && (alertNode.hidden = true), true);
}

// ---- What is chosen meanwhile: it waits here, and is given to its field once Vois answers ------

const waiting = new Map(); // a field's class on its container -> files

function keep(event, field, files) {
  if (!data || isConnected() || files.length === 0) return;
  event.preventDefault();
  event.stopPropagation(); // Streamlit would show a file that it cannot send
  const place = keyClassOf(field);
  const before = field.multiple ? (waiting.get(place) ?? []) : [];
  waiting.set(place, [...before, ...files]);
  field.value = ""; // or the same file, chosen again, would be no change
  tell(data.labels.connection_waits);
}

function deliver() {
  // A page that is still being drawn anew may take its fields away again.
  const isReady = isConnected() && tabBefore < 0 && !isUnacknowledged("back") && isDrawn();
  for (const [place, files] of isReady ? waiting : []) {
    const field = document.querySelector(`.${place} input[type=file]`);
    if (!field) continue;
    waiting.delete(place);
    const sent = new DataTransfer();
    for (const file of files) sent.items.add(file);
    field.files = sent.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.matches?.("input[type=file]")) keep(event, target, [...target.files]);
}, true);
document.addEventListener("drop", (event) => {
  const field = event.target.closest?.(FILE_UPLOADER)?.querySelector("input");
  if (field) keep(event, field, [...event.dataTransfer.files]);
}, true);
// Streamlit's own buttons do nothing meanwhile.
document.addEventListener("click", (event) => {
  if (!data || isConnected() || !event.target.closest?.(STREAMLIT_BUTTONS)) return;
  event.preventDefault();
  event.stopPropagation();
  tell(data.labels.connection_lost);
}, true);
