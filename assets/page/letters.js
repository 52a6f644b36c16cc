// The letters that press buttons, shown on them and told to a screen reader.

const LETTER_OF = {
  again: "A", more: "E", stop: "S", mute: "M", ask: "D", pause: "P", power: "L", read: "R",
  read_on: "C", detail: "X", question: "Q",
};

// Shows the letter where it works alone (`alone`); with Alt and Shift it works everywhere.
function showKey(button, alone) {
  const letter = LETTER_OF[button.dataset.do];
  if (!letter) return;
  button.setAttribute("aria-keyshortcuts", `${alone ? `${letter} ` : ""}Alt+Shift+${letter}`);
  if (alone) button.dataset.letter = letter;
  else delete button.dataset.letter;
}
