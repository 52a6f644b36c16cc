// The history panel: the list, its search, and what can be done with each entry.
//
// Streamlit calls the default export again after every rerun and keeps the nodes. What came is
// compared with what stands there, entry by entry: nodes are neither made anew nor moved, so the
// focus, a half-typed search and a half-written correction stay as they are.
//
// Messages to Python (messages.js): `search` {text, source, day}; `newer`, `older`, `undo` and
// `delete_all` {}; `play` and `delete` {id}; `correct` {id, text}; `look` {}: something has changed.

const SEARCH_MS = 200; // a pause in typing
const SECOND_CLICK_MS = 500; // of a double click: the next entry has moved under the pointer
const LABEL_WORDS = 5; // of an entry, in the names of its buttons
const EXPORTS = { csv: "text/csv", json: "application/json", zip: "application/zip" };
const SOURCES = ["camera", "upload", "api", "command line"]; // pipeline.history.Source

let nodes = null;
let data = null;
let drawn = null; // the version that stands there
let labelled = ""; // the language of the labels that stand there
let announced = 0; // the version of the last sentence that was said
let typing = 0;
let deletedAt = 0;
let gone = null; // what stands in the place of the entry that was deleted last

// Each tab of this page in this browser tells the others of a change that they have not drawn.
const tabs = new BroadcastChannel("vois-history");
tabs.addEventListener("message", ({ data: change }) => {
  if (data && change !== data.change) send("look");
});
// Nobody else tells: another browser, the command line.
document.addEventListener("visibilitychange", () => {
  if (data && document.visibilityState === "visible") send("look");
});

export default function (component) {
  connect(component);
  if (data && data.change !== component.data.change) tabs.postMessage(component.data.change);
  data = component.data;
  bind(component.parentElement);
  if (drawn === data.version) return;
  drawn = data.version;
  if (labelled !== data.language) label();
  draw();
  if (data.said.version > announced) {
    announced = data.said.version;
    say(data.said.text);
  }
}

function say(text) {
  document.dispatchEvent(new CustomEvent("vois-say", { detail: text }));
}

// ---- The list --------------------------------------------------------------------------------

function draw() {
  nodes.off.textContent = data.off;
  nodes.off.hidden = !data.off;
  nodes.on.hidden = Boolean(data.off);
  nodes.count.textContent = data.count;
  nodes.page.textContent = data.labels.history_page.replace("{number}", data.page);
  nodes.page.hidden = !(data.newer || data.older);
  nodes.nav.hidden = !(data.newer || data.older || nodes.nav.contains(document.activeElement));
  // Never disabled: whoever has the focus there would lose it.
  for (const name of ["newer", "older", "undo"]) {
    button(name).setAttribute("aria-disabled", String(!data[name]));
  }
  for (const link of nodes.section.querySelectorAll("a[data-kind]")) {
    link.href = addressOf(own(`export.${link.dataset.kind}?language=${data.language}`));
  }
  const days = new Map();
  for (const entry of data.entries.filter(({ id }) => !isGone(id))) {
    if (!days.has(entry.day)) days.set(entry.day, []);
    days.get(entry.day).push(entry);
  }
  nameEntries();
  patch(nodes.days, [...days.keys()], makeDay, (node, day) => fillDay(node, day, days.get(day)));
  const back = nodes.days.querySelector(`[data-key="${CSS.escape(gone?.dataset.entry ?? "")}"]`);
  if (back && !isGone(back.dataset.key)) {
    if (gone.contains(document.activeElement)) back.querySelector("[data-action=play]").focus();
    gone.remove();
    gone = null;
  }
}

// The first words of each entry, with a number where another one begins in the same way.
const names = new Map();
function nameEntries() {
  names.clear();
  const met = new Map();
  for (const { id, words } of data.entries) {
    const all = words.split(/\s+/);
    const short = all.slice(0, LABEL_WORDS).join(" ") + (all.length > LABEL_WORDS ? " …" : "");
    const count = (met.get(short) ?? 0) + 1;
    met.set(short, count);
    names.set(id, count > 1 ? `${short} (${count})` : short);
  }
}

