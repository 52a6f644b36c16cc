// The page's one voice: the queue of what is shown and said. words.js shows and announces, sound.js
// plays, ask.js asks another model, keys.js has the buttons and keys, files.js the photos that do not
// arrive; all are one module.
//
// Streamlit calls the default export again after every rerun, with the whole queue in `data`, and
// keeps this module and the component's nodes in between. So everything here compares what came
// with what it knows: an item is announced once and spoken once, however often it comes.
//
// An item: {id, now, kind: waiting | description | guidance | error, text, language, pieces, batch,
// number, sounds, complete, voice, online, more, pictured, seen, timestamps}. `sounds` are tokens, one
// for each sentence, as they are made; `complete` says that no more will come: complete without sounds
// means that no voice could speak. `pieces` may grow until then. The sound of a waiting item is a cue.
// `seen` is when the camera saw it, in ms since 1970, or 0. `more` says whether there is a second
// sentence, `pictured` whether another model can be asked about its photo. `number` counts photos that
// were chosen together (`batch`), or is 0. A state or an answer that Vois speaks is an item of the
// page's own, of kind `note`.
//
// Messages to Python (messages.js): `pace`, `volume` and `muted` {value}; `hushed` {}: the person
// silenced the voice; `more` {id}: the second sentence is wanted; `ask_model` {id, words}, `consent`
// {value} and `unasked` {}: ask.js; `refused` {files: [{name, large}]};
// `remembered` {settings}: what this browser has kept, by the names of pipeline/preferences.py.

// How long a sentence that no voice speaks stays before the next one: about 200 words a minute.
const READING_MS_PER_CHARACTER = 55;
const EVENTS_KEPT = 500;
const REMEMBERED = "vois-settings"; // in the browser's own store

const items = new Map(); // id -> item, in the order they came
let nodes = null;
let data = null;
let active = null; // the id whose turn it is
let shown = null; // the id whose sentence is on the page
let left = null; // what was stopped in its midst: {id, place of its sentence, later: ids}

// What the voice did, for the browser tests: playing, ended, stopped; "cue playing" and "note
// playing" and so on for a sound that is no sentence.
window.voisPlayerEvents = window.voisPlayerEvents ?? [];
function record(type, id, timestamps) {
  const { kind, text } = items.get(id) ?? {};
  if (kind === "waiting") type = `cue ${type}`;
  if (kind === "note") type = `note ${type}`;
  window.voisPlayerEvents.push({ type, id, text, at: performance.now(), timestamps });
  if (window.voisPlayerEvents.length > EVENTS_KEPT) window.voisPlayerEvents.shift();
}

// Who says aloud what the page says: the person's screen reader, Vois, or both.
const isReader = () => data.speaker === "reader";
const isVois = () => data.speaker === "vois";

export default function (component) {
  const before = data?.speaker;
  const first = data === null;
  data = { ...connect(component) };
  data.speaker ??= remembered().speaker; // until Python has learnt of it
  bind(component.parentElement);
  // Before the first sound: Python learns of it a moment later, and decides from then on.
  if (first) {
    const settings = remembered();
    setPace(settings.pace ?? data.pace);
    setMuted(settings.muted ?? data.muted);
    setVolume(settings.volume ?? data.volume);
    send("remembered", { settings });
  }
  label();
  if (!isUnacknowledged("remembered")) {
    if (!isUnacknowledged("pace") && pace !== data.pace) setPace(data.pace);
    if (!isUnacknowledged("muted") && nodes.audio.muted !== data.muted) setMuted(data.muted);
    if (!isUnacknowledged("volume") && volume() !== data.volume) setVolume(data.volume);
    const known = remembered().speaker;
    remember(data.remembered);
    if (!first && data.speaker && data.speaker !== before && data.speaker !== known) {
      note(data.labels[`speaker_${data.speaker}_chosen`]);
    }
  }
  const earlier = shown;
  take(data.items);
  advance();
  // A sentence says more than the state that comes with it.
  if (shown !== earlier && shown !== null) setState(data.status.id);
  offerReadOn();
  announceState();
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED)) ?? {};
  } catch {
    return {}; // the browser keeps nothing for this page
  }
}

// What was chosen, and nothing else: what was not keeps its default.
function remember(settings) {
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(settings));
  } catch {
    // The same.
  }
}

// ---- The queue -------------------------------------------------------------------------------

function add(item) {
  items.set(item.id, { done: false, silent: false, urls: [], place: 0, ...item });
  return items.get(item.id);
}

function take(fresh) {
  const present = new Set(fresh.map((item) => item.id));
  for (const item of [...items.values()]) {
    if (item.kind !== "note" && !present.has(item.id)) forget(item);
  }
  for (const incoming of fresh) {
    if (!items.has(incoming.id)) {
      if (incoming.now) stop();
      add({ id: incoming.id });
    }
    const item = items.get(incoming.id);
    Object.assign(item, incoming);
    while (item.urls.length < item.sounds.length) {
      fetchSound(item, item.urls.push(null) - 1, `sound/${item.sounds[item.urls.length - 1]}`);
    }
    if (shown === item.id) grow(item); // also when it was silenced
    updateVoice();
  }
}

function forget(item) {
  if (nodes.audio.dataset.id === item.id) silence();
  items.delete(item.id);
  for (const url of item.urls) if (url) URL.revokeObjectURL(url);
  if (active === item.id) active = null;
  if (left?.id === item.id) left = null;
  if (shown === item.id) clearSentence();
}

