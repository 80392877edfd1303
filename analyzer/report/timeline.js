// Zoom, filter and a finer axis for the timeline. Without it the chart shows the whole span.
(function () {
  if (!chart || !data.length) return;
  const shapes = { up: [9, 4], degraded: [6, 10], one_sided: [3, 8], not_ready: [3, 16], down: [1, 20], unknown: [7, 8] };
  const shortest = Math.min(1000, data.length);
  const percent = (t) => 100 * (t - view.from) / (view.to - view.from);
  const clamp = (x) => Math.max(-1, Math.min(101, x));

  // Bars are drawn anew from the data, since what was too narrow to be told apart may be so no more.
  const tracks = [...chart.querySelectorAll('.track[data-lane]')].map((track) => {
    const layer = svg('g');
    track.querySelectorAll('rect[class^="s-"]').forEach((bar) => layer.append(bar));
    track.prepend(layer);
    return { layer, spans: data.lanes[track.dataset.lane].spans };
  });
  // A gap has a hatching of its own, across all lanes: of an unknown span what lies outside of gaps is drawn.
  function outsideGaps(since, until) {
    const pieces = [];
    for (const [after, by] of data.gaps) {
      if (by <= since || after >= until) continue;
      if (after > since) pieces.push([since, after]);
      since = Math.min(by, until);
    }
    return since < until ? [...pieces, [since, until]] : pieces;
  }
  function bars({ layer, spans }) {
    const made = [];
    let last = null;
    const add = (state, since, until) => {
      const x = clamp(percent(since)), end = clamp(percent(until));
      if (last && last.state === state && x <= last.end + 0.05) Object.assign(last, { end, until });
      else made.push(last = { state, x, end, since, until });
    };
    for (let i = 0; i + 1 < spans.length; ++i) {
      const [since, state] = spans[i], [until] = spans[i + 1];
      if (until < view.from || since > view.to) continue;
      if (state === 'unknown') outsideGaps(since, until).forEach((piece) => add(state, ...piece));
      else add(state, since, until);
    }
    layer.replaceChildren(...made.map((bar) => {
      const rect = svg('rect'), title = svg('title');
      const [y, height] = shapes[bar.state];
      rect.setAttribute('class', 's-' + bar.state);
      rect.setAttribute('x', bar.x + '%');
      rect.setAttribute('width', Math.max(0.05, bar.end - bar.x) + '%');
      rect.setAttribute('y', y);
      rect.setAttribute('height', height);
      title.textContent = bar.state.replace('_', ' ') + ' from ' + clockOf(start + bar.since) + ' to ' + clockOf(start + bar.until) + ' ' + zone(start + bar.since);
      rect.append(title);
      return rect;
    }));
  }

  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];
  function axis() {
    const { from, to } = view;
    const most = Math.max(2, Math.floor(chart.clientWidth / 110));
    const step = 1000 * (steps.find((each) => (to - from) / (each * 1000) <= most) || 604800 * Math.ceil((to - from) / 604800000 / most));
    const offset = local.on ? -new Date(start).getTimezoneOffset() * 60000 : 0;
    const labels = [], lines = [];
    for (let ms = Math.ceil((start + from + offset) / step) * step - offset; ms <= start + to; ms += step) {
      const x = percent(ms - start), text = svg('text'), line = svg('line');
      text.setAttribute('x', x + '%');
      text.setAttribute('y', 15);
      text.setAttribute('class', x < 4 ? 'start' : x > 96 ? 'end' : 'middle');
      const clock = clockOf(ms, step < 1000);
      text.textContent = step >= 86400000 || clock === '00:00:00' ? dayOf(ms).slice(5) : step >= 60000 ? clock.slice(0, 5) : clock;
      labels.push(text);
      for (const side of ['x1', 'x2']) line.setAttribute(side, x + '%');
      line.setAttribute('y2', '100%');
      lines.push(line);
    }
    chart.querySelector('.axis').replaceChildren(...labels);
    const backdrop = chart.querySelector('.backdrop');
    backdrop.querySelectorAll('line').forEach((line) => line.remove());
    backdrop.append(...lines);
    chart.querySelector('.row .who').textContent = zone(start) + ', ' + dayOf(start + from);
  }

  function draw() {
    tracks.forEach(bars);
    for (const shape of chart.querySelectorAll('[data-t]')) {
      const [since, until] = shape.dataset.t.split(' ').map(Number);
      const x = clamp(percent(since));
      shape.setAttribute('x', x + '%');
      if (until !== undefined) shape.setAttribute('width', Math.max(0, clamp(percent(until)) - x) + '%');
      else shape.classList.toggle('outside', x < 0 || x > 100);
    }
    axis();
    chart.classList.toggle('zoomed', view.from > 0 || view.to < data.length);
    tell(view);
  }
  function look(a, b) {
    const length = Math.max(shortest, Math.min(data.length, b - a));
    view.from = Math.max(0, Math.min(data.length - length, a));
    view.to = view.from + length;
    draw();
  }
  const zoom = (by) => {
    const middle = (view.from + view.to) / 2, half = (view.to - view.from) * by / 2;
    look(middle - half, middle + half);
  };
  const pan = (by) => look(view.from + (view.to - view.from) * by, view.to + (view.to - view.from) * by);

  const choice = element('select', { 'aria-label': 'Zoom to an incident', onchange: () => {
    if (choice.value === '') return look(0, data.length);
    const [since, until] = data.incidents[choice.value];
    const margin = Math.max((until - since) / 4, 3000);
    look(since - margin, until + margin);
    replay.show(since + (until - since) / 2);
  } }, element('option', { value: '' }, 'Everything'),
    ...data.incidents.map(([, , title, number], i) => element('option', { value: i }, number + ' ' + (title.length > 50 ? title.slice(0, 49) + '…' : title))));

  const filter = element('input', { type: 'search', placeholder: 'Filter by name', 'aria-label': 'Show only lanes and findings with this name', oninput: () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of document.querySelectorAll('.lane, table.findings > tbody > tr, .list > li'))
      row.hidden = wanted !== '' && !row.textContent.toLowerCase().includes(wanted);
    for (const fold of document.querySelectorAll('.cluster, .kind, .quiet-lanes')) {
      const rows = fold.querySelectorAll('.lane');
      fold.hidden = rows.length > 0 && [...rows].every((row) => row.hidden);
      if (wanted !== '' && !fold.hidden) fold.open = true;
    }
  } });

  document.getElementById('chart-controls').append(
    button('Zoom in', '+', () => zoom(0.5)), button('Zoom out', '−', () => zoom(2)),
    button('Earlier', '←', () => pan(-0.5)), button('Later', '→', () => pan(0.5)), choice, filter);

  // Where the replay stands.
  const line = svg('svg');
  line.setAttribute('class', 'cursor');
  line.append(svg('line'));
  line.firstChild.setAttribute('y2', '100%');
  chart.append(line);
  function point() {
    const x = replay.at === null ? -1 : percent(replay.at);
    line.toggleAttribute('hidden', x < 0 || x > 100);
    for (const side of ['x1', 'x2']) line.firstChild.setAttribute(side, x + '%');
  }
  replay.changed.push(point);
  view.changed.push(point);
  chart.addEventListener('click', (event) => {
    const track = event.target.closest('.track');
    if (!track || event.target.closest('a, summary')) return;
    const box = track.getBoundingClientRect();
    replay.show(view.from + (view.to - view.from) * (event.clientX - box.left) / box.width);
  });
  local.changed.push(draw);
  addEventListener('resize', axis);
  draw();
})();
