// Shows the first turns of a file as it was read; every word is put in by textContent.
function node(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function turn(item) {
  const made = node("li", item.heading ? "turn heading" : "turn");
  if (item.hue !== null) made.style.setProperty("--hue", String(item.hue));
  else made.classList.add("unknown");
  const head = node("p", "head");
  head.append(node("span", "who", item.who));
  if (item.time) head.append(node("span", "time", item.time));
  made.append(head, node("p", "words", item.text));
  if (item.more) made.append(node("p", "more", item.more));
  return made;
}

export default function (component) {
  const { data, parentElement } = component;
  const old = parentElement.querySelector(".turns");
  const made = node("ol", "turns");
  made.setAttribute("aria-label", data.label);
  made.tabIndex = 0;
  for (const item of data.turns) made.append(turn(item));
  if (old) old.replaceWith(made);
  else parentElement.append(made);
}
