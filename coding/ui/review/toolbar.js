// Above the transcript: filters, order of review, what is left, and whether all is saved.

const STRIPES = [
  ['all', 'Stripes: all'], ['decided', 'Stripes: decided'], ['suggested', 'Stripes: suggested'], ['mine', 'Stripes: mine'],
  ['coder', 'Stripes by coder'], ['valence', 'Stripes by valence'],
];

class Toolbar {
  constructor(app) {
    this.app = app;
    this.filter = { text: '', code: '', speaker: '', state: '', certainty: '', coder: '' };
    this.build();
  }

  select(name, label, options) {
    const made = h('select', { class: 'fcr-select', 'aria-label': label, 'data-k': `filter-${name}`, onchange: () => { this.filter[name] = made.value; this.apply(); } },
      options.map(([value, text]) => h('option', { value }, text)));
    made.value = this.filter[name];
    return made;
  }

  build() {
    const { app } = this;
    const { model, view } = app;
    this.search = h('input', {
      type: 'search', class: 'fcr-search', placeholder: 'Search the words', 'aria-label': 'Search the words', maxlength: 200,
      oninput: () => { this.filter.text = this.search.value; clearTimeout(this.wait); this.wait = setTimeout(() => this.apply(), 120); },
      onkeydown: (event) => { if (event.key === 'Escape' || event.key === 'Enter') { view.box.focus(); event.preventDefault(); } },
    });
    this.order = h('select', { class: 'fcr-select', 'aria-label': 'Order of review', onchange: () => app.setOrder(this.order.value) },
      [['reading', 'In reading order'], ['certain', 'Surest first'], ['useful', 'Most useful first'], ['random', 'At random']].map(([value, text]) => h('option', { value }, text)));
    this.stripes = h('select', { class: 'fcr-select', 'aria-label': 'Stripes', title: 'What the stripes beside the text show', onchange: () => app.setStripes(this.stripes.value) },
      STRIPES.map(([value, text]) => h('option', { value }, text)));
    this.stripes.value = app.stripes;
    this.find = h('span', { class: 'fcr-quiet fcr-find' });
    this.clear = h('button', { type: 'button', class: 'fcr-button', onclick: () => this.reset() }, 'Clear');
    this.left = h('span', { class: 'fcr-left-count' });
    this.meter = h('span', { class: 'fcr-meter', 'aria-hidden': 'true' });
    this.status = h('span', { class: 'fcr-status', role: 'status' }, 'Saved');
    this.note = h('span', { class: 'fcr-note', 'aria-live': 'polite' });
    const codes = [...model.codes.values()].filter((code) => !code.group);
    view.bar.replaceChildren(
      h('div', { class: 'fcr-filters', role: 'search', 'aria-label': 'Filters' },
        this.search,
        this.select('code', 'Code', [['', 'Every code'], ...codes.map((code) => [code.id, code.name])]),
        this.select('speaker', 'Speaker', [['', 'Everybody'], ['-', 'Participants'], ...view.data.speakers.map(([label], at) => [String(at), label])]),
        this.select('state', 'State', [['', 'Every state'], ['open', 'Open'], ['decided', 'Decided'], ['finished', 'Finished'], ['coded', 'Coded'], ['flagged', 'Flagged'], ['differs', 'Coders differ']]),
        this.select('certainty', 'Certainty', [['', 'However sure'], ['80', '80 % and more'], ['50', '50 % and more'], ['middle', '30 to 70 %'], ['none', 'No suggestion']]),
        this.coder = this.select('coder', 'Coder', [['', 'Every coder']]),
        this.order, this.clear),
      h('div', { class: 'fcr-state' }, h('div', {}, this.left, this.meter, this.status), h('div', { class: 'fcr-notes' }, this.note, this.find)));
    this.clear.hidden = true;
    this.fillCoders();
  }

  // Coders come while one works; the choice grows with them.
  fillCoders() {
    const coders = this.app.model.coders();
    const known = coders.join('\n');
    this.coder.hidden = coders.length < 2 && coders[0] !== undefined && coders[0] === this.app.model.me;
    if (!coders.length) this.coder.hidden = true;
    if (known === this.knownCoders) return;
    this.knownCoders = known;
    this.coder.replaceChildren(h('option', { value: '' }, 'Every coder'), ...coders.map((name) => h('option', { value: name }, name)));
    this.coder.value = this.filter.coder;
    if (this.coder.value !== this.filter.coder) { this.filter.coder = ''; this.coder.value = ''; }
  }

  reset() {
    for (const name of Object.keys(this.filter)) this.filter[name] = '';
    this.app.view.bar.querySelectorAll('select[data-k]').forEach((select) => { select.value = ''; });
    this.search.value = '';
    this.apply();
  }

  get active() {
    return Object.values(this.filter).some(Boolean);
  }

