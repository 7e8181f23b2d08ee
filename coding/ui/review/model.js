// What is known about the transcript: what the project says, and on top of it what was decided here and is on its way.
// Nothing is ever rolled back: what is on its way is a list of events that is replayed on top of what the project says.

const VALENCES = ['shown', 'lacking', 'unclear'];
const STATES = ['nothing', 'unsure', 'suggested'];

class Model {
  constructor(view) {
    const data = view.data;
    this.doc = data.doc;
    this.me = data.me;
    this.blind = data.blind;
    this.rev = data.rev;
    this.boardVersion = 0;
    this.ready = false;
    this.turns = view.turns;
    this.codes = new Map(data.codes.map((code) => [code.id, code]));
    this.index = [...data.index];
    this.staticIndex = data.index.length;
    this.tables = { codings: new Map(), rejections: new Map(), reviews: new Map(), memos: new Map() };
    this.byTarget = new Map();
    this.pending = [];
    this.acts = new Map(data.acts.map(([batch, ...rest]) => [batch, rest]));
    this.valences = new Map();
    this.lanes = new Map();
    this.dirty = new Set();
    this.collectSegments();
    for (const table of Object.keys(this.tables)) {
      for (const [key, entry] of Object.entries(data[table])) this.put(table, key, entry);
    }
    this.takeSuggestions(data.suggestions);
    this.dirty.clear();
  }

  collectSegments() {
    const old = new Map((this.segs || []).map((seg) => [`${seg.s}-${seg.e}`, seg]));
    this.segs = this.turns.flatMap((turn) => turn.segs);
    this.segs.forEach((seg, i) => {
      seg.i = i;
      if (!seg.codings) Object.assign(seg, { codings: new Set(), rejections: new Set(), reviews: new Set(), sug: [], eff: null });
      old.delete(`${seg.s}-${seg.e}`);
    });
  }

  // Segments that a span touches, found by halving.
  touched(place) {
    const found = [];
    let at = Math.max(0, lastBefore(this.segs, place.s, (seg) => seg.s));
    for (; at < this.segs.length && this.segs[at].s < place.e; at += 1) {
      if (this.segs[at].e > place.s) found.push(this.segs[at]);
    }
    return found;
  }

  segmentAt(s) {
    const seg = this.segs[lastBefore(this.segs, s, (item) => item.s)];
    return seg || this.segs[0];
  }

  turnAt(s) {
    return this.turns[Math.max(0, lastBefore(this.turns, s, (turn) => turn.s))];
  }

  // rows of the project ---------------------------------------------------------------------------------------------

  put(table, key, entry) {
    const rows = this.tables[table];
    const old = rows.get(key);
    if (table === 'memos') {
      if (old) this.byTarget.get(old.target)?.delete(key);
      rows.delete(key);
      if (entry) {
        const memo = { key, target: entry[0], coder: entry[1], text: entry[2] };
        rows.set(key, memo);
        if (!this.byTarget.has(memo.target)) this.byTarget.set(memo.target, new Set());
        this.byTarget.get(memo.target).add(key);
      }
      const target = (entry && entry[0]) || (old && old.target) || '';
      const span = /:(\d+)-(\d+)$/.exec(target);
      if (span) this.touch({ s: Number(span[1]), e: Number(span[2]) });
      return;
    }
    if (old) {
      for (const seg of this.touched(old)) { seg[table].delete(key); this.stale(seg); }
      rows.delete(key);
    }
    if (!entry) return;
    const row = readRow(table, key, entry);
    rows.set(key, row);
    for (const seg of this.touched(row)) { seg[table].add(key); this.stale(seg); }
  }

  stale(seg) {
    seg.eff = null;
    this.dirty.add(seg);
  }

  touch(place) {
    for (const seg of this.touched(place)) this.stale(seg);
  }

