// The timeline, as people use it: posting, answering, watching it grow, and what hostile posts cannot do.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { signedIn, startBrowser } from '../support/browser.js';
import { binary, clean, startHub } from '../support/hub.js';

const corpus = readFileSync(resolve(import.meta.dirname, '../../../exchange/tests/xss/corpus.txt'), 'utf8').split('\n%%\n');

let hub;
let chromium;
before(async () => { hub = await startHub(); chromium = await startBrowser(); }, { timeout: 300_000 });
after(async () => { await chromium?.close(); await hub?.stop(); });

const harmless = (text) => !text.includes('Failed to load resource');

/** Posts through the API of forms, without a page. */
const send = async (context, text, more = {}) => {
  const answer = await context.request.post(`${hub.base}/post`, {
    multipart: { text, next: '/timeline/everyone', ...more }, headers: { 'sec-fetch-site': 'same-origin' }, maxRedirects: 0,
  });
  assert.equal(answer.status(), 303, await answer.text());
};

test('posting, answering, editing and deleting', { timeout: 600_000 }, async () => {
  const { context, page, complaints } = await signedIn(chromium.browser, hub);
  await page.goto(`${hub.base}/timeline`);
  await page.fill('#c-text', 'Seen **hxxp://evil[.]example/x1** today, @analyst #notable');
  await page.locator('.preview strong').waitFor();
  await page.locator('.preview .chip').first().waitFor();
  await page.locator('#c-text').press('Control+Enter');
  const card = page.locator('.post', { hasText: 'x1' });
  await card.waitFor();

  // A star is there at once, and after loading the page again.
  await card.locator('[data-act="star"] button').click();
  await card.locator('[data-act="star"] button[aria-pressed="true"]').waitFor();
  await page.reload();
  await card.locator('[data-act="star"] button[aria-pressed="true"]').waitFor();
  await card.locator('[data-act="repost"] button').click();
  await card.locator('[data-act="repost"] button[aria-pressed="true"]').waitFor();

  // An answer, from the thread.
  await card.first().locator('[data-reply]').click();
  await page.waitForURL(/\/post\/\d+/);
  await page.fill('#c-text', 'an answer');
  await page.locator('[data-composer] button.main').click();
  await page.locator('.post.below', { hasText: 'an answer' }).waitFor();

  // Another text; the former one is in the history.
  const asked = page.locator('.post.asked');
  await asked.locator('.menu > summary').click();
  await asked.locator('a[href$="/edit"]').click();
  await page.fill('#c-text', 'Seen nothing after all');
  await page.locator('[data-composer] button.main').click();
  await page.locator('.post.asked', { hasText: 'nothing after all' }).waitFor();
  await page.locator('.post.asked a[href$="/history"]').click();
  await page.locator('.post', { hasText: 'x1' }).waitFor();
  await page.goBack();

  // Deleting asks once, and leaves the answer where it was.
  await asked.locator('.menu > summary').click();
  await asked.locator('.menu details > summary').click();
  await asked.locator('.menu button.danger').click();
  await page.locator('.post.gone').waitFor();
  await page.locator('.post.below', { hasText: 'an answer' }).waitFor();
  assert.deepEqual(complaints.filter(harmless), []);
  await context.close();
});

test('a picture is shown, and a refused post keeps its text', { timeout: 300_000 }, async () => {
  const { context, page, complaints } = await signedIn(chromium.browser, hub);
  await page.goto(`${hub.base}/timeline`);
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  await page.setInputFiles('#c-file', [{ name: 'evidence.png', mimeType: 'image/png', buffer: png }]);
  await page.fill('#c-text', 'with a picture');
  await page.selectOption('#c-tlp', 'red');
  await page.locator('[data-composer] button.main').click();
  await page.locator('[role="alert"]').waitFor();
  assert.equal(await page.inputValue('#c-text'), 'with a picture');
  await page.selectOption('#c-tlp', 'green');
  await page.locator('[data-composer] button.main').click();
  const picture = page.locator('.post', { hasText: 'with a picture' }).locator('img');
  await picture.scrollIntoViewIfNeeded();
  await page.waitForFunction((image) => image.complete && image.naturalWidth === 1, await picture.elementHandle());
  assert.deepEqual(complaints.filter(harmless), []);
  await context.close();
});

test('ten browsers see a post, and catch up after the server was killed', { timeout: 900_000 }, async () => {
  const sessions = [];
  for (let n = 0; n < 10; n += 1) {
    const { context, page } = await signedIn(chromium.browser, hub, { width: 600, height: 600 });
    const streaming = page.waitForResponse('**/live?*');
    await page.goto(`${hub.base}/timeline/everyone`);
    await streaming;
    sessions.push({ context, page });
  }
  const [{ context: writer }] = sessions;
  const rows = (page) => page.$$eval('[data-row]', (all) => all.map((row) => Number(row.dataset.row)));
  // The bar says how many; nothing jumps before it is clicked.
  const takeUp = async (page, texts) => {
    const said = new RegExp(`^${texts.length} new`);
    await page.locator('.live-bar:not([hidden]) button', { hasText: said }).waitFor();
    assert.equal(await page.locator('.post', { hasText: texts.at(-1) }).count(), 0);
    await page.locator('.live-bar button').click();
    await page.locator('.post', { hasText: texts.at(-1) }).waitFor();
    const shown = await rows(page);
    assert.deepEqual(shown, [...new Set(shown)].sort((a, b) => b - a));
    for (const text of texts) assert.equal(await page.locator('.post', { hasText: text }).count(), 1, text);
  };
  await send(writer, 'watched by ten');
  for (const { page } of sessions) await takeUp(page, ['watched by ten']);

  await hub.kill();
  await hub.restart();
  const missed = ['posted while away 1', 'posted while away 2', 'posted while away 3'];
  for (const text of missed) await send(writer, text);
  for (const { page } of sessions) await takeUp(page, missed);
  const all = await Promise.all(sessions.map(({ page }) => rows(page)));
  for (const one of all) assert.deepEqual(one, all[0]);

  // And goes on as before.
  await send(writer, 'all is well');
  for (const { page } of sessions) await takeUp(page, ['all is well']);
  for (const { context } of sessions) await context.close();
});

