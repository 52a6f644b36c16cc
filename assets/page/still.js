// The page stands still under the person: what grows or shrinks above the focus moves nothing.
//
// Chromium's own scroll anchoring looks at what is at the upper edge, and Safari has none.

let held = null; // {node, top}: what has the focus and where it is on the screen

function hold() {
  const node = document.activeElement;
  const { top, bottom } = node.getBoundingClientRect();
  const isSeen = node !== document.body && bottom > 0 && top < innerHeight;
  held = isSeen ? { node, top } : null; // who has scrolled away from the focus stays there
}

function keepStill() {
  const main = document.querySelector(MAIN);
  if (held?.node === document.activeElement && held.node.isConnected) {
    const moved = held.node.getBoundingClientRect().top - held.top;
    if (Math.abs(moved) >= 1) main.scrollTop += moved;
  }
  hold();
}

// A focus or a scroll is the person's: where it leads is where the page stands from then on.
document.addEventListener("focusin", () => {
  held = null;
  requestAnimationFrame(hold); // the browser scrolls to it first
});
document.addEventListener("scroll", hold, true);
window.addEventListener("resize", hold);
new MutationObserver(() => held && keepStill()).observe(document.body, {
  childList: true,
  subtree: true,
});
// What changes its size without a change of nodes, such as a picture that has loaded.
const sizes = new ResizeObserver(() => held && keepStill());
function watchSizes() {
  sizes.observe(document.querySelector(`${MAIN} > *`));
}
