// The transcript as it was spoken. Built once; the layer paints on it. Text goes in as text nodes and in no other way.

const BUILT = new WeakMap();

function clock(seconds) {
  if (seconds === null || seconds === undefined) return '';
  const whole = Math.floor(seconds);
  const hours = Math.floor(whole / 3600);
  const rest = `${String(Math.floor(whole / 60) % 60).padStart(hours ? 2 : 1, '0')}:${String(whole % 60).padStart(2, '0')}`;
  return hours ? `${hours}:${rest}` : rest;
}

function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// Put the segments of a turn into its words; what is between them stays plain text.
function fillTurn(turn) {
  const parts = [];
  let at = 0;
  for (const seg of turn.segs) {
    const start = toUnits(turn.text, seg.s - turn.s);
    const end = toUnits(turn.text, seg.e - turn.s);
    if (start > at) parts.push(document.createTextNode(turn.text.slice(at, start)));
    const span = seg.el || make('span', 'fcr-seg');
    span.textContent = turn.text.slice(start, end);
    span.id = `fcr-seg-${seg.s}-${seg.e}`;
    span.dataset.s = seg.s;
    span.setAttribute('role', 'option');
    span.setAttribute('aria-selected', 'false');
    seg.el = span;
    parts.push(span);
    at = end;
  }
  if (at < turn.text.length) parts.push(document.createTextNode(turn.text.slice(at)));
  turn.body.replaceChildren(...parts);
}

function buildTurn(turn, data) {
  const row = make('div', turn.heading ? 'fcr-turn fcr-heading' : 'fcr-turn');
  row.setAttribute('role', 'group');
  row.dataset.turn = turn.i;
  const time = clock(turn.t);
  row.setAttribute('aria-label', [turn.label || (turn.heading ? 'Heading' : 'Unknown speaker'), time].filter(Boolean).join(', '));
  const who = make('div', 'fcr-who');
  who.setAttribute('aria-hidden', 'true');
  if (!turn.heading) who.append(make('span', 'fcr-name', turn.label || 'Unknown'));
  if (time) who.append(make('span', 'fcr-time', time));
  if (turn.speaker >= 0) {
    row.dataset.speaker = turn.speaker;
    row.style.setProperty('--fcr-speaker', `var(--fcr-speaker-${turn.speaker % 8})`);
  }
  if (turn.moderator) row.classList.add('fcr-moderator');
  turn.el = row;
  turn.body = make('div', 'fcr-words');
  turn.lanes = make('div', 'fcr-lanes');
  turn.lanes.setAttribute('aria-hidden', 'true');
  fillTurn(turn);
  row.append(who, turn.body, turn.lanes);
  // A first guess at the height, so that the scroll bar hardly moves when the row is laid out.
  row.style.containIntrinsicSize = `auto ${Math.max(1, Math.ceil(turn.text.length / 82)) * 27 + 15}px`;
  return row;
}

function readTurns(data) {
  const turns = data.turns.map(([speaker, s, text, t, heading], i) => ({
    i, speaker, s, text, t, heading: Boolean(heading), e: s + countPoints(text), segs: [],
    label: speaker < 0 ? '' : data.speakers[speaker][0],
    moderator: speaker >= 0 && data.speakers[speaker][1],
  }));
  for (let at = 0; at < data.segments.length; at += 3) {
    const turn = turns[data.segments[at]];
    turn.segs.push({ s: data.segments[at + 1], e: data.segments[at + 2], turn });
  }
  return turns;
}

function buildView(data, parent) {
  const began = performance.now();
  const root = make('section', 'fcr');
  root.setAttribute('aria-label', 'Review');
  const view = {
    doc: data.doc, data, root,
    bar: make('div', 'fcr-bar'), box: make('div', 'fcr-text'), side: make('aside', 'fcr-side'),
    density: make('div', 'fcr-density'), turns: readTurns(data), fillTurn,
  };
  view.side.setAttribute('aria-label', 'Focused segment');
  view.box.tabIndex = 0;
  view.box.setAttribute('role', 'listbox');
  view.box.setAttribute('aria-label', 'Transcript segments');
  const all = document.createDocumentFragment();
  for (const turn of view.turns) all.append(buildTurn(turn, data));
  view.box.append(all);
  const main = make('div', 'fcr-main');
  const left = make('div', 'fcr-left');
  const scroll = make('div', 'fcr-scroll');
  scroll.append(view.box);
  left.append(scroll, view.density);
  main.append(left, view.side);
  root.append(view.bar, main);
  parent.querySelectorAll(':scope > .fcr').forEach((old) => old.remove());
  parent.append(root);
  view.buildMs = performance.now() - began;
  return view;
}

export default function reviewView({ data, parentElement }) {
  const old = BUILT.get(parentElement);
  if (old && old.doc === data.doc && old.data.rev === data.rev && old.data.blind === data.blind && old.data.me === data.me) {
    return undefined;
  }
  const view = buildView(data, parentElement);
  if (old && old.doc === data.doc) view.keep = { top: old.box.scrollTop };
  BUILT.set(parentElement, view);
  window.focusReview = view;
  window.dispatchEvent(new CustomEvent('focus-review-view'));
  return undefined;
}
