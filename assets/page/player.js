// The page's one live region and one voice.
//
// Streamlit calls the default export again after every rerun, with the whole queue in `data`, and
// keeps this module and the component's nodes in between. So everything here compares what came
// with what it knows: an item is announced once and spoken once, however often it comes.
//
// An item: {id, now, kind: waiting | description | guidance | error, text, language, picture,
// sounds, complete, voice, online, seen, timestamps}. `picture` is the text as a name of the
// camera's picture. `sounds` are tokens, one for each sentence, as they are made; `complete` says
// that no more will come: complete without sounds means that no voice could speak. The sound of a
// waiting item is a cue. `seen` is when the camera saw it, in ms since 1970, or 0.
//
// Messages to Python (messages.js): `pace` {value}; `muted` {value}; `hushed` {}: the person
// silenced the voice; `refused` {files: [{name}]}.

const PACES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]; // the slider in the settings has the same
// How long a sentence that no voice speaks stays before the next one: about 200 words a minute.
const READING_MS_PER_CHARACTER = 55;
// A live region that gets the text it already holds is not read again; emptied first, it is.
const REPEAT_MS = 80;
const EVENTS_KEPT = 500;
const TEXT_FIELDS = "textarea, select, [contenteditable]:not([contenteditable=false]), " +
  "[role=textbox], [role=combobox], [role=listbox], [role=menu], " +
  "input:not([type=button], [type=checkbox], [type=radio], [type=file], [type=range])";

const items = new Map(); // id -> item, in the order they came
let nodes = null;
let data = null;
let active = null; // the id whose turn it is
let shown = null; // the id whose sentence is on the page
let announced = ""; // what the live region was last given, so that nothing is said twice
let status = ""; // the id of the state that was last announced
let repeat = 0;
let pace = 1;

// What the voice did, for the browser tests: playing, ended, stopped; "cue playing" and so on for a
// sound that is no sentence.
window.voisPlayerEvents = window.voisPlayerEvents ?? [];
function record(type, id, timestamps) {
  if (items.get(id)?.kind === "waiting") type = `cue ${type}`;
  window.voisPlayerEvents.push({ type, id, at: performance.now(), timestamps });
  if (window.voisPlayerEvents.length > EVENTS_KEPT) window.voisPlayerEvents.shift();
}

export default function (component) {
  connect(component);
  data = component.data;
  bind(component.parentElement);
  label();
  // Python decides on a setting, once it knows what the person chose here.
  if (!isUnacknowledged("pace") && pace !== data.pace) setPace(data.pace);
  if (!isUnacknowledged("muted") && nodes.audio.muted !== data.muted) setMuted(data.muted);
  const before = shown;
  take(data.items);
  advance();
  if (shown === before) announceStatus();
  else status = data.status.id; // a sentence says more, and the region holds one text
}

// ---- The queue -------------------------------------------------------------------------------

function take(fresh) {
  const present = new Set(fresh.map((item) => item.id));
  for (const item of [...items.values()]) if (!present.has(item.id)) forget(item);
  for (const incoming of fresh) {
    if (!items.has(incoming.id)) {
      if (incoming.now) stop();
      items.set(incoming.id, { id: incoming.id, done: false, silent: false, urls: [], place: 0 });
    }
    const item = items.get(incoming.id);
    Object.assign(item, incoming);
    while (item.urls.length < item.sounds.length) fetchSound(item, item.urls.push(null) - 1);
    updateVoice();
  }
}

function forget(item) {
  if (nodes.audio.dataset.id === item.id) silence();
  items.delete(item.id);
  for (const url of item.urls) if (url) URL.revokeObjectURL(url);
  if (active === item.id) active = null;
  if (shown === item.id) clearSentence();
}

// Gives the next item its turn: first its words, then, as soon as it is here, its sound.
function advance() {
  const item = items.get(active) ?? [...items.values()].find((other) => !other.done);
  if (!item) return announceIdle();
  active = item.id;
  show(item);
  if (item.kind === "waiting") {
    if (item.urls[0] && !item.begun && !item.silent) play(item);
    return;
  }
  if (item.silent) finish(item);
  else if (isMute(item)) {
    item.reading ??= setTimeout(() => finish(item), item.text.length * READING_MS_PER_CHARACTER);
  } else if (!item.begun) {
    if (item.urls[0]) play(item);
  } else if (item.between) goOn(item);
}

