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

function quotes(block, open) {
  const made = node("section", "block");
  if (block.label) made.append(node("h3", "label", block.label));
  for (const item of block.items) {
    const quote = node("figure", "quote");
    quote.append(node("blockquote", "", item.text));
    const under = node("figcaption", "", item.about);
    if (item.valence) under.append(node("span", "valence " + item.valence, item.valence));
    if (item.id) {
      const button = node("button", "open", "Show in transcript");
      button.type = "button";
      button.setAttribute("aria-label", "Show in transcript: " + item.text.slice(0, 60));
      button.addEventListener("click", () => open(item.id));
      under.append(button);
    }
    quote.append(under);
    made.append(quote);
  }
  return made;
}

const MAKE = { title, text, list, quotes };

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const old = parentElement.querySelector(".sheet");
  const made = node("div", "sheet");
  for (const block of data.blocks) {
    if (Object.hasOwn(MAKE, block.kind)) made.append(MAKE[block.kind](block, (id) => setTriggerValue("open", id)));
  }
  if (old) old.replaceWith(made);
  else parentElement.append(made);
}
