// What a person does on a new hub: comes in by the one-time link, chooses a source, looks something up, undoes a
// batch, lets somebody else in who sees less, and ends a session.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PATIENCE, startBrowser } from '../support/browser.js';
import { binary, clean, pictures } from '../support/hub.js';
import { objections, sideways, watch } from '../support/look.js';

const PASSWORD = 'correct horse battery';

// The user's own collector: nothing is fetched from anywhere.
const collector = `#!/bin/sh
echo '{"value": "login.evil.example", "tags": ["phishing"], "family": "KageBot"}'
echo '{"value": "http://login.evil.example/a?b=c", "tags": ["phishing"]}'
echo '{"value": "192.0.2.7", "tags": ["c2"]}'
echo '{"value": "this is no value"}'
`;
const recipe = `
name = "local"
title = { en = "Local collector", ja = "自前の収集" }
description = { en = "Invented rows of a program of ours.", ja = "自前のプログラムが出す架空のデータ。" }
homepage = "https://local.example/"
licence = "CC0-1.0"
command = ["./collect.sh"]
data = "reputation"
enabled = true
interval = "1h"
mode = "snapshot"
`;

let data;
let program;
let base;
let link;
let chromium;

before(async () => {
  data = mkdtempSync(join(tmpdir(), 'noroshi-people-'));
  mkdirSync(join(data, 'sources'));
  writeFileSync(join(data, 'sources/local.toml'), recipe);
  writeFileSync(join(data, 'collect.sh'), collector);
  chmodSync(join(data, 'collect.sh'), 0o755);
  program = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--data', data], { cwd: data, env: clean });
  let said = '';
  for (const stream of [program.stdout, program.stderr]) stream.on('data', (text) => { said += text; });
  const end = Date.now() + 120_000;
  while (!/\/welcome\/\w{64}/.test(said)) {
    assert.ok(Date.now() < end, said);
    await new Promise((done) => setTimeout(done, 100));
  }
  [, base] = said.match(/is on (http:\/\/[\d.:]+)/);
  [link] = said.match(/http:\S+\/welcome\/\w{64}/);
  chromium = await startBrowser();
}, { timeout: 300_000 });

after(async () => {
  await chromium?.close();
  if (program) {
    const ended = new Promise((done) => program.once('exit', done));
    program.kill('SIGTERM');
    await ended;
  }
  if (data) rmSync(data, { recursive: true, force: true });
});

