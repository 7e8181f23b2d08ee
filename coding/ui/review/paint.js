// What is seen in the transcript: underlines, stripes, the density bar and highlights.

const STATES_OF_SEG = ['is-coded', 'is-sure', 'is-unsure', 'is-needed', 'is-finished', 'is-flagged', 'is-others'];

// Eight colours that people who see colours differently tell apart (Okabe and Ito, without black).
const CODERS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f6a00', '#7a8288'];
const VALENCE_COLOURS = { shown: '#0072b2', lacking: '#d55e00', unclear: '#7a8288' };

class Painter {
  constructor(app) {
    this.app = app;
    this.view = app.view;
    this.seen = new Set();
    this.turns = new Set();
    this.frame = 0;
    this.watch = new IntersectionObserver((entries) => this.onSeen(entries), { root: this.view.box, rootMargin: '300px 0px' });
    for (const turn of this.view.turns) this.watch.observe(turn.el);
    this.sizes = new ResizeObserver(() => { for (const turn of this.seen) this.turns.add(turn); this.later(); });
    this.sizes.observe(this.view.box);
    this.canvas = h('canvas', { class: 'fcr-canvas', 'aria-hidden': 'true', title: 'The whole transcript; click to go there' });
    this.canvas.addEventListener('click', (event) => this.jump(event));
    this.view.density.replaceChildren(this.canvas);
    this.onScroll = () => this.later();
    this.view.box.addEventListener('scroll', this.onScroll, { passive: true });
    this.tip = h('div', { class: 'fcr-tip', 'aria-hidden': 'true' });
    this.view.root.append(this.tip);
    this.view.box.addEventListener('mouseover', (event) => this.showTip(event.target));
    this.claimLanes();
    for (const seg of app.model.segs) this.segment(seg);
    this.later();
  }

  stop() {
    this.watch.disconnect();
    this.sizes.disconnect();
    cancelAnimationFrame(this.frame);
    this.tip.remove();
    clearTimeout(this.idle);
    this.view.box.removeEventListener('scroll', this.onScroll);
    for (const name of ['fcr-span', 'fcr-coding', 'fcr-found']) CSS.highlights?.delete(name);
  }

  // Codes take their lanes in the order of the codebook, so that codes of one group stand together.
  claimLanes() {
    const used = new Set();
    for (const seg of this.app.model.segs) {
      const now = this.app.model.of(seg);
      for (const item of now.sure) used.add(item.code);
      for (const coding of [...now.mine, ...now.others]) used.add(coding.code);
    }
    for (const code of this.app.model.codes.keys()) if (used.has(code)) this.app.model.lane(code);
  }

  onSeen(entries) {
    for (const entry of entries) {
      const turn = this.view.turns[Number(entry.target.dataset.turn)];
      if (!turn || turn.el !== entry.target) continue;
      // The mouse cannot select across rows that may be skipped in layout, so those in sight are not.
      turn.el.classList.toggle('is-seen', entry.isIntersecting);
      if (entry.isIntersecting) { this.seen.add(turn); this.turns.add(turn); }
      else { this.seen.delete(turn); turn.lanes.replaceChildren(); }
    }
    this.later();
  }

  scrollTo(seg, block) {
    this.wanted = [seg, block];
    this.later();
  }

