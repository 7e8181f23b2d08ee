// Hands: the keyboard, the mouse, and any span of words.

Object.assign(App.prototype, {
  listen() {
    const { root, box } = this.view;
    root.addEventListener('keydown', (event) => this.onKey(event));
    root.addEventListener('keyup', (event) => event.stopPropagation());
    root.addEventListener('fcr-lost-focus', () => box.focus({ preventScroll: true }));
    box.addEventListener('mouseup', (event) => this.onMouse(event));
    root.addEventListener('click', (event) => {
      // After a click on a button the keys belong to the transcript again; one who came by Tab keeps their place.
      if (event.detail > 0 && event.target.closest('.fcr-deeds, .fcr-strip, .fcr-panel button') && !this.dialogs.now) box.focus({ preventScroll: true });
    });
  },

  onKey(event) {
    const { target } = event;
    const typing = target.matches('input, textarea, select') || target.isContentEditable;
    if (typing || target.closest('dialog')) { event.stopPropagation(); return; }
    const [action, key] = this.keys.find(event);
    const control = target.closest('button, summary, a');
    if (control && (key === 'Enter' || key === 'Space')) { event.stopPropagation(); return; }
    // A single key of the page itself, such as c or r, must not be heard behind this one.
    if (key.length === 1) { event.stopPropagation(); event.preventDefault(); }
    if (!action || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    this.act(action, event, key);
  },

  onMouse(event) {
    const selection = document.getSelection();
    const seg = event.target.closest && event.target.closest('.fcr-seg');
    const stripe = event.target.closest && event.target.closest('.fcr-stripe');
    if (stripe) { this.go(this.model.segmentAt(Number(stripe.dataset.s))); return; }
    if (!selection || selection.isCollapsed || event.detail >= 3) {
      if (event.detail >= 3) { this.ladder(seg, event.detail); return; }
      if (seg) { this.setSpan(null); this.go(this.model.segmentAt(Number(seg.dataset.s))); }
      return;
    }
    const span = this.spanOf(selection.getRangeAt(0), event.altKey);
    selection.removeAllRanges();
    if (span) this.select(span);
  },

  // Once more on the same place: a word, the segment, the turn.
  ladder(seg, clicks) {
    document.getSelection().removeAllRanges();
    if (!seg) return;
    const found = this.model.segmentAt(Number(seg.dataset.s));
    this.select(clicks === 3 ? { s: found.s, e: found.e } : { s: found.turn.s, e: found.turn.e });
  },

  select(span) {
    const first = this.model.touched(span)[0];
    if (first && !this.model.touched(span).includes(this.focus)) this.go(first);
    this.setSpan(span);
    this.unpick();
    this.refresh();
    this.say(`Selected: ${this.words(span, 60)}`);
  },

  // A selection of the browser as a place in the transcript, snapped to words unless it is to be exact.
  spanOf(range, exact) {
    const from = this.pointOf(range.startContainer, range.startOffset, false);
    const to = this.pointOf(range.endContainer, range.endOffset, true);
    if (from === null || to === null || to <= from) return null;
    return exact ? { s: from, e: to } : this.snap({ s: from, e: to });
  },

  pointOf(node, offset, isEnd) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    let row = element.closest('.fcr-turn');
    if (!row) {
      // Between two turns: the last one before it, or the first one after it.
      const child = element === this.view.box ? element.children[isEnd ? Math.max(0, offset - 1) : offset] : null;
      row = child && child.closest('.fcr-turn');
      if (!row) return null;
      const whole = this.view.turns[Number(row.dataset.turn)];
      return isEnd ? whole.e : whole.s;
    }
    const turn = this.view.turns[Number(row.dataset.turn)];
    if (!turn.body.contains(element)) {
      const before = Boolean(element.closest('.fcr-who')) || element === row;
      return before ? (isEnd && turn.i > 0 && offset === 0 ? this.view.turns[turn.i - 1].e : turn.s) : turn.e;
    }
    const range = document.createRange();
    range.setStart(turn.body, 0);
    range.setEnd(node, offset);
    return turn.s + toPoints(turn.text, range.toString().length);
  },

  snap(span) {
    const words = [];
    for (let at = Math.max(0, lastBefore(this.view.turns, span.s, (turn) => turn.s)); at < this.view.turns.length; at += 1) {
      const turn = this.view.turns[at];
      if (turn.s >= span.e) break;
      for (const word of wordsOf(turn)) if (word[0] < span.e && word[1] > span.s) words.push(word);
    }
    return words.length ? { s: words[0][0], e: words[words.length - 1][1] } : null;
  },

  // The start or end of the word that is so many words away from a place.
  wordEdge(at, side, by) {
    const pick = side === 's' ? 0 : 1;
    let turn = lastBefore(this.view.turns, at, (item) => item.s);
    turn = Math.max(0, turn);
    let place = at;
    for (let left = Math.abs(by); left > 0; left -= 1) {
      let found = null;
      for (let i = turn; i >= 0 && i < this.view.turns.length; i += by > 0 ? 1 : -1) {
        const edges = wordsOf(this.view.turns[i]).map((word) => word[pick]);
        found = by > 0 ? edges.find((edge) => edge > place) : edges.filter((edge) => edge < place).at(-1);
        if (found !== undefined) { turn = i; break; }
      }
      if (found === undefined || found === null) return place;
      place = found;
    }
    return place;
  },

  growWords(by) {
    const { focus } = this;
    if (!this.span) {
      const first = wordsOf(focus.turn).find((word) => word[0] >= focus.s);
      if (by > 0 && first) this.select({ s: first[0], e: first[1] });
      return;
    }
    const e = this.wordEdge(this.span.e, 'e', by);
    if (e > this.span.s) this.select({ s: this.span.s, e });
  },

  // Move a boundary of the selected words, of the coding that is picked, or of the only coding here.
  nudge(side, by) {
    const now = this.now();
    const picked = this.picked();
    const coding = !this.span && (picked ? picked.p === undefined && picked : now.mine[0]);
    const from = this.span || coding || { s: this.focus.s, e: this.focus.e };
    const to = { s: from.s, e: from.e, [side]: this.wordEdge(from[side], side, by) };
    if (to.e <= to.s || (to.s === from.s && to.e === from.e)) return;
    if (!coding) { this.select(to); return; }
    this.send({ op: 'move', s: coding.s, e: coding.e, code: coding.code, s2: to.s, e2: to.e });
    this.pickedItem = { code: coding.code, s: to.s, e: to.e, sug: false, coder: this.model.me };
    this.refresh();
    this.say(`${this.model.code(coding.code).name}: ${this.words(to, 60)}`);
  },
});