// Whether no voice could speak it, or none of its sounds arrived.
function isMute(item) {
  return item.complete && item.urls.every((url) => url === "");
}

function finish(item) {
  item.done = true;
  if (active === item.id) active = null;
  advance();
}

// Nothing is left to say. The last sentence stays; without one, the page says how things stand.
function announceIdle() {
  if (shown !== null) return;
  status = data.status.id;
  announce(data.status.text, "ready", data.status.id);
}

// How things stand is said when it changes, also while a sentence stays on the page.
function announceStatus() {
  if (status === data.status.id) return;
  status = data.status.id;
  if (items.get(active)?.kind !== "waiting") announce(data.status.text, "ready", status);
}

async function fetchSound(item, place) {
  const token = item.sounds[place];
  let url = "";
  try {
    const answer = await fetchFile(`sound/${token}`, "audio/");
    url = URL.createObjectURL(await answer.blob());
  } catch (error) {
    console.warn("Vois: a sound did not arrive.", error);
    if (items.has(item.id)) announce(data.labels.sound_lost, "error", `lost ${item.id}`);
  }
  if (!items.has(item.id)) return URL.revokeObjectURL(url);
  item.urls[place] = url;
  if (active === item.id) advance();
}

// ---- The words -------------------------------------------------------------------------------

