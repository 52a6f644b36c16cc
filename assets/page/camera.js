// The camera: asks for it, shows it, names what goes wrong, and shares it with streamlit-webrtc.
//
// streamlit-webrtc's own page part lives in an iframe whose words and buttons a screen reader meets
// poorly, and it reports no refusal to Python. So this component opens the camera, and the iframe,
// which is of the same origin, is given a copy of the stream instead of opening it again. Should
// that fail, the iframe opens the camera by itself, as it does everywhere else.
//
// Messages to Python (messages.js): `camera` {event}: asking | granted | stopped, or what went
// wrong: denied | missing | busy | unplugged | insecure; `ask` {}: describe or read
// now; `paused` and `reading` {value}.

const SIZE = { width: { ideal: 640 }, height: { ideal: 480 } };
// Five frames a second are looked at; ten keep the newest one fresh and the line thin.
const RATE = { frameRate: { ideal: 10, max: 15 } };
const SHARE_MS = 10; // an iframe gets its window anew while it loads, and soon opens the camera
const SHARE_TRIES = 500;
const GONE_MS = 300;
const ASKING_MS = 300;
const PROBLEMS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

let nodes = null;
let data = null;
let stream = null;
let wanted = false; // the person wants the camera on
let unplugged = false; // it was pulled out, and is taken up again when it is back
let reading = false; // what is written, instead of describing
let session = null; // Python's, and how often it has stopped the camera, as last received
let stops = 0;

export default function (component) {
  connect(component);
  data = component.data;
  bind(component.parentElement);
  // Vois was started anew behind the page: its new session does not know that the camera is on,
  // unless the message that says so is still to be sent.
  if (session !== null && session !== data.id && stream) {
    if (!isUnacknowledged("camera")) report("granted");
  } else if (session === data.id && data.stops > stops) close();
  [session, stops] = [data.id, data.stops];
  if (!isUnacknowledged("reading")) reading = data.reading;
  label();
}

const report = (event) => send("camera", { event });

// ---- The stream ------------------------------------------------------------------------------

// The camera that was chosen, in the browser's own store: only this browser knows its id.
const CHOSEN = "vois-camera";

function chosenCamera() {
  try {
    return localStorage.getItem(CHOSEN);
  } catch {
    return null; // the browser keeps nothing for this page
  }
}

function chooseCamera(deviceId) {
  try {
    localStorage.setItem(CHOSEN, deviceId);
  } catch {
    // The same.
  }
  open();
}

// The chosen camera; where it is not there, any, which `sayOther` tells.
async function take(chosen) {
  const ask = (which) =>
    navigator.mediaDevices.getUserMedia({ video: { ...SIZE, ...RATE, ...which } });
  if (chosen) {
    try {
      return await ask({ deviceId: { exact: chosen } });
    } catch (error) {
      if (error.name !== "OverconstrainedError" && error.name !== "NotFoundError") throw error;
    }
  }
  return ask({ facingMode: "environment" });
}

async function open() {
  wanted = true;
  unplugged = false;
  if (!navigator.mediaDevices?.getUserMedia) return fail("insecure");
  // Whoever has allowed it before is not asked, and need not hear of it.
  const slow = setTimeout(() => report("asking"), ASKING_MS);
  const chosen = chosenCamera();
  let fresh;
  try {
    fresh = await take(chosen);
  } catch (error) {
    console.warn("Vois: the camera did not open.", error);
    return fail(PROBLEMS[error.name] ?? "busy");
  } finally {
    clearTimeout(slow);
  }
  if (!wanted || !nodes.section.isConnected) return release(fresh);
  drop();
  stream = fresh;
  // Pulled out, or taken away by the system. It is taken up again when it is back.
  const gone = () => fresh === stream && fail("unplugged");
  stream.getVideoTracks()[0].addEventListener("ended", gone);
  nodes.video.srcObject = stream;
  nodes.video.play().catch(() => {}); // a hidden tab may not play; the stream is shared
  await offerChoice();
  label();
  report("granted");
  sayOther(chosen);
}

// Only once for each camera that stands in for the chosen one.
let standIn = "";
function sayOther(chosen) {
  const track = stream?.getVideoTracks()[0];
  const used = track?.getSettings().deviceId ?? "";
  const other = chosen && used && used !== chosen ? used : "";
  if (other && other !== standIn) {
    say(data.labels.camera_other.replace("{name}", track.label));
  }
  standIn = other;
}

function release(old) {
  for (const track of old?.getTracks() ?? []) track.stop();
}

function drop() {
  for (const copy of copies) release(copy);
  copies.clear();
  release(stream);
  stream = null;
  if (nodes) nodes.video.srcObject = null;
}

function fail(kind) {
  drop();
  wanted = false;
  unplugged = kind === "unplugged";
  label();
  report(kind);
}

navigator.mediaDevices?.addEventListener("devicechange", async () => {
  if (nodes?.section.isConnected) await offerChoice();
  const back = [...nodes.select.options].some(({ value }) => value === chosenCamera());
  if (stream ? standIn && back : unplugged && nodes.select.options.length > 0) open();
});

