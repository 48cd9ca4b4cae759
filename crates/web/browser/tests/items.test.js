// Reading what was collected, and labelling a text with the keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { signedIn, startBrowser } from '../support/browser.js';
import { startHub } from '../support/hub.js';

let hub;
let chromium;
before(async () => { hub = await startHub(); chromium = await startBrowser(); }, { timeout: 300_000 });
after(async () => { await chromium?.close(); await hub?.stop(); });

test('a text is labelled by keyboard', { timeout: 300_000 }, async () => {
  const { context, page, complaints } = await signedIn(chromium.browser, hub);
  // How many spans are labelled, and how many proposed; the first label's words.
  const told = async () => (await page.locator('[data-status]').textContent()).match(/\d+/g).map(Number);
  const words = () => page.locator('.annotated mark:not(.proposed)').first().textContent();
  await page.goto(`${hub.base}/annotate`);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/annotate/*');
  const first = page.url();
  await page.locator('.annotated .cursor').waitFor();
  assert.equal((await told())[0], 0);
  assert.ok((await told())[1] > 0, 'what was found is proposed');
  // The first word, then the second and third together.
  const firstWord = (await page.locator('.annotated').textContent()).trim().split(/\s+/)[0];
  await page.keyboard.press('3');
  assert.ok(firstWord.startsWith(await words()), `${firstWord}: ${await words()}`);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('4');
  assert.equal((await told())[0], 2);
  // None over another: one of the two tokens cannot be labelled by itself.
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('3');
  assert.equal((await told())[0], 2);
  await page.keyboard.press('Backspace');
  assert.equal((await told())[0], 1);
  const [, proposed] = await told();
  await page.keyboard.press('a');
  assert.deepEqual(await told(), [1 + proposed, 0]);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.href !== first);
  await page.goto(first);
  await page.locator('.annotated mark').first().waitFor();
  assert.equal((await told())[0], 1 + proposed);
  // By mouse: a part of the text, and a label.
  await page.evaluate(() => {
    const last = [...document.querySelectorAll('.annotated > [data-at]')].findLast((part) => part.textContent.trim().length > 4);
    const text = last.firstChild;
    const at = text.data.search(/\S/);
    getSelection().setBaseAndExtent(text, at, text, at + 3);
  });
  await page.locator('[data-label]').nth(4).click();
  assert.equal((await told())[0], 2 + proposed);
  await page.locator('[name="then"][value="stay"]').click();
  await page.waitForURL((url) => url.searchParams.has('saved'));
  assert.equal((await told())[0], 2 + proposed);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a vulnerability is read, and found by its tracker', { timeout: 300_000 }, async () => {
  const { context, page, complaints } = await signedIn(chromium.browser, hub);
  await page.goto(`${hub.base}/trackers`);
  await page.locator('main h2 a', { hasText: 'Vulnerabilities' }).click();
  await page.fill('#f-vendor', 'Kaisha Networks');
  await page.check('[name="exploited"]');
  await page.locator('form[role="search"] button.main').click();
  await page.waitForURL((url) => url.searchParams.has('exploited'));
  const titles = await page.$$eval('.item-title', (all) => all.map((one) => one.textContent));
  assert.equal(titles.length, 4, titles.join());
  await page.fill('#q', 'CVE-2026-90001');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/observable/cve/CVE-2026-90001');
  const section = page.locator('#vulnerability');
  await section.waitFor();
  const text = await section.textContent();
  for (const shown of ['Kaisha Networks EdgeGate: command injection', '9.8 critical', 'CVSS:3.1/', 'Known to be exploited', 'EPSS', 'CWE-78', 'Update to 4.2']) {
    assert.ok(text.includes(shown), `${shown}: ${text}`);
  }
  assert.ok(await section.locator('.sparkline rect').count() > 10, 'the history is a picture');
  assert.equal(await page.locator('#exploits li').count(), 1);
  assert.equal(await page.locator('#news li').count(), 1, 'told by two, shown once');
  assert.equal(await page.locator('#references a').count(), 0, 'what leads elsewhere is no link');
  assert.match(await page.locator('#products a', { hasText: 'Watch' }).getAttribute('href'), /^\/hunt\/new\?words=vendor/);
  assert.deepEqual(complaints, []);
  await context.close();
});