  // All reading of places first, then all writing, so that the page is laid out once.
  later() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (this.wanted) { this.wanted[0].el.scrollIntoView({ block: this.wanted[1] }); this.wanted = null; }
      const turns = [...this.turns].filter((turn) => this.seen.has(turn));
      this.turns.clear();
      const parts = turns.map((turn) => [turn, this.stripes(turn)]);
      for (const [turn, stripes] of parts) if (stripes.length || turn.lanes.childElementCount) turn.lanes.replaceChildren(...stripes);
      clearTimeout(this.idle);
      this.idle = setTimeout(() => this.drawDensity(), 40);
    });
  }

  segment(seg) {
    const now = this.app.model.of(seg);
    const first = now.mine[0];
    const on = {
      'is-coded': Boolean(first), 'is-sure': now.sure.length > 0 && !now.review, 'is-unsure': now.open.length > 0 && !now.review,
      'is-needed': now.needs, 'is-finished': Boolean(now.review), 'is-flagged': now.flagged, 'is-others': now.others.length > 0,
    };
    const wanted = `fcr-seg ${STATES_OF_SEG.filter((name) => on[name]).join(' ')}${seg.out ? ' is-out' : ''}${seg === this.app.focus ? ' is-focus' : ''}`;
    if (seg.el.className !== wanted) seg.el.className = wanted;
    if (first) seg.el.style.setProperty('--c', colourOf(this.app.model.code(first.code)));
    this.turns.add(seg.turn);
  }

  showTip(target) {
    const label = target.dataset && target.dataset.label;
    this.tip.classList.toggle('is-on', Boolean(label));
    if (!label) return;
    const at = target.getBoundingClientRect();
    const frame = this.view.root.getBoundingClientRect();
    this.tip.textContent = label;
    this.tip.style.right = `${frame.right - at.left + 8}px`;
    this.tip.style.top = `${at.top - frame.top}px`;
  }

  // Everything in sight anew, as after another choice of stripes.
  repaint() {
    this.claimLanes();
    for (const turn of this.seen) this.turns.add(turn);
    this.later();
  }

  // The stripes of the focused segment by name, for those who do not point at them with a mouse.
  labels(turn, items) {
    const { focus, model } = this.app;
    if (!focus || focus.turn !== turn) return null;
    const kinds = ['mine', 'suggested', 'other'];
    const here = items.filter((item) => overlaps(item, focus)).sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
    if (!here.length) return null;
    const at = focus.el.getBoundingClientRect();
    const frame = turn.lanes.getBoundingClientRect();
    const row = (item) => {
      const code = model.code(item.code);
      const who = item.kind === 'suggested' ? `${item.p} %` : item.kind === 'other' ? item.coder : '';
      return h('li', { class: this.app.isPicked(item) ? 'is-picked' : '' }, h('i', { class: `is-${item.kind} is-${item.valence}`, style: { '--c': this.colour(item) } }),
        h('span', {}, code.name), who && h('small', {}, who));
    };
    const picked = here.findIndex((item) => this.app.isPicked(item));
    const from = Math.max(0, Math.min(picked - 2, here.length - 4));
    const more = here.length - 4;
    return h('ul', { class: 'fcr-labels', style: { top: `${at.bottom - frame.top + 3}px` } },
      here.slice(from, from + 4).map(row), more > 0 && h('li', { class: 'fcr-more' }, `${more} more: press ${showKey(this.app.keys.first('overlap'))}`));
  }

  // What the stripes show in the chosen mode: which of them, in which lane and colour.
  shows(item) {
    const { stripes } = this.app;
    if (stripes === 'decided') return item.kind !== 'suggested';
    if (stripes === 'suggested') return item.kind === 'suggested';
    if (stripes === 'mine') return item.kind === 'mine';
    return stripes !== 'coder' || item.kind !== 'suggested';
  }

  laneOf(item) {
    return this.app.stripes === 'coder' ? this.app.model.coders().indexOf(item.coder) : this.app.model.lane(item.code);
  }

  laneCount() {
    return this.app.stripes === 'coder' ? this.app.model.coders().length : this.app.model.lanes.size;
  }

  colour(item) {
    if (this.app.stripes === 'coder') return CODERS[Math.max(0, this.laneOf(item)) % CODERS.length];
    if (this.app.stripes === 'valence') return VALENCE_COLOURS[item.valence];
    return colourOf(this.app.model.code(item.code));
  }

  // stripes -----------------------------------------------------------------------------------------------------------

  stripes(turn) {
    const model = this.app.model;
    const lanes = turn.lanes;
    const frame = lanes.getBoundingClientRect();
    const items = new Map();
    for (const seg of turn.segs) {
      const now = model.of(seg);
      for (const coding of now.mine) items.set(`m${coding.id}${coding.code}`, { ...coding, kind: 'mine' });
      for (const coding of now.others) items.set(`o${coding.id}`, { ...coding, kind: 'other' });
      if (!now.review) for (const item of now.sure.slice(0, 3)) items.set(`s${seg.s}${item.code}`, { ...item, kind: 'suggested' });
    }
    const many = Math.max(6, this.laneCount() + 1);
    const step = Math.min(10, frame.width / many);
    const parts = [];
    const shown = [...items.values()].filter((item) => this.shows(item));
    for (const item of shown) {
      const rect = this.rectOf(turn, item);
      if (!rect) continue;
      const code = model.code(item.code);
      const facts = item.kind === 'suggested' ? `suggested, ${item.p} %` : `${item.coder}, ${item.valence}, ${ORIGINS[item.origin]}`;
      const focus = this.app.focus && overlaps(item, this.app.focus) ? ' is-focus' : '';
      const picked = this.app.isPicked(item) ? ' is-picked' : '';
      parts.push(h('span', {
        class: `fcr-stripe is-${item.kind} is-${item.valence}${focus}${picked}`,
        'data-label': `${pathOf(code)} (${facts})`,
        'data-s': item.s,
        style: {
          '--c': this.colour(item), left: `${this.laneOf(item) * step}px`, width: `${Math.max(3, step - 3)}px`,
          top: `${rect.top - frame.top}px`, height: `${Math.max(6, rect.bottom - rect.top)}px`,
        },
      }));
    }
    const labels = this.labels(turn, shown);
    if (labels) parts.push(labels);
    return parts;
  }

  rectOf(turn, item) {
    const seg = turn.segs.find((other) => other.s === item.s && other.e === item.e);
    if (seg) return seg.el.getBoundingClientRect();
    const range = this.range(turn, item.s, item.e);
    return range && range.getBoundingClientRect();
  }

  // A DOM range for a stretch of one turn; only the part inside the turn.
  range(turn, s, e) {
    const from = toUnits(turn.text, Math.max(0, s - turn.s));
    const to = toUnits(turn.text, Math.min(turn.e, e) - turn.s);
    if (to <= from) return null;
    const range = document.createRange();
    let at = 0;
    let open = false;
    for (const child of turn.body.childNodes) {
      const node = child.nodeType === Node.TEXT_NODE ? child : child.firstChild;
      const size = node ? node.length : 0;
      if (!open && from < at + size) { range.setStart(node, from - at); open = true; }
      if (open && to <= at + size) { range.setEnd(node, to - at); return range; }
      at += size;
    }
    return null;
  }

  highlight(name, spans) {
    if (!CSS.highlights) return;
    const ranges = [];
    for (const span of spans) {
      for (let at = Math.max(0, lastBefore(this.view.turns, span.s, (turn) => turn.s)); at < this.view.turns.length; at += 1) {
        const turn = this.view.turns[at];
        if (turn.s >= span.e) break;
        const range = span.e > turn.s && span.s < turn.e ? this.range(turn, span.s, span.e) : null;
        if (range) ranges.push(range);
      }
    }
    if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
    else CSS.highlights.delete(name);
  }

  // density -----------------------------------------------------------------------------------------------------------

  drawDensity() {
    const { canvas } = this;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio)) { canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio); }
    const style = getComputedStyle(this.view.root);
    const ink = style.getPropertyValue('--fcr-ink') || '#333';
    const accent = style.getPropertyValue('--fcr-accent') || '#0b6264';
    const context = canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const segs = this.app.model.segs;
    if (!segs.length) return;
    const bins = Math.max(1, Math.floor(width / 3));
    const counts = Array.from({ length: bins }, () => [0, 0, 0, 0]);
    for (const seg of segs) {
      const now = this.app.model.of(seg);
      const bin = counts[Math.min(bins - 1, Math.floor((seg.i * bins) / segs.length))];
      bin[0] += now.mine.length;
      bin[1] += now.needs ? 1 : 0;
      bin[2] += now.flagged ? 1 : 0;
      bin[3] += 1;
    }
    const most = Math.max(1, ...counts.map((bin) => bin[0] / Math.max(1, bin[3])));
    counts.forEach((bin, at) => {
      const x = (at * width) / bins;
      const w = Math.max(1, width / bins - 1);
      const coded = (bin[0] / Math.max(1, bin[3]) / most) * (height - 6);
      context.fillStyle = ink;
      context.globalAlpha = 0.1 + 0.25 * (bin[1] / Math.max(1, bin[3]));
      context.fillRect(x, height - 3, w, 3);
      context.globalAlpha = 0.85;
      context.fillStyle = accent;
      if (coded > 0) context.fillRect(x, height - 4 - Math.max(2, coded), w, Math.max(2, coded));
      if (bin[2]) { context.globalAlpha = 1; context.fillStyle = '#c2410c'; context.fillRect(x, 0, Math.max(2, w), 4); }
    });
    const { box } = this.view;
    context.globalAlpha = 0.9;
    context.strokeStyle = ink;
    context.lineWidth = 1.5;
    const from = (box.scrollTop / box.scrollHeight) * width;
    const seen = Math.max(6, (box.clientHeight / box.scrollHeight) * width);
    context.strokeRect(from + 0.75, 0.75, Math.min(seen, width - from - 1.5), height - 1.5);
  }

  jump(event) {
    const { segs } = this.app.model;
    const rect = this.canvas.getBoundingClientRect();
    const at = Math.floor(((event.clientX - rect.left) / rect.width) * segs.length);
    this.app.go(segs[Math.max(0, Math.min(segs.length - 1, at))]);
    this.view.box.focus({ preventScroll: true });
  }
}
