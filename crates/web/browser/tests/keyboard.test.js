// The keyboard alone: it reaches everything that can be clicked, and has keys of its own.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pages, signedIn, startBrowser } from '../support/browser.js';
import { startHub } from '../support/hub.js';

let hub;
let chromium;
before(async () => { hub = await startHub(); chromium = await startBrowser(); }, { timeout: 300_000 });
after(async () => { await chromium?.close(); await hub?.stop(); });

for (const width of [1280, 390]) {
  test(`tab reaches everything at ${width}`, { timeout: 600_000 }, async () => {
    const { context, page } = await signedIn(chromium.browser, hub, { width });
    for (const path of [pages.home, pages.observable, pages.check, pages.components, '/search?q=kind%3Acve']) {
      await page.goto(hub.base + path);
      // Whatever can be clicked is marked once the focus has been on it.
      const left = await page.evaluate(() => {
        const all = [...document.querySelectorAll('a[href], button, input:not([type="hidden"]), select, textarea, summary')];
        const open = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[hidden]') && !element.disabled;
        window.waiting = new Set(all.filter(open));
        document.addEventListener('focusin', (event) => window.waiting.delete(event.target));
        return window.waiting.size;
      });
      assert.ok(left > 5, `${path}: ${left}`);
      for (let press = 0; press < left + 40; press += 1) {
        await page.keyboard.press('Tab');
        if (await page.evaluate(() => window.waiting.size === 0)) break;
      }
      const missed = await page.evaluate(() => [...window.waiting].map((element) => element.outerHTML.slice(0, 120)));
      assert.deepEqual(missed, [], path);
    }
    await context.close();
  });
}

test('the skip link is first, and leads to the content', { timeout: 300_000 }, async () => {
  const { context, page } = await signedIn(chromium.browser, hub);
  await page.goto(`${hub.base}/help`);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.id === 'content');
  await context.close();
});

test('keys of our own', { timeout: 300_000 }, async () => {
  const { context, page, complaints } = await signedIn(chromium.browser, hub);
  await page.goto(`${hub.base}/search?q=tag%3Aphishing`);
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'q');
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  assert.equal(await page.evaluate(() => [...document.querySelectorAll('[data-rows] > *')].findIndex((row) => row.matches('.here'))), 1);
  await page.keyboard.press('k');
  await page.keyboard.press('x');
  assert.equal(await page.locator('[data-rows] > .here.chosen').count(), 1);
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.keyboard.press('a');
  await page.locator('[role="menu"]').waitFor();
  assert.match(await page.locator('[role="menuitem"]').first().textContent(), /\(2\)$/);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('[role="menu"]').count(), 0);
  await page.keyboard.press('?');
  await page.locator('#keys[open]').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/observable/**');
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.waitForURL('**/check');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('completion by keyboard', { timeout: 300_000 }, async () => {
  const { context, page } = await signedIn(chromium.browser, hub);
  await page.fill('#q', 'kind:dom');
  await page.locator('.option').first().waitFor();
  assert.equal(await page.getAttribute('#q', 'aria-expanded'), 'true');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.getAttribute('#q', 'aria-activedescendant'), 'q-option-0');
  await page.keyboard.press('Enter');
  assert.equal(await page.inputValue('#q'), 'kind:domain ');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/search?q=kind*');
  // What is understood is said before Enter.
  await page.fill('#q', 'hxxps://login-kaisha[.]example/a');
  await page.waitForFunction(() => document.querySelector('.ask .understood').textContent.includes('URL'));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/observable/url/**');
  await context.close();
});

test('what is copied is defanged, unless it is asked for live', { timeout: 300_000 }, async () => {
  const { context, page } = await signedIn(chromium.browser, hub, { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(hub.base + pages.observable);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.locator('button.scripted').first().click();
  await page.locator('.toast').first().waitFor();
  assert.equal(await copied(), 'login-kaisha[.]example');
  await page.locator('button.scripted').nth(1).click();
  await page.locator('.toast').nth(1).waitFor();
  assert.equal(await copied(), 'login-kaisha.example');
  // A report that is pasted into the search box is checked.
  await page.evaluate(() => navigator.clipboard.writeText('seen:\nlogin-kaisha[.]example\n192.0.2.250'));
  await page.focus('#q');
  await page.keyboard.press('Control+V');
  await page.waitForURL('**/check');
  await page.locator('main .chip.is-listed').waitFor();
  await context.close();
});
