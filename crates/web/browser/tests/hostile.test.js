// A feed that wants to be markup, through every page: nothing of it runs, and the policy would stop it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { signedIn, startBrowser } from '../support/browser.js';
import { binary, clean, startHub } from '../support/hub.js';

const corpus = [
  '<script>document.title="ran"</script>',
  '"><script>document.title="ran"</script>',
  '<img src=x onerror=\'document.title="ran"\'>',
  '</title><svg onload=\'document.title="ran"\'>',
  '</textarea><script>document.title="ran"</script>',
  '\' onfocus=\'document.title="ran"\' autofocus=\'',
  'javascript:document.title="ran"',
  '<a href="javascript:document.title=\'ran\'">x</a>',
  '<iframe srcdoc="<script>parent.document.title=\'ran\'</script>">',
  '<style>*{display:none}</style>',
  '<base href="http://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=http://evil.example/">',
  '<form action="http://evil.example/"><button>x',
  '{{constructor.constructor("document.title=1")()}}',
  '<template><script>document.title="ran"</script></template>',
  'invoice\u202efdp.exe\u200b',
];

const recipe = `
name = "hostile"
title = { en = "Hostile", ja = "悪意ある情報源" }
description = { en = "Invented rows.", ja = "架空のデータ。" }
homepage = "https://hostile.example/"
licence = "CC0-1.0"
url = "https://hostile.example/list.json"
auth = "none"
data = "reputation"
enabled = false
interval = "1h"
mode = "snapshot"

[format]
type = "csv"

[fields]
value = "value"
family = "family"
tags = ["tags"]
note = "note"
reference = "reference"
`;

let hub;
let chromium;
before(async () => {
  hub = await startHub();
  chromium = await startBrowser();
  mkdirSync(join(hub.data, 'sources'), { recursive: true });
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const rows = corpus.map((text, n) => [`h${n}.hostile.example`, text, text, text, text].map(quoted).join(','));
  rows.push(...corpus.map((text, n) => [`http://hostile.example/${n}?${encodeURIComponent(text)}`, text, text, text, text].map(quoted).join(',')));
  // The demo keeps its data in a folder of its own only where none is named.
  writeFileSync(join(hub.data, 'sources', 'hostile.toml'), recipe);
  writeFileSync(join(hub.data, 'list.csv'), `value,family,tags,note,reference\n${rows.join('\n')}\n`);
  execFileSync(binary, ['collect', 'hostile', '--data', hub.data, '--from', join(hub.data, 'list.csv')], { env: clean, stdio: 'pipe' });
}, { timeout: 300_000 });
after(async () => { await chromium?.close(); await hub?.stop(); });

test('nothing in a feed runs', { timeout: 900_000 }, async () => {
  const { context, page, complaints } = await signedIn(chromium.browser, hub);
  const outside = [];
  await context.route('**/*', (route) => {
    const here = route.request().url().startsWith(hub.base);
    if (!here) outside.push(route.request().url());
    return here ? route.continue() : route.abort();
  });
  const paths = [
    '/', '/search?q=source%3Ahostile', '/search', '/about', '/sources', '/sources/hostile', '/observable/domain/hostile.example',
    ...corpus.map((text, n) => `/observable/domain/h${n}.hostile.example`),
    ...corpus.map((text) => `/search?q=${encodeURIComponent(text)}`),
    ...corpus.map((text) => `/search?q=${encodeURIComponent(`tag:"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)}`),
    ...corpus.map((text) => `/sign-in?next=${encodeURIComponent(text)}`),
    ...corpus.map((text) => `/observable/mutex/${encodeURIComponent(text)}`),
    ...corpus.map((text) => `/${encodeURIComponent(text)}`),
  ];
  for (const path of paths) {
    await page.goto(hub.base + path);
    const state = await page.evaluate(() => ({
      title: document.title, path: location.host, scripts: document.scripts.length,
      strange: document.querySelectorAll('img, iframe, base, style, [onload], [onerror], [onfocus], [style], main template').length,
    }));
    assert.notEqual(state.title, 'ran', path);
    assert.ok(hub.base.endsWith(state.path), path);
    assert.equal(state.scripts, 1, path);
    assert.equal(state.strange, 0, path);
  }
  // Cards and completion put their answers in by script.
  await page.goto(`${hub.base}/search?q=source%3Ahostile`);
  const chips = page.locator('main .chip');
  for (let at = 0; at < 8; at += 1) {
    await chips.nth(at).hover();
    await page.locator('.hover .verdict').waitFor();
    await page.mouse.move(5, 5);
    await page.locator('.hover').waitFor({ state: 'detached' });
  }
  for (const start of ['tag:<', 'family:"', 'tag:j']) {
    await page.fill('#q', '');
    await page.locator('#q').pressSequentially(start);
    await page.waitForTimeout(300);
  }
  assert.notEqual(await page.title(), 'ran');
  assert.deepEqual(outside, []);
  assert.deepEqual(complaints.filter((text) => !text.includes('Failed to load resource')), []);
  await context.close();
});

test('the policy holds even where markup got in', { timeout: 300_000 }, async () => {
  const { context, page } = await signedIn(chromium.browser, hub);
  await page.goto(`${hub.base}/help`);
  const ran = await page.evaluate(async () => {
    const tried = [];
    // What the debugger runs may evaluate; what comes later is bound as a page is.
    await new Promise((done) => { setTimeout(done, 10); });
    const script = document.createElement('script');
    try { script.textContent = 'document.title = "ran"'; document.body.append(script); } catch (error) { tried.push(error.name); }
    try { document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="document.title=\'ran\'">'); } catch (error) { tried.push(error.name); }
    try { window.eval('document.title = "ran"'); } catch (error) { tried.push(error.name); }
    await fetch('http://192.0.2.1/').catch((error) => tried.push(error.name));
    return { title: document.title, tried };
  });
  assert.notEqual(ran.title, 'ran');
  assert.ok(ran.tried.length >= 3, JSON.stringify(ran));
  await context.close();
});
