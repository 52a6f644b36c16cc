// Messages from a component to Python, each of which arrives exactly once. Stands before the
// component's own script.
//
// Streamlit may lose a trigger that is set while it stops a run, replace it by a later one, or
// deliver it twice. So each message has a number, and all messages that Python has not acknowledged
// are sent together, again and again, until their numbers come back in `data.acknowledged`;
// pipeline/web/state/inbox.py takes each number once.

const RESEND_MS = 2000; // a run takes a fraction of this, also on a busy machine
// A page that is loaded anew begins at number 1 again: Python counts for each sender separately.
const SENDER = crypto.getRandomValues(new Uint32Array(4)).join("-");

let connection = null; // the component's last arguments from Streamlit
let lastNumber = 0;
let unacknowledged = []; // messages {number, kind, values}, the oldest first
let resendTimer = 0;

// To be called first whenever Streamlit draws the component, with what Streamlit gives it; returns
// Python's data, which come in a list of one (components.py says why).
function connect(component) {
  connection = component;
  const [data] = component.data;
  const acknowledged = data.acknowledged[SENDER] ?? 0;
  unacknowledged = unacknowledged.filter(({ number }) => number > acknowledged);
  return data;
}

function send(kind, values = {}) {
  unacknowledged.push({ number: ++lastNumber, kind, values });
  sendUnacknowledged();
}

// Whether Python may not have acted yet on a message of this kind.
function isUnacknowledged(kind) {
  return unacknowledged.some((message) => message.kind === kind);
}

function sendUnacknowledged() {
  clearTimeout(resendTimer);
  if (unacknowledged.length === 0) return;
  resendTimer = setTimeout(sendUnacknowledged, RESEND_MS);
  // Streamlit removes a component together with its tab; its messages wait until it is back.
  if (!connection?.parentElement.isConnected) return;
  connection.setTriggerValue("messages", { sender: SENDER, messages: [...unacknowledged] });
}

