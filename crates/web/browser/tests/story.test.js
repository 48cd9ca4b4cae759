// A story from its first post to its last version: curated with script and without, read, exported, looked at.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { signedIn, startBrowser } from '../support/browser.js';
import { pictures, startHub } from '../support/hub.js';
import { objections, sideways, watch } from '../support/look.js';

let hub;
let chromium;
const posts = [];
/** The path of the story that the first test makes. */
let curated;

const post = async (text, reply_to) => {
  const answer = await fetch(`${hub.base}/api/v1/posts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text, reply_to }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()).id;
};

/** Without the demo's own story: there is none yet. */
const forget = async () => {
  const headers = { authorization: `Bearer ${hub.key}` };
  const { stories } = await (await fetch(`${hub.base}/api/v1/stories`, { headers })).json();
  for (const { id } of stories) {
    const answer = await fetch(`${hub.base}/api/v1/stories/${id}`, { method: 'DELETE', headers });
    assert.equal(answer.status, 204, await answer.text());
  }
};

before(async () => {
  hub = await startHub();
  chromium = await startBrowser();
  await forget();
  posts.push(await post('New wave of phishing mails, links lead to `login-kaisha[.]example` #phishing\n\n- sent from 192.0.2[.]250\n- subject 「請求書のご案内」'));
  posts.push(await post('The page at hxxps://login-kaisha[.]example/a?b=c asks for the password twice.\n\n| seen | where |\n|---|---|\n| 09:12 | proxy |'));
  posts.push(await post('第二波を確認しました。添付ファイルのハッシュは 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 です。'));
}, { timeout: 300_000 });
after(async () => { await chromium?.close(); await hub?.stop(); });

const order = (page) => page.locator('[data-parts] > li').evaluateAll((rows) => rows.map((row) => {
  const field = row.querySelector('[name="post"], [name="heading"], [name="note"]');
  return `${field.name} ${field.value}`;
}));

test('curate, reorder, read, export, and go back to an old version', { timeout: 900_000 }, async () => {
  const { context, page, complaints } = await signedIn(chromium.browser, hub);
  await page.goto(`${hub.base}/stories`);
  await page.locator('main .empty').waitFor();
  await page.click('main a[href="/story/new"]');
  await page.fill('#f-title', '請求書を装うフィッシング login-kaisha.example');
  await page.fill('#f-add-post', `${posts[0]} ${hub.base}/post/${posts[1]}`);
  await page.fill('#f-add-heading', 'What happened');
  await page.fill('#f-add-note', 'Seen at **three** customers; block `other.example` too.');
  await page.click('button[value="add"]');
  await page.waitForSelector('[data-parts] > li:nth-child(4)');
  const [first, second] = posts.map((id) => `post ${id}`);
  const heading = 'heading What happened';
  const note = 'note Seen at **three** customers; block `other.example` too.';
  assert.deepEqual(await order(page), [first, second, heading, note]);

  // By buttons, with the keyboard, and by the grip; the server is not asked.
  const address = page.url();
  const row = (n) => page.locator(`[data-parts] > li:nth-child(${n})`);
  await row(3).locator('[data-move="up"]').click();
  await page.keyboard.press('Enter');
  assert.deepEqual(await order(page), [heading, first, second, note]);
  await row(4).locator('.grip').dragTo(row(2), { targetPosition: { x: 60, y: 4 } });
  assert.deepEqual(await order(page), [heading, note, first, second]);
  await row(2).locator('[data-move="out"]').click();
  assert.deepEqual(await order(page), [heading, first, second]);
  assert.equal(page.url(), address);
  await page.click('.sticky button.main');
  await page.waitForURL(/\/story\/\d+$/);
  const story = page.url();
  curated = new URL(story).pathname;

  // It reads: heading first, chips with what is known, and one table of all.
  const reading = page.locator('.reading');
  assert.match(await reading.locator('h2').first().textContent(), /What happened/);
  assert.equal(await reading.locator('article').count(), 2);
  assert.equal(await reading.locator('.chip.is-listed').count() >= 1, true);
  assert.equal(await page.locator('#observables tbody tr').count(), 3);
  await page.locator('#observables tbody a', { hasText: `#${posts[1]}` }).first().click();
  assert.ok(await page.locator(`#post-${posts[1]}:target`).count());

  // Somebody answers later: it is offered, and taken.
  const later = await post('All three customers were told.', posts[0]);
  await page.goto(story);
  await page.locator('#candidates button').click();
  await page.waitForURL(story);
  assert.deepEqual(
    await reading.locator('article').evaluateAll((all) => all.map((one) => one.id)),
    [posts[0], later, posts[1]].map((id) => `post-${id}`),
  );
  assert.equal(await page.locator('#candidates').count(), 0);
  await page.locator('.versions a').last().click();
  await page.waitForURL(/\/version\/1$/);
  assert.equal(await reading.locator('article').count(), 2);
  await page.click('main a[href*="/edit?from=1"]');
  assert.deepEqual(await order(page), [heading, first, second]);

  // The file is opened from disk: it needs nothing, runs nothing and leads nowhere.
  await page.goto(story);
  for (const [format, ending] of [['markdown', 'md'], ['html', 'html'], ['csv', 'csv'], ['json', 'json']]) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(`a[href$="format=${format}"]`)]);
    assert.match(download.suggestedFilename(), new RegExp(`^story-\\d+\\.${ending}$`));
    const text = readFileSync(await download.path(), 'utf8');
    assert.match(text, format === 'csv' || format === 'json' ? /login-kaisha\.example/ : /login-kaisha\\?\[\.\\?\]example/);
    if (format !== 'html') continue;
    const file = join(hub.data, 'story.html');
    writeFileSync(file, text);
    const paper = await context.newPage();
    const outside = watch(paper);
    await paper.goto(pathToFileURL(file).href);
    assert.equal(await paper.locator('script, a, img, iframe, form, link').count(), 0);
    assert.equal(await paper.locator('article').count(), 3);
    assert.deepEqual(await objections(paper), []);
    const ran = await paper.evaluate(async () => {
      await new Promise((done) => { setTimeout(done, 10); });
      const script = document.createElement('script');
      script.textContent = 'document.title = "ran"';
      document.body.append(script);
      return document.title;
    });
    assert.notEqual(ran, 'ran', 'the policy in the file holds');
    assert.deepEqual(outside.filter((text) => !text.includes('Content Security Policy')), []);
    mkdirSync(pictures, { recursive: true });
    await paper.screenshot({ path: join(pictures, 'story-file.png'), fullPage: true });
    await paper.close();
  }
  assert.deepEqual(complaints, []);
  await context.close();
});

