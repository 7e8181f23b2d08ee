// Quotations to choose from: those that are chosen stand first, in order. Every word is put in by textContent.
const KEPT = new WeakMap();

function node(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function button(text, label, act, off) {
  const made = node("button", "act", text);
  made.type = "button";
  made.setAttribute("aria-label", label);
  made.title = label.split(": ")[0];
  made.disabled = Boolean(off);
  made.addEventListener("click", act);
  return made;
}

function card(item, here) {
  const at = here.chosen.findIndex((one) => one.id === item.id);
  const on = at >= 0;
  const contrary = on ? here.chosen[at].contrary : item.contrary;
  const made = node("li", on ? (contrary ? "card on contrary" : "card on") : "card");
  const label = node("label", "pick");
  const box = node("input");
  box.type = "checkbox";
  box.checked = on;
  box.disabled = !here.editable;
  box.id = "pick-" + item.id;
  box.addEventListener("change", () => here.toggle(item, box.checked));
  const body = node("span", "body");
  body.append(node("span", "words", "“" + item.text + "”"), node("span", "about", item.about));
  label.append(box, body);
  made.append(label);
  const tools = node("div", "tools");
  const said = node("span", "said", item.says);
  tools.append(said);
  const start = item.text.slice(0, 60);
  if (on && here.editable) {
    const other = contrary ? "Tells of the lack" : "Tells of the behaviour";
    tools.append(
      button(other + " ⇄", other + "; change: " + start, () => here.turn(at)),
      button("Up", "Move up: " + start, () => here.shift(at, -1), at === 0),
      button("Down", "Move down: " + start, () => here.shift(at, 1), at === here.chosen.length - 1),
    );
  }
  tools.append(button("Show in transcript", "Show in transcript: " + start, () => here.component.setTriggerValue("open", item.id)));
  made.append(tools);
  made.dataset.words = (item.text + " " + item.about + " " + item.says).toLowerCase();
  return made;
}

function build(parent) {
  const here = { chosen: [], items: [] };
  const box = node("div", "picker");
  const search = node("input", "search");
  search.type = "search";
  search.placeholder = "Search what was coded";
  search.setAttribute("aria-label", "Search what was coded");
  const list = node("ul", "list");
  const none = node("p", "none", "No passage has these words.");
  none.setAttribute("role", "status");
  box.append(search, list, none);
  parent.append(box);
  here.filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const made of list.children) {
      made.hidden = !words.every((word) => made.dataset.words.includes(word));
      shown += made.hidden ? 0 : 1;
    }
    none.hidden = shown > 0 || !here.items.length;
  };
  here.draw = () => {
    const ids = here.chosen.map((one) => one.id);
    const first = ids.map((id) => here.items.find((item) => item.id === id)).filter(Boolean);
    const rest = here.items.filter((item) => !ids.includes(item.id));
    const root = parent.getRootNode();
    const focused = root.activeElement?.getAttribute?.("aria-label") ?? root.activeElement?.id;
    list.replaceChildren(...[...first, ...rest].map((item) => card(item, here)));
    here.filter();
    if (focused) {
      const again = [...list.querySelectorAll("button, input")].find(
        (one) => one.getAttribute("aria-label") === focused || one.id === focused,
      );
      again?.focus({ preventScroll: true });
    }
  };
  here.tell = () => {
    here.number = (here.number || 0) + 1;
    here.draw();
    const picked = here.chosen.map((one) => [one.id, one.contrary]);
    here.component.setTriggerValue("picked", { behaviour: here.behaviour, picked, number: here.number });
  };
  here.toggle = (item, on) => {
    here.chosen = here.chosen.filter((one) => one.id !== item.id);
    if (on) here.chosen.push({ id: item.id, contrary: item.contrary });
    here.tell();
  };
  here.turn = (at) => {
    here.chosen[at] = { ...here.chosen[at], contrary: !here.chosen[at].contrary };
    here.tell();
  };
  here.shift = (at, by) => {
    const [one] = here.chosen.splice(at, 1);
    here.chosen.splice(at + by, 0, one);
    here.tell();
  };
  search.addEventListener("input", here.filter);
  search.addEventListener("keydown", (event) => {
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
  here.take = (next) => {
    here.component = next;
    const drawn = JSON.stringify(next.data);
    if (drawn === here.drawn) return;
    here.drawn = drawn;
    if (here.behaviour !== next.data.behaviour) search.value = "";
    here.behaviour = next.data.behaviour;
    here.editable = next.data.editable;
    here.items = next.data.items;
    here.chosen = next.data.chosen.map(([id, contrary]) => ({ id, contrary }));
    search.hidden = here.items.length < 8;
    here.draw();
  };
  return here;
}

export default function (component) {
  const { parentElement } = component;
  if (!KEPT.has(parentElement)) KEPT.set(parentElement, build(parentElement));
  KEPT.get(parentElement).take(component);
}
