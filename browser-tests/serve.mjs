// Starts the demonstration on a free port with a new data folder, runs a command with HEARTH_URL set, then stops it.
//   node serve.mjs BINARY COMMAND [ARG ...]
// When HEARTH_URL is already set, that site is used and nothing is started.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const READY_WITHIN_MS = 60_000;
let running = null;
const [binary, command, ...rest] = process.argv.slice(2);
if (!command) {
  console.error('Use: node serve.mjs BINARY COMMAND [ARG ...]');
  process.exit(2);
}
if (process.env.HEARTH_URL) process.exit(await runCommand(process.env.HEARTH_URL));

const folder = mkdtempSync(path.join(tmpdir(), 'hearth-outside-'));
const log = path.join(folder, 'server.log');
const out = openSync(log, 'w');
const port = await freePort();
const server = spawn(binary, ['demo', '--listen', `127.0.0.1:${port}`, '--data', path.join(folder, 'data')], { stdio: ['ignore', out, out] });
let over = false;
server.on('exit', () => { over = true; });
server.on('error', (error) => { over = true; console.error(`${binary}: ${error.message}`); });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(130));

const url = `http://127.0.0.1:${port}`;
const begun = performance.now();
while (!(await ready(url))) {
  if (over || performance.now() - begun > READY_WITHIN_MS) {
    console.error(`The demonstration did not get ready. It said:\n${readFileSync(log, 'utf8').slice(0, 4000)}`);
    stop(1);
  }
  await new Promise((again) => { setTimeout(again, 50); });
}
console.log(`demonstration ready at ${url} after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
const code = await runCommand(url);
if (over) console.error(`The server stopped during the tests. It said:\n${readFileSync(log, 'utf8').slice(0, 4000)}`);
stop(over ? 1 : code);

function stop(code) {
  // The command and all it started, its browsers too. Nothing is left of it when it has ended by itself.
  try {
    if (running) process.kill(-running.pid, 'SIGTERM');
  } catch { /* already gone */ }
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

function runCommand(address) {
  return new Promise((done) => {
    const child = spawn(command, rest, { stdio: 'inherit', detached: true, env: { ...process.env, HEARTH_URL: address } });
    running = child;
    child.on('exit', (status, signal) => { running = null; done(signal ? 1 : status); });
    child.on('error', (error) => { console.error(error.message); done(1); });
  });
}

function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', fail).listen(0, '127.0.0.1', () => {
      const taken = probe.address().port;
      probe.close(() => done(taken));
    });
  });
}

async function ready(address) {
  try {
    return (await fetch(`${address}/readyz`)).ok;
  } catch {
    return false;
  }
}
