// Tells the other pages of this browser that the history has changed. Stands before history.js.

const changes = new BroadcastChannel("vois-history");
let toldChange = null; // the last change that this page has told of, or heard of

// change: a name of the history's state, the same in all pages.
function tellOtherTabs(change) {
  if (toldChange !== null && toldChange !== change) changes.postMessage(change);
  toldChange = change;
}

changes.addEventListener("message", ({ data: change }) => {
  if (toldChange === change) return;
  toldChange = change;
  send("look");
});
// Another browser or program may have written meanwhile.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && connection) send("look");
});
