// Every page, in both themes and languages, wide and narrow: nothing that axe-core objects to, nothing that
// scrolls sideways, nothing that the browser complains of. A picture of each is kept in target/screenshots.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pages, signedIn, startBrowser } from '../support/browser.js';
import { pictures, startHub } from '../support/hub.js';
import { objections, sideways } from '../support/look.js';

let hub;
let chromium;
before(async () => { hub = await startHub(); chromium = await startBrowser(); }, { timeout: 300_000 });
after(async () => { await chromium?.close(); await hub?.stop(); });

const looks = [{ width: 1280, theme: 'contrast', locale: 'en' }];
for (const width of [1280, 390]) {
  for (const theme of ['light', 'dark']) {
    for (const locale of ['en', 'ja']) looks.push({ width, theme, locale });
  }
}

for (const look of looks) {
  const name = `${look.width}-${look.theme}-${look.locale}`;
  test(`pages at ${name}`, { timeout: 600_000 }, async () => {
    const folder = join(pictures, name);
    mkdirSync(folder, { recursive: true });
    const { context, page, complaints } = await signedIn(chromium.browser, hub, { ...look, height: look.width === 390 ? 844 : 900 });
    for (const [title, path] of Object.entries(pages)) {
      const answer = await page.goto(hub.base + path);
      await page.screenshot({ path: join(folder, `${title}.png`), fullPage: true });
      assert.equal(await sideways(page), 0, `${path} scrolls sideways`);
      assert.deepEqual(await objections(page), [], path);
      assert.deepEqual(complaints.splice(0).filter((text) => !text.includes('Failed to load resource')), [], path);
      assert.equal(answer.status() >= 400, /wrong|not-found/.test(title), `${path}: ${answer.status()}`);
    }
    await context.close();
  });
}

test('the page to sign in', { timeout: 300_000 }, async () => {
  for (const theme of ['light', 'dark']) {
    const context = await chromium.browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'ja' });
    await context.addCookies([{ name: 'theme', value: theme, url: hub.base }]);
    const page = await context.newPage();
    await page.goto(`${hub.base}/sign-in`);
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `sign-in-${theme}.png`) });
    assert.deepEqual(await objections(page), []);
    await context.close();
  }
});

test('what opens over a page', { timeout: 300_000 }, async () => {
  const folder = join(pictures, 'open');
  mkdirSync(folder, { recursive: true });
  for (const theme of ['light', 'dark']) {
    const { context, page } = await signedIn(chromium.browser, hub, { theme });
    const look = async (name) => {
      await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
      assert.deepEqual(await objections(page), [], name);
    };
    await page.goto(`${hub.base}/search?q=tag%3Aphishing`);
    await page.locator('main .chip').first().hover();
    await page.locator('.hover .verdict').waitFor();
    await look('card');
    await page.mouse.move(5, 5);
    await page.locator('main .chip').first().click({ button: 'right' });
    await page.locator('[role="menu"]').waitFor();
    await look('chip-menu');
    await page.keyboard.press('Escape');
    await page.locator('details.menu > summary').click();
    await look('account-menu');
    await page.keyboard.press('Escape');
    await page.fill('#q', 'tag:phishing kind:');
    await page.locator('.option').first().waitFor();
    await look('completion');
    await page.locator('#q').blur();
    await page.keyboard.press('?');
    await page.locator('#keys[open]').waitFor();
    await look('keys');
    await context.close();
  }
});