test('without JavaScript', { timeout: 600_000 }, async () => {
  const { context, page } = await signedIn(chromium.browser, hub, { javaScriptEnabled: false });
  await page.goto(`${hub.base}/story/new?post=${posts[2]}`);
  await page.fill('#f-title', 'By hand');
  await page.fill('#f-add-heading', 'First');
  await page.click('button[value="add"]');
  const field = (n) => page.locator(`[data-parts] > li:nth-child(${n}) [name="heading"]`);
  assert.equal(await field(2).inputValue(), 'First');
  await page.click('button[value="up-1"]');
  assert.equal(await field(1).inputValue(), 'First');
  await page.locator('main .note').waitFor();
  // Enter saves, and takes along what waits to be added.
  await page.fill('#f-add-post', String(posts[0]));
  await page.press('#f-add-post', 'Enter');
  await page.waitForURL(/\/story\/\d+$/);
  assert.equal(await page.locator('.reading article').count(), 2);
  await page.click('main a[href$="/edit"]');
  await page.click('button[value="remove-0"]');
  assert.equal(await page.locator('[data-parts] > li').count(), 2);
  assert.equal(await page.locator('.scripted:visible').count(), 0);
  await page.click('.sticky button.main');
  await page.waitForURL(/\/story\/\d+$/);
  assert.equal(await page.locator('.versions li').count(), 2);
  await page.click('#delete summary');
  await page.click('#delete button');
  await page.waitForURL(`${hub.base}/stories`);
  assert.equal(await page.locator('main th', { hasText: 'By hand' }).count(), 0);
  await context.close();
});

test('stories read well everywhere', { timeout: 900_000 }, async () => {
  await post('もう一通、同じ文面のメールが届きました: 198.51.100[.]9', posts[1]);
  const pages = { 'story-list': '/stories', story: curated, 'story-edit': `${curated}/edit`, 'story-old': `${curated}/version/1` };
  for (const width of [1280, 390]) {
    for (const theme of ['light', 'dark']) {
      for (const locale of ['en', 'ja']) {
        const folder = join(pictures, `${width}-${theme}-${locale}`);
        mkdirSync(folder, { recursive: true });
        const { context, page, complaints } = await signedIn(chromium.browser, hub, { width, theme, locale });
        for (const [title, path] of Object.entries(pages)) {
          const answer = await page.goto(hub.base + path);
          assert.equal(answer.status(), 200, path);
          await page.screenshot({ path: join(folder, `${title}.png`), fullPage: true });
          assert.equal(await sideways(page), 0, `${path} scrolls sideways`);
          assert.deepEqual(await objections(page), [], path);
        }
        assert.deepEqual(complaints, []);
        await context.close();
      }
    }
  }
});
