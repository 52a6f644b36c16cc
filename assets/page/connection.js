// Says when Vois behind the page is gone and when it is back, and that a photo chosen meanwhile did
// not arrive; keeps tab and language for the session that a restarted Vois begins.
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

// ---- What is chosen meanwhile ----------------------------------------------------------------

function refuse(event, node, count) {
  if (!data || isConnected() || count === 0) return;
  event.preventDefault();
  event.stopPropagation(); // Streamlit would show a file that it cannot send
  if (node.value) node.value = ""; // or the same file, chosen again, would be no change
  tell(data.labels.connection_missed);
}

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.matches?.("input[type=file]")) refuse(event, target, target.files.length);
}, true);
document.addEventListener("drop", (event) => {
  const field = event.target.closest?.(FILE_UPLOADER);
  if (field) refuse(event, field, event.dataTransfer.files.length);
}, true);
