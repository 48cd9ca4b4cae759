// Forms: dropping a file on the bulk check, and trying the API.
document.documentElement.classList.add('live');

for (const form of $$('[data-drop]')) {
  const over = (event) => { event.preventDefault(); form.classList.add('over'); };
  form.addEventListener('dragover', over);
  form.addEventListener('dragleave', () => form.classList.remove('over'));
  form.addEventListener('drop', (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    form.classList.remove('over');
    $('[type="file"]', form).files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

for (const form of $$('[data-try]')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const address = new URL(location.origin);
    address.pathname = form.getAttribute('action').replace(/\{(\w+)\}/g, (whole, name) => {
      const field = form.elements.namedItem(name);
      return encodeURIComponent(field ? field.value : whole);
    });
    for (const field of $$('input:not([data-in-path])', form)) {
      if (field.value) address.searchParams.set(field.name, field.value);
    }
    const area = form.nextElementSibling;
    const answer = await fetch(address, { headers: { Accept: 'application/json' } }).catch((error) => error);
    let text = answer.text ? await answer.text() : String(answer);
    try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { /* is shown as it is */ }
    $('pre', area).textContent = `${answer.status ?? ''} ${address.pathname}${address.search}\n\n${text}`;
    area.hidden = false;
  });
}

// A whole report that is pasted into the search box goes to the bulk check.
$('#q')?.addEventListener('paste', (event) => {
  const text = event.clipboardData.getData('text/plain').trim();
  if (!text.includes('\n') && text.length < 2000) return;
  event.preventDefault();
  const form = make('form', { method: 'post', action: '/check', enctype: 'multipart/form-data', hidden: true });
  form.append(make('textarea', { name: 'text', value: text }));
  document.body.append(form);
  form.submit();
});
