// Labelling a text: by mouse, or token by token with the keyboard. Places are code points; what is sent is a span a line.
const annotate = (form) => {
  const { text, tokens: flat, spans: kept, proposed } = JSON.parse(form.dataset.annotate);
  const chars = [...text];
  const tokens = [];
  for (let at = 0; at < flat.length; at += 2) tokens.push([flat[at], flat[at + 1]]);
  const area = $('.annotated', form);
  const status = $('[data-status]', form);
  const buttons = new Map($$('[data-label]', form).map((button) => [Number(button.dataset.label), button]));
  const writes = Boolean($('[name="then"]', form));
  const over = (one, start, end) => one.start < end && start < one.end;
  const span = ([start, end, label]) => ({ start, end, label });
  let spans = kept.map(span);
  let proposals = proposed.map(span).filter((one) => !spans.some((other) => over(other, one.start, one.end)));
  // The tokens under the cursor: where the choice began, and where it is.
  let anchor = 0;
  let head = 0;
  let changed = false;

  const cursor = () => {
    if (!tokens.length) return [0, 0];
    const [from, to] = [Math.min(anchor, head), Math.max(anchor, head)];
    return [tokens[from][0], tokens[to][1]];
  };
  const deceives = /[\p{Cc}\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u3164\ufe00-\ufe0f\uffa0]/u;
  // Characters from one place to another, with those shown that nobody would see; every element knows its place.
  const written = (start, end) => {
    const parts = [];
    let plain = '';
    let from = start;
    const flush = (next) => {
      if (plain) { const one = make('span', {}, plain); one.dataset.at = from; parts.push(one); }
      plain = '';
      from = next;
    };
    for (let at = start; at < end; at += 1) {
      const c = chars[at];
      if (c !== '\n' && c !== '\t' && deceives.test(c)) {
        flush(at);
        const code = c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
        const one = make('span', { className: 'deceives' }, `‹U+${code}›`);
        one.dataset.at = at;
        parts.push(one);
        from = at + 1;
      } else plain += c;
    }
    flush(end);
    return parts;
  };
  const show = () => {
    const [start, end] = cursor();
    const cuts = new Set([0, chars.length, start, end]);
    for (const one of [...spans, ...proposals]) { cuts.add(one.start); cuts.add(one.end); }
    const places = [...cuts].sort((one, other) => one - other);
    const all = [...spans, ...proposals].sort((one, other) => one.start - other.start);
    let next = 0;
    const parts = [];
    for (let at = 0; at + 1 < places.length; at += 1) {
      const [from, to] = [places[at], places[at + 1]];
      while (next < all.length && all[next].end <= from) next += 1;
      const inside = all[next] && all[next].start <= from ? all[next] : null;
      let content = written(from, to);
      if (inside) {
        const button = buttons.get(inside.label);
        const mark = make('mark', { title: $('bdi', button ?? form)?.textContent ?? '' }, ...content);
        mark.className = [...(button?.classList ?? [])].filter((name) => /^label-/.test(name)).join(' ');
        mark.classList.toggle('proposed', proposals.includes(inside));
        content = [mark];
      }
      if (from >= start && to <= end && start < end) content = [make('span', { className: 'cursor' }, ...content)];
      parts.push(...content);
    }
    area.replaceChildren(...parts);
    status.textContent = `${status.dataset.spans} ${spans.length} · ${status.dataset.proposals} ${proposals.length}`;
    form.elements.namedItem('spans').value = spans.map((one) => `${one.start} ${one.end} ${one.label}`).join('\n');
  };
  // What the mouse chose, if anything, without the white space at its ends.
  const chosen = () => {
    const selection = getSelection();
    if (selection.isCollapsed || !area.contains(selection.anchorNode) || !area.contains(selection.focusNode)) return null;
    const place = (node, offset) => {
      if (node.nodeType !== Node.TEXT_NODE) {
        const child = node.childNodes[offset];
        const after = child ?? node.childNodes[node.childNodes.length - 1];
        const element = after?.dataset?.at ? after : $('[data-at]', after ?? area);
        if (!element) return chars.length;
        return Number(element.dataset.at) + (child ? 0 : [...element.textContent].length);
      }
      const element = node.parentElement.closest('[data-at]');
      if (!element) return 0;
      if (element.classList.contains('deceives')) return Number(element.dataset.at) + (offset > 0 ? 1 : 0);
      return Number(element.dataset.at) + [...node.data.slice(0, offset)].length;
    };
    const range = selection.getRangeAt(0);
    let [start, end] = [place(range.startContainer, range.startOffset), place(range.endContainer, range.endOffset)];
    while (start < end && /\s/.test(chars[start])) start += 1;
    while (end > start && /\s/.test(chars[end - 1])) end -= 1;
    return start < end ? [start, end] : null;
  };
  const label = (id) => {
    if (!writes) return;
    const [start, end] = chosen() ?? cursor();
    if (start >= end) return;
    const same = spans.find((one) => one.start === start && one.end === end);
    if (!same && spans.some((one) => over(one, start, end))) { toast(status.dataset.overlap ?? '×'); return; }
    spans = spans.filter((one) => one !== same);
    spans.push({ start, end, label: id });
    spans.sort((one, other) => one.start - other.start);
    proposals = proposals.filter((one) => !over(one, start, end));
    getSelection().removeAllRanges();
    changed = true;
    show();
  };
  const remove = () => {
    const [start, end] = chosen() ?? cursor();
    const clear = (all) => all.filter((one) => !over(one, start, end));
    if (!writes || (clear(spans).length === spans.length && clear(proposals).length === proposals.length)) return;
    [spans, proposals] = [clear(spans), clear(proposals)];
    changed = true;
    show();
  };
  const accept = () => {
    if (!writes || !proposals.length) return;
    spans = [...spans, ...proposals].sort((one, other) => one.start - other.start);
    proposals = [];
    changed = true;
    show();
  };
  const move = (by, extend) => {
    if (!tokens.length) return;
    head = Math.max(0, Math.min(tokens.length - 1, head + by));
    if (!extend) anchor = head;
    getSelection().removeAllRanges();
    show();
    $('.cursor', area)?.scrollIntoView({ block: 'nearest' });
  };
  const to = (place) => {
    const at = tokens.findIndex(([, end]) => place < end);
    if (at >= 0) { anchor = at; head = at; }
  };
  const save = () => { const button = $('[name="then"][value="next"]', form); if (button) { changed = false; form.requestSubmit(button); } };

  for (const [id, button] of buttons) {
    // The choice in the text stays while a label is clicked.
    button.addEventListener('pointerdown', (event) => event.preventDefault());
    button.addEventListener('click', () => label(id));
  }
  $('[data-accept]', form)?.addEventListener('click', accept);
  const remover = $('[data-remove]', form);
  remover?.addEventListener('pointerdown', (event) => event.preventDefault());
  remover?.addEventListener('click', remove);
  area.addEventListener('click', (event) => {
    const element = event.target.closest('[data-at]');
    if (!element || !getSelection().isCollapsed) return;
    const place = getSelection().anchorOffset;
    to(Number(element.dataset.at) + (element.classList.contains('deceives') ? 0 : [...element.textContent.slice(0, place)].length));
    show();
  });
  form.addEventListener('submit', () => { changed = false; });
  addEventListener('beforeunload', (event) => { if (changed) event.preventDefault(); });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target) || $('dialog[open]')) return;
    // Buttons and links have their own Enter.
    if (event.key === 'Enter' && event.target.closest('button, a, summary')) return;
    const byKey = [...buttons].find(([, button]) => button.dataset.key === event.key);
    const ways = {
      ArrowLeft: () => move(-1, event.shiftKey),
      ArrowRight: () => move(1, event.shiftKey),
      ArrowDown: save,
      Enter: save,
      Backspace: remove,
      Delete: remove,
      a: accept,
    };
    if (byKey) label(byKey[0]);
    else if (Object.hasOwn(ways, event.key)) ways[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  show();
  area.focus({ preventScroll: true });
};
$$('[data-annotate]').forEach(annotate);
