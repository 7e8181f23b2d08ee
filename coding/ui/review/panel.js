// The panel beside the transcript: all about the focused segment.

const KINDS = {
  name: 'name of the code', definition: 'definition', include: 'rule', example: 'example in the codebook',
  contrary: 'example of its lack', accepted: 'coded so', rejected: 'rejected', nothing: 'nothing found there', other: 'all smaller parts',
};

class Panel {
  constructor(app) {
    this.app = app;
    this.side = app.view.side;
    this.body = h('div', { class: 'fcr-panel', tabindex: '-1' });
    this.deeds = h('div', { class: 'fcr-deeds', role: 'toolbar', 'aria-label': 'Decide' });
    this.side.replaceChildren(this.body, this.deeds);
    this.open = new Set(['history']);
    this.fillDeeds();
  }

  fillDeeds() {
    this.deeds.replaceChildren(...this.app.keys.buttons('Decide').map((binding) => this.app.button(binding)));
  }

  render() {
    const { app } = this;
    const seg = app.focus;
    if (!seg) return;
    const now = app.model.of(seg);
    refill(
      this.body,
      this.head(seg, now),
      app.span && this.selection(),
      now.mine.length > 0 && this.section('Coded', now.mine.map((coding) => this.coding(coding))),
      this.suggestions(now),
      now.others.length > 0 && this.section('By others', now.others.map((coding) => this.other(coding))),
      this.card(now),
      this.memos(seg),
      this.history(),
    );
  }

  section(title, children, name) {
    return h('section', { class: `fcr-section ${name || ''}` }, h('h3', {}, title), children);
  }

  head(seg, now) {
    const { turn } = seg;
    const states = [];
    if (now.flagged) states.push('flagged');
    if (now.review) states.push('finished');
    else if (turn.moderator) states.push('moderator');
    else if (now.needs) states.push('open');
    else states.push('decided');
    const time = clockOf(turn.t);
    return h('header', { class: 'fcr-head' },
      h('strong', {}, turn.label || (turn.heading ? 'Heading' : 'Unknown speaker')),
      time && h('span', { class: 'fcr-quiet' }, time),
      h('span', { class: 'fcr-quiet' }, `segment ${seg.i + 1} of ${this.app.model.segs.length}`),
      states.map((state) => h('span', { class: `fcr-tag is-${state}` }, state)));
  }

  selection() {
    const { app } = this;
    return this.section('Selected words', [
      h('blockquote', { class: 'fcr-quote' }, app.words(app.span)),
      h('p', { class: 'fcr-quiet' }, 'What you code now is coded on these words.'),
      h('button', { type: 'button', class: 'fcr-button', 'data-k': 'leave', onclick: () => app.act('leave') }, 'Let go ', kbd('Escape')),
    ], 'is-selection');
  }

  // rows ----------------------------------------------------------------------------------------------------------------

  coding(coding) {
    const { app } = this;
    const code = app.model.code(coding.code);
    const part = app.focus && (coding.s !== app.focus.s || coding.e !== app.focus.e);
    const picked = app.isPicked(coding);
    const act = (action, label, text) => h('button', {
      type: 'button', class: 'fcr-small', 'aria-label': `${label}: ${code.name}`, title: label, 'data-k': `${action}|${coding.s}|${coding.e}|${coding.code}`,
      onclick: () => { app.pickItem(coding); app.act(action); },
    }, text);
    return h('div', { class: `fcr-row is-coded${picked ? ' is-picked' : ''}${coding.waiting ? ' is-waiting' : ''}`, 'aria-current': picked ? 'true' : null },
      swatch(code, coding.valence),
      h('button', { type: 'button', class: 'fcr-code', title: pathOf(code), 'data-k': `pick|${coding.s}|${coding.e}|${coding.code}`, onclick: () => app.pickItem(coding, true) }, code.name),
      h('span', { class: 'fcr-controls' },
        act('valence', 'Shown, lacking or unclear', coding.valence),
        act('change', 'Change code', 'change'),
        act('memo', coding.memo ? 'Memo' : 'Write a memo', coding.memo ? 'memo •' : 'memo'),
        act('remove', 'Remove', 'remove'),
        coding.origin !== 'own' && h('span', { class: 'fcr-quiet' }, ORIGINS[coding.origin])),
      part && h('p', { class: 'fcr-quiet fcr-part' }, `“${app.words(coding, 90)}”`),
      coding.memo && h('p', { class: 'fcr-memo' }, coding.memo));
  }

  other(coding) {
    const { app } = this;
    const code = app.model.code(coding.code);
    const picked = app.isPicked(coding);
    return h('div', { class: `fcr-row${picked ? ' is-picked' : ''}`, 'aria-current': picked ? 'true' : null }, swatch(code, coding.valence),
      h('button', { type: 'button', class: 'fcr-code', title: pathOf(code), 'data-k': `theirs|${coding.id}`, onclick: () => app.pickItem(coding, true) }, code.name),
      h('span', { class: 'fcr-quiet' }, `${coding.coder}, ${coding.valence}`),
      coding.memo && h('p', { class: 'fcr-memo' }, coding.memo));
  }

