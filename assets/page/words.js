// The words on the page and the live regions: a sentence, and a line for states and answers.
//
// Each is announced by its own node, so that a sentence stands on the page once. Where Vois is the
// one who speaks, states and answers are spoken, and nothing is in a live region.

const NOTE_MS = 10_000; // an answer stays so long, unless something else is to be said

let state = ""; // the id of the state that was last announced
let lasting = ""; // the last one that was no more than a question to another model
let noteTimer = 0;
let notes = 0;

// A screen reader reads a node that is new, also when its text is the same as before.
function write(node, text, language, pieces = []) {
  node.lang = language; // a description may be in another language than the page
  const all = pieces.length > 0 ? pieces : text ? [{ text, language }] : [];
  node.replaceChildren(...spans(all, language));
}

function spans(pieces, language) {
  return pieces.map((piece) => {
    const words = document.createElement("span");
    words.textContent = piece.text;
    if (piece.language !== language) words.lang = piece.language; // what was read
    return words;
  });
}

// A screen reader may read anew what is set anew.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function show(item) {
  if (item.kind === "waiting") {
    if (shown !== null) clearSentence(); // old words must never be taken for the new photo's
    if (item.announced) return;
    item.announced = true;
    return writeStatus(item.text, "waiting", item.language);
  }
  if (shown === item.id) return;
  shown = item.id;
  if (item.kind === "description" && left?.id !== item.id) left = null; // there is something newer
  if (nodes.status.dataset.kind !== "note") writeStatus("", "", data.language);
  nodes.sentence.setAttribute("aria-atomic", "true");
  write(nodes.sentence, item.text, item.language, item.pieces);
  nodes.sentence.dataset.kind = item.kind;
  record("shown", item.id, item.timestamps);
  updateAge();
  updateVoice();
  pin();
}

// A text that comes sentence by sentence: what is new is added, and announced alone.
function grow(item) {
  const known = nodes.sentence.childElementCount;
  if (item.pieces.length <= known) return;
  nodes.sentence.setAttribute("aria-atomic", "false");
  nodes.sentence.append(...spans(item.pieces.slice(known), item.language));
  pin();
}

function clearSentence() {
  shown = null;
  state = ""; // how things stand is to be said again
  write(nodes.sentence, "", data.language);
  delete nodes.sentence.dataset.kind;
  pin();
  updateAge();
  updateVoice();
}

// While the sentence is out of sight it stands at the lower edge, for the eye alone.
function pin() {
  const text = nodes.inView ? "" : nodes.sentence.textContent;
  nodes.pin.textContent = text;
  nodes.pin.lang = nodes.sentence.lang;
  nodes.pin.hidden = !text;
  // What takes the focus is scrolled clear of it.
  setScrollPadding(nodes.pin.hidden ? 0 : nodes.pin.offsetHeight);
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

// Who spoke, and whether the words went away for it.
function updateVoice() {
  const item = items.get(shown);
  const known = Boolean(item?.voice) && !isReader();
  nodes.voice.hidden = !known;
  if (!known) return;
  const { labels } = data;
  const sentence = item.online ? labels.spoken_online : labels.spoken_offline;
  const words = item.voice === "tone" ? labels.spoken_tone : sentence.replace("{voice}", item.voice);
  setText(nodes.voice, words);
}

// ---- States and answers ----------------------------------------------------------------------

function writeStatus(text, kind, language) {
  clearTimeout(noteTimer);
  nodes.status.dataset.kind = kind;
  write(nodes.status, text, language);
}

// How things stand is said once, when it changes, also while a sentence stays on the page.
function announceState() {
  if (state === data.status.id) return;
  // What stood before somebody was asked, and still does, is not said again.
  const back = isAsking(state) && data.status.id === lasting;
  setState(data.status.id);
  if (back) return;
  if (data.status.hushes) stop();
  if (items.get(active)?.kind === "waiting") return; // it is shown already, and says more
  writeStatus(data.status.text, "state", data.language);
  if (state !== "loading") speakStatus(data.status.text);
}

// That another model is being asked is over when its answer comes.
const isAsking = (id) => id.startsWith("asking");

function setState(id) {
  state = id;
  if (!isAsking(id)) lasting = id;
}

// An answer to a key or a button.
function note(text, aloud = true) {
  writeStatus(text, "note", data.language);
  noteTimer = setTimeout(() => writeStatus("", "", data.language), NOTE_MS);
  if (aloud) speakStatus(text);
}

function speakStatus(text) {
  if (!isVois() || nodes.audio.muted) return;
  // Only the newest state matters: one that nobody has begun to say is old.
  for (const item of [...items.values()]) {
    if (item.kind === "note" && !item.begun) forget(item);
  }
  speakText(text, data.language);
}

// By Python's voice, after what is being said.
function speakText(text, language) {
  const item = add({ id: `note ${++notes}`, kind: "note", text, language, complete: true });
  item.sounds = [""];
  item.urls = [null];
  const query = new URLSearchParams({ text, language });
  fetchSound(item, 0, `speech/${data.speech}?${query}`);
  if (active === null) advance();
}