  takeSuggestions(rows) {
    for (const [s, e, ...rest] of rows) {
      const seg = this.segs[lastBefore(this.segs, s, (item) => item.s)];
      if (!seg || seg.s !== s || seg.e !== e) continue;
      seg.sug = [];
      for (let at = 0; at < rest.length; at += 3) {
        const code = this.index[rest[at]];
        if (code) seg.sug.push({ code, p: rest[at + 1], state: STATES[rest[at + 2] % 3], valence: VALENCES[Math.floor(rest[at + 2] / 3)] });
      }
      this.stale(seg);
    }
  }

  // Take what the project says since; returns whether segments were cut anew.
  take(answer, view) {
    if (answer.since > this.rev) return null;
    let cut = false;
    this.ready = answer.ready;
    this.remaining = answer.remaining || this.remaining;
    answer.codes.forEach((code, i) => { this.index[this.staticIndex + i] = code; });
    for (const [table, key, entry] of answer.rows) {
      if (table === 'codes') { if (entry) this.codes.set(key, entry); }
      else if (table === 'segments') { cut = this.recut(key, entry) || cut; }
      else this.put(table, key, entry);
    }
    if (cut) this.recollect(view);
    for (const [batch, ...rest] of answer.acts) {
      this.acts.set(batch, rest);
    }
    if (answer.rev > this.rev) this.rev = answer.rev;
    if (answer.board.since <= this.boardVersion) {
      this.takeSuggestions(answer.board.rows);
      this.boardVersion = Math.max(this.boardVersion, answer.board.v);
    }
    return cut;
  }

  recut(key, entry) {
    const span = /:(\d+)-(\d+)$/.exec(key);
    if (!span) return false;
    const s = Number(span[1]);
    const e = Number(span[2]);
    for (const turn of this.turns) {
      const at = turn.segs.findIndex((seg) => seg.s === s && seg.e === e);
      if (at >= 0 && !entry) { turn.segs.splice(at, 1); turn.recut = true; return true; }
      if (at >= 0) return false;
    }
    if (!entry) return false;
    const turn = this.turns[entry[0]];
    turn.segs.push({ s, e, turn });
    turn.segs.sort((a, b) => a.s - b.s);
    turn.recut = true;
    return true;
  }

  recollect(view) {
    for (const turn of this.turns) {
      if (turn.recut) { view.fillTurn(turn); turn.recut = false; }
    }
    this.collectSegments();
    for (const table of ['codings', 'rejections', 'reviews']) {
      for (const seg of this.segs) seg[table].clear();
      for (const [key, row] of this.tables[table]) {
        for (const seg of this.touched(row)) seg[table].add(key);
      }
    }
    for (const seg of this.segs) this.stale(seg);
  }

  // events on their way -----------------------------------------------------------------------------------------------

  push(event) {
    this.pending.push(event);
    this.touchEvent(event);
  }

  // Forget events that the project has taken; what it says already holds them.
  settle(ack) {
    const done = this.pending.filter((event) => event.seq <= ack);
    if (!done.length) return;
    this.pending = this.pending.filter((event) => event.seq > ack);
    for (const event of done) this.touchEvent(event);
  }

  touchEvent(event) {
    if (event.t && event.t !== this.doc) return;
    if (event.op === 'undo') {
      const waiting = this.pending.find((other) => other.id === event.batch);
      if (waiting) this.touchEvent(waiting);
      const act = this.acts.get(event.batch);
      if (act && act[1] && act[1][0] === this.doc) this.touch({ s: act[1][1], e: act[1][2] });
      for (const [table, key, entry] of (act && act[3]) || []) {
        const row = entry ? readRow(table, key, entry) : this.tables[table].get(key);
        if (row && row.s !== undefined) this.touch(row);
      }
      return;
    }
    for (const [s, e] of [...(event.accept || []), ...(event.reject || [])]) this.touch({ s, e });
    if (event.s !== undefined) this.touch(event);
    if (event.s2 !== undefined) this.touch({ s: event.s2, e: event.e2 });
  }

