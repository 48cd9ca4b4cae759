// A hunt from its first word to a hit that is seen to: previewed, saved, told live, acknowledged by a key.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { signedIn, startBrowser } from '../support/browser.js';
import { pictures, startHub } from '../support/hub.js';
import { objections } from '../support/look.js';

let hub;
let chromium;
before(async () => { hub = await startHub(); chromium = await startBrowser(); }, { timeout: 300_000 });
after(async () => { await chromium?.close(); await hub?.stop(); });

const post = async (text) => {
  const answer = await fetch(`${hub.base}/api/v1/posts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  });
  assert.equal(answer.status, 201, await answer.text());
};

test('a hunt is previewed, saved, and finds while one looks', { timeout: 600_000 }, async () => {
  mkdirSync(pictures, { recursive: true });
  const { context, page, complaints } = await signedIn(chromium.browser, hub);
  await page.goto(`${hub.base}/hunts`);
  await page.locator('a[href="/hunt/new"]').first().click();
  await page.fill('#f-name', 'Phishing of ours');
  const words = page.locator('#f-words');
  await words.pressSequentially('tag:phis');
  await page.locator('#f-words-options .option').first().waitFor();
  assert.equal(await words.getAttribute('aria-expanded'), 'true');
  await words.fill('tag:phishing OR zebrafish');
  await page.locator('button[value="preview"]').click();
  const preview = page.locator('#preview');
  await preview.waitFor();
  assert.match(await preview.textContent(), /[\d,]+\+? hits in the last 30 days/);
  assert.ok(await preview.locator('svg rect').count() > 0, 'the chart has a day with hits');
  assert.ok(await preview.locator('tbody tr').count() > 0, 'there are samples');
  assert.deepEqual(await objections(page), []);
  await page.screenshot({ path: join(pictures, 'hunt-preview.png'), fullPage: true });
  await page.locator('button.main[value="save"]').click();
  await page.waitForURL(/\/hunt\/\d+$/);
  assert.equal(await page.locator('[data-row]').count(), 0, 'it looks at what comes from now on');

  await post('A zebrafish swims by, see evil[.]example');
  const row = page.locator('[data-row]').first();
  await row.waitFor();
  assert.match(await row.textContent(), /zebrafish/);
  await post('Another zebrafish');
  await page.locator('[data-row]').nth(1).waitFor();
  assert.match(await page.locator('[data-row]').first().textContent(), /Another/);
  assert.deepEqual(await objections(page), []);
  await page.screenshot({ path: join(pictures, 'hunt-hits.png'), fullPage: true });

  await page.locator('h1').click();
  await page.keyboard.press('j');
  await page.keyboard.press('e');
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 1);
  await page.goto(`${page.url().split('?')[0]}?show=acknowledged`);
  assert.match(await page.locator('[data-row]').first().textContent(), /Another/);
  assert.deepEqual(complaints, []);
  await context.close();
});
