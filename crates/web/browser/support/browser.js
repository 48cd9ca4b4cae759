// Chromium, and somebody signed in who uses it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { watch } from './look.js';

/** How long anything may take on a slow machine. */
export const PATIENCE = 60_000;

const executable = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** A browser that contacts nothing by itself. */
export const startBrowser = async () => {
  const home = mkdtempSync(join(tmpdir(), 'noroshi-chromium-'));
  const browser = await chromium.launch({
    executablePath: executable,
    timeout: PATIENCE,
    env: { ...process.env, HOME: home },
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  return { browser, close: async () => { await browser.close(); rmSync(home, { recursive: true, force: true }); } };
};

/** A window in which somebody is signed in, and whatever it complained about. */
export const signedIn = async (browser, hub, { width = 1280, height = 900, theme, ...options } = {}) => {
  const context = await browser.newContext({
    viewport: { width, height }, locale: 'en', timezoneId: 'Asia/Tokyo', reducedMotion: 'reduce', ...options,
  });
  context.setDefaultTimeout(PATIENCE);
  if (theme) await context.addCookies([{ name: 'theme', value: theme, url: hub.base }]);
  const page = await context.newPage();
  const complaints = watch(page);
  await page.goto(`${hub.base}/sign-in`);
  await page.fill('#f-name', hub.account);
  await page.fill('#f-password', hub.password);
  await page.click('form[action="/sign-in"] button.main');
  await page.waitForURL(`${hub.base}/`);
  return { context, page, complaints };
};

/** Every page that somebody can be on, by a name for its picture. */
export const pages = {
  home: '/',
  search: '/search?q=tag%3Aphishing',
  'search-all': '/search',
  'search-wrong': '/search?q=tag%3Aa%20(kind%3Anonsense',
  'search-nothing': '/search?q=nothing-is-like-this',
  observable: '/observable/domain/login-kaisha.example',
  unlisted: '/observable/ipv4/192.0.2.250',
  timeline: '/timeline',
  everyone: '/timeline/everyone',
  mentions: '/timeline/mentions',
  tag: '/tag/phishing',
  account: '/account/aiko',
  'source-account': '/account/demo-c2-tracker',
  thread: '/post/1',
  history: '/post/12/history',
  edit: '/post/12/edit',
  lists: '/lists',
  notifications: '/notifications',
  following: '/following',
  'search-posts': '/search?q=in%3Apost',
  trackers: '/trackers',
  'tracker-news': '/trackers/news',
  'tracker-vulnerabilities': '/trackers/vulnerabilities',
  'tracker-exploits': '/trackers/exploits',
  'tracker-social': '/trackers/social',
  vulnerability: '/observable/cve/CVE-2026-90001',
  annotate: '/annotate',
  'annotate-text': '/annotate/1',
  check: '/check',
  stories: '/stories',
  'story-new': '/story/new',
  hunts: '/hunts',
  'hunt-new': '/hunt/new?words=tag%3Aphishing',
  channels: '/channels',
  handover: '/handover',
  sources: '/sources',
  overlap: '/sources/overlap',
  source: '/source/demo-phishing',
  batch: '/batch/18',
  settings: '/settings',
  help: '/help',
  api: '/api',
  about: '/about',
  components: '/components',
  'not-found': '/nowhere',
};