const own = (path) => `history/${data.token}/${path}`;
const button = (action) => nodes.section.querySelector(`.vois-controls > [data-action="${action}"]`);
const isGone = (id) =>
  unacknowledged.some(({ kind, values }) => kind === "delete" && values.id === id);

// Makes the children of `parent` those of `keys`, in their order. What the person is at stays, even
// when it is no longer among them, until they have left it.
function patch(parent, keys, make, fill) {
  const wanted = new Set(keys);
  const known = new Map();
  for (const node of [...parent.children]) {
    if (wanted.has(node.dataset.key) || isInUse(node)) known.set(node.dataset.key, node);
    else node.remove();
  }
  for (const [key, node] of known) if (!wanted.has(key) && node.matches(".vois-day")) fill(node, key);
  let place = parent.firstElementChild;
  for (const key of keys) {
    while (place && !wanted.has(place.dataset.key)) place = place.nextElementSibling;
    let node = known.get(key);
    if (node && node === place) place = place.nextElementSibling;
    else {
      node ??= make(key);
      parent.insertBefore(node, place);
    }
    fill(node, key);
  }
}

function isInUse(node) {
  if (isGone(node.dataset.key)) return false;
  return node.contains(document.activeElement) || node.querySelector("form") !== null;
}

function makeDay(day) {
  const node = element("div", "vois-day");
  node.dataset.key = day;
  const list = element("ul");
  list.setAttribute("role", "list"); // Safari forgets it where no bullets are drawn
  node.append(element("h3"), list);
  return node;
}

function fillDay(node, day, entries = []) {
  setText(node.querySelector("h3"), nameOf(day));
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  patch(node.querySelector("ul"), [...byId.keys()], makeItem, (item, id) => fillItem(item, byId.get(id)));
}

// "Today", "Yesterday", else the date, as the page's language has it.
function nameOf(day) {
  const { language } = data;
  const [year, month, date] = day.split("-").map(Number);
  const begin = new Date(year, month - 1, date);
  const now = new Date();
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const ago = Math.round((today - begin) / 86_400_000);
  const words = ago === 0 || ago === 1
    ? new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-ago, "day")
    : new Intl.DateTimeFormat(language, { dateStyle: "full" }).format(begin);
  return words[0].toLocaleUpperCase(language) + words.slice(1);
}

function makeItem(id) {
  const item = element("li", "vois-entry");
  item.dataset.key = id;
  const words = element("p", "vois-words");
  words.append(element("span", "vois-lead"), element("span", "vois-text"));
  const controls = element("div", "vois-controls");
  const more = element("details", "vois-more");
  const rest = element("div", "vois-controls");
  rest.append(...["copy", "correct", "delete"].map(makeButton));
  more.append(named(element("summary"), "more"), rest);
  controls.append(makeButton("play"), more);
  const original = element("p", "vois-original");
  original.append(element("span"), element("span"));
  item.append(words, element("p", "vois-reading"), original, controls);
  return item;
}

