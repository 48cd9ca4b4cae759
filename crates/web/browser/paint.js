// How soon a page is painted first, in Chromium on this machine: the server's work and the way included.
//
//   cargo build --release -p noroshi && NOROSHI_BINARY=target/release/noroshi node crates/web/browser/paint.js
//
// A line a page, on the demo: the first visit of a browser that has nothing of ours yet, then the others.
import { pages, signedIn, startBrowser } from './support/browser.js';
import { startHub } from './support/hub.js';

const VISITS = 20;

const painted = async (page, address) => {
  await page.goto(address);
  return page.evaluate(() => new Promise((done) => {
    new PerformanceObserver((list) => {
      const first = list.getEntriesByName('first-contentful-paint')[0];
      if (first) done(first.startTime);
    }).observe({ type: 'paint', buffered: true });
  }));
};

const hub = await startHub();
const chromium = await startBrowser();
for (const [title, path] of Object.entries(pages)) {
  const { context, page } = await signedIn(chromium.browser, hub);
  const session = await context.newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  const first = await painted(page, hub.base + path);
  const times = [];
  for (let visit = 0; visit < VISITS; visit += 1) times.push(await painted(page, hub.base + path));
  times.sort((a, b) => a - b);
  const told = (time) => `${time.toFixed(0).padStart(4)} ms`;
  console.log(`${title.padEnd(16)} first ${told(first)}  then p50 ${told(times[VISITS / 2])}  most ${told(times.at(-1))}`);
  await context.close();
}
await chromium.close();
await hub.stop();
