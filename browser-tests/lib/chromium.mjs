// The one browser of a run. `run.mjs` starts it and hands its address on; a file run by itself starts its own.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const args = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const executablePath = process.env.CHROMIUM || places.find((path) => existsSync(path)) || places[0];

export async function open() {
  const shared = process.env.HEARTH_BROWSER;
  return shared ? chromium.connect(shared) : chromium.launch({ executablePath, args });
}

export const startServer = () => chromium.launchServer({ executablePath, args });

/** A new person at the door: empty cookies, nothing kept. Says so when the page asks another server for anything. */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({
    locale: 'en-GB', timezoneId: 'Europe/London', serviceWorkers: 'block', viewport: { width: 1280, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(10_000);
  return context;
}

/** A context whose pages run no script of ours, but in which a checker can still work. */
export async function withoutOurScript(browser, options = {}) {
  const context = await visitor(browser, options);
  await context.route(/\/assets\/.*\.js$/, (route) => route.abort());
  return context;
}