  suggestions(now) {
    const { app } = this;
    if (now.hidden) return this.section('Suggested', [h('p', { class: 'fcr-quiet' }, 'Blind: suggestions and other people’s codings are hidden until you have finished this segment.')]);
    if (!now.sug.length) {
      const why = app.model.ready || !app.answered ? 'Nothing is suggested here.' : `${app.preparing()}. You can code meanwhile.`;
      return this.section('Suggested', [h('p', { class: 'fcr-quiet' }, app.focus.turn.moderator ? 'Nothing is suggested for what moderators say.' : why)]);
    }
    const first = now.open[0];
    const shown = app.pickedIn(now.sug) || first;
    return this.section('Suggested', [
      !app.model.ready && app.answered && h('p', { class: 'fcr-quiet' }, `${app.preparing()}; these are from before.`),
      now.sug.map((item, at) => this.suggestion(item, at, shown === item)),
    ]);
  }

  suggestion(item, at, shown) {
    const { app } = this;
    const code = app.model.code(item.code);
    const picked = app.isPicked(item);
    const done = item.done;
    return h('div', { class: `fcr-row is-suggested is-${item.state}${picked ? ' is-picked' : ''}${done ? ` is-${done}` : ''}`, 'aria-current': picked ? 'true' : null },
      h('kbd', { class: 'fcr-number', 'aria-hidden': 'true' }, at + 1),
      swatch(code, item.valence),
      h('button', {
        type: 'button', class: 'fcr-code', title: pathOf(code), 'data-k': `accept|${item.code}`,
        'aria-label': done ? `${code.name}: ${done}` : `Accept ${code.name}, ${item.p} per cent, ${item.valence}`,
        onclick: () => app.pickNumber(at, true),
      }, code.name),
      h('span', { class: 'fcr-bar-cell', title: item.state === 'unsure' ? 'unsure' : 'suggested' },
        h('span', { class: 'fcr-prob', style: { '--p': `${item.p}%` }, 'aria-hidden': 'true' }), h('span', { class: 'fcr-percent' }, `${item.p} %`)),
      done ? h('span', { class: 'fcr-controls' }, h('span', { class: 'fcr-quiet' }, done)) : h('span', { class: 'fcr-controls' },
        h('button', {
          type: 'button', class: 'fcr-small', title: 'Shown, lacking or unclear', 'data-k': `valence|${item.code}`,
          'aria-label': `Valence of ${code.name}: ${item.valence}`, onclick: () => { app.pickItem(item); app.act('valence'); },
        }, item.valence),
        h('button', {
          type: 'button', class: 'fcr-small', title: 'Reject', 'aria-label': `Reject ${code.name}`, 'data-k': `reject|${item.code}`,
          onclick: () => { app.pickItem(item); app.act('reject'); },
        }, 'reject'),
        item.state === 'unsure' && h('span', { class: 'fcr-quiet' }, 'unsure')),
      shown && this.evidence(item));
  }

  evidence(item) {
    const { app } = this;
    const detail = app.detail;
    if (!detail || detail.s !== app.focus.s || detail.e !== app.focus.e) return h('p', { class: 'fcr-quiet fcr-evidence' }, app.model.ready ? 'Evidence …' : '');
    const terms = detail.evidence[item.code];
    if (!terms) return null;
    const most = Math.max(0.001, ...terms.map((term) => Math.abs(term[0])));
    return h('ul', { class: 'fcr-evidence', 'aria-label': 'Evidence' }, terms.map(([share, kind, text, , coder, key]) => {
      const label = coder ? `${coder}: ${KINDS[kind] || kind}` : KINDS[kind] || kind;
      return h('li', {},
        h('span', { class: `fcr-share${share < 0 ? ' is-against' : ''}`, style: { '--w': `${(Math.abs(share) / most) * 100}%` } }, `${share < 0 ? '−' : '+'}${Math.abs(share).toFixed(2)}`),
        h('span', { class: 'fcr-kind' }, label),
        key && h('button', { type: 'button', class: 'fcr-small', 'data-k': `go|${key}`, onclick: () => app.follow(key) }, 'go there'),
        text && h('q', {}, text));
    }));
  }

