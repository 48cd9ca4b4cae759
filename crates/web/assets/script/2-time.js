// Times: relative, with the reader's own clock on hovering.
const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'long' });
// The zone that was set, as far as this browser knows it; else its own.
const zoneName = decodeURIComponent(document.cookie.match(/(?:^|; )zone=([^;]+)/)?.[1] ?? '') || undefined;
const clock = (options) => {
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: zoneName });
  } catch {
    return new Intl.DateTimeFormat(language, options);
  }
};
const absolute = clock({ dateStyle: 'medium', timeStyle: 'medium' });
const zone = clock({ timeZoneName: 'short' });
const steps = [['year', 31557600], ['month', 2629800], ['day', 86400], ['hour', 3600], ['minute', 60]];

const tellTimes = (within = document) => {
  for (const time of $$('time[datetime]', within)) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const name = zone.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? '';
    time.title = `${absolute.format(at)} ${name}`;
    if (time.hasAttribute('data-absolute')) { time.textContent = time.title; continue; }
    const seconds = (at - Date.now()) / 1000;
    const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
    time.textContent = relative.format(Math.trunc(seconds / size), unit);
  }
};
tellTimes();
setInterval(tellTimes, 60_000);
