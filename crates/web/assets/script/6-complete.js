// The search box, and where hunts are written: what it understands while somebody types, and what could come next (ARIA combobox).
const complete = (box) => {
  const name = box.id;
  const list = make('div', { className: 'list', id: `${name}-suggestions`, hidden: true });
  const understood = make('p', { className: 'understood' });
  const options = make('div', { id: `${name}-options` });
  understood.setAttribute('role', 'status');
  options.setAttribute('role', 'listbox');
  options.setAttribute('aria-label', box.labels[0]?.textContent ?? '');
  list.append(understood, options);
  box.closest('.ask').append(list);
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': `${name}-options` })) {
    box.setAttribute(name, value);
  }
  let answer = null;
  let chosen = -1;
  let asked = 0;
  let waiting = 0;

  const close = () => { list.hidden = true; chosen = -1; box.setAttribute('aria-expanded', 'false'); box.removeAttribute('aria-activedescendant'); };
  const choose = (at) => {
    const all = $$('.option', options);
    chosen = all.length ? (at + all.length) % all.length : -1;
    all.forEach((one, index) => one.setAttribute('aria-selected', String(index === chosen)));
    if (chosen >= 0) { box.setAttribute('aria-activedescendant', all[chosen].id); all[chosen].scrollIntoView({ block: 'nearest' }); }
  };
  const take = (suggestion) => {
    const chars = [...box.value];
    const before = chars.slice(0, answer.from).join('');
    const after = chars.slice([...box.value.slice(0, box.selectionStart)].length).join('');
    const whole = suggestion.text.endsWith(':') ? suggestion.text : `${suggestion.text} `;
    box.value = before + whole + after.trimStart();
    box.setSelectionRange((before + whole).length, (before + whole).length);
    // What is pressed before the next answer comes is not for this list.
    close();
    ask();
  };
  const show = () => {
    understood.textContent = answer.understood ?? answer.problem ?? '';
    understood.hidden = !understood.textContent || !box.value.trim();
    options.replaceChildren(...answer.suggestions.map((suggestion, index) => {
      const option = make('div', { className: 'option', id: `${name}-option-${index}` }, make('bdi', { className: 'value' }, suggestion.text), make('small', {}, suggestion.about));
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', 'false');
      option.addEventListener('mousedown', (event) => { event.preventDefault(); take(suggestion); });
      return option;
    }));
    chosen = -1;
    list.hidden = understood.hidden && !answer.suggestions.length;
    box.setAttribute('aria-expanded', String(answer.suggestions.length > 0));
    box.removeAttribute('aria-activedescendant');
  };
  const ask = async () => {
    // A whole report that was pasted is for the bulk check; the address of a question has its limits.
    // What is written in another way than as a query is not completed.
    const other = box.dataset.complete && box.form.elements.form.value !== box.dataset.complete;
    if (other || !box.value.trim() || box.value.length > 2000) { close(); return; }
    const number = ++asked;
    const at = [...box.value.slice(0, box.selectionStart)].length;
    const response = await fetch(`/complete?q=${encodeURIComponent(box.value)}&at=${at}`).catch(() => null);
    if (!response?.ok || number !== asked || document.activeElement !== box) return;
    answer = await response.json();
    show();
  };
  box.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(ask, 80); });
  box.addEventListener('blur', close);
  box.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Escape') { if (list.hidden) box.blur(); else { close(); event.preventDefault(); } return; }
    if (list.hidden || !answer?.suggestions.length) return;
    if (event.key === 'ArrowDown') { choose(chosen + 1); event.preventDefault(); }
    if (event.key === 'ArrowUp') { choose(chosen < 0 ? -1 : chosen - 1); event.preventDefault(); }
    if ((event.key === 'Enter' || event.key === 'Tab') && chosen >= 0) { take(answer.suggestions[chosen]); event.preventDefault(); }
  });
};
for (const box of $$('#q, [data-complete]')) complete(box);