function show(item) {
  if (item.kind === "waiting") {
    if (shown !== null) clearSentence(); // old words must never be taken for the new photo's
    return announce(item.text, "waiting", `waiting ${item.id}`, item.language);
  }
  if (shown === item.id) return;
  shown = item.id;
  nodes.sentence.textContent = item.text;
  nodes.sentence.lang = item.language;
  nodes.sentence.dataset.kind = item.kind;
  announce(item.text, item.kind, `${item.kind} ${item.id}`, item.language);
  record("shown", item.id, item.timestamps);
  updateAge();
  updateVoice();
  if (item.seen) {
    const picture = document.querySelector(".vois-camera video");
    picture?.setAttribute("aria-label", item.picture);
    picture?.setAttribute("lang", item.language);
  }
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  nodes.sentence.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

function clearSentence() {
  shown = null;
  nodes.sentence.textContent = "";
  delete nodes.sentence.dataset.kind;
  updateAge();
  updateVoice();
}

// How old a live description is; for the eye, and not announced: it changes all the time.
function updateAge() {
  const seen = items.get(shown)?.seen;
  nodes.ago.hidden = !seen;
  if (!seen) return;
  const seconds = Math.max(0, Math.round((Date.now() - seen) / 1000));
  const [count, unit] = seconds < 60 ? [seconds, "second"] : [Math.floor(seconds / 60), "minute"];
  const words = new Intl.RelativeTimeFormat(data.language, { numeric: "auto" });
  nodes.ago.textContent = words.format(-count, unit);
}
setInterval(() => nodes?.section.isConnected && updateAge(), 1000);

function announce(text, kind, what, language = data.language) {
  if (announced === what) return;
  announced = what;
  nodes.status.lang = language; // a description may be in another language than the page
  nodes.status.dataset.kind = kind;
  clearTimeout(repeat);
  if (nodes.status.textContent !== text) nodes.status.textContent = text;
  else {
    nodes.status.textContent = "";
    repeat = setTimeout(() => (nodes.status.textContent = text), REPEAT_MS);
  }
}

// An answer to a key or a button. It may be said again, so it is never the same as the last one.
let notes = 0;
function note(text) {
  announce(text, "note", `note ${++notes}`);
}

// ---- The sound -------------------------------------------------------------------------------

function play(item) {
  silence();
  item.begun = true;
  active = item.id;
  item.place = item.urls.findIndex((url) => url !== "");
  start(item);
}

// The sentence at its place.
function start(item) {
  item.between = false;
  const { audio } = nodes;
  audio.src = item.urls[item.place];
  audio.dataset.id = item.id;
  audio.defaultPlaybackRate = audio.playbackRate = pace;
  audio.play().then(
    () => (nodes.unlock.hidden = true),
    (error) => {
      if (error.name === "AbortError" || audio.dataset.id !== item.id) return;
      if (error.name === "NotAllowedError") return blocked(item);
      console.warn("Vois: a sound cannot be played.", error);
      note(data.labels.sound_lost);
      finish(item);
    },
  );
}

// After a sentence: the next one, once it is here, or the end.
function goOn(item) {
  item.between = true;
  while (item.urls[item.place + 1] === "") item.place += 1; // lost on the way
  if (item.place + 1 >= item.sounds.length) {
    if (!item.complete) return;
    record("ended", item.id);
    item.between = item.heard = false;
    return item.kind === "waiting" || finish(item);
  }
  if (!item.urls[item.place + 1]) return;
  item.place += 1;
  start(item);
}

// Browsers play no sound before the person has done something on the page.
function blocked(item) {
  record("blocked", item.id);
  nodes.unlock.hidden = false;
  note(`${item.text} ${data.labels.sound_blocked}`);
}

function silence() {
  const { audio } = nodes;
  const item = items.get(audio.dataset.id);
  if (item?.heard) record("stopped", item.id);
  if (item) item.between = item.heard = false;
  delete audio.dataset.id;
  audio.pause();
}

// Again, any number of times; whoever waits in the queue comes after it.
function again() {
  const item = items.get(shown);
  if (item && isMute(item)) return note(data.labels.sound_lost);
  if (item?.urls[0]) return play(item);
  if (!item && active === null) note(data.labels.nothing_yet);
}

// Silences the voice and everyone in the queue. Words that are still to come will be shown.
function stop() {
  silence();
  nodes.unlock.hidden = true;
  for (const item of items.values()) {
    if (item.id === active && item.kind === "waiting") item.silent = true;
    else item.done = true;
  }
  if (items.get(active)?.done) active = null;
}

function setPace(value) {
  pace = value;
  nodes.audio.defaultPlaybackRate = nodes.audio.playbackRate = value;
}

function changePace(step) {
  const nearest = PACES.reduce((a, b) => (Math.abs(b - pace) < Math.abs(a - pace) ? b : a));
  const place = PACES.indexOf(nearest) + step;
  setPace(PACES[Math.min(Math.max(place, 0), PACES.length - 1)]);
  note(data.labels.pace.replace("{rate}", pace.toLocaleString(data.language)));
  send("pace", { value: pace });
}

// The volume is kept in the browser, not in Python.
const VOLUME = "vois-volume";

function savedVolume() {
  try {
    return Number(localStorage.getItem(VOLUME) ?? 100);
  } catch {
    return 100; // the browser keeps nothing for this page
  }
}

function setVolume(percent) {
  nodes.audio.volume = percent / 100;
  nodes.volume.value = percent;
  nodes.volume.setAttribute("aria-valuetext", `${percent} %`);
  try {
    localStorage.setItem(VOLUME, percent);
  } catch {
    // The same.
  }
}

// Who spoke, and whether the words went away for it.
function updateVoice() {
  const item = items.get(shown);
  const known = Boolean(item?.voice);
  nodes.voice.hidden = !known;
  if (!known) return;
  const { labels } = data;
  const sentence = item.online ? labels.spoken_online : labels.spoken_offline;
  nodes.voice.textContent =
    item.voice === "tone" ? labels.spoken_tone : sentence.replace("{voice}", item.voice);
}

function setMuted(muted) {
  nodes.audio.muted = muted;
  nodes.section.classList.toggle("vois-muted", muted);
  label();
}

function toggleMute() {
  setMuted(!nodes.audio.muted);
  note(nodes.audio.muted ? data.labels.muted : data.labels.unmuted);
  send("muted", { value: nodes.audio.muted });
}

// ---- Buttons and keys ------------------------------------------------------------------------

const ACTIONS = {
  again,
  stop: () => {
    stop();
    send("hushed");
  },
  mute: toggleMute,
  slower: () => changePace(-1),
  faster: () => changePace(1),
  unlock: () => {
    nodes.section.querySelector("[data-do=again]").focus(); // this button is about to vanish
    again();
  },
};
const KEYS = { a: "again", s: "stop", m: "mute" };
// The camera's buttons are another component's, which is only there in its tab.
const CAMERA_KEYS = { d: "ask", p: "pause", l: "power" };
const press = (name) =>
  document.querySelector(`.vois-camera[data-bound] [data-do=${name}]:not([hidden])`);
// "Ready" may be said a moment before the camera's component has loaded: the key is not lost then.
function pressSoon(name, tries = 200) {
  const button = press(name);
  if (button) button.click();
  else if (tries > 0) setTimeout(() => pressSoon(name, tries - 1), 50);
}

document.addEventListener("keydown", (event) => {
  if (!data?.keys || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const key = event.key.toLowerCase();
  const action = ACTIONS[KEYS[key]];
  const camera = CAMERA_KEYS[key];
  const here = press(camera) || (camera === "power" && data.status.id.startsWith("live"));
  if (!(action || here) || event.composedPath()[0].closest?.(TEXT_FIELDS)) return;
  event.preventDefault();
  if (action) action();
  else pressSoon(camera);
});
// The person acts on the camera: what it said is old.
document.addEventListener("vois-hush", () => nodes && stop());
// Another component announces something: the page has only one live region.
document.addEventListener("vois-say", ({ detail }) => nodes && note(detail));

// Streamlit refuses a file that is too large with small red words that nobody speaks, and Python
// does not learn of it. So the page sends a message.
function reportRefused(files) {
  const large = [...files].filter(({ size }) => size > data.most_bytes);
  const refused = large.map(({ name }) => ({ name }));
  if (refused.length > 0) send("refused", { files: refused });
}
const forHistory = (node) => node.closest(HISTORY_PANEL); // it takes archives, not photos
document.addEventListener("change", ({ target }) => {
  if (target.matches?.("input[type=file]") && !forHistory(target)) reportRefused(target.files);
}, true);
document.addEventListener("drop", ({ target, dataTransfer }) => {
  const field = target.closest?.(FILE_UPLOADER);
  if (field && !forHistory(field)) reportRefused(dataTransfer.files);
}, true);

// ---- The nodes -------------------------------------------------------------------------------

function bind(root) {
  if (nodes?.section.isConnected) return;
  const section = root.querySelector(".vois");
  const muted = nodes?.audio.muted ?? false;
  nodes = {
    section,
    status: section.querySelector(".vois-status"),
    sentence: section.querySelector(".vois-sentence"),
    ago: section.querySelector(".vois-ago"),
    voice: section.querySelector(".vois-voice"),
    volume: section.querySelector(".vois-volume input"),
    unlock: section.querySelector(".vois-unlock"),
    audio: section.querySelector("audio"),
  };
  shown = null;
  announced = "";
  nodes.audio.muted = muted;
  section.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) ACTIONS[button.dataset.do]();
  });
  nodes.audio.addEventListener("playing", () => {
    const item = items.get(nodes.audio.dataset.id);
    if (!item || item.heard) return; // one event a text, however many sentences
    item.heard = true;
    record("playing", item.id);
  });
  nodes.audio.addEventListener("ended", () => {
    const item = items.get(nodes.audio.dataset.id);
    if (item) goOn(item);
  });
  nodes.volume.addEventListener("input", () => setVolume(Number(nodes.volume.value)));
  setVolume(savedVolume());
}

function label() {
  const { labels } = data;
  document.documentElement.lang = data.language; // Streamlit's own page says English
  translateStreamlit(labels);
  // The theme's colours reach only this component; page.css needs them everywhere.
  const theme = getComputedStyle(nodes.section);
  for (const [name, source] of [["accent", "primary"], ["text", "text"]]) {
    const colour = theme.getPropertyValue(`--st-${source}-color`);
    document.documentElement.style.setProperty(`--vois-${name}`, colour);
  }
  for (const button of nodes.section.querySelectorAll("[data-do]")) {
    const word = button.dataset.do === "mute" && nodes.audio.muted ? "unmute" : button.dataset.do;
    button.textContent = labels[word];
  }
  nodes.section.setAttribute("aria-label", labels.result);
  nodes.section.querySelector("[data-part=controls]").setAttribute("aria-label", labels.controls);
  nodes.section.querySelector(".vois-volume span").textContent = labels.volume;
  const keys = nodes.section.querySelector("[data-part=keys]");
  keys.textContent = labels.keys;
  keys.hidden = !data.keys;
}
