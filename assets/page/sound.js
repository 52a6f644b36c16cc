// The one audio player: an item's sounds, one after the other.

const PACES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]; // the slider in the settings has the same
const VOLUME_STEP = 5; // percent, as the slider in the settings has it

// The other tabs of this page in this browser: whoever begins to speak silences them.
const tabs = new BroadcastChannel("vois-voice");
let spokeAt = 0; // when this page last began to play a sound, in ms since 1970

let pace = 1;
let unheard = ""; // a state that the browser did not let Vois speak before a gesture

async function fetchSound(item, place, path) {
  let url = "";
  try {
    const answer = await fetchFile(path, "audio/");
    url = URL.createObjectURL(await answer.blob());
  } catch (error) {
    console.warn("Vois: a sound did not arrive.", error);
    if (items.has(item.id)) note(data.labels.sound_lost, false);
  }
  if (!items.has(item.id)) return URL.revokeObjectURL(url);
  item.urls[place] = url;
  if (active === item.id) advance();
}

function play(item) {
  silence();
  item.begun = true;
  active = item.id;
  item.place = item.urls.findIndex((url) => url !== "");
  start(item);
}

function silenceOtherTabs() {
  const { audio } = nodes;
  if (audio.paused || audio.muted || audio.volume === 0) return;
  spokeAt = Date.now();
  tabs.postMessage({ at: spokeAt, sender: SENDER });
}

tabs.addEventListener("message", ({ data: other }) => {
  // Of two that begin at one moment the later goes on, and only that one.
  const isLater = other.at - spokeAt || other.sender.localeCompare(SENDER);
  if (!nodes || nodes.audio.paused || isLater < 0) return;
  stop();
  send("hushed");
});

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
      note(data.labels.sound_lost, false);
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
  if (item.kind === "note") {
    unheard = item.text;
    return finish(item);
  }
  nodes.unlock.hidden = false;
  note(data.labels.sound_blocked, false);
}

for (const gesture of ["keydown", "pointerdown"]) {
  document.addEventListener(gesture, () => {
    // What the person does is answered first; a state that is no longer true is not said.
    const text = unheard;
    unheard = "";
    if (text) setTimeout(() => data.status.text === text && active === null && speakStatus(text));
  });
}

function silence() {
  const { audio } = nodes;
  const item = items.get(audio.dataset.id);
  if (item?.heard) record("stopped", item.id);
  if (item) item.between = item.heard = false;
  delete audio.dataset.id;
  audio.pause();
}

function setPace(value) {
  pace = value;
  nodes.audio.defaultPlaybackRate = nodes.audio.playbackRate = value;
}

const clamp = (value, most) => Math.min(Math.max(value, 0), most);

function changePace(step) {
  setPace(PACES[clamp(PACES.indexOf(pace) + step, PACES.length - 1)]);
  const { labels } = data;
  const words = pace === 1 ? labels.pace_normal : labels.pace;
  // While a sentence is spoken, its pace is heard.
  note(words.replace("{rate}", pace.toLocaleString(data.language)), nodes.audio.paused);
  send("pace", { value: pace });
}

const volume = () => Math.round(100 * nodes.audio.volume);

function setVolume(percent) {
  nodes.audio.volume = percent / 100;
}

function changeVolume(step) {
  setVolume(clamp(volume() + step, 100));
  note(data.labels.volume_now.replace("{percent}", volume()), nodes.audio.paused);
  send("volume", { value: volume() });
}

function setMuted(muted) {
  nodes.audio.muted = muted;
  nodes.section.classList.toggle("vois-muted", muted);
  silenceOtherTabs();
}

function toggleMute() {
  setMuted(!nodes.audio.muted);
  label();
  note(nodes.audio.muted ? withKeys(data.labels.muted) : data.labels.unmuted);
  send("muted", { value: nodes.audio.muted });
}
