// Of all the pages that this browser has open, the one that was used last speaks. Stands in the
// connection's module; the player obeys `vois-hush`.
//
// The page that holds a lock (Web Locks) may speak. Who uses a page takes the lock from the others;
// when that page is closed or crashes, the next one that waits has it. Where the browser has no
// locks, which is over plain HTTP from another machine, each page speaks.

const VOICE_LOCK = "vois-voice";
let mayVoice = true;

function holdVoice(steal) {
  if (!navigator.locks) return;
  if (steal) mayVoice = true;
  const held = () => {
    mayVoice = true;
    return new Promise(() => {}); // until the page is closed, or another one takes it
  };
  navigator.locks.request(VOICE_LOCK, { steal }, held).catch(() => {
    mayVoice = false;
    document.dispatchEvent(new Event("vois-hush"));
    holdVoice(false);
  });
}

function takeVoice() {
  if (!mayVoice) holdVoice(true);
}

if (document.visibilityState === "visible") holdVoice(true);
else {
  mayVoice = !navigator.locks;
  holdVoice(false);
}
for (const kind of ["keydown", "pointerdown", "drop"]) document.addEventListener(kind, takeVoice, true);
window.addEventListener("focus", takeVoice);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && takeVoice());
// Media events do not bubble, but are captured.
document.addEventListener("play", ({ target }) => {
  if (mayVoice || !target.matches(".vois audio")) return;
  target.pause();
  document.dispatchEvent(new Event("vois-hush"));
}, true);
