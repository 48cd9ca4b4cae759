// A hub with invented data, started for one test file and ended with it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../../..');
export const binary = process.env.NOROSHI_BINARY ?? join(root, 'target/debug/noroshi');
export const pictures = join(root, 'target/screenshots');

/** The environment without what would configure the hub. */
export const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NOROSHI_')));

/** Starts the program and waits until it says where it is. */
export const startHub = async (...extra) => {
  const data = mkdtempSync(join(tmpdir(), 'noroshi-browser-'));
  let program;
  let said;
  const start = (listen) => {
    const args = ['serve', '--listen', listen, '--data', data, ...(extra.length ? extra : ['--demo'])];
    said = '';
    program = spawn(binary, args, { cwd: data, env: clean, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [program.stdout, program.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => { said += text; });
    }
  };
  const told = (pattern, patience = 120_000) => new Promise((done, failed) => {
    const late = setTimeout(() => failed(new Error(`the hub did not say ${pattern}:\n${said}`)), patience);
    const look = () => {
      const found = said.match(pattern);
      if (found) { clearTimeout(late); done(found); }
    };
    program.stdout.on('data', look);
    program.stderr.on('data', look);
    program.once('exit', (code) => { clearTimeout(late); failed(new Error(`the hub ended with ${code}:\n${said}`)); });
    look();
  });
  start('127.0.0.1:0');
  const [, base] = await told(/is on (http:\/\/[\d.:]+)/);
  const [, account, password] = await told(/Sign in as (\S+) with the password (\S+)/);
  const [, key] = await told(/API key is (\S+)/);
  const end = async (signal) => {
    const ended = new Promise((done) => program.once('exit', done));
    program.kill(signal);
    await ended;
  };
  return {
    base, account, password, key, data,
    /** Ends it as a power cut would. */
    kill: () => end('SIGKILL'),
    /** Starts it again where it was. */
    restart: async () => {
      start(base.replace('http://', ''));
      await told(/is on (http:\/\/[\d.:]+)/);
    },
    stop: async () => {
      await end('SIGTERM');
      rmSync(data, { recursive: true, force: true });
    },
  };
};
