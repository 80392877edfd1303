// A button on everything that is there to be copied. Not all of the page is open: what unfolds later gets its later.
function copyable(pre) {
  if (pre.parentElement.classList.contains('copyable')) return;
  const label = pre.classList.contains('command') ? 'Copy this command' : 'Copy this text';
  const made = button(label, 'Copy', () => {
    const done = () => {
      made.textContent = 'Copied';
      setTimeout(() => { made.textContent = 'Copy'; }, 1500);
    };
    if (navigator.clipboard) return navigator.clipboard.writeText(pre.textContent).then(done, () => getSelection().selectAllChildren(pre));
    getSelection().selectAllChildren(pre);  // a page from a file may not reach the clipboard: Ctrl+C does it
    if (document.execCommand('copy')) done();
  });
  const box = element('div', { class: 'copyable' });
  pre.replaceWith(box);
  box.append(pre, made);
}
function offerCopies(root) {
  for (const pre of root.querySelectorAll('pre.command, pre.markdown')) {
    const fold = pre.closest('details');
    if (!fold || fold.open) copyable(pre);
  }
}
offerCopies(document);
document.addEventListener('toggle', (event) => { if (event.target.open) offerCopies(event.target); }, true);

// Whoever follows a link to an incident wants to read it, also where it is folded.
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((fold) => {
  if (!fold.open) { fold.open = true; fold.dataset.printed = ''; }
}));
addEventListener('afterprint', () => document.querySelectorAll('details[data-printed]').forEach((fold) => {
  fold.open = false;
  delete fold.dataset.printed;
}));
