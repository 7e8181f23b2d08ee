// Shows blocks of text as typed: every word is put in by textContent.
function node(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function title(block) {
  const made = node("div", "title");
  if (block.above) made.append(node("p", "above", block.above));
  const line = node("h2", "name");
  if (block.colour) {
    const swatch = node("span", "swatch");
    swatch.style.backgroundColor = block.colour;
    swatch.setAttribute("aria-hidden", "true");
    line.append(swatch);
  }
  line.append(node("span", "", block.text));
  made.append(line);
  if (block.note) made.append(node("p", "note", block.note));
  return made;
}

function text(block) {
  const made = node("section", "block");
  if (block.label) made.append(node("h3", "label", block.label));
  made.append(node("p", block.quiet ? "words quiet" : "words", block.text));
  return made;
}

function list(block) {
  const made = node("section", "block");
  made.append(node("h3", "label", block.label));
  const items = node("ul", block.quoted ? "quoted" : "");
  for (const item of block.items) items.append(node("li", "", item));
  made.append(items);
  return made;
}

function button(say, label, about, name, id) {
  const made = node("button", "open", label);
  made.type = "button";
  made.dataset.k = name + "|" + id;
  made.setAttribute("aria-label", label + ": " + about.slice(0, 60));
  made.addEventListener("click", () => say(name, id));
  return made;
}

const OPEN = { name: "open", label: "Show in transcript" };

function quotes(block, say, open) {
  const made = node("section", "block");
  if (block.label) made.append(node("h3", "label", block.label));
  for (const item of block.items) {
    const quote = node("figure", item.text ? "quote" : "quote bare");
    if (item.head) quote.append(node("p", "head", item.head));
    if (item.text) quote.append(node("blockquote", "", item.text));
    if (item.memo) quote.append(node("p", "memo", item.memo));
    const under = node("figcaption", "", item.about);
    if (item.valence) under.append(node("span", "valence " + item.valence, item.valence));
    if (item.mark) under.append(node("span", "valence", item.mark));
    const about = item.text || item.memo || item.head || "";
    for (const deed of [...(open && item.id ? [OPEN] : []), ...(item.deeds || [])]) under.append(button(say, deed.label, about, deed.name, item.id));
    quote.append(under);
    made.append(quote);
  }
  return made;
}

const GONE = { gone: "del", new: "ins", same: "span" };

function field(item) {
  const made = node("div", "field");
  made.append(node("h4", "", item.label));
  if (item.parts) {
    const words = node("p", "words");
    for (const [kind, piece] of item.parts) words.append(node(GONE[kind] || "span", "", piece));
    made.append(words);
  }
  const lines = node("ul", "");
  for (const [kind, all] of [["gone", item.gone || []], ["new", item.new || []]]) {
    for (const piece of all) {
      const line = node("li", kind);
      line.append(node(GONE[kind], "", piece));
      lines.append(line);
    }
  }
  if (lines.childElementCount) made.append(lines);
  return made;
}

function changes(block) {
  const made = node("section", "block changes");
  if (block.label) made.append(node("h3", "label", block.label));
  for (const item of block.items) {
    const change = node("article", "change is-" + item.mark);
    const head = node("h4", "head", item.name);
    head.append(node("span", "valence", item.said));
    change.append(head, ...item.fields.map(field));
    made.append(change);
  }
  return made;
}

const MAKE = { title, text, list, quotes, changes };

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const old = parentElement.querySelector(".sheet");
  const made = node("div", "sheet");
  for (const block of data.blocks) {
    if (Object.hasOwn(MAKE, block.kind)) made.append(MAKE[block.kind](block, setTriggerValue, data.open));
  }
  if (data.height) {
    made.style.maxHeight = Number(data.height) + "px";
    made.style.overflowY = "auto";
    made.tabIndex = 0;
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", "To be scrolled");
  }
  if (!old) {
    parentElement.append(made);
    return;
  }
  // Who works with the keyboard stays where they were when what is shown changes.
  const active = parentElement.getRootNode().activeElement;
  const key = active && old.contains(active) ? active.dataset.k : undefined;
  old.replaceWith(made);
  if (!key) return;
  const id = key.split("|")[1];
  const all = [...made.querySelectorAll("[data-k]")];
  (all.find((one) => one.dataset.k === key) || all.find((one) => one.dataset.k.endsWith("|" + id)))?.focus();
}
