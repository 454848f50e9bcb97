// A register where there is no signal: two phones mark the same people, one loses its page, and nothing is lost or doubled.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { letIn, roles } from '../lib/doors.mjs';
import { address } from '../lib/site.mjs';

const browser = await open();
after(() => browser.close());

const words = (page) => page.locator('[data-register-words]');
const sent = (page) => page.waitForFunction(() => /Every mark|differently/.test(document.querySelector('[data-register-words]').textContent));

/** A phone of somebody who keeps a register with people on it, and the register's address. */
async function phone(path) {
  const context = await visitor(browser, { serviceWorkers: 'allow', viewport: { width: 320, height: 800 } });
  const page = await context.newPage();
  for (const role of roles) {
    await letIn(context, role);
    const reply = await page.goto(address(path || '/register'));
    if (!reply.ok()) continue;
    for (const href of path ? [path] : await page.locator('a.register-date').evaluateAll((links) => links.map((link) => link.getAttribute('href')))) {
      await page.goto(address(href));
      if (!(await page.locator('[data-whom]').count())) continue;
      await page.waitForFunction(() => navigator.serviceWorker.controller);
      await page.reload();
      await page.waitForFunction(async (script) => Boolean(await caches.match(script)), await page.locator('script[src*=registers]').getAttribute('src'));
      return { context, page, path: href };
    }
  }
  throw new Error('no role of the demonstration keeps a register with people on it');
}

test('two phones without a network mark the same people, and nothing is lost or doubled', { timeout: 120_000 }, async () => {
  const one = await phone();
  const two = await phone(one.path);
  const many = await one.page.locator('[data-whom]').count();
  // Before a register opens only 'told us' is taken, and taken back; so this holds at every hour.
  const open = (await one.page.locator('[data-until-open]:visible').count()) === 0;
  const [usual, others] = open ? ['came', ['told']] : ['told', ['told', '']];
  for (const { context } of [one, two]) await context.setOffline(true);
  const mark = (page, at, value) => page.locator('[data-whom]').nth(at).locator(`input[type=radio][value="${value}"]`).click();
  for (let at = 0; at < many; at += 1) {
    for (const value of at ? [usual] : others) await mark(two.page, at, value);
    await mark(one.page, at, usual);
  }
  await one.page.reload();
  await one.page.waitForFunction((count) => document.querySelectorAll('[data-whom] input:checked:not([value=""])').length === count, many);
  assert.match(await words(one.page).innerText(), new RegExp(`Kept on this phone, not sent yet: ${many}`));

  // Signing out would take them off the phone, and says so first.
  await one.page.locator('form.nav-out button').click();
  await one.page.waitForFunction(() => /Press ‘Sign out’ again/.test(document.querySelector('[data-register-words]').textContent));

  for (const { context, page } of [two, one]) {
    await context.setOffline(false);
    await sent(page);
  }
  await one.page.reload();
  assert.equal(await one.page.locator('[data-marked]').innerText(), String(many));
  assert.equal(await one.page.locator('h3', { hasText: 'differently' }).count(), 1);

  await one.page.locator('form.nav-out button').click();
  await one.page.waitForURL((url) => !url.pathname.startsWith('/register'));
  assert.deepEqual(await one.page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('register'))), []);
  await one.context.close();
  await two.context.close();
});

test('who signs in next on a phone finds no register of who was there before', { timeout: 60_000 }, async () => {
  const { context, page, path } = await phone();
  await page.waitForFunction(async (register) => Boolean(await caches.match(register)), path);
  await page.goto(address('/demo/sign-in'));
  await page.waitForFunction(async (register) => !(await caches.match(register)), path);
  await context.setOffline(true);
  await page.goto(address(path));
  assert.doesNotMatch(await page.locator('h1').innerText(), /Register/);
  assert.equal(await page.locator('[data-whom]').count(), 0);
  await context.close();
});