  undone() {
    return new Set(this.pending.filter((event) => event.op === 'undo').map((event) => event.batch));
  }

  // What holds for a segment now, with what is on its way.
  of(seg) {
    if (seg.eff) return seg.eff;
    const now = { codings: [], rejections: [], reviews: [] };
    for (const table of Object.keys(now)) {
      for (const key of seg[table]) now[table].push(this.tables[table].get(key));
    }
    if (this.pending.length) {
      const undone = this.undone();
      for (const event of this.pending) {
        if (!undone.has(event.id)) replay(this, now, event, seg);
      }
    }
    const here = now.codings.filter((c) => overlaps(c, seg));
    const mine = here.filter((c) => c.coder === this.me).sort((a, b) => a.s - b.s || a.e - b.e);
    const review = now.reviews.find((r) => covers(r, seg)) || null;
    const hidden = this.blind && !review;
    const rejected = new Set(now.rejections.filter((r) => covers(r, seg)).map((r) => r.code));
    const coded = new Set(mine.filter((c) => covers(c, seg)).map((c) => c.code));
    const sug = hidden ? [] : seg.sug.map((item) => ({
      ...item,
      s: seg.s,
      e: seg.e,
      valence: this.valences.get(`${seg.s}-${seg.e}|${item.code}`) || item.valence,
      done: coded.has(item.code) ? 'accepted' : rejected.has(item.code) ? 'rejected' : '',
    }));
    const eff = {
      mine,
      others: hidden ? [] : here.filter((c) => c.coder !== this.me),
      rejected,
      review,
      hidden,
      sug,
      open: sug.filter((item) => !item.done),
      flagged: this.isFlagged(seg),
    };
    eff.sure = eff.open.filter((item) => item.state === 'suggested');
    eff.decided = mine.length > 0 || rejected.size > 0;
    eff.needs = !seg.turn.moderator && !review && (this.blind || eff.sure.length > 0 || !eff.decided);
    seg.eff = eff;
    return eff;
  }

  isFlagged(seg) {
    const key = `${this.doc}:${seg.s}-${seg.e}`;
    let flagged = (this.byTarget.get(`flag:segment:${key}`)?.size || 0) > 0;
    const undone = this.pending.length ? this.undone() : null;
    for (const event of this.pending) {
      if (event.op === 'memo' && event.on === 'flag' && event.s === seg.s && event.e === seg.e && !undone.has(event.id)) {
        flagged = event.text !== '';
      }
    }
    return flagged;
  }

  myMemo(target) {
    let text = '';
    for (const key of this.byTarget.get(target) || []) {
      const memo = this.tables.memos.get(key);
      if (memo.coder === this.me) text = memo.text;
    }
    for (const event of this.pending) {
      if (event.op === 'memo' && memoTarget(this.doc, event) === target) text = event.text;
    }
    return text;
  }

  memosOn(target) {
    return [...(this.byTarget.get(target) || [])].map((key) => this.tables.memos.get(key)).filter((memo) => memo.coder !== this.me);
  }

  // Who has coded in this transcript, by name.
  coders() {
    const found = new Set();
    for (const coding of this.tables.codings.values()) found.add(coding.coder);
    return [...found].sort((a, b) => a.localeCompare(b));
  }

  // A code keeps its lane once it has one.
  lane(code) {
    if (!this.lanes.has(code)) this.lanes.set(code, this.lanes.size);
    return this.lanes.get(code);
  }

  code(id) {
    return this.codes.get(id) || { id, name: id.startsWith('new:') ? id.slice(4) : id, path: [] };
  }

  // The acts that stand, the last one last; those on their way included.
  standing() {
    const undone = this.undone();
    const acts = [...this.acts].filter(([batch, act]) => act[2] && !undone.has(batch)).map(([batch]) => batch);
    const known = new Set(acts);
    for (const event of this.pending) {
      if (!['undo', 'redo', 'keys'].includes(event.op) && !undone.has(event.id) && !known.has(event.id)) acts.push(event.id);
    }
    return acts;
  }
}

