// A tree of codes to choose one from; every name is put in by textContent.
const KEPT = new WeakMap();

function node(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function row(code, here) {
  const made = node("div", code.codable ? "row" : "row group");
  made.id = "code-" + code.id;
  made.setAttribute("role", "treeitem");
  made.setAttribute("aria-level", String(code.depth + 1));
  made.style.paddingInlineStart = 0.5 + code.depth * 1.1 + "rem";
  const sign = node("span", "sign", here.parents.has(code.id) ? "▾" : "");
  sign.setAttribute("aria-hidden", "true");
  const swatch = node("span", "swatch");
  swatch.setAttribute("aria-hidden", "true");
  if (code.colour) swatch.style.backgroundColor = code.colour;
  const count = node("span", "count", code.count ? String(code.count) : "");
  count.setAttribute("aria-hidden", "true");
  made.append(sign, swatch, node("span", "name", code.name), count);
  const number = code.count === 1 ? "1 coding" : code.count + " codings";
  made.setAttribute("aria-label", code.codable ? code.name + ", " + number : code.name + ", group, " + number);
  made.addEventListener("click", (event) => {
    if (event.target === sign && here.parents.has(code.id)) here.fold(code.id);
    else here.choose(code.id);
  });
  return made;
}

function build(parent, component) {
  const here = { folded: new Set(), query: "", rows: new Map(), parents: new Set(), codes: [] };
  const box = node("div", "tree");
  const search = node("input", "search");
  search.type = "search";
  search.placeholder = "Search codes";
  search.setAttribute("aria-label", "Search codes");
  const list = node("div", "list");
  list.tabIndex = 0;
  list.setAttribute("role", "tree");
  list.setAttribute("aria-label", "Codes");
  const none = node("p", "none", "No code has these words.");
  none.setAttribute("role", "status");
  box.append(search, list, none);
  parent.append(box);

  here.visible = () => here.codes.filter((code) => !here.rows.get(code.id).hidden);
  here.paint = () => {
    const words = here.query.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = new Set();
    const hit = (code) => words.every((word) => code.words.includes(word));
    const trail = [];
    let deeper = Infinity;
    for (const code of here.codes) {
      trail.length = code.depth;
      trail.push(code.id);
      if (words.length) {
        if (hit(code)) trail.forEach((id) => shown.add(id));
        continue;
      }
      if (code.depth <= deeper) deeper = Infinity;
      if (code.depth > deeper) continue;
      shown.add(code.id);
      if (here.folded.has(code.id)) deeper = code.depth;
    }
    for (const code of here.codes) {
      const made = here.rows.get(code.id);
      made.hidden = !shown.has(code.id);
      made.setAttribute("aria-selected", String(code.id === here.selected));
      if (here.parents.has(code.id)) {
        const open = words.length > 0 || !here.folded.has(code.id);
        made.setAttribute("aria-expanded", String(open));
        made.querySelector(".sign").textContent = open ? "▾" : "▸";
      }
    }
    none.hidden = shown.size > 0;
    list.hidden = shown.size === 0;
    if (here.selected && shown.has(here.selected)) list.setAttribute("aria-activedescendant", "code-" + here.selected);
    else list.removeAttribute("aria-activedescendant");
  };
  here.fold = (id) => {
    if (!here.folded.delete(id)) here.folded.add(id);
    here.paint();
  };
  here.choose = (id) => {
    here.selected = id;
    here.paint();
    here.rows.get(id)?.scrollIntoView({ block: "nearest" });
    here.component.setStateValue("chosen", id);
  };
  search.addEventListener("input", () => {
    here.query = search.value;
    here.paint();
  });
  for (const field of [search, list]) {
    field.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      // Streamlit takes single keys such as "c" and "r" for itself.
      if (event.key.length === 1) event.stopPropagation();
      const shown = here.visible();
      const at = shown.findIndex((code) => code.id === here.selected);
      const move = { ArrowDown: at + 1, ArrowUp: Math.max(0, at - 1), Home: 0, End: shown.length - 1 }[event.key];
      if (field === search && event.key !== "ArrowDown") return;
      if (field === search) list.focus();
      if (move !== undefined && shown[Math.min(move, shown.length - 1)]) {
        event.preventDefault();
        here.choose(shown[Math.min(move, shown.length - 1)].id);
        return;
      }
      const code = shown[at];
      if (!code || !here.parents.has(code.id)) return;
      const folded = here.folded.has(code.id);
      if ((event.key === "ArrowLeft" && !folded) || (event.key === "ArrowRight" && folded)) {
        event.preventDefault();
        here.fold(code.id);
      }
    });
  }
  here.take = (next) => {
    here.component = next;
    const { codes, selected, height } = next.data;
    const same = JSON.stringify(codes) === here.drawn;
    here.selected = selected;
    if (!same) {
      here.drawn = JSON.stringify(codes);
      here.codes = codes;
      here.parents = new Set(codes.filter((code, i) => codes[i + 1]?.depth > code.depth).map((code) => code.id));
      here.rows = new Map(codes.map((code) => [code.id, row(code, here)]));
      list.replaceChildren(...here.rows.values());
    }
    list.style.maxHeight = `max(${Number(height)}px, calc(100vh - 370px))`;
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
  if (!KEPT.has(parentElement)) KEPT.set(parentElement, build(parentElement, component));
  KEPT.get(parentElement).take(component);
}
