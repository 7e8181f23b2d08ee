// What each action of the key table does.

const OF_OWN = new Set(['reject', 'change', 'valence', 'end-on', 'end-back', 'start-on', 'start-back']);

const ACTIONS = {
  accept(app) {
    const now = app.now();
    const theirs = app.theirs();
    if (theirs) { app.unpick(); app.code({ s: theirs.s, e: theirs.e }, { code: theirs.code, valence: theirs.valence }); return; }
    const picked = app.picked();
    const item = picked && picked.p !== undefined && !picked.done ? picked : now.open[0];
    if (item) app.accept(item);
    else app.say(now.hidden ? 'Suggestions are hidden until you finish the segment' : 'No suggestion is left here');
  },
  reject(app) {
    const now = app.now();
    const picked = app.picked();
    if (picked && picked.p === undefined) { ACTIONS.remove(app); return; }
    const item = picked && !picked.done ? picked : now.open[0];
    if (!item) { ACTIONS.remove(app); return; }
    app.send({ op: 'reject', s: item.s, e: item.e, code: item.code });
    app.say(`Rejected ${app.model.code(item.code).name}`);
    app.unpick();
    app.moveOn();
  },
  remove(app) {
    const picked = app.picked();
    const coding = picked && picked.p === undefined && !app.theirs() ? picked : app.now().mine.at(-1);
    if (!coding) { app.say('There is nothing to remove here'); return; }
    app.send({ op: 'remove', s: coding.s, e: coding.e, code: coding.code });
    app.say(`Removed ${app.model.code(coding.code).name}`);
    app.unpick();
  },
  pick(app, event, key) { app.pickNumber(Number(key) - 1, false, event && event.shiftKey); },
  finish(app) {
    const { focus } = app;
    const now = app.now();
    if (!now.review) app.send({ op: 'finish', s: focus.s, e: focus.e });
    app.unpick();
    app.next(now.review ? 'Finished before' : 'Finished');
  },
  reopen(app) {
    const { review } = app.now();
    if (!review) { app.say('This segment is not finished'); return; }
    app.send({ op: 'reopen', s: review.s, e: review.e });
    app.say('Open again');
  },
  change(app) {
    const item = app.picked() || app.now().open[0] || app.now().mine.at(-1);
    if (!item || app.span) { ACTIONS.add(app); return; }
    app.dialogs.palette(`In place of ${app.model.code(item.code).name}`, (choice) => app.change(item, choice));
  },
  add(app) {
    const target = app.target();
    app.dialogs.palette(app.span ? 'Code the selected words' : 'Add a code', (choice) => app.code(target, choice));
  },
  again(app) {
    if (!app.lastCode || !app.model.codes.has(app.lastCode)) { app.say('No code was used yet'); return; }
    const spanned = Boolean(app.span);
    app.code(app.target(), { code: app.lastCode });
    if (!spanned) app.moveOn();
  },
  valence(app) {
    const now = app.now();
    const item = app.picked() || now.open[0] || now.mine.at(-1);
    if (!item) { app.say('There is no coding here'); return; }
    const valence = VALENCES[(VALENCES.indexOf(item.valence) + 1) % 3];
    if (item.p === undefined) app.send({ op: 'valence', s: item.s, e: item.e, code: item.code, valence });
    else { app.model.valences.set(`${item.s}-${item.e}|${item.code}`, valence); app.model.stale(app.focus); app.refresh(); }
    app.say(`${app.model.code(item.code).name}: ${valence}`);
  },
  undo(app) { app.undo(); },
  redo(app) { app.send({ op: 'redo' }); app.say('Done again'); },
  down(app) { app.step(1); },
  up(app) { app.step(-1); },
  next(app) { app.next(); },
  back(app) { const seg = app.trail.pop(); if (seg) app.go(seg, { trail: false }); },
  'page-down': (app) => app.step(10),
  'page-up': (app) => app.step(-10),
  first(app) { app.step(-Infinity); },
  last(app) { app.step(Infinity); },
  overlap(app) { app.cycle(); },
  'words-more': (app) => app.growWords(1),
  'words-less': (app) => app.growWords(-1),
  'end-on': (app) => app.nudge('e', 1),
  'end-back': (app) => app.nudge('e', -1),
  'start-on': (app) => app.nudge('s', 1),
  'start-back': (app) => app.nudge('s', -1),
  'in-vivo': (app) => {
    if (!app.span) { app.say('Select the words first'); return; }
    const name = app.words(app.span).replace(/\s+/g, ' ').replace(/^[\s.,;:!?“”"‘’'–—-]+|[\s.,;:!?“”"‘’'–—-]+$/g, '').slice(0, 80).trim();
    if (name) app.code(app.target(), { name });
  },
  split(app) {
    const { focus, span } = app;
    const at = span && (span.s > focus.s && span.s < focus.e ? span.s : span.e);
    if (!at || at <= focus.s || at >= focus.e) { app.say('Select the words that the second part begins with'); return; }
    app.setSpan(null);
    app.send({ op: 'split', s: focus.s, e: focus.e, at });
    app.say('Split');
  },
  merge(app) {
    const { focus } = app;
    if (focus.turn.segs.at(-1) === focus) { app.say('This is the last segment of its turn'); return; }
    app.send({ op: 'merge', s: focus.s, e: focus.e });
    app.say('Merged with the next segment');
  },
  memo(app) { app.dialogs.memo(app.memoTargets()); },
  flag(app) {
    const { focus } = app;
    const flagged = app.model.myMemo(`flag:segment:${app.model.doc}:${focus.s}-${focus.e}`) !== '';
    app.send({ op: 'memo', on: 'flag', s: focus.s, e: focus.e, text: flagged ? '' : 'flagged' });
    app.say(flagged ? 'No longer flagged' : 'Flagged for discussion');
  },
  search(app) { app.toolbar.search.focus(); app.toolbar.search.select(); },
  bulk(app) { app.bulk(); },
  link(app) { app.copyLink(); },
  help(app) { app.dialogs.help(); },
  leave(app) { app.setSpan(null); app.unpick(); app.refresh(); },
};

class Keys {
  constructor(entries) {
    this.load(entries);
  }

  load(entries) {
    this.all = entries.map(([action, keys, label, group, button]) => ({ action, keys, label, group, button }));
    this.byKey = new Map(this.all.flatMap((binding) => binding.keys.map((key) => [key, binding.action])));
  }

  first(action) {
    return this.all.find((binding) => binding.action === action).keys[0] || '';
  }

  buttons(...groups) {
    return this.all.filter((binding) => binding.button && groups.includes(binding.group));
  }

  find(event) {
    if (event.shiftKey && /^Digit[1-9]$/.test(event.code) && !event.ctrlKey && !event.altKey && !event.metaKey) return ['pick', event.code.slice(5)];
    const key = keyOf(event);
    return [this.byKey.get(key), key];
  }
}
