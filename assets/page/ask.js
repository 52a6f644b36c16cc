// Another model, which the person has chosen in the settings: the buttons that ask it about the photo
// of what is shown, the field for a question, and whether the photo may leave this machine.
//
// data.other: null where nobody may be asked, else {available, asking, consent, notice, most}.
// `consent` is the question that waits for a yes or a no, or "". `notice` {number, text} is a
// sentence to be said once. `most` is how many characters a question may have.

let consent = ""; // the question that the person has met
let noticed = 0;

const askNodes = () => ({
  form: nodes.section.querySelector(".vois-question"),
  field: nodes.section.querySelector(".vois-question input"),
  opener: nodes.section.querySelector("[data-do=question]"),
  group: nodes.section.querySelector(".vois-consent"),
});

function bindAsk() {
  const { form, field, opener } = askNodes();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = field.value.trim();
    if (!words) return note(data.labels.question_empty);
    // The focus is where the next question begins, and where letters press buttons again.
    closeQuestion();
    askModel(words);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeQuestion();
  });
  opener.setAttribute("aria-expanded", "false");
}

function labelAsk() {
  const { form, field, opener, group } = askNodes();
  const { labels } = data;
  const available = Boolean(data.other?.available);
  for (const name of ["detail", "question"]) {
    const button = nodes.section.querySelector(`[data-do=${name}]`);
    // The focus is not lost with the button.
    if (!available && document.activeElement === button) {
      nodes.section.querySelector("[data-do=again]").focus();
    }
    button.hidden = !available;
  }
  if (!available && !form.hidden) closeQuestion();
  for (const part of ["question_label", "question_send"]) {
    setText(form.querySelector(`[data-part=${part}]`), labels[part]);
  }
  opener.setAttribute("aria-expanded", String(!form.hidden));
  field.maxLength = data.other?.most ?? 0;
  showConsent(group);
  const notice = data.other?.notice;
  if (notice && notice.number !== noticed) {
    noticed = notice.number;
    note(notice.text);
  }
}

// The question whether the photo may leave takes the focus: nothing is sent before its answer. Not
// its buttons, or a key that is held down would answer.
function showConsent(group) {
  const question = isUnacknowledged("consent") ? "" : data.other?.consent ?? "";
  if (question === consent) return;
  consent = question;
  setText(group.querySelector("p"), question);
  if (!question) {
    if (group.contains(document.activeElement)) askNodes().opener.focus();
    group.hidden = true;
    return;
  }
  group.hidden = false;
  group.focus();
  if (isVois()) speakText(question, data.language);
}

function answerConsent(value) {
  send("consent", { value });
  showConsent(askNodes().group);
  if (!value) note(data.labels.consent_refused);
}

// "" asks for more detail.
function askModel(words) {
  const item = items.get(shown);
  if (!item?.pictured) return note(data.labels.question_nothing);
  if (!isUnacknowledged("ask_model")) send("ask_model", { id: item.id, words });
}

function toggleQuestion() {
  const { form, field, opener } = askNodes();
  if (!form.hidden) return closeQuestion();
  if (!items.get(shown)?.pictured) return note(data.labels.question_nothing);
  form.hidden = false;
  opener.setAttribute("aria-expanded", "true");
  field.focus();
}

function closeQuestion() {
  const { form, field, opener } = askNodes();
  const inside = form.contains(document.activeElement);
  field.value = "";
  form.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  if (inside) (opener.hidden ? nodes.section.querySelector("[data-do=again]") : opener).focus();
}

// The person has had enough: nobody works on an answer any more.
function unask() {
  if (!data.other?.asking) return;
  send("unasked");
  if (isAsking(state)) note(data.labels.other_stopped);
}
