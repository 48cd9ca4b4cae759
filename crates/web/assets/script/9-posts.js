// Posts: the preview while somebody writes, posting by Ctrl+Enter, stars and reposts without leaving the page.
for (const form of $$('[data-composer]')) {
  const text = $('textarea', form);
  const area = $('[data-preview]', form);
  let waiting = 0;
  let asked = 0;
  const preview = async () => {
    const number = ++asked;
    if (!text.value.trim()) { area.hidden = true; return; }
    const answer = await fetch('/post/preview', { method: 'POST', body: new URLSearchParams({ text: text.value }) }).catch(() => null);
    if (!answer?.ok || number !== asked) return;
    area.replaceChildren(...parse(await answer.text()).body.children);
    area.hidden = false;
  };
  text.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(preview, 250); });
  text.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
    if (event.key === 'Escape') text.blur();
  });
  // Sent once, however often somebody clicks.
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = 'true';
  });
  addEventListener('pageshow', () => { delete form.dataset.sent; });
  if (text.value.trim()) preview();
}

document.addEventListener('submit', async (event) => {
  const form = event.target.closest('[data-act]');
  if (!form) return;
  event.preventDefault();
  const button = $('button', form);
  const on = button.value === 'true';
  button.disabled = true;
  // Where the server leads back to is here: it need not be loaded.
  const answer = await fetch(form.action, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ on, next: '/' }) }).catch(() => null);
  button.disabled = false;
  if (answer?.type !== 'opaqueredirect') { toast(words().failed); return; }
  // A post may stand here twice: itself and reposted.
  const post = form.closest('[data-post]').dataset.post;
  for (const one of $$(`[data-post="${post}"] [data-act="${form.dataset.act}"] button`)) {
    const count = $('.figure', one);
    one.value = String(!on);
    one.setAttribute('aria-pressed', String(on));
    count.textContent = Math.max(0, Number(count.textContent) + (on ? 1 : -1)) || '';
  }
  button.focus();
});

// Where a link or a key led to the composer, writing can begin.
const toComposer = () => { if (['#reply', '#compose'].includes(location.hash)) $('[data-composer] textarea')?.focus(); };
addEventListener('hashchange', toComposer);
// Going to the fragment takes the focus away; it is given back after that.
addEventListener('load', () => setTimeout(toComposer));
