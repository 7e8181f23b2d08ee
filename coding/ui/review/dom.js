// Making elements. Words only ever become text nodes or attribute values, never markup.

function h(tag, props, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'class') made.className = value;
    else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name === 'style') for (const [key, item] of Object.entries(value)) made.style.setProperty(key, item);
    else made.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    made.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return made;
}

// Replace what stands in an element and keep the focus on the control of the same name.
function refill(host, ...children) {
  const active = host.contains(document.activeElement) ? document.activeElement : null;
  const name = active && active.dataset.k;
  host.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (!active) return;
  const same = name && [...host.querySelectorAll('[data-k]')].find((item) => item.dataset.k === name);
  if (same && !same.disabled) same.focus({ preventScroll: true });
  else host.dispatchEvent(new CustomEvent('fcr-lost-focus', { bubbles: true }));
}

const KEY_NAMES = {
  ArrowRight: '→', ArrowLeft: '←', ArrowUp: '↑', ArrowDown: '↓', Enter: '↵', Escape: 'Esc', PageUp: 'PgUp', PageDown: 'PgDn',
};

function showKey(key) {
  const parts = key === '+' ? ['+'] : key.split('+');
  return parts.map((part) => KEY_NAMES[part] || (part.length === 1 && parts.length > 1 ? part.toUpperCase() : part)).join(' ');
}

function kbd(key) {
  return h('kbd', { 'aria-hidden': 'true' }, showKey(key));
}

function colourOf(code) {
  return /^#[0-9a-f]{6}$/i.test(code.colour || '') ? code.colour : '#7a8288';
}

function swatch(code, valence) {
  return h('span', { class: `fcr-swatch is-${valence || 'shown'}`, style: { '--c': colourOf(code) }, 'aria-hidden': 'true' });
}

function pathOf(code) {
  return [...(code.path || []), code.name].join(' › ');
}

// A key as the table writes it.
function keyOf(event) {
  let key = event.key === ' ' ? 'Space' : event.key;
  const letter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const control = event.ctrlKey || event.metaKey;
  let mods = control ? 'Ctrl+' : '';
  if (event.altKey) mods += 'Alt+';
  if (letter) {
    key = event.shiftKey ? key.toUpperCase() : key.toLowerCase();
    if (event.shiftKey) mods += 'Shift+';
  } else if (key.length > 1 && event.shiftKey) {
    mods += 'Shift+';
  }
  return mods + key;
}

const ORIGINS = { own: 'own', accepted: 'accepted as suggested', changed: 'changed from a suggestion', blind: 'coded blind' };
