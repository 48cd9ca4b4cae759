// The keyboard: / for the search box, ? for the list of keys, j and k through rows, g and a letter to go.
const ways = { h: '/', t: '/timeline', n: '/notifications', s: '/search', c: '/check', o: '/sources' };
let going = 0;

const rows = () => $$('[data-rows] > *').filter((row) => row.offsetParent);
const here = () => $('[data-rows] > .here');
const step = (by) => {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(here());
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
  here()?.classList.remove('here');
  next.classList.add('here');
  ($('[data-open]', next) ?? $('a', next) ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
};

const keys = {
  '/': () => { const box = $('#q'); box?.focus(); box?.select(); },
  '?': () => $('#keys')?.showModal(),
  j: () => step(1),
  k: () => step(-1),
  Enter: () => { const row = here(); if (!row || row.contains(document.activeElement)) return false; ($('[data-open]', row) ?? $('a', row))?.click(); },
  x: () => here()?.classList.toggle('chosen'),
  a: () => { const chip = $('.chip', here() ?? document.body); if (chip) openChipMenu(chip); },
  n: () => { const text = $('[data-composer] textarea'); if (text) { text.focus(); text.scrollIntoView({ block: 'nearest' }); } else location.href = '/timeline#compose'; },
  r: () => { const link = $('[data-reply]', here() ?? $('.post.asked') ?? document.createElement('p')); if (!link) return false; link.click(); },
  s: () => { const button = $('[data-act="star"] button', here() ?? $('.post.asked') ?? document.createElement('p')); if (!button) return false; button.click(); },
  '.': () => { const button = $('.live-bar:not([hidden]) button'); if (!button) return false; button.click(); },
  g: () => { going = Date.now(); },
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if ($('dialog[open]')) return;
  if (Date.now() - going < 1500 && ways[event.key]) { location.href = ways[event.key]; return; }
  if (Object.hasOwn(keys, event.key) && keys[event.key]() !== false) event.preventDefault();
});