const person = async () => {
  const context = await chromium.browser.newContext({
    viewport: { width: 1280, height: 900 }, locale: 'en', reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  return { context, page, complaints: watch(page) };
};

const follow = async (page, address) => {
  await page.goto(address);
  if (await page.locator('#f-name').count()) await page.fill('#f-name', 'root');
  await page.fill('#f-password', PASSWORD);
  await page.fill('#f-again', PASSWORD);
  await page.click('main button.main');
};

const signIn = async (page, name) => {
  await page.goto(`${base}/sign-in`);
  await page.fill('#f-name', name);
  await page.fill('#f-password', PASSWORD);
  await page.click('form[action="/sign-in"] button.main');
  await page.waitForURL(`${base}/`);
};

test('a new hub, from the first link to the first colleague', { timeout: 900_000 }, async () => {
  const { context, page, complaints } = await person();
  await follow(page, link);
  await page.waitForURL(`${base}/welcome/sources`);

  // Of all that is offered only the local one is chosen.
  for (const box of await page.locator('main input[type="checkbox"]').all()) await box.uncheck();
  await page.check('#s-local');
  assert.equal(await page.locator('main input[type="checkbox"]:checked').count(), 1);
  await page.click('main button.main');
  await page.waitForURL(`${base}/progress`);
  await page.waitForSelector('#hit .chip');

  // A value as a report has it, then its page.
  await page.fill('#q', 'hxxp://login[.]evil[.]example/a?b=c');
  await page.press('#q', 'Enter');
  await page.waitForURL(/\/observable\/url\//);
  assert.match(await page.textContent('main'), /local/);

  // A whole report.
  await page.goto(`${base}/check`);
  await page.fill('main textarea', 'Seen: login[.]evil[.]example and 192.0.2[.]7, and also 198.51.100.9.');
  await page.click('main form button.main');
  await page.waitForSelector('main table');
  const checked = await page.textContent('main');
  for (const value of ['login[.]evil[.]example', '192[.]0[.]2[.]7', '198[.]51[.]100[.]9']) {
    assert.ok(checked.includes(value), value);
  }

  // What it publishes is wrong: it is switched off, its receipt tells of the bad row, and it is undone.
  await page.goto(`${base}/source/local`);
  await page.click('main .heading form button');
  await page.waitForURL(/saved=true/);
  await page.click('tbody th a');
  await page.waitForURL(/\/batch\/\d+$/);
  assert.match(await page.textContent('#bad'), /this is no value/);
  await page.click('#rollback summary');
  await page.click('#rollback button');
  await page.waitForSelector('main .badge:has-text("undone")');
  await page.goto(`${base}/search?q=tag%3Aphishing`);
  assert.equal(await page.locator('main tbody tr').count(), 0);

  // A colleague with fewer rights comes in by a link, and sees less.
  await page.goto(`${base}/manage`);
  await page.fill('#f-name', 'ben');
  await page.click('main form[action="/manage/accounts"] button.main');
  await page.waitForURL(`${base}/manage/accounts/ben`);
  await page.click('form[action$="/link"] button');
  const handed = await page.textContent('#link');
  const colleague = await person();
  await follow(colleague.page, handed);
  await colleague.page.waitForURL(`${base}/`);
  assert.equal(await colleague.page.locator('nav.side a[href="/manage"]').count(), 0);
  assert.equal((await colleague.page.goto(`${base}/manage`)).status(), 403);
  assert.equal((await colleague.page.goto(`${base}/source/local`)).status(), 200);
  assert.equal(await colleague.page.locator('main form').count(), 0);
  // The source is for the administrator only from now on, and gone for the colleague.
  await page.goto(`${base}/manage/audiences`);
  await page.fill('#f-name', 'close');
  await page.selectOption('#f-kind', 'accounts');
  await page.fill('#f-members', 'root');
  await page.click('form[action="/manage/audiences"] button');
  await page.waitForURL(/saved=true/);
  await page.goto(`${base}/source/local`);
  await page.selectOption('#f-audience', 'close');
  await page.click('form:has(#f-audience) button');
  await page.waitForURL(/saved=true/);
  assert.equal((await colleague.page.goto(`${base}/source/local`)).status(), 404);

  // Language and theme.
  await colleague.page.goto(`${base}/settings`);
  await colleague.page.selectOption('#f-language', 'ja');
  await colleague.page.selectOption('#f-theme', 'dark');
  await colleague.page.click('form[action="/settings/look"] button');
  await colleague.page.waitForSelector('html[lang="ja"][data-theme="dark"]');

  // Another browser has the same look, and ends the first one's session, which is over at once.
  const second = await person();
  await signIn(second.page, 'ben');
  await second.page.waitForSelector('html[lang="ja"]');
  await second.page.goto(`${base}/settings`);
  await second.page.click('#sessions form button');
  await second.page.waitForURL(/saved=true/);
  await colleague.page.goto(`${base}/settings`);
  assert.match(colleague.page.url(), /\/sign-in/);

  const unexpected = (text) => !text.includes('Failed to load resource');
  assert.deepEqual([...complaints, ...colleague.complaints, ...second.complaints].filter(unexpected), []);
  for (const one of [context, colleague.context, second.context]) await one.close();
});

const pages = {
  'manage-sources': '/sources', 'manage-source': '/source/local', batch: '/batch/1', progress: '/progress',
  choose: '/welcome/sources', accounts: '/manage', account: '/manage/accounts/ben', audiences: '/manage/audiences',
  keys: '/manage/keys', audit: '/manage/audit',
};
const looks = [
  { width: 1280, lang: 'en', theme: 'light' },
  { width: 1280, lang: 'ja', theme: 'dark' },
  { width: 390, lang: 'ja', theme: 'light' },
  { width: 390, lang: 'en', theme: 'dark' },
];

test('what administrators see reads well everywhere', { timeout: 900_000 }, async () => {
  const { context, page, complaints } = await person();
  await signIn(page, 'root');
  for (const { width, lang, theme } of looks) {
    const folder = join(pictures, `${width}-${theme}-${lang}`);
    mkdirSync(folder, { recursive: true });
    await page.setViewportSize({ width, height: 900 });
    await context.addCookies([{ name: 'lang', value: lang, url: base }, { name: 'theme', value: theme, url: base }]);
    for (const [title, path] of Object.entries(pages)) {
      const answer = await page.goto(base + path);
      assert.equal(answer.status(), 200, path);
      await page.screenshot({ path: join(folder, `${title}.png`), fullPage: true });
      assert.equal(await sideways(page), 0, `${path} scrolls sideways at ${width}`);
      assert.deepEqual(await objections(page), [], `${path} ${lang} ${theme}`);
    }
  }
  assert.deepEqual(complaints, []);
  await context.close();
});

test('the page of a link', { timeout: 300_000 }, async () => {
  const { context, page } = await person();
  for (const path of ['/sign-in', link.replace(base, '')]) {
    await page.goto(base + path);
    assert.deepEqual(await objections(page), [], path);
  }
  assert.match(await page.textContent('main'), /no longer good/);
  await context.close();
});
