// Times are UTC. On demand all of them are told in the reader's own time zone; those within sentences stay as they are.
const two = (n) => String(n).padStart(2, '0');
function parts(date) {
  return local.on
    ? [date.getFullYear(), date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()]
    : [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
}
function dayOf(ms) {
  const [year, month, day] = parts(new Date(ms));
  return year + '-' + two(month) + '-' + two(day);
}
function clockOf(ms, thousandths) {
  const [, , , hours, minutes, seconds] = parts(new Date(ms));
  const fraction = thousandths ? '.' + String(Math.floor(((ms % 1000) + 1000) % 1000)).padStart(3, '0') : '';
  return two(hours) + ':' + two(minutes) + ':' + two(seconds) + fraction;
}
function zone(ms) {
  if (!local.on) return 'UTC';
  const offset = -new Date(ms).getTimezoneOffset();
  return 'UTC' + (offset < 0 ? '−' : '+') + two(Math.floor(Math.abs(offset) / 60)) + ':' + two(Math.abs(offset) % 60);
}
// As precise as the text that the page was made with.
function retell(time) {
  const was = time.dataset.utc;
  const ms = Date.parse(time.dateTime);
  const text = (/^\d{4}-/.test(was) ? dayOf(ms) + ' ' : '') + clockOf(ms, was.includes('.'));
  return / UTC$/.test(was) || local.on ? text + ' ' + zone(ms) : text;
}
function toggleLocal(on) {
  local.on = on;
  for (const time of document.querySelectorAll('time')) {
    if (!time.dataset.utc) time.dataset.utc = time.textContent;
    time.textContent = on ? retell(time) : time.dataset.utc;
  }
  tell(local);
}

(function () {
  if (!new Date(start).getTimezoneOffset()) return;
  const box = element('input', { type: 'checkbox', onchange: () => toggleLocal(box.checked) });
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone || 'my own zone';
  document.getElementById('controls').append(element('label', {}, box, ' Tell times in ' + name));
})();
