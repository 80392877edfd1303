'use strict';
// The page is complete without scripts. These add controls to it: they never fetch, store or send anything.
const data = JSON.parse(document.getElementById('data').textContent);
const start = Date.parse(data.from);
const chart = document.getElementById('chart');

// What the parts tell each other: which zone times are in, which part of the span is seen, which moment is replayed.
const local = { on: false, changed: [] };
const view = { from: 0, to: data.length, changed: [] };
const replay = { at: null, show: () => {}, changed: [] };
const tell = (part) => part.changed.forEach((act) => act());

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const svg = (name) => document.createElementNS(document.querySelector('svg').namespaceURI, name);

function button(label, text, act) {
  return element('button', { type: 'button', 'aria-label': label, title: label, onclick: act }, text);
}

// The state a lane had at a moment: [[since, state], …, [end]].
function stateAt(lane, t) {
  const spans = lane.spans;
  let low = 0, high = spans.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle + 1] && spans[middle + 1][0] <= t) low = middle + 1; else high = middle;
  }
  const span = spans[low];
  if (!span || t < span[0]) return 'unknown';
  return span[1] || (low > 0 && t === span[0] ? spans[low - 1][1] : 'unknown');
}
