// The palette of codes, memos, accepting many, and the cheat-sheet. All are modal, so the page behind is out of reach.

class Dialogs {
  constructor(app) {
    this.app = app;
    this.now = null;
  }

  show(name, label, ...children) {
    this.close();
    const box = h('dialog', { class: `fcr-dialog is-${name}`, 'aria-label': label }, children);
    box.addEventListener('close', () => {
      box.remove();
      if (this.now === box) this.now = null;
      this.app.view.box.focus({ preventScroll: true });
    });
    box.addEventListener('click', (event) => { if (event.target === box) box.close(); });
    this.app.view.root.append(box);
    this.now = box;
    box.showModal();
    return box;
  }

  close() {
    if (this.now) this.now.close();
  }

  // codes ---------------------------------------------------------------------------------------------------------------

  palette(title, onChoose) {
    const { app } = this;
    const input = h('input', {
      type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'fcr-options', 'aria-autocomplete': 'list',
      'aria-label': `${title}: type a code`, class: 'fcr-search', placeholder: 'Type a code, or a new one', maxlength: 120, autocomplete: 'off', spellcheck: 'false',
    });
    const list = h('ul', { id: 'fcr-options', role: 'listbox', 'aria-label': 'Codes', class: 'fcr-options' });
    const about = h('p', { class: 'fcr-quiet fcr-about' });
    let options = [];
    let at = 0;
    const mark = () => {
      [...list.children].forEach((item, i) => item.setAttribute('aria-selected', String(i === at)));
      const item = list.children[at];
      if (item) { input.setAttribute('aria-activedescendant', item.id); item.scrollIntoView({ block: 'nearest' }); }
      else input.removeAttribute('aria-activedescendant');
      about.textContent = options[at] && options[at].code ? options[at].code.definition || '' : '';
    };
    const fill = () => {
      options = app.rankCodes(input.value);
      const name = input.value.trim().replace(/\s+/g, ' ');
      if (name && !options.some((option) => option.code.name.toLowerCase() === name.toLowerCase())) options.push({ name });
      at = 0;
      list.replaceChildren(...options.map((option, i) => h('li', {
        id: `fcr-option-${i}`, role: 'option', 'aria-selected': 'false', onmousedown: (event) => { event.preventDefault(); at = i; choose(); },
      }, option.code
        ? [swatch(option.code), h('span', {}, option.code.name), h('span', { class: 'fcr-quiet' }, (option.code.path || []).join(' › ')), option.p !== undefined && h('span', { class: 'fcr-percent' }, `${option.p} %`)]
        : [h('span', {}, 'Make a new code: '), h('strong', {}, option.name)])));
      mark();
    };
    const choose = () => {
      const option = options[at];
      if (!option) return;
      this.close();
      onChoose(option.code ? { code: option.code.id } : { name: option.name });
    };
    input.addEventListener('input', fill);
    input.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
      if (step) { at = Math.max(0, Math.min(options.length - 1, at + step)); mark(); event.preventDefault(); }
      if (event.key === 'Enter') { event.preventDefault(); choose(); }
    });
    this.show('palette', title, h('h2', {}, title), input, list, about);
    this.refresh = fill;
    fill();
    input.focus();
  }

  // memos ---------------------------------------------------------------------------------------------------------------

  memo(targets, on) {
    const { app } = this;
    const area = h('textarea', { class: 'fcr-area', rows: 6, maxlength: 10000, 'aria-label': 'Memo' });
    const choice = h('select', { class: 'fcr-select', 'aria-label': 'Memo on' }, targets.map((target, i) => h('option', { value: i }, target.label)));
    const load = () => { area.value = targets[Number(choice.value)].text; };
    choice.addEventListener('change', load);
    const keep = () => {
      const target = targets[Number(choice.value)];
      this.close();
      if (area.value.trim() !== target.text.trim()) app.send({ op: 'memo', on: target.on, s: target.s, e: target.e, code: target.code, text: area.value.trim() });
    };
    area.addEventListener('keydown', (event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); keep(); } });
    this.show('memo', 'Memo', h('h2', {}, 'Memo'), choice, area,
      h('div', { class: 'fcr-buttons' },
        h('button', { type: 'button', class: 'fcr-button is-first', onclick: keep }, 'Keep ', kbd('Ctrl+Enter')),
        h('button', { type: 'button', class: 'fcr-button', onclick: () => this.close() }, 'Leave')));
    const wanted = targets.findIndex((target) => target.on === on);
    if (wanted > 0) choice.value = String(wanted);
    load();
    area.focus();
  }

  // many ----------------------------------------------------------------------------------------------------------------

  bulk(code, items) {
    const { app } = this;
    const sample = [...items];
    for (let i = sample.length - 1; i > 0; i -= 1) { const j = Math.floor(Math.random() * (i + 1)); [sample[i], sample[j]] = [sample[j], sample[i]]; }
    const looked = sample.slice(0, Math.min(8, sample.length));
    const answers = new Map();
    const go = h('button', { type: 'button', class: 'fcr-button is-first', disabled: true }, '');
    const label = () => {
      const open = looked.length - answers.size;
      const bad = [...answers.values()].filter((fits) => !fits).length;
      go.disabled = open > 0;
      go.textContent = open ? `Look at ${open} more first` : bad ? `Accept ${items.length - bad}, reject ${bad}` : `Accept ${items.length}`;
    };
    go.addEventListener('click', () => {
      const bad = new Set(looked.filter((item) => answers.get(item) === false));
      this.close();
      app.send({
        op: 'bulk', code: code.id,
        accept: items.filter((item) => !bad.has(item)).map((item) => [item.s, item.e]), reject: [...bad].map((item) => [item.s, item.e]),
      });
      app.say(`${items.length - bad.size} accepted`);
    });
    const rows = looked.map((item, i) => {
      const row = h('fieldset', { class: 'fcr-sample' }, h('legend', {}, `${item.p} % · ${app.model.turnAt(item.s).label || 'Unknown speaker'}`), h('p', {}, app.words(item)),
        ['fits', 'does not fit'].map((text, no) => h('label', {}, h('input', {
          type: 'radio', name: `fcr-sample-${i}`, onchange: () => { answers.set(item, no === 0); label(); },
        }), ` ${text}`)));
      return row;
    });
    label();
    this.show('bulk', 'Accept many', h('h2', {}, 'Accept many'),
      h('p', {}, swatch(code), ` ${code.name}: ${items.length} suggestions match the filters. Look at ${looked.length === items.length ? 'them' : `these ${looked.length} of them, drawn at random`}.`),
      h('div', { class: 'fcr-samples' }, rows),
      h('div', { class: 'fcr-buttons' }, go, h('button', { type: 'button', class: 'fcr-button', onclick: () => this.close() }, 'Leave')),
      h('p', { class: 'fcr-quiet' }, 'One undo takes all of it back.'));
  }

  chooseBulk(groups) {
    this.show('bulk', 'Accept many', h('h2', {}, 'Accept many'),
      h('p', {}, groups.length ? 'Open suggestions that match the filters, by code:' : 'No open suggestion matches the filters.'),
      h('ul', { class: 'fcr-options is-plain' }, groups.map(([code, items]) => h('li', {},
        h('button', { type: 'button', class: 'fcr-plain', onclick: () => { this.close(); this.bulk(code, items); } }, swatch(code), ` ${code.name} `, h('span', { class: 'fcr-quiet' }, `${items.length}`))))),
      h('div', { class: 'fcr-buttons' }, h('button', { type: 'button', class: 'fcr-button', onclick: () => this.close() }, 'Leave')));
  }

  // keys ----------------------------------------------------------------------------------------------------------------

  help() {
    const { app } = this;
    const groups = new Map();
    for (const binding of app.keys.all) {
      if (!groups.has(binding.group)) groups.set(binding.group, []);
      groups.get(binding.group).push(binding);
    }
    const say = h('p', { class: 'fcr-quiet', role: 'note' }, 'Choose a key to give it another one. Ctrl+Z and the like stay.');
    const rebind = (binding, button) => {
      button.textContent = 'press a key';
      say.textContent = `Press the new key for “${binding.label}”, or Escape to leave it.`;
      const listen = (event) => {
        event.preventDefault();
        event.stopPropagation();
        if (['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
        button.removeEventListener('keydown', listen, true);
        if (event.key !== 'Escape' && event.key !== 'Tab') app.rebind(binding.action, keyOf(event));
        this.help();
      };
      button.addEventListener('keydown', listen, true);
      button.focus();
    };
    this.show('help', 'All keys', h('h2', {}, 'All keys'), say,
      h('div', { class: 'fcr-help' }, [...groups].map(([group, bindings]) => h('section', {}, h('h3', {}, group),
        h('dl', {}, bindings.map((binding) => {
          const keys = binding.action === 'pick' ? h('span', {}, kbd('1'), ' … ', kbd('9')) : h('button', {
            type: 'button', class: 'fcr-keys', 'aria-label': `Keys for ${binding.label}: ${binding.keys.map(showKey).join(', ') || 'none'}`,
            onclick: (event) => rebind(binding, event.currentTarget),
          }, binding.keys.length ? binding.keys.map((key) => kbd(key)) : '–');
          return [h('dt', {}, keys), h('dd', { 'data-action': binding.action }, binding.label)];
        }))))),
      h('div', { class: 'fcr-buttons' },
        h('button', { type: 'button', class: 'fcr-button', onclick: () => { app.send({ op: 'keys', keys: {} }); app.say('The usual keys are back when the page is loaded again'); } }, 'Back to the usual keys'),
        h('button', { type: 'button', class: 'fcr-button is-first', onclick: () => this.close() }, 'Leave ', kbd('Escape'))));
  }
}
