// Places in text. JavaScript counts UTF-16 units, the project counts code points; they part ways at characters beyond the
// basic plane, such as emoji. Everything that leaves this screen is in code points.

const BEYOND = /[\ud800-\udfff]/;

function toUnits(text, points) {
  if (!BEYOND.test(text)) return points;
  let units = 0;
  for (let left = points; left > 0 && units < text.length; left -= 1) {
    units += text.codePointAt(units) > 0xffff ? 2 : 1;
  }
  return units;
}

function toPoints(text, units) {
  if (!BEYOND.test(text)) return units;
  let points = 0;
  for (let at = 0; at < units && at < text.length; points += 1) {
    at += text.codePointAt(at) > 0xffff ? 2 : 1;
  }
  return points;
}

function countPoints(text) {
  return toPoints(text, text.length);
}

// The words of a turn as [start, end) in code points of the transcript, found once.
function wordsOf(turn) {
  if (!turn.words) {
    turn.words = [];
    for (const found of turn.text.matchAll(/\S+/g)) {
      const start = turn.s + toPoints(turn.text, found.index);
      turn.words.push([start, start + countPoints(found[0])]);
    }
  }
  return turn.words;
}

// The last item of a sorted list whose start is at or before a place.
function lastBefore(items, at, startOf) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(items[middle]) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function covers(a, b) {
  const shared = Math.min(a.e, b.e) - Math.max(a.s, b.s);
  return shared > 0 && 2 * shared >= Math.min(a.e - a.s, b.e - b.s);
}

function overlaps(a, b) {
  return a.s < b.e && b.s < a.e;
}
