// Replays the deployment: a slider over the moments at which something changed.
(function () {
  const place = document.querySelector('.replay');
  if (!place || data.moments.length < 2) return;
  const stage = document.querySelector('.stage');
  const drawn = [...stage.querySelectorAll('[data-lane]')].map((shape) => ({
    shape, lane: data.lanes[shape.dataset.lane], node: shape.localName === 'use',
    base: shape.getAttribute('class').replace(/ ?t-\w+/, '')
  }));
  const nodes = new Map(drawn.filter((each) => each.node).map((each) => [Number(each.shape.dataset.lane), each.shape]));
  const groups = stage.querySelector('.parts');
  const caption = document.querySelector('#topology .now');
  let playing = 0;

  const latest = (t) => data.moments.reduce((found, [at], i) => at <= t ? i : found, 0);

  function outline(part, index) {
    const path = svg('path');
    path.setAttribute('class', 'part part-' + index % 4);
    path.setAttribute('d', part.map((lane, i) => (i ? 'L' : 'M') + nodes.get(lane).getAttribute('x') + ' ' +
      nodes.get(lane).getAttribute('y')).join('') + 'Z');
    return path;
  }

  function show(index) {
    const [t, says, split] = data.moments[index];
    for (const each of drawn) {
      const state = stateAt(each.lane, t);
      if (each.state === state) continue;
      each.state = state;
      each.shape.setAttribute('class', each.base + ' t-' + state);
      if (each.node) each.shape.setAttribute('href', '#n-' + state);
    }
    groups.replaceChildren(...split.map(outline));
    const ms = start + t;
    caption.replaceChildren(element('strong', {}, dayOf(ms) + ' ' + clockOf(ms, true) + ' ' + zone(ms)), ': ' + says);
    stage.setAttribute('aria-label', says);
    slider.setAttribute('aria-valuetext', clockOf(ms) + ' ' + zone(ms) + ': ' + says);
    count.textContent = (index + 1) + ' of ' + data.moments.length + ' changes';
    replay.at = t;
    tell(replay);
  }
  function go(index) {
    slider.value = Math.max(0, Math.min(data.moments.length - 1, index));
    show(Number(slider.value));
  }
  function stop() {
    clearInterval(playing);
    playing = 0;
    play.textContent = '▶ Play';
  }
  function toggle() {
    if (playing) return stop();
    if (Number(slider.value) === data.moments.length - 1) go(0);
    play.textContent = '■ Stop';
    playing = setInterval(() => {
      if (Number(slider.value) === data.moments.length - 1) return stop();
      go(Number(slider.value) + 1);
    }, 700);
  }

  const shown = Date.parse(caption.querySelector('time').dateTime) - start;
  const first = latest(shown);
  const slider = element('input', { type: 'range', min: 0, max: data.moments.length - 1, step: 1, value: first,
    'aria-label': 'Moment of the replay', oninput: () => { stop(); show(Number(slider.value)); } });
  const play = element('button', { type: 'button', onclick: toggle }, '▶ Play');
  const count = element('span', { class: 'quiet' });
  place.append(play, button('The change before', '◀', () => { stop(); go(Number(slider.value) - 1); }), slider,
    button('The next change', '▶', () => { stop(); go(Number(slider.value) + 1); }), count);
  place.hidden = false;
  local.changed.push(() => show(Number(slider.value)));
  show(first);
  replay.show = (t) => { stop(); go(latest(t)); };
})();