function fillItem(item, entry) {
  const filled = JSON.stringify([entry, names.get(entry.id), data.language]);
  if (item.filled === filled) return;
  item.filled = filled;
  item.entry = entry;
  const { labels } = data;
  const lead = labels.history_item.replace("{time}", entry.time).replace("{source}", entry.source);
  setText(item.querySelector(".vois-lead"), lead.replace("{text}", ""));
  const text = item.querySelector(".vois-text");
  setText(text, entry.words);
  text.lang = entry.words_language;
  const reading = item.querySelector(".vois-reading");
  setText(reading, entry.reading);
  reading.lang = entry.reading_language;
  reading.hidden = !entry.reading;
  const original = item.querySelector(".vois-original");
  const [before, was] = original.children;
  setText(before, labels.history_original.replace("{text}", ""));
  setText(was, entry.original);
  was.lang = entry.language;
  original.hidden = !entry.original;
  for (const what of item.querySelectorAll(".vois-what")) {
    setText(what, names.get(entry.id));
    what.lang = entry.words_language;
  }
  let picture = item.querySelector("img");
  if (entry.picture && !picture) {
    picture = element("img");
    picture.loading = "lazy";
    picture.addEventListener("error", () => (picture.hidden = true));
    picture.src = addressOf(own(`picture/${entry.id}`));
    item.querySelector(".vois-original").after(picture);
  } else if (!entry.picture) picture?.remove();
  if (entry.picture) picture.alt = labels.history_picture.replace("{time}", entry.time);
}

function element(name, kind) {
  const node = document.createElement(name);
  if (kind) node.className = kind;
  return node;
}

// Its words are one of the labels, and change with the page's language.
function name(node, label) {
  node.dataset.label = `history_${label}`;
  node.textContent = data.labels[node.dataset.label];
}

// For a screen reader the button's name goes on with the entry's first words, in their language.
function named(node, label) {
  const lead = element("span");
  name(lead, label);
  node.append(lead, " ", element("span", "vois-hidden vois-what"));
  return node;
}

function makeButton(action) {
  const one = element("button");
  one.type = "button";
  one.dataset.action = action;
  return named(one, action);
}

// A screen reader may read anew what is set anew.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// ---- Actions --------------------------------------------------------------------------------

const ACTIONS = {
  newer: () => send("newer"),
  older: () => send("older"),
  undo: () => performance.now() - deletedAt >= SECOND_CLICK_MS && send("undo"),
  ask() {
    nodes.question.hidden = false;
    button("keep").focus(); // the harmless answer
  },
  keep() {
    button("ask").focus();
    nodes.question.hidden = true;
  },
  delete_all() {
    ACTIONS.keep();
    send("delete_all");
  },
  play: (item) => send("play", { id: item.dataset.key }),
  copy: ({ entry }) => copy([entry.words, entry.reading].filter(Boolean).join("\n")),
  correct: openForm,
  delete(item) {
    if (performance.now() - deletedAt < SECOND_CLICK_MS) return;
    deletedAt = performance.now();
    const old = gone;
    gone = makeGone(item.dataset.key);
    item.before(gone);
    gone.querySelector("button").focus();
    old?.remove();
    send("delete", { id: item.dataset.key });
    draw();
  },
};

// Stands where the entry was until the person leaves it.
function makeGone(id) {
  const node = element("li", "vois-gone");
  Object.assign(node.dataset, { key: `gone ${id}`, entry: id });
  const one = element("button");
  one.type = "button";
  one.dataset.action = "undo";
  name(one, "undo");
  node.append(one);
  return node;
}

async function copy(text) {
  const { labels } = data;
  try {
    await navigator.clipboard.writeText(text);
    say(labels.history_copied);
  } catch (error) {
    console.warn("Vois: not copied.", error);
    say(labels.history_not_copied);
  }
}

function openForm(item) {
  const open = item.querySelector("form");
  if (open) return open.elements.words.focus();
  const form = element("form", "vois-form");
  const label = element("label");
  const lead = element("span");
  name(lead, "words");
  const field = element("input");
  Object.assign(field, { type: "text", name: "words", maxLength: 2000, autocomplete: "off" });
  field.value = item.entry.words;
  field.lang = item.entry.words_language;
  label.append(lead, field);
  const controls = element("div", "vois-controls");
  const [save, cancel] = ["save", "cancel"].map((word) => {
    const one = element("button");
    one.type = word === "save" ? "submit" : "button";
    name(one, word);
    return one;
  });
  controls.append(save, cancel);
  form.append(label, controls);
  const close = () => {
    item.querySelector("[data-action=correct]").focus();
    form.remove();
  };
  cancel.addEventListener("click", close);
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send("correct", { id: item.dataset.key, text: field.value });
    close();
  });
  item.append(form);
  field.focus();
  field.select();
}

