// One stream a tab, while it is in sight: says how much is new on pages that would show it. A page with a timeline
// is told the numbers of the newest rows, and so knows what it lacks after any interruption.
const live = (place) => {
  let stream = null;
  let again = 0;
  let total = 0;
  let lacks = 0;
  const { timeline } = place.dataset;
  const bar = make('div', { className: 'live-bar', hidden: true });
  const button = make('button', { type: 'button' });
  const number = new Intl.NumberFormat(language);
  bar.setAttribute('role', 'status');
  bar.append(button);
  place.prepend(bar);

  const rows = () => new Map($$('[data-row]', place).map((row) => [Number(row.dataset.row), row]));
  const show = (count, text) => {
    button.textContent = text.replace('{n}', number.format(count));
    bar.hidden = !count;
  };
  // What is newer than the oldest that is shown, and is not shown itself.
  const compare = (newest) => {
    const shown = rows();
    const oldest = shown.size ? Math.min(...shown.keys()) : -Infinity;
    lacks = newest.filter((row) => row > oldest && !shown.has(row)).length;
    show(lacks, place.dataset.new ?? words().postsNew);
    if (lacks && 'fill' in place.dataset) fill();
  };
  // Puts the rows that are missing among those that are there. Where too much is missing the page starts anew.
  const fill = async () => {
    const shown = rows();
    const answer = timeline.startsWith('thread:') ? null : await fetch(location.href).catch(() => null);
    const page = answer?.ok ? parse(await answer.text()) : null;
    const came = page ? $$('[data-timeline] [data-row]', page) : [];
    const known = (row) => shown.has(Number(row.dataset.row));
    if (!came.some(known)) { location.reload(); return; }
    const list = $('[data-rows]', place);
    for (const row of came.filter((one) => !known(one))) {
      const at = Number(row.dataset.row);
      const next = $$('[data-row]', list).find((one) => Number(one.dataset.row) < at);
      const fresh = document.importNode(row, true);
      fresh.classList.add('came');
      list.insertBefore(fresh, next ?? null);
      tellTimes(fresh);
    }
    lacks = 0;
    bar.hidden = true;
  };
  button.addEventListener('click', () => { if (timeline) fill(); else location.reload(); });

  const told = (event) => {
    const news = JSON.parse(event.data);
    for (const badge of $$('[data-fresh]')) {
      badge.textContent = number.format(news.fresh);
      badge.hidden = !news.fresh;
    }
    if (timeline) { if (news.rows) compare(news.rows); return; }
    total += news.new + news.changed + news.delisted;
    show(total, words().liveNew);
  };
  const open = () => {
    stream = new EventSource(timeline ? `/live?timeline=${encodeURIComponent(timeline)}` : '/live');
    stream.addEventListener('news', told);
    // A server that is not there yet may end the stream for good: it is opened again.
    stream.addEventListener('error', () => {
      if (stream?.readyState !== EventSource.CLOSED) return;
      clearTimeout(again);
      again = setTimeout(() => { if (stream) { close(); follow(); } }, 5000);
    });
  };
  const close = () => { stream?.close(); stream = null; };
  const follow = () => { if (document.hidden) close(); else if (!stream) open(); };
  document.addEventListener('visibilitychange', follow);
  addEventListener('pagehide', close);
  addEventListener('pageshow', follow);
  follow();
};
if ($('[data-live]')) live($('[data-live]'));