  card(now) {
    const { app } = this;
    const item = app.picked() || now.open[0] || now.mine[0];
    if (!item) return null;
    const code = app.model.code(item.code);
    const list = (title, items, style) => items && items.length > 0 && [h('h4', {}, title), h('ul', { class: style || '' }, items.map((text) => h('li', {}, text)))];
    return h('section', { class: 'fcr-section fcr-card' },
      h('h3', {}, swatch(code), code.name),
      h('p', { class: 'fcr-quiet' }, (code.path || []).join(' › ')),
      code.definition && h('p', {}, code.definition),
      list('Apply', code.include), list('Do not apply', code.exclude),
      list('People show it', code.examples, 'fcr-examples'), list('People tell of its lack', code.contrary, 'fcr-examples'));
  }

  // All memos that bear on the segment: on itself, on the code that is looked at, on the transcript and on the project.
  // Memos on codings stand beside their codings.
  memos(seg) {
    const { app } = this;
    const { model } = app;
    const key = `segment:${model.doc}:${seg.s}-${seg.e}`;
    const item = app.picked() || app.now().open[0] || app.now().mine[0];
    const places = [
      ['segment', 'This segment', key],
      item && ['code', model.code(item.code).name, `code:${item.code}`, item.code],
      ['transcript', 'This transcript', `transcript:${model.doc}`],
      ['project', 'The project', 'project'],
    ].filter(Boolean);
    const rows = places.flatMap(([on, label, target, code]) => {
      const mine = model.myMemo(target);
      const others = model.memosOn(target);
      return [
        mine && this.memo(label, model.me, mine, { on, code }),
        ...others.map((memo) => this.memo(label, memo.coder, memo.text)),
      ].filter(Boolean);
    });
    const flags = model.memosOn(`flag:${key}`).map((memo) => h('p', { class: 'fcr-quiet' }, `Flagged for discussion by ${memo.coder}`));
    if (!rows.length && !flags.length) return null;
    return this.section('Memos', [...flags, ...rows]);
  }

  memo(label, coder, text, mine) {
    const { app } = this;
    return h('div', { class: 'fcr-remark' },
      h('p', { class: 'fcr-quiet' }, `${label}, ${coder} `, mine && h('button', {
        type: 'button', class: 'fcr-small', 'aria-label': `Change your memo: ${label}`, 'data-k': `memo|${mine.on}`,
        onclick: () => app.dialogs.memo(app.memoTargets(), mine.on),
      }, 'change')),
      h('p', { class: 'fcr-memo' }, text));
  }

  history() {
    return [this.recent(), this.past()];
  }

  // The last decisions, wherever they were made, each still to be changed.
  recent() {
    const { app } = this;
    const acts = app.recentActs(10);
    if (!acts.length) return null;
    return this.folded('history', 'Last decisions', h('ol', {}, acts.map((act) => {
      const change = act.standing && app.changeOf(act);
      return h('li', { class: act.standing ? '' : 'is-undone' },
        h('button', { type: 'button', class: 'fcr-plain', 'data-k': `act|${act.batch}`, disabled: !act.place, onclick: () => app.goTo(act.place), title: 'Go there' }, act.summary),
        change && h('button', { type: 'button', class: 'fcr-small', 'data-k': `change|${act.batch}`, 'aria-label': `${change.label}: ${act.summary}`, onclick: change.run }, change.text),
        act.standing ? h('button', { type: 'button', class: 'fcr-small', 'data-k': `undo|${act.batch}`, 'aria-label': `Undo: ${act.summary}`, onclick: () => app.undo(act.batch) }, 'undo')
          : h('span', { class: 'fcr-quiet' }, 'undone'));
    })));
  }

  // What anybody did at this segment. It is asked for only while it is open, so that answers to decisions stay small.
  past() {
    const { app } = this;
    const { past } = app;
    const here = app.pastHere();
    let inside = h('p', { class: 'fcr-quiet' }, 'Looking it up …');
    if (here && !past.lines.length) inside = h('p', { class: 'fcr-quiet' }, 'Nothing has been decided here yet.');
    else if (here) {
      inside = [
        h('ol', {}, past.lines.map(([at, coder, summary]) => h('li', {}, h('span', {}, summary), h('span', { class: 'fcr-quiet' }, `${coder}, ${at}`)))),
        past.more > 0 && h('p', { class: 'fcr-quiet' }, `and ${past.more} earlier; the page History has all`),
      ];
    }
    return this.folded('past', 'History of this segment', inside);
  }

  folded(name, title, inside) {
    const { app } = this;
    const details = h('details', { class: `fcr-section fcr-history is-${name}`, open: this.open.has(name) },
      h('summary', { 'data-k': name }, h('h3', {}, title)), inside);
    details.addEventListener('toggle', () => {
      const asked = details.open && !this.open.has(name);
      if (details.open) this.open.add(name); else this.open.delete(name);
      if (asked && name === 'past') app.flush();
    });
    return details;
  }
}

function clockOf(seconds) {
  if (seconds === null || seconds === undefined) return '';
  const whole = Math.floor(seconds);
  const two = (value) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}` : `${Math.floor(whole / 60)}:${two(whole % 60)}`;
}
