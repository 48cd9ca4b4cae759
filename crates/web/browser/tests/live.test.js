// An open page says when there is something new.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { signedIn, startBrowser } from '../support/browser.js';
import { binary, clean, startHub } from '../support/hub.js';

let hub;
let chromium;
before(async () => { hub = await startHub(); chromium = await startBrowser(); }, { timeout: 300_000 });
after(async () => { await chromium?.close(); await hub?.stop(); });

test('news from another process show up', { timeout: 300_000 }, async () => {
  const { context, page, complaints } = await signedIn(chromium.browser, hub);
  await page.goto(`${hub.base}/`);
  const streaming = page.waitForResponse('**/live');
  await page.reload();
  await streaming;
  mkdirSync(join(hub.data, 'sources'), { recursive: true });
  writeFileSync(join(hub.data, 'sources', 'late.toml'), `
name = "late"
title = { en = "Late", ja = "後から" }
description = { en = "Invented rows.", ja = "架空のデータ。" }
homepage = "https://late.example/"
licence = "CC0-1.0"
url = "https://late.example/list.txt"
auth = "none"
data = "reputation"
enabled = false
interval = "1h"
mode = "snapshot"

[format]
type = "list"

[fields]
value = 1
`);
  writeFileSync(join(hub.data, 'late.txt'), 'one.late.example\ntwo.late.example\n');
  execFileSync(binary, ['collect', 'late', '--data', hub.data, '--from', join(hub.data, 'late.txt')], { env: clean, stdio: 'pipe' });
  const bar = page.locator('.live-bar button');
  await bar.waitFor();
  assert.match(await bar.textContent(), /^2 new/);
  await bar.click();
  await page.locator('.news').first().getByText('late', { exact: true }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});