// Gives the next item its turn: first its words, then, as soon as it is here, its sound.
function advance() {
  const item = items.get(active) ?? [...items.values()].find((other) => !other.done);
  if (!item) return;
  active = item.id;
  if (item.kind !== "note") show(item);
  if (item.kind === "waiting") {
    if (item.urls[0] && !item.begun && !item.silent && !isReader()) play(item);
    return;
  }
  if (item.silent || (item.kind === "note" && isMute(item))) finish(item);
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
  clearTimeout(item.reading);
  item.reading = undefined;
  item.done = true;
  if (active === item.id) active = null;
  if (left?.id === item.id) left = null;
  offerReadOn();
  if (item.kind === "note") forget(item);
  advance();
}

// Again, any number of times: all the photos that were chosen together, in their order.
function again() {
  const item = items.get(shown);
  if (!item) return active === null && note(data.labels.nothing_yet);
  if (nodes.audio.muted && !isReader()) return note(withKeys(data.labels.muted));
  if (isMute(item) && !isReader()) return speakText(item.text, item.language);
  const together = (other) => other.batch === item.batch && other.kind !== "waiting";
  const group = item.number > 0 ? [...items.values()].filter(together) : [item];
  silence();
  for (const one of group) {
    clearTimeout(one.reading);
    Object.assign(one, { done: false, begun: false, silent: false, reading: undefined });
  }
  left = null;
  if (isReader()) shown = null; // so that it is announced again
  active = group[0].id;
  advance();
}

// The second sentence of what is shown; Python has it.
function more() {
  const item = items.get(shown);
  if (!item) return active === null && note(data.labels.nothing_yet);
  if (!item.more) return note(data.labels.nothing_more);
  if (!isUnacknowledged("more")) send("more", { id: item.id });
}

// Silences the voice and everyone in the queue. Words that are still to come will be shown.
function stop() {
  const item = items.get(active);
  if (item?.begun && item.kind === "description") {
    const later = [...items.values()].filter(({ id, done }) => !done && id !== active);
    left = { id: active, place: item.place + Number(item.between), later: later.map(({ id }) => id) };
  }
  silence();
  nodes.unlock.hidden = true;
  for (const item of [...items.values()]) {
    if (item.id === active && item.kind === "waiting") item.silent = true;
    else if (item.kind === "note") forget(item);
    else item.done = true;
  }
  if (items.get(active)?.done) active = null;
  offerReadOn();
}

// Goes on with the sentence at which a longer text was stopped.
function readOn() {
  const { id, place, later } = left;
  if (active === id) return;
  if (nodes.audio.muted) return note(withKeys(data.labels.muted));
  silence();
  for (const other of [id, ...later]) if (items.has(other)) items.get(other).done = false;
  Object.assign(items.get(id), { begun: true, between: true, place: place - 1 });
  active = id;
  advance();
}

function offerReadOn() {
  const button = nodes.section.querySelector("[data-do=read_on]");
  const hidden = isReader() || !(items.get(left?.id)?.sounds.length > 1);
  // The focus is not lost with the button.
  if (hidden && document.activeElement === button) {
    nodes.section.querySelector("[data-do=again]").focus();
  }
  button.hidden = hidden;
}

// ---- The nodes -------------------------------------------------------------------------------

function bind(root) {
  if (nodes?.section.isConnected) return;
  const section = root.querySelector(".vois-result");
  const muted = nodes?.audio.muted ?? false;
  const find = (name) => section.querySelector(name);
  nodes = { section, audio: find("audio"), inView: true };
  for (const part of ["status", "sentence", "ago", "voice", "pin", "unlock"]) {
    nodes[part] = find(`.vois-${part}`);
  }
  shown = null;
  state = "";
  consent = "";
  bindAsk();
  watchSizes();
  nodes.audio.muted = muted;
  section.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) ACTIONS[button.dataset.do]();
  });
  nodes.audio.addEventListener("playing", () => {
    silenceOtherTabs();
    const item = items.get(nodes.audio.dataset.id);
    if (!item || item.heard) return; // one event a text, however many sentences
    item.heard = true;
    record("playing", item.id);
  });
  nodes.audio.addEventListener("ended", () => {
    const item = items.get(nodes.audio.dataset.id);
    if (item) goOn(item);
  });
  new IntersectionObserver(([entry]) => {
    nodes.inView = entry.isIntersecting;
    pin();
  }).observe(nodes.sentence);
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
  // What Vois itself speaks is in no live region, or a screen reader would speak it, too.
  nodes.sentence.setAttribute("aria-live", isVois() ? "off" : "polite");
  nodes.status.setAttribute("aria-live", isVois() && !nodes.audio.muted ? "off" : "polite");
  for (const button of nodes.section.querySelectorAll("[data-do]")) {
    const name = button.dataset.do;
    setText(button, labels[name === "mute" && nodes.audio.muted ? "unmute" : name]);
    showKey(button, data.keys);
  }
  for (const name of ["stop", "mute"]) {
    nodes.section.querySelector(`[data-do=${name}]`).hidden = isReader(); // there is no voice
  }
  setText(nodes.section.querySelector("h2"), labels.result);
  nodes.section.querySelector("[data-part=controls]").setAttribute("aria-label", labels.controls);
  labelAsk();
}
