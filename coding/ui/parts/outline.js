// The framework as an outline to order: clusters with behaviours, moved by drag and drop or by Alt and the arrow keys.
// Every name is put in by textContent.
const KEPT = new WeakMap();

function node(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function row(item, here) {
  const cluster = item.kind === "cluster";
  const made = node("div", cluster ? "row cluster" : "row");
  made.id = "item-" + item.id;
  made.draggable = here.editable;
  made.setAttribute("role", "treeitem");
  made.setAttribute("aria-level", cluster ? "1" : "2");
  made.setAttribute("aria-label", item.name + ", " + item.says);
  const grip = node("span", "grip", "⠿");
  grip.setAttribute("aria-hidden", "true");
  const bar = node("span", "bar");
  bar.setAttribute("aria-hidden", "true");
  const fill = node("span", "fill");
  fill.style.width = Math.round(100 * item.share) + "%";
  bar.append(fill);
  const count = node("span", "count", item.count);
  count.setAttribute("aria-hidden", "true");
  made.append(grip, node("span", "name", item.name));
  if (!cluster) made.append(bar);
  made.append(count);
  made.title = item.says;
  made.addEventListener("click", () => here.choose(item.id));
  made.addEventListener("dragstart", (event) => {
    here.dragged = item;
    made.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  made.addEventListener("dragend", () => here.stop());
  made.addEventListener("dragover", (event) => {
    const place = here.place(item, event);
    if (!place) return;
    event.preventDefault();
    here.mark(place);
  });
  made.addEventListener("drop", (event) => {
    const place = here.place(item, event);
    event.preventDefault();
    if (place) here.move(here.dragged, place.cluster, place.before);
    here.stop();
  });
  return made;
}

function build(parent) {
  const here = { rows: new Map(), items: [], dragged: null };
  const box = node("div", "outline");
  const list = node("div", "list");
  list.tabIndex = 0;
  list.setAttribute("role", "tree");
  list.setAttribute("aria-label", "Framework");
  const help = node("p", "help", "Drag to order, or press Alt with the up and down arrows.");
  help.id = "outline-help";
  list.setAttribute("aria-describedby", "outline-help");
  const said = node("p", "said");
  said.setAttribute("role", "status");
  box.append(list, help, said);
  parent.append(box);

  here.clusters = () => here.items.filter((item) => item.kind === "cluster");
  here.inside = (cluster) => here.items.filter((item) => item.kind === "behaviour" && item.cluster === cluster);
  here.choose = (id) => {
    here.selected = id;
    here.paint();
    here.rows.get(id)?.scrollIntoView({ block: "nearest" });
    here.component.setStateValue("chosen", id);
  };
  here.paint = () => {
    for (const [id, made] of here.rows) made.setAttribute("aria-selected", String(id === here.selected));
    if (here.rows.has(here.selected)) list.setAttribute("aria-activedescendant", "item-" + here.selected);
    else list.removeAttribute("aria-activedescendant");
  };
  here.move = (item, cluster, before) => {
    if (!item || item.id === before) return;
    here.moves = (here.moves || 0) + 1;
    said.textContent = item.name + " is being moved.";
    here.component.setTriggerValue("moved", { kind: item.kind, id: item.id, cluster, before, number: here.moves });
  };
  // Where what is dragged would go if it were dropped on this row.
  here.place = (item, event) => {
    const dragged = here.dragged;
    if (!dragged || dragged.id === item.id) return null;
    const box = here.rows.get(item.id).getBoundingClientRect();
    const lower = event.clientY > box.top + box.height / 2;
    if (dragged.kind === "cluster") {
      const order = here.clusters();
      const at = order.findIndex((one) => one.id === (item.kind === "cluster" ? item.id : item.cluster));
      const upper = item.kind === "cluster" && !lower;
      return { cluster: null, before: upper ? order[at].id : (order[at + 1]?.id ?? null), row: item.id, lower: !upper };
    }
    if (item.kind === "cluster") {
      const first = here.inside(item.id).find((one) => one.id !== dragged.id);
      return { cluster: item.id, before: first?.id ?? null, row: item.id, lower: true };
    }
    const order = here.inside(item.cluster);
    const at = order.findIndex((one) => one.id === item.id);
    const before = lower ? order.slice(at + 1).find((one) => one.id !== dragged.id)?.id ?? null : item.id;
    return { cluster: item.cluster, before, row: item.id, lower };
  };
  here.mark = (place) => {
    for (const made of here.rows.values()) made.classList.remove("above", "below");
    here.rows.get(place.row).classList.add(place.lower ? "below" : "above");
  };
  here.stop = () => {
    here.dragged = null;
    for (const made of here.rows.values()) made.classList.remove("above", "below", "dragged");
  };
  // One step up or down, over the edge of a cluster too.
  here.step = (item, down) => {
    const clusters = here.clusters();
    if (item.kind === "cluster") {
      const at = clusters.findIndex((one) => one.id === item.id);
      if (down ? at + 1 >= clusters.length : at === 0) return;
      here.move(item, null, down ? (clusters[at + 2]?.id ?? null) : clusters[at - 1].id);
      return;
    }
    const order = here.inside(item.cluster);
    const at = order.findIndex((one) => one.id === item.id);
    if (down ? at + 1 < order.length : at > 0) {
      here.move(item, item.cluster, down ? (order[at + 2]?.id ?? null) : order[at - 1].id);
      return;
    }
    const next = clusters[clusters.findIndex((one) => one.id === item.cluster) + (down ? 1 : -1)];
    if (next) here.move(item, next.id, down ? (here.inside(next.id)[0]?.id ?? null) : null);
  };
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    if (event.key.length === 1) event.stopPropagation();
    const at = here.items.findIndex((item) => item.id === here.selected);
    const arrow = event.key === "ArrowDown" || event.key === "ArrowUp";
    if (event.altKey) {
      if (!arrow || at < 0 || !here.editable) return;
      event.preventDefault();
      here.step(here.items[at], event.key === "ArrowDown");
      return;
    }
    const last = here.items.length - 1;
    const to = { ArrowDown: at + 1, ArrowUp: Math.max(0, at - 1), Home: 0, End: last }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    here.choose(here.items[Math.min(to, last)].id);
  });
  here.take = (next) => {
    here.component = next;
    const { items, selected, height, editable } = next.data;
    const drawn = JSON.stringify([items, editable]);
    here.selected = selected;
    here.editable = editable;
    help.hidden = !editable;
    if (drawn !== here.drawn) {
      here.drawn = drawn;
      here.items = items;
      here.rows = new Map(items.map((item) => [item.id, row(item, here)]));
      list.replaceChildren(...here.rows.values());
      said.textContent = "";
    }
    list.style.maxHeight = `max(${Number(height)}px, calc(100vh - 330px))`;
    here.paint();
    if (selected !== here.shown) {
      here.shown = selected;
      here.rows.get(selected)?.scrollIntoView({ block: "nearest" });
    }
  };
  return here;
}

export default function (component) {
  const { parentElement } = component;
  if (!KEPT.has(parentElement)) KEPT.set(parentElement, build(parentElement));
  KEPT.get(parentElement).take(component);
}