// ---- The search ------------------------------------------------------------------------------

function search() {
  clearTimeout(typing);
  const { text, source, day } = nodes.filters.elements;
  send("search", { text: text.value, source: source.value, day: day.value });
}

function searchSoon() {
  clearTimeout(typing);
  typing = setTimeout(search, SEARCH_MS);
}

// ---- The export -------------------------------------------------------------------------------

// Without its answer the browser would download whatever came, or show it in place of the page.
async function checkExport(event, link) {
  event.preventDefault();
  const { kind } = link.dataset;
  try {
    await fetchFile(own(`export.${kind}?language=${data.language}`), EXPORTS[kind], "HEAD");
  } catch (error) {
    console.warn("Vois: the export is not there.", error);
    return say(data.labels.history_not_exported);
  }
  link.checked = true;
  link.click();
  link.checked = false;
}

// ---- The import: Streamlit's own field, whose refusals nobody speaks -----------------------------

function announceImport(files) {
  const { labels } = data;
  const megabytes = data.import_megabytes;
  for (const { name, size } of files) {
    let words = labels.history_importing;
    if (!name.toLowerCase().endsWith(".zip")) words = labels.history_import_type;
    else if (size > megabytes * 1024 * 1024) words = labels.history_import_large;
    say(words.replace("{megabytes}", megabytes).replace("{name}", () => name));
  }
}
const isImport = (node) => node.closest?.(HISTORY_IMPORT);
document.addEventListener("change", ({ target }) => {
  if (data && isImport(target)) announceImport(target.files);
}, true);
document.addEventListener("drop", ({ target, dataTransfer }) => {
  if (data && isImport(target)) announceImport(dataTransfer.files);
}, true);

// ---- The nodes -------------------------------------------------------------------------------

function bind(root) {
  if (nodes?.section.isConnected) return;
  const section = root.querySelector(".vois-history");
  nodes = { section };
  for (const name of ["off", "on", "filters", "count", "days", "page", "question"]) {
    nodes[name] = section.querySelector(`.vois-${name}`);
  }
  nodes.nav = section.querySelector("nav");
  drawn = null;
  label();
  section.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-action]");
    if (pressed) ACTIONS[pressed.dataset.action](pressed.closest(".vois-entry"));
  });
  section.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-kind]");
    if (link && !link.checked) checkExport(event, link);
  });
  nodes.question.addEventListener("keydown", (event) => event.key === "Escape" && ACTIONS.keep());
  const { filters } = nodes;
  filters.elements.text.addEventListener("input", searchSoon);
  filters.elements.source.addEventListener("change", search);
  filters.elements.day.addEventListener("change", searchSoon); // fires for each digit of a year
  filters.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  filters.addEventListener("reset", () => setTimeout(search)); // once the fields are empty
  // What was kept only because the person was there may go now.
  nodes.days.addEventListener("focusout", () => setTimeout(() => nodes.section.isConnected && draw()));
}

function label() {
  const { labels } = data;
  labelled = data.language;
  for (const node of nodes.section.querySelectorAll("[data-label]")) {
    node.textContent = labels[node.dataset.label];
  }
  nodes.filters.setAttribute("aria-label", labels.history_filters);
  nodes.nav.setAttribute("aria-label", labels.history_pages);
  const { text, source, day } = nodes.filters.elements;
  source.replaceChildren(
    new Option(labels.history_all_sources, ""),
    ...SOURCES.map((name) => new Option(labels[`history_source_${name.replace(" ", "_")}`], name)),
  );
  [text.value, source.value, day.value] = ["text", "source", "day"].map((name) => data.filter[name]);
}
