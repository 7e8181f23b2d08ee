// The layer that listens and paints. It outlives reruns; what it decides goes into an outbox until the project has it.

const RESEND_MS = 1500;
const LATE_MS = 5000;
const BETWEEN_MS = 70;

function newClient() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

class App {
  constructor() {
    this.client = newClient();
    this.seq = 0;
    this.count = 0;
    this.outbox = [];
    this.wishOrder = '';
    this.stripes = 'all';
    this.onView = () => this.sync();
    this.onLeave = (event) => { if (this.outbox.length) event.preventDefault(); };
    window.addEventListener('focus-review-view', this.onView);
    window.addEventListener('beforeunload', this.onLeave);
  }

  // The page was left. What is on its way stays in the outbox and is sent again on return.
  leave() {
    if (this.view && this.focus) this.last = { doc: this.view.doc, s: this.focus.s };
    this.painter?.stop();
    this.painter = null;
    this.view = null;
    this.component = null;
    clearTimeout(this.timer);
    clearTimeout(this.resting);
  }

  // the two mounts --------------------------------------------------------------------------------------------------------

  sync() {
    const view = window.focusReview;
    if (!this.component) return;
    const { data } = this.component;
    if (view && view !== this.view && view.root.isConnected) this.attach(view);
    if (this.view && data && data.doc === this.view.doc) this.take(data);
  }

  attach(view) {
    const old = this.view;
    this.painter?.stop();
    const kept = old && this.focus ? { doc: old.doc, s: this.focus.s } : this.last;
    const place = kept && kept.doc === view.doc ? kept : null;
    this.view = view;
    this.model = new Model(view);
    for (const event of this.outbox) this.model.push(event);
    this.keys = new Keys(view.data.keys);
    this.span = null;
    this.pickedItem = null;
    this.detail = null;
    this.past = null;
    this.trail = [];
    this.orderKind = 'reading';
    this.focus = null;
    this.dialogs = new Dialogs(this);
    this.painter = new Painter(this);
    this.toolbar = new Toolbar(this);
    this.panel = new Panel(this);
    this.strip();
    this.makeOrder();
    this.listen();
    this.fit();
    const linked = view.data.link && !place ? this.model.segmentAt(view.data.link[0]) : null;
    const first = linked || (place && this.model.segmentAt(place.s)) || this.order.find((seg) => this.model.of(seg).needs) || this.model.segs[0];
    if (view.keep) view.box.scrollTop = view.keep.top;
    this.settling = !linked && !place;
    if (first) this.go(first, { trail: false, block: place ? 'nearest' : 'center' });
    this.toolbar.count();
    this.toolbar.saved(this.outbox.length);
    if (document.activeElement === document.body || old) view.box.focus({ preventScroll: true });
  }

  strip() {
    const strip = h('div', { class: 'fcr-strip', role: 'toolbar', 'aria-label': 'Move, words, notes' },
      ['Move', 'Words', 'Note', 'See'].map((group) => h('span', { class: 'fcr-group' }, this.keys.buttons(group).map((binding) => this.button(binding)))), this.toolbar.stripes);
    this.view.density.after(strip);
    this.about = h('div', { class: 'fcr-hidden', id: 'fcr-about' });
    this.voice = h('div', { class: 'fcr-hidden', 'aria-live': 'polite' });
    this.toast = h('div', { class: 'fcr-toast', 'aria-hidden': 'true' });
    this.view.root.append(this.about, this.voice);
    this.view.box.after(this.toast);
  }

  button(binding) {
    return h('button', {
      type: 'button', class: 'fcr-button', title: binding.label, 'data-k': `do-${binding.action}`, 'data-action': binding.action,
      onclick: () => this.act(binding.action),
    }, binding.button, binding.keys.length ? [' ', kbd(binding.keys[0])] : null);
  }

