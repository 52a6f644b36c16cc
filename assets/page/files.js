// The files that Streamlit does not take or cannot send. It says so in small English words at the
// file's name, which nobody hears, and Python does not learn of it: the page sends a message.

const reported = new WeakSet(); // the nodes of such files

function reportRefused() {
  const files = [];
  for (const node of document.querySelectorAll(REFUSED_FILE)) {
    if (reported.has(node) || !data) continue;
    reported.add(node);
    node.removeAttribute("aria-describedby"); // the English words
    const large = isTooLarge(node);
    const name = node.querySelector(FILE_NAME)?.title ?? "";
    // history.js knows by itself which archives are none, or too large.
    if (!node.closest(HISTORY_PANEL)) files.push({ name, large });
    else if (!large && !isOfOtherType(node)) {
      note(data.labels.not_arrived.replace("{name}", () => name));
    }
  }
  if (files.length > 0) send("refused", { files });
}

new MutationObserver(reportRefused).observe(document.body, { childList: true, subtree: true });