  matches(seg) {
    const { filter } = this;
    const now = this.app.model.of(seg);
    const { turn } = seg;
    if (filter.speaker === '-' ? turn.moderator || turn.heading : filter.speaker && String(turn.speaker) !== filter.speaker) return false;
    if (filter.text && !this.found.has(seg)) return false;
    if (filter.code && ![...now.mine, ...now.others, ...now.open].some((item) => item.code === filter.code)) return false;
    if (filter.coder && ![...now.mine, ...now.others].some((coding) => coding.coder === filter.coder)) return false;
    return this.matchesState(now) && this.matchesCertainty(now);
  }

  matchesState(now) {
    switch (this.filter.state) {
      case 'open': return now.needs;
      case 'decided': return now.decided || Boolean(now.review);
      case 'finished': return Boolean(now.review);
      case 'coded': return now.mine.length > 0;
      case 'flagged': return now.flagged;
      case 'differs': return now.others.length > 0 && differs(now);
      default: return true;
    }
  }

  matchesCertainty(now) {
    const { certainty, code } = this.filter;
    if (!certainty) return true;
    const open = now.open.filter((item) => !code || item.code === code);
    if (certainty === 'none') return open.length === 0;
    if (certainty === 'middle') return open.some((item) => item.p >= 30 && item.p <= 70);
    return open.some((item) => item.p >= Number(certainty));
  }

  apply() {
    const { app } = this;
    const needle = this.filter.text.trim().toLowerCase();
    const hits = [];
    this.found = new Set();
    if (needle) {
      for (const turn of app.view.turns) {
        const text = turn.text.toLowerCase();
        for (let at = text.indexOf(needle); at >= 0 && text.length === turn.text.length; at = text.indexOf(needle, at + 1)) {
          const span = { s: turn.s + toPoints(turn.text, at), e: turn.s + toPoints(turn.text, at + needle.length) };
          if (hits.length < 5000) hits.push(span);
          for (const seg of turn.segs) if (overlaps(seg, span)) this.found.add(seg);
        }
      }
    }
    app.painter.highlight('fcr-found', hits);
    let shown = 0;
    for (const turn of app.view.turns) {
      let any = !this.active;
      for (const seg of turn.segs) {
        const out = this.active && !this.matches(seg);
        if (out !== Boolean(seg.out)) { seg.out = out; seg.el.classList.toggle('is-out', out); }
        if (!out) { any = true; shown += 1; }
      }
      turn.el.hidden = !any;
    }
    this.clear.hidden = !this.active;
    this.clear.textContent = `Clear filters (${shown})`;
    app.makeOrder();
    if (app.focus && app.focus.out) { const next = app.order.find((seg) => !seg.out); if (next) app.go(next); }
    app.painter.later();
    this.count();
    app.say(this.active ? `${shown} segments match` : 'All segments');
  }

  count() {
    let left = 0;
    let all = 0;
    for (const seg of this.app.model.segs) {
      if (seg.turn.moderator || seg.out) continue;
      all += 1;
      if (this.app.model.of(seg).needs) left += 1;
    }
    this.left.textContent = left ? `${left.toLocaleString('en-GB')} left` : 'Nothing left';
    this.left.title = `${all - left} of ${all} segments decided`;
    this.fillCoders();
    this.tellRemaining();
    this.meter.style.setProperty('--p', `${all ? ((all - left) / all) * 100 : 100}%`);
    this.note.textContent = this.app.answered && !this.app.model.ready ? this.app.preparing() : this.app.model.blind ? 'Blind' : '';
  }

  // How many codes the machine expects in what is open yet, in the whole project.
  tellRemaining() {
    const { remaining } = this.app.model;
    const say = (value) => Math.round(value).toLocaleString('en-GB');
    this.find.textContent = remaining ? `about ${say(remaining[0])} codes to find (${say(remaining[1])} to ${say(remaining[2])})` : '';
    this.find.title = remaining ? 'Codes that are still to be found in what nobody has finished, in the whole project: an estimate, with an interval of 95 %' : '';
  }

  saved(waiting, late, problem) {
    const text = problem ? `Not saved yet: ${waiting}. ${problem}` : late ? `Not saved yet: ${waiting}. Trying again` : waiting ? `Saving ${waiting}` : 'Saved';
    if (this.status.textContent !== text) this.status.textContent = text;
    this.status.className = `fcr-status${late || problem ? ' is-late' : waiting ? ' is-saving' : ''}`;
  }
}

// Whether two coders coded a segment differently.
function differs(now) {
  const by = new Map([['', new Set(now.mine.map((c) => c.code))]]);
  for (const coding of now.others) {
    if (!by.has(coding.coder)) by.set(coding.coder, new Set());
    by.get(coding.coder).add(coding.code);
  }
  const sets = [...by.values()].map((set) => [...set].sort().join('|'));
  return new Set(sets).size > 1;
}