  // Fill the window down to its lower edge.
  fit() {
    const { root } = this.view;
    const place = () => {
      const top = root.getBoundingClientRect().top + (document.querySelector('.stMain')?.scrollTop || 0);
      root.style.setProperty('--fcr-top', `${Math.max(0, Math.round(top))}px`);
    };
    place();
    requestAnimationFrame(place);
    setTimeout(place, 400);
  }

  // what the project says --------------------------------------------------------------------------------------------------

  take(data) {
    if (data.rev === undefined) return;
    this.answered = true;
    this.trouble = data.trouble || '';
    const before = this.model.ready;
    const mine = data.client === this.client;
    if (mine) {
      this.outbox = this.outbox.filter((event) => event.seq > data.ack);
      for (const [seq, reason] of data.errors) {
        if (seq > (this.refused || 0)) { this.refused = seq; this.say(reason, true); }
      }
    }
    const cut = this.model.take(data, this.view);
    if (cut === null) { this.ask(data.rev); return; }
    if (data.board.since > this.model.boardVersion) this.ask(data.rev);
    if (mine) this.model.settle(data.settled);
    if (data.detail) {
      const ranks = data.detail.ranks.map((at) => this.model.index[at]);
      this.detail = { ...data.detail, ranks };
    }
    if (data.past) this.past = data.past;
    if (data.order && data.order[0] === this.wishOrder) {
      this.wishOrder = '';
      this.serverOrder = new Map(data.order[1].map((s, at) => [s, at]));
      this.makeOrder();
    }
    if (cut) {
      this.focus = this.model.segmentAt(this.focus ? this.focus.s : 0);
      this.setFocus();
      this.makeOrder();
      for (const seg of this.model.segs) this.painter.segment(seg);
    }
    if (this.settling && this.trail.length === 0 && this.focus && !this.now().needs) {
      // What the page began with was older than this answer; begin where something is left.
      const open = this.order.find((seg) => this.model.of(seg).needs);
      if (open) this.go(open, { trail: false, block: 'center' });
    }
    this.settling = false;
    if (!this.outbox.length) this.since = 0;
    this.problem = data.problem || '';
    this.toolbar.saved(this.outbox.length, this.isLate(), this.problem);
    if (data.detail || data.past || this.model.dirty.size || before !== this.model.ready) this.refresh();
    this.schedule();
    // The rest follows when the project knows that this much has arrived.
    if (data.more && this.model.rev > (this.asked || 0)) { this.asked = this.model.rev; this.flush(); }
  }

  // outbox -------------------------------------------------------------------------------------------------------------------

