// Copying: a button with data-copy copies that; a chip offers its value defanged and live.
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    toast(words().copied);
  } catch {
    // Without https there is no clipboard; a selection can be copied still.
    const field = make('textarea', { value: text, className: 'hidden', readOnly: true });
    document.body.append(field);
    field.focus();
    field.select();
    toast(document.execCommand('copy') ? words().copied : words().copyFailed);
    field.remove();
  }
};

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-copy]');
  if (button) copy(button.dataset.copy);
});

// The menu of a chip: the right-hand button, or the key for it.
let chipMenu = null;
const closeChipMenu = () => { chipMenu?.remove(); chipMenu = null; };
document.addEventListener('contextmenu', (event) => {
  const chip = event.target.closest('.chip');
  closeChipMenu();
  if (!chip || event.shiftKey) return;
  event.preventDefault();
  openChipMenu(chip);
});
// Of one chip, or of all that stand in rows that were selected.
const openChipMenu = (chip) => {
  closeChipMenu();
  const item = (text, value) => {
    const button = make('button', { className: 'row', type: 'button' }, text);
    button.setAttribute('role', 'menuitem');
    button.addEventListener('click', () => { closeChipMenu(); copy(value); $('a', chip)?.focus(); });
    return button;
  };
  const chosen = $$('[data-rows] > .chosen .chip');
  const chips = chosen.length && chip.closest('[data-rows]') ? chosen : [chip];
  const all = (name) => chips.map((one) => one.dataset[name]).join('\n');
  const many = chips.length > 1 ? ` (${chips.length})` : '';
  chipMenu = make('div', { className: 'sheet floating' },
    item(words().copyDefanged + many, all('defanged')), item(words().copyLive + many, all('value')));
  chipMenu.setAttribute('role', 'menu');
  $('main').append(chipMenu);
  beside(chipMenu, chip);
  $('button', chipMenu).focus();
};
document.addEventListener('click', (event) => { if (chipMenu && !chipMenu.contains(event.target)) closeChipMenu(); });
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') closeChipMenu(); });

// Puts something floating below an element, within the window.
const beside = (floating, element) => {
  const box = element.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.left, document.documentElement.clientWidth - floating.offsetWidth - 8));
  const below = box.bottom + 6 + floating.offsetHeight <= innerHeight;
  const top = below ? box.bottom + 6 : Math.max(8, box.top - floating.offsetHeight - 6);
  floating.style.setProperty('left', `${left + scrollX}px`);
  floating.style.setProperty('top', `${top + scrollY}px`);
};
