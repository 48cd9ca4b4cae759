// One stream a tab, while it is in sight: says how much is new on pages that would show it.
const live = (place) => {
  let stream = null;
  let total = 0;
  const bar = make('div', { className: 'live-bar', hidden: true });
  const button = make('button', { type: 'button' });
  button.addEventListener('click', () => location.reload());
  bar.setAttribute('role', 'status');
  bar.append(button);
  place.prepend(bar);
  const open = () => {
    stream = new EventSource('/live');
    stream.addEventListener('news', (event) => {
      const news = JSON.parse(event.data);
      total += news.new + news.changed + news.delisted;
      if (!total) return;
      button.textContent = words().liveNew.replace('{n}', new Intl.NumberFormat(language).format(total));
      bar.hidden = false;
    });
  };
  const follow = () => {
    if (document.hidden) { stream?.close(); stream = null; } else if (!stream) open();
  };
  document.addEventListener('visibilitychange', follow);
  addEventListener('pagehide', () => { stream?.close(); stream = null; });
  addEventListener('pageshow', follow);
  follow();
};
if ($('[data-live]')) live($('[data-live]'));