  send(event) {
    this.seq += 1;
    const full = { ...event, seq: this.seq, id: `${this.client}.${this.seq}`, t: this.model.doc };
    this.outbox.push(full);
    this.model.push(full);
    if (!this.since) this.since = performance.now();
    this.toolbar.saved(this.outbox.length, this.isLate());
    this.refresh();
    // Not at once: by then the next segment has the focus, and its evidence comes with the same answer.
    const wait = BETWEEN_MS - (performance.now() - (this.flushed || 0));
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.flush(), Math.max(0, wait));
  }

  // An answer builds on one that was overtaken on its way here; say what is known, once.
  ask(rev) {
    const key = `${rev}|${this.model.rev}|${this.model.boardVersion}`;
    if (this.gap === key) return;
    this.gap = key;
    this.flush();
  }

  preparing() {
    return this.trouble ? `No suggestions: ${this.trouble}` : 'Suggestions are being prepared';
  }

  isLate() {
    return this.outbox.length > 0 && this.since > 0 && performance.now() - this.since > LATE_MS;
  }

  flush() {
    if (!this.component || !this.model) return;
    clearTimeout(this.soon);
    this.flushed = performance.now();
    this.count += 1;
    const seg = this.focus;
    this.component.setStateValue('outbox', {
      client: this.client, n: this.count, have: this.model.rev, board: this.model.boardVersion, order: this.wishOrder,
      focus: seg ? { t: this.model.doc, s: seg.s, e: seg.e } : null, want: !this.detailHere(), past: this.panel.open.has('past'),
      events: this.outbox.map(({ id, places, ...event }) => event),
    });
    this.schedule();
  }

  schedule() {
    clearTimeout(this.timer);
    if (!this.outbox.length) return;
    this.timer = setTimeout(() => {
      this.toolbar.saved(this.outbox.length, this.isLate(), this.problem);
      this.flush();
    }, RESEND_MS);
  }

  // where we are -------------------------------------------------------------------------------------------------------------

  now() {
    return this.model.of(this.focus);
  }

  target() {
    return this.span || { s: this.focus.s, e: this.focus.e };
  }

  makeOrder() {
    const segs = [...this.model.segs];
    if (this.orderKind === 'certain') {
      const best = (seg) => Math.max(0, ...seg.sug.map((item) => item.p));
      segs.sort((a, b) => best(b) - best(a) || a.i - b.i);
    } else if (this.orderKind !== 'reading' && this.serverOrder) {
      const at = (seg) => (this.serverOrder.has(seg.s) ? this.serverOrder.get(seg.s) : 1e9);
      segs.sort((a, b) => at(a) - at(b) || a.i - b.i);
    }
    this.order = segs;
    this.rank = new Map(segs.map((seg, at) => [seg, at]));
  }

  setOrder(kind) {
    this.orderKind = kind;
    this.serverOrder = null;
    this.wishOrder = kind === 'useful' || kind === 'random' ? kind : '';
    this.makeOrder();
    if (this.wishOrder) this.flush();
    this.say('The next open segment follows this order');
    this.view.box.focus({ preventScroll: true });
  }

  setStripes(kind) {
    this.stripes = kind;
    this.painter.repaint();
    this.view.box.focus({ preventScroll: true });
  }

  go(seg, { trail = true, block = 'nearest' } = {}) {
    if (!seg) return;
    if (this.focus && this.focus !== seg && trail) { this.trail.push(this.focus); if (this.trail.length > 200) this.trail.shift(); }
    const old = this.focus;
    this.focus = seg;
    this.pickedItem = null;
    if (this.span && !overlaps(this.span, seg)) this.setSpan(null);
    if (old) { old.el.setAttribute('aria-selected', 'false'); old.el.removeAttribute('aria-describedby'); this.painter.segment(old); }
    if (seg.turn.el.hidden) seg.turn.el.hidden = false;
    this.setFocus();
    this.painter.scrollTo(seg, block);
    this.refresh();
    clearTimeout(this.resting);
    this.resting = setTimeout(() => { if (!this.detailHere() || (this.panel.open.has('past') && !this.pastHere())) this.flush(); }, this.outbox.length ? 900 : 160);
  }

  detailHere() {
    return this.detail && this.focus && this.detail.s === this.focus.s && this.detail.e === this.focus.e;
  }

  pastHere() {
    return this.past && this.focus && this.past.s === this.focus.s && this.past.e === this.focus.e;
  }

  setFocus() {
    const { el } = this.focus;
    el.setAttribute('aria-selected', 'true');
    el.setAttribute('aria-describedby', 'fcr-about');
    this.view.box.setAttribute('aria-activedescendant', el.id);
  }

  step(by) {
    const shown = this.toolbar.active ? this.model.segs.filter((seg) => !seg.out) : this.model.segs;
    const at = Math.max(0, lastBefore(shown, this.focus.s, (seg) => seg.s));
    const to = Math.max(0, Math.min(shown.length - 1, Number.isFinite(by) ? at + by : by > 0 ? shown.length - 1 : 0));
    this.go(shown[to], { trail: Math.abs(by) > 1 });
  }

  // The next segment that needs a decision, in the order of review.
  next(said) {
    const from = this.rank.get(this.focus) ?? -1;
    const many = this.order.length;
    for (let i = 1; i <= many; i += 1) {
      const seg = this.order[(from + i) % many];
      if (seg !== this.focus && !seg.out && this.model.of(seg).needs) { this.go(seg, { block: 'nearest' }); if (said) this.say(said); return; }
    }
    this.refresh();
    this.say('Nothing is left to decide here');
  }

  // One decision, one key, and on: stay only where another suggestion waits.
  moveOn() {
    if (this.now().sure.length && !this.now().review) this.refresh();
    else this.next();
  }

  goTo(place) {
    if (!place) return;
    if (place[0] === this.model.doc) { this.go(this.model.segmentAt(place[1]), { block: 'center' }); return; }
    this.openElsewhere(`${place[0]}:${place[1]}-${place[2]}`);
  }

  follow(key) {
    const span = /^(.*):(\d+)-(\d+)$/.exec(key);
    if (span) this.goTo([span[1], Number(span[2]), Number(span[3])]);
  }

  address(key) {
    const url = new URL(window.location.href);
    url.searchParams.set('transcript', key.slice(0, key.lastIndexOf(':')));
    url.searchParams.set('segment', key);
    return url.toString();
  }

  openElsewhere(key) {
    window.open(this.address(key), '_blank', 'noopener');
  }

  copyLink() {
    const link = this.address(`${this.model.doc}:${this.focus.s}-${this.focus.e}`);
    const done = navigator.clipboard ? navigator.clipboard.writeText(link) : Promise.reject(new Error('no clipboard'));
    done.then(() => this.say('Link copied'), () => window.prompt('Link to this segment', link));
  }

  setSpan(span) {
    this.span = span && span.e > span.s ? span : null;
    this.painter.highlight('fcr-span', this.span ? [this.span] : []);
  }

  say(text, loud = false) {
    this.voice.textContent = text;
    this.toast.textContent = text;
    this.toast.className = `fcr-toast is-on${loud ? ' is-loud' : ''}`;
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => { this.toast.className = 'fcr-toast'; }, loud ? 6000 : 1600);
  }

  // Paint what changed, once for all that happens at one key.
  refresh() {
    if (this.waiting) return;
    this.waiting = true;
    queueMicrotask(() => { this.waiting = false; if (this.view) this.repaint(); });
  }

  repaint() {
    for (const seg of this.model.dirty) this.painter.segment(seg);
    this.model.dirty.clear();
    if (this.focus) {
      const now = this.now();
      this.painter.segment(this.focus);
      const parts = [
        now.mine.length ? `Coded: ${now.mine.map((c) => `${this.model.code(c.code).name}, ${c.valence}`).join('; ')}` : '',
        now.others.length ? `By others: ${now.others.map((c) => `${this.model.code(c.code).name}, ${c.valence}, ${c.coder}`).join('; ')}` : '',
        now.open.length && !now.review ? `Suggested: ${now.open.map((item) => `${this.model.code(item.code).name} ${item.p} per cent`).join('; ')}` : '',
        now.review ? 'Finished' : '', now.flagged ? 'Flagged' : '',
      ];
      this.about.textContent = parts.filter(Boolean).join('. ') || 'Nothing coded';
      const picked = this.picked();
      this.painter.highlight('fcr-coding', picked && (picked.s !== this.focus.s || picked.e !== this.focus.e) ? [picked] : []);
    }
    this.painter.later();
    // First the transcript is painted, then the panel: the one shows what was decided, the other what to decide next.
    if (this.following) return;
    this.following = true;
    requestAnimationFrame(() => setTimeout(() => {
      this.following = false;
      if (!this.view || !this.focus) return;
      this.panel.render();
      this.toolbar.count();
    }));
  }
}

// One app for the whole page: mounts come and go with reruns and page switches, what was decided stays.
function reviewLayer(component) {
  const app = (window.focusReviewApp ??= new App());
  app.component = component;
  app.sync();
  return () => {
    setTimeout(() => { if (app.component === component && !component.parentElement.isConnected) app.leave(); });
  };
}

// The mount of the layer is sent again with every decision, so it holds no more than a call of this function.
window.focusReviewLayer = reviewLayer;