function close() {
  const was = wanted || stream;
  wanted = unplugged = false;
  drop();
  if (nodes) label();
  return was;
}

// Cameras have names only once one was allowed.
async function offerChoice() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const cameras = devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId);
  const used = stream?.getVideoTracks()[0].getSettings().deviceId;
  nodes.select.replaceChildren(
    ...cameras.map(({ deviceId, label: name }, place) =>
      new Option(name || `${place + 1}`, deviceId, false, deviceId === used)),
  );
}

// ---- The iframe of streamlit-webrtc ----------------------------------------------------------

const copies = new Set(); // of the stream; each holds the camera open until it is stopped

function share(frame, tries = SHARE_TRIES) {
  frame.title = data.labels.camera_frame;
  frame.tabIndex = -1; // there is nothing inside to be reached
  frame.setAttribute("aria-hidden", "true");
  try {
    const inside = frame.contentWindow;
    const devices = inside?.navigator.mediaDevices;
    if (devices && inside.location.href !== "about:blank") {
      if (inside.voisShares) return;
      const own = devices.getUserMedia.bind(devices);
      devices.getUserMedia = async (asked) => {
        if (!stream?.active) return own(asked);
        for (const copy of copies) if (!copy.active) copies.delete(copy);
        // While it starts, the iframe starts again with each of Python's runs; one is enough.
        if (copies.size > 0) return new Promise(() => {});
        const copy = stream.clone();
        copies.add(copy);
        return copy;
      };
      inside.voisShares = true;
    } else if (tries > 0 && frame.isConnected) setTimeout(() => share(frame, tries - 1), SHARE_MS);
  } catch (error) {
    console.warn("Vois: the camera cannot be shared; it is opened twice.", error);
  }
}

const met = new WeakSet();
new MutationObserver(() => {
  // Streamlit takes the component away with its tab: nobody is filmed unseen.
  if (stream && !nodes.section.isConnected) {
    setTimeout(() => !nodes.section.isConnected && close(), GONE_MS);
  }
  for (const frame of data ? document.querySelectorAll(WEBRTC_IFRAME) : []) {
    if (met.has(frame)) continue;
    met.add(frame);
    share(frame);
    frame.addEventListener("load", () => share(frame));
  }
}).observe(document.body, { childList: true, subtree: true });

// ---- Buttons --------------------------------------------------------------------------------

const say = (text) => document.dispatchEvent(new CustomEvent("vois-say", { detail: text }));

const ACTIONS = {
  read() {
    document.dispatchEvent(new Event("vois-hush"));
    reading = !reading;
    label();
    say(reading ? data.labels.reading_begins : data.labels.reading_ends);
    send("reading", { value: reading });
  },
  power() {
    document.dispatchEvent(new Event("vois-hush"));
    if (!close()) return open();
    report("stopped");
  },
  ask: () => {
    document.dispatchEvent(new Event("vois-hush"));
    send("ask");
  },
  pause: () => {
    if (!data.paused) document.dispatchEvent(new Event("vois-hush"));
    send("paused", { value: !data.paused });
  },
};

function bind(root) {
  if (nodes?.section.isConnected) return;
  const section = root.querySelector(".vois-camera");
  nodes = {
    section,
    video: section.querySelector("video"),
    picture: section.querySelector(".vois-picture"),
    select: section.querySelector("select"),
    choice: section.querySelector(".vois-choice"),
  };
  section.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) ACTIONS[button.dataset.do]();
  });
  nodes.select.addEventListener("change", () => chooseCamera(nodes.select.value));
  section.dataset.bound = ""; // from now on a press is heard
  if (!stream) return;
  nodes.video.srcObject = stream; // the page was drawn anew around a camera that is on
  nodes.video.play().catch(() => {});
  offerChoice();
}

function label() {
  const { labels } = data;
  const { section } = nodes;
  const on = Boolean(stream) || wanted;
  const words = { power: on ? labels.camera_stop : labels.camera_start };
  words.read = labels.read;
  words.ask = reading ? labels.read_now : labels.describe_now;
  words.pause = data.paused ? labels.camera_resume : labels.camera_pause;
  for (const button of section.querySelectorAll("[data-do]")) {
    button.textContent = words[button.dataset.do];
    showKey(button, data.keys);
    button.hidden = ["ask", "pause"].includes(button.dataset.do) && !on;
  }
  section.querySelector("[data-do=read]").setAttribute("aria-pressed", reading);
  section.querySelector("h2").textContent = labels.camera_choice;
  section.querySelector("[data-part=controls]").setAttribute("aria-label", labels.camera_controls);
  nodes.choice.querySelector("span").textContent = labels.camera_choice;
  nodes.choice.hidden = !on || nodes.select.options.length < 2;
  nodes.picture.hidden = !stream;
  nodes.picture.setAttribute("aria-label", labels.camera_picture);
  for (const frame of document.querySelectorAll(WEBRTC_IFRAME)) frame.title = labels.camera_frame;
}
