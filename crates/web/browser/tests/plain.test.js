// Without JavaScript: everything reads and searches.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { signedIn, startBrowser } from '../support/browser.js';
import { startHub } from '../support/hub.js';

let hub;
let chromium;
before(async () => { hub = await startHub(); chromium = await startBrowser(); }, { timeout: 300_000 });
after(async () => { await chromium?.close(); await hub?.stop(); });

test('search, narrow, page, open, check, choose a look, sign out', { timeout: 600_000 }, async () => {
  const { context, page } = await signedIn(chromium.browser, hub, { javaScriptEnabled: false });
  await page.fill('#q', 'tag:phishing');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/search?q=tag*');
  assert.ok(await page.locator('main .chip').count() > 10);
  assert.match(await page.locator('time').first().textContent(), /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  await page.locator('a[rel="next"]').click();
  await page.locator('a[rel="start"]').click();
  await page.locator('.facet a').filter({ hasText: 'URL' }).first().click();
  await page.locator('.facet a[aria-current]').first().waitFor();
  await page.locator('main .chip a').first().click();
  await page.waitForURL('**/observable/url/**');
  await page.locator('#statements').waitFor();

  await page.fill('#q', 'login-kaisha[.]example');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/observable/domain/login-kaisha.example');
  assert.equal(await page.locator('.scripted:visible').count(), 0);

  await page.goto(`${hub.base}/check`);
  await page.fill('#text', 'seen login-kaisha[.]example and 192.0.2.250');
  await page.locator('main button.main').click();
  await page.locator('main .chip').first().waitFor();
  assert.equal(await page.locator('main .chip.is-listed').count(), 1);
  assert.equal(await page.locator('main .chip.is-unknown').count(), 1);
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('button[value="csv"]').click()]);
  assert.equal(download.suggestedFilename(), 'check.csv');
  await page.setInputFiles('#file', { name: 'report.txt', mimeType: 'text/plain', buffer: Buffer.from('login-kaisha[.]example') });
  await page.locator('main button.main').click();
  await page.locator('main .chip.is-listed').waitFor();

  await page.goto(`${hub.base}/help`);
  await page.locator('details.menu > summary').click();
  await page.locator('button[name="lang"][value="ja"]').click();
  await page.waitForURL('**/help');
  assert.equal(await page.getAttribute('html', 'lang'), 'ja');
  await page.locator('details.menu > summary').click();
  await page.locator('button[name="theme"][value="dark"]').click();
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
  await page.locator('details.menu > summary').click();
  await page.locator('form[action="/sign-out"] button').click();
  await page.goto(`${hub.base}/help`);
  await page.waitForURL('**/sign-in?next=**');
  await context.close();
});