test('a mention is told on an open page', { timeout: 300_000 }, async () => {
  const { context, page } = await signedIn(chromium.browser, hub);
  await page.goto(`${hub.base}/notifications`);
  if (await page.locator('form[action="/notifications/seen"]').count()) {
    await page.locator('form[action="/notifications/seen"] button').click();
    await page.waitForLoadState();
  }
  const streaming = page.waitForResponse('**/live?*');
  await page.goto(`${hub.base}/timeline/everyone`);
  await streaming;
  const badge = page.locator('[data-fresh]').first();
  assert.equal(await badge.isVisible(), false);
  // Somebody else, who came in with a key.
  const key = execFileSync(binary, ['key', 'add', 'aiko', '--data', hub.data], { env: clean, encoding: 'utf8' });
  const other = await chromium.browser.newContext();
  const headers = { 'sec-fetch-site': 'same-origin' };
  const [secret] = key.match(/nrs_\S+|\S{40,}/);
  await other.request.post(`${hub.base}/sign-in`, { form: { key: secret }, headers });
  await send(other, 'hello @analyst');
  await badge.waitFor();
  assert.equal(await badge.textContent(), '1');
  await page.goto(`${hub.base}/notifications`);
  await page.locator('.is-fresh', { hasText: 'hello' }).waitFor();
  await page.locator('form[action="/notifications/seen"] button').click();
  await page.locator('.is-fresh').waitFor({ state: 'detached' });
  assert.equal(await badge.isVisible(), false);
  for (const one of [context, other]) await one.close();
});

test('keys of the timeline', { timeout: 300_000 }, async () => {
  const { context, page } = await signedIn(chromium.browser, hub);
  for (const n of [1, 2, 3]) await send(context, `by keys ${n}`);
  await page.goto(`${hub.base}/timeline/everyone`);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const here = page.locator('.post.here');
  assert.match(await here.textContent(), /by keys 2/);
  await page.keyboard.press('s');
  await here.locator('[data-act="star"] button[aria-pressed="true"]').waitFor();
  await page.keyboard.press('k');
  assert.match(await here.textContent(), /by keys 3/);
  await page.keyboard.press('n');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'c-text');
  await page.keyboard.press('Escape');
  await send(context, 'by keys 4');
  await page.locator('.live-bar:not([hidden])').waitFor();
  await page.keyboard.press('.');
  await page.locator('.post', { hasText: 'by keys 4' }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('r');
  await page.waitForURL(/\/post\/\d+#reply/);
  await page.waitForFunction(() => document.activeElement.id === 'c-text');
  await page.goto(`${hub.base}/timeline/everyone`);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/post\/\d+$/);
  await context.close();
});

test('nothing that is posted runs', { timeout: 900_000 }, async () => {
  const { context, page, complaints } = await signedIn(chromium.browser, hub);
  const outside = [];
  await context.route('**/*', (route) => {
    const here = route.request().url().startsWith(hub.base);
    if (!here) outside.push(route.request().url());
    return here ? route.continue() : route.abort();
  });
  await context.addInitScript(() => { window.alert = () => { window.ran = true; }; });
  // A post has room for many; each stands alone in its paragraph, and again in the middle of a text.
  const whole = (texts) => texts.map((text) => `${text}\n\nx ${text} y`).join('\n\n');
  const texts = [];
  for (let at = 0; at < corpus.length; at += 6) texts.push(whole(corpus.slice(at, at + 6)));
  for (const text of texts) {
    const answer = await context.request.post(`${hub.base}/post`, {
      multipart: { text, next: '/' }, headers: { 'sec-fetch-site': 'same-origin' }, maxRedirects: 0,
    });
    assert.ok([303, 400, 429].includes(answer.status()), `${answer.status()}`);
    if (answer.status() === 429) await new Promise((done) => { setTimeout(done, 1000); });
  }
  const clean = async (where) => {
    const state = await page.evaluate(() => ({
      ran: window.ran === true, host: location.host, scripts: document.scripts.length,
      strange: document.querySelectorAll('iframe, base, style, object, embed, [onload], [onerror], [onfocus], [style], main template, .text img, .text svg:not(.icon), .text form').length,
      far: [...document.querySelectorAll('main a[href]')].filter((a) => a.origin !== location.origin).length,
    }));
    assert.deepEqual({ ...state, host: hub.base.endsWith(state.host) }, { ran: false, host: true, scripts: 1, strange: 0, far: 0 }, where);
  };
  let next = `${hub.base}/timeline/everyone`;
  let seen = 0;
  while (next) {
    await page.goto(next);
    await clean(next);
    seen += await page.locator('.post').count();
    next = await page.locator('.pager [rel="next"]').evaluateAll((all) => all[0]?.href);
  }
  assert.ok(seen > 20, `${seen}`);
  // The preview puts it in by script.
  await page.goto(`${hub.base}/timeline`);
  for (const text of texts) {
    const shown = page.waitForResponse('**/post/preview');
    await page.fill('#c-text', text.slice(0, 20_000));
    await shown;
    await clean('preview');
  }
  assert.deepEqual(outside, []);
  assert.deepEqual(complaints.filter(harmless), []);
  await context.close();
});
