// What a person decides: codes, words, memos, undo.

const DEEDS = {
  accept: 'Accepted', code: 'Coded', reject: 'Rejected', remove: 'Removed', finish: 'Finished', reopen: 'Reopened', change: 'Changed',
  valence: 'Valence', move: 'Moved', newcode: 'New code', split: 'Split', merge: 'Merged', memo: 'Memo', bulk: 'Accepted many',
};

Object.assign(App.prototype, {
  // deeds ----------------------------------------------------------------------------------------------------------------------

  act(action, event, key) {
    const deed = ACTIONS[action];
    if (!deed || !this.focus) return;
    const theirs = OF_OWN.has(action) && this.theirs();
    if (theirs) this.say(`This coding is ${theirs.coder}’s; accept it to code the same yourself`);
    else deed(this, event, key);
  },

  accept(item, stay = false) {
    this.lastCode = item.code;
    this.send({ op: 'accept', s: item.s, e: item.e, code: item.code, valence: item.valence });
    this.say(`Accepted ${this.model.code(item.code).name}`);
    this.unpick();
    if (stay) this.refresh();
    else this.moveOn();
  },

  pickNumber(at, byHand, stay = false) {
    const item = this.now().sug[at];
    if (!item) { this.say(`There is no suggestion ${at + 1} here`); return; }
    if (item.done === 'accepted') { this.say(`${this.model.code(item.code).name} is accepted already`); return; }
    this.accept(item, stay);
    if (byHand) this.view.box.focus({ preventScroll: true });
  },

  change(item, choice) {
    if (choice.code === item.code) return;
    if (choice.name) this.send({ op: 'newcode', s: item.s, e: item.e, name: choice.name, code: item.code });
    else { this.lastCode = choice.code; this.send({ op: 'change', s: item.s, e: item.e, code: item.code, to: choice.code }); }
    this.say(`Changed to ${choice.name || this.model.code(choice.code).name}`);
    this.unpick();
    if (item.p !== undefined) this.moveOn();
  },

  code(place, choice) {
    if (choice.name) this.send({ op: 'newcode', s: place.s, e: place.e, name: choice.name });
    else {
      this.lastCode = choice.code;
      const offered = !this.span && this.now().open.find((item) => item.code === choice.code);
      this.send({ op: offered ? 'accept' : 'code', s: place.s, e: place.e, code: choice.code, valence: offered ? offered.valence : choice.valence || 'shown' });
    }
    this.say(`Coded as ${choice.name || this.model.code(choice.code).name}`);
    this.setSpan(null);
    this.refresh();
  },

  undo(batch) {
    const target = batch || this.model.standing().at(-1) || null;
    if (!target && this.model.acts.size < 30) { this.say('There is nothing to undo'); return; }
    const act = target && this.model.acts.get(target);
    const waiting = this.outbox.find((event) => event.id === target);
    this.send({ op: 'undo', batch: target });
    const place = act ? act[1] : waiting && waiting.s !== undefined ? [waiting.t, waiting.s, waiting.e] : null;
    if (place && place[0] === this.model.doc && !batch) this.go(this.model.segmentAt(place[1]), { trail: false });
    this.say(act ? `Undone: ${act[0]}` : 'Undone');
  },

  // How an act can be decided otherwise where it was decided, or null where it is only to be undone.
  changeOf(act) {
    const { model } = this;
    if (!act.place || act.place[0] !== model.doc) return null;
    const seg = model.segmentAt(act.place[1]);
    const now = model.of(seg);
    const at = (row) => row.s === act.place[1] && row.e === act.place[2];
    const keys = new Set(act.keys);
    const known = (row) => keys.has(row.id) || row.id === act.batch;
    const coding = now.mine.find((row) => known(row)) || (act.code && now.mine.find((row) => at(row) && row.code === act.code));
    const there = (run) => () => { this.go(seg, { block: 'center' }); run(); };
    if (coding) {
      return {
        label: 'Change the code', text: 'change',
        run: there(() => this.dialogs.palette(`In place of ${model.code(coding.code).name}`, (choice) => this.change(coding, choice))),
      };
    }
    const refused = [...model.tables.rejections.values()].find((row) => known(row) && row.coder === model.me);
    if (refused) {
      const name = model.code(refused.code).name;
      return {
        label: 'Change the rejection', text: 'change',
        run: there(() => this.dialogs.palette(`You rejected ${name}; choose a code`, (choice) => this.code(refused, choice))),
      };
    }
    if (now.review && known(now.review)) {
      return { label: 'Open the segment again', text: 'reopen', run: there(() => ACTIONS.reopen(this)) };
    }
    return null;
  },

  recentActs(most) {
    const undone = this.model.undone();
    const told = [...this.model.acts].map(([batch, [summary, place, standing, inverse]]) => ({
      batch, summary, place, standing: standing && !undone.has(batch), keys: (inverse || []).map(([, key]) => key),
    }));
    const known = new Set(told.map((act) => act.batch));
    for (const event of this.outbox) {
      if (['undo', 'redo', 'keys'].includes(event.op) || known.has(event.id)) continue;
      told.push({ batch: event.id, summary: `${DEEDS[event.op] || event.op} …`, place: event.s === undefined ? null : [event.t, event.s, event.e], standing: !undone.has(event.id), keys: [], code: event.to || event.code });
    }
    return told.slice(-most).reverse();
  },

  memoTargets() {
    const { focus, model } = this;
    const key = `${model.doc}:${focus.s}-${focus.e}`;
    const place = { s: focus.s, e: focus.e };
    const codings = this.now().mine.map((c) => ({ on: 'coding', label: `the coding ${model.code(c.code).name}`, s: c.s, e: c.e, code: c.code, text: c.memo || '' }));
    const item = this.picked() || this.now().open[0] || this.now().mine[0];
    const list = [
      { on: 'segment', label: 'this segment', ...place, text: model.myMemo(`segment:${key}`) },
      ...codings,
      item && { on: 'code', label: `the code ${model.code(item.code).name}`, ...place, code: item.code, text: model.myMemo(`code:${item.code}`) },
      { on: 'transcript', label: 'this transcript', ...place, text: model.myMemo(`transcript:${model.doc}`) },
      { on: 'project', label: 'the project', ...place, text: model.myMemo('project') },
    ].filter(Boolean);
    const picked = this.picked();
    const first = picked && picked.p === undefined ? list.findIndex((t) => t.on === 'coding' && t.code === picked.code && t.s === picked.s) : 0;
    if (first > 0) list.unshift(...list.splice(first, 1));
    return list;
  },

  bulk() {
    const { code: only, certainty } = this.toolbar.filter;
    const groups = new Map();
    for (const seg of this.model.segs) {
      if (seg.out) continue;
      const now = this.model.of(seg);
      if (now.review) continue;
      for (const item of now.open) {
        if (only && item.code !== only) continue;
        if (/^\d+$/.test(certainty) ? item.p < Number(certainty) : item.state !== 'suggested' && !only) continue;
        if (!groups.has(item.code)) groups.set(item.code, []);
        groups.get(item.code).push(item);
      }
    }
    const list = [...groups].map(([id, items]) => [this.model.code(id), items]).sort((a, b) => b[1].length - a[1].length);
    if (list.length === 1) this.dialogs.bulk(...list[0]);
    else this.dialogs.chooseBulk(list);
  },

  rankCodes(typed) {
    const needle = typed.trim().toLowerCase();
    const percent = new Map(this.now().sug.map((item) => [item.code, item.p]));
    const ranks = this.detailHere() && !this.span ? this.detail.ranks : [];
    const place = new Map([...this.now().sug.map((item) => item.code), ...ranks].filter((id, at, all) => all.indexOf(id) === at).map((id, at) => [id, at]));
    const codes = [...this.model.codes.values()].filter((code) => !code.group && !code.retired && pathOf(code).toLowerCase().includes(needle));
    const rank = (code) => (place.has(code.id) ? place.get(code.id) : 1000);
    const starts = (code) => { const at = needle ? code.name.toLowerCase().indexOf(needle) : 0; return at === 0 ? 0 : at > 0 ? 1 : 2; };
    return codes.map((code, at) => [code, at]).sort((a, b) => starts(a[0]) - starts(b[0]) || rank(a[0]) - rank(b[0]) || a[1] - b[1])
      .map(([code]) => ({ code, p: percent.get(code.id) }));
  },

  rebind(action, key) {
    const usual = this.keys.all.map((binding) => ({ ...binding, keys: binding.keys.filter((other) => other !== key) }));
    const mine = usual.find((binding) => binding.action === action);
    mine.keys = [key, ...mine.keys.filter((other) => other.startsWith('Ctrl+'))];
    this.changedKeys = { ...this.changedKeys, [action]: mine.keys };
    this.keys.load(usual.map((binding) => [binding.action, binding.keys, binding.label, binding.group, binding.button]));
    this.panel.fillDeeds();
    this.view.root.querySelector('.fcr-strip')?.remove();
    this.strip();
    this.send({ op: 'keys', keys: Object.fromEntries(this.keys.all.filter((b) => b.action !== 'pick').map((b) => [b.action, b.keys])) });
  },

  // picked codings and selected words --------------------------------------------------------------------------------------------

  pickItem(item, seen = false) {
    this.pickedItem = { code: item.code, s: item.s, e: item.e, sug: item.p !== undefined, coder: item.coder };
    if (seen) this.refresh();
  },

  // Somebody else's coding that is picked: it can be looked at and coded alike, and is nobody's to change but theirs.
  theirs() {
    const picked = this.picked();
    return picked && picked.p === undefined && picked.coder !== this.model.me ? picked : null;
  },

  unpick() {
    this.pickedItem = null;
  },

  isPicked(item) {
    const picked = this.pickedItem;
    return Boolean(picked && picked.code === item.code && picked.s === item.s && picked.e === item.e && picked.sug === (item.p !== undefined) && picked.coder === item.coder);
  },

  pickedIn(items) {
    return items.find((item) => this.isPicked(item));
  },

  picked() {
    if (!this.pickedItem) return null;
    const now = this.now();
    return this.pickedIn([...now.mine, ...now.sug, ...now.others]) || null;
  },

  cycle() {
    const now = this.now();
    const items = [...now.mine, ...now.open, ...now.others];
    if (!items.length) { this.say('There are no codings here'); return; }
    const at = items.findIndex((item) => this.isPicked(item));
    const item = items[(at + 1) % items.length];
    this.pickItem(item, true);
    const who = item.p !== undefined ? 'suggested' : item.coder === this.model.me ? 'coded' : `coded by ${item.coder}`;
    const part = item.s === this.focus.s && item.e === this.focus.e ? '' : `, on “${this.words(item, 60)}”`;
    this.say(`${at + 2 > items.length ? 1 : at + 2} of ${items.length}: ${this.model.code(item.code).name}, ${who}, ${item.valence}${part}`);
  },

  words(span, most = 400) {
    const parts = [];
    for (const turn of this.view.turns) {
      if (turn.e <= span.s || turn.s >= span.e) continue;
      parts.push(turn.text.slice(toUnits(turn.text, Math.max(0, span.s - turn.s)), toUnits(turn.text, Math.min(turn.e, span.e) - turn.s)));
    }
    const text = parts.join(' … ');
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
  },
});