function readRow(table, key, entry) {
  if (table === 'codings') {
    const [s, e, code, coder, valence, origin, memo] = entry;
    return { id: key, s, e, code, coder, valence, origin, memo };
  }
  if (table === 'rejections') return { id: key, s: entry[0], e: entry[1], code: entry[2], coder: entry[3] };
  return { id: key, s: entry[0], e: entry[1], coder: entry[2] };
}

function memoTarget(doc, event) {
  const key = `${doc}:${event.s}-${event.e}`;
  return { segment: `segment:${key}`, flag: `flag:segment:${key}`, code: `code:${event.code}`, transcript: `transcript:${doc}`, project: 'project' }[event.on];
}

function replay(model, now, event, seg) {
  if (event.op === 'undo') {
    const act = model.acts.get(event.batch);
    for (const [table, key, entry] of (act && act[3]) || []) {
      if (!now[table]) continue;
      now[table] = now[table].filter((row) => row.id !== key);
      if (entry) now[table].push(readRow(table, key, entry));
    }
    return;
  }
  if (event.t !== model.doc) return;
  const at = (row) => row.s === event.s && row.e === event.e;
  const mine = (row, code) => at(row) && row.coder === model.me && row.code === code;
  const drop = (table, code) => { now[table] = now[table].filter((row) => !mine(row, code)); };
  const refuse = (code) => { drop('rejections', code); now.rejections.push({ id: event.id, s: event.s, e: event.e, code, coder: model.me }); };
  const add = (code, origin) => {
    drop('rejections', code);
    if (now.codings.some((row) => mine(row, code))) return;
    now.codings.push({
      id: event.id, s: event.s, e: event.e, code, coder: model.me, valence: event.valence || 'shown', origin, memo: '', waiting: true,
    });
  };
  const edit = (change) => { now.codings = now.codings.map((row) => (mine(row, event.code) ? { ...row, ...change, waiting: true } : row)); };
  const recode = (to) => {
    if (now.codings.some((row) => mine(row, event.code))) { edit({ code: to }); return; }
    add(to, 'changed');
    refuse(event.code);
  };
  switch (event.op) {
    case 'accept': add(event.code, 'accepted'); break;
    case 'code': add(event.code, 'own'); break;
    case 'newcode': if (event.code) recode(`new:${event.name}`); else add(`new:${event.name}`, 'own'); break;
    case 'reject': refuse(event.code); break;
    case 'remove': {
      const old = now.codings.find((row) => mine(row, event.code));
      drop('codings', event.code);
      if (old && old.origin === 'accepted') refuse(event.code);
      break;
    }
    case 'change': recode(event.to); break;
    case 'valence': edit({ valence: event.valence }); break;
    case 'move': edit({ s: event.s2, e: event.e2 }); break;
    case 'memo': if (event.on === 'coding') edit({ memo: event.text }); break;
    case 'finish': now.reviews.push({ id: event.id, s: event.s, e: event.e, coder: model.me }); break;
    case 'reopen': now.reviews = now.reviews.filter((row) => !at(row)); break;
    case 'bulk': {
      // There may be ten thousand places, so they are looked up and not gone through.
      event.places ??= new Map([...event.accept.map((span) => [span.join(), 'accept']), ...event.reject.map((span) => [span.join(), 'reject'])]);
      const { s, e } = seg;
      const what = event.places.get(`${s},${e}`);
      const row = { id: event.id, s, e, code: event.code, coder: model.me };
      if (what === 'reject') now.rejections.push(row);
      if (what === 'accept' && !now.codings.some((c) => c.s === s && c.e === e && c.code === event.code && c.coder === model.me)) {
        now.codings.push({ ...row, valence: 'shown', origin: 'accepted', memo: '', waiting: true });
      }
      break;
    }
    default: break;
  }
}
