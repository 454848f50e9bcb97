// What people come to do behind the doors, from a mail or the sign-in to the end. Without our script where it matters
// most: whoever keeps an entry may be on any old phone.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { letIn } from '../lib/doors.mjs';
import { address } from '../lib/site.mjs';
import { main, summary } from '../lib/steps.mjs';
import { codeOf } from '../lib/totp.mjs';

const PROVIDER = 'provider@hearth.example';
const NEWCOMER = 'newcomer@hearth.example';
const PASSWORD = 'seven quiet lanterns by the canal';
const WORDS_A_MINUTE = 200; // an unhurried reader
const browser = await open();
after(() => browser.close());

test('a provider says in a minute that an entry is still right, from the mail to the thanks', async (t) => {
  const page = await newPage({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await page.goto(address('/demo/outbox'));
  const mail = mailTo(page, PROVIDER, 'Is this still right?').first();
  const began = performance.now();
  let presses = 0;
  let words = 0;
  const read = async (place) => { words += (await place.innerText()).split(/\s+/).filter(Boolean).length; };
  const press = async (what) => { presses += 1; await what.click(); await page.waitForLoadState('load'); };

  await read(mail);
  await press(mail.locator('a[href*="/sign-in/link/"]'));
  await read(main(page));
  await press(page.getByRole('button', { name: 'Continue' }));
  assert.match(page.url(), /\/provider/);
  const entries = main(page).locator('a[href^="/provider/entries/"]');
  if (!/\/entries\//.test(page.url())) {
    await read(main(page));
    await press(entries.first());
  }
  assert.match(await page.locator('h1').innerText(), /still right/i);
  await read(main(page).locator('dl.kv').first());
  await press(page.getByRole('button', { name: 'Nothing has changed' }).first());
  assert.match(await page.locator('h1').innerText(), /thank you/i);
  assert.match(await main(page).innerText(), /Families now see/);

  const machine = (performance.now() - began) / 1000;
  const whole = machine + (words / WORDS_A_MINUTE) * 60 + presses * 2;
  t.diagnostic(`note: one-minute update: ${presses} presses, ${machine.toFixed(1)} s of waiting, ${words} words to read: about ${whole.toFixed(0)} s for a newcomer`);
  assert.ok(presses <= 4, `${presses} presses`);
  assert.ok(machine < 10, `${machine} s`);
  assert.ok(whole < 150, `${whole} s`);

  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForLoadState('load');
  await page.context().close();
});

test('a change is drafted, sent, accepted in part, published, and its provider is told', async () => {
  const taken = `Demonstration of a changed sentence, ${Date.now()}.`;
  const refused = 'Demonstration of words that are not taken.';
  const provider = await letInPage('provider', { javaScriptEnabled: false });
  await provider.goto(address('/provider'));
  const entry = (await main(provider).locator('a[href^="/provider/entries/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')))).at(-1);
  const slug = entry.split('/').pop();
  const name = (await main(provider).locator(`a[href="${entry}"]`).first().innerText()).trim();

  await provider.goto(address(`${entry}/what`));
  await main(provider).locator('[name=summary]').fill(taken);
  await main(provider).locator('[name=description]').fill(refused);
  await provider.getByRole('button', { name: /^Save/ }).click();
  await provider.waitForLoadState('load');
  await provider.goto(address(entry));
  assert.ok(!(await (await fetch(address(`/services/${slug}`))).text()).includes(taken), 'families see nothing of it yet');
  await provider.getByRole('button', { name: /^Send for checking/ }).click();
  await provider.waitForLoadState('load');
  await provider.goto(address(entry));

  const editor = await letInPage('editor');
  await editor.goto(address('/admin'));
  await main(editor).locator('a[href="/admin/review"]').first().click();
  await editor.waitForURL('**/admin/review');
  // The demonstration may have sent something about the same entry before.
  const waiting = await main(editor).locator('table a[href^="/admin/review/"]').filter({ hasText: name })
    .evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  let found = false;
  for (const change of waiting) {
    await editor.goto(address(change));
    found = (await main(editor).innerText()).includes(taken);
    if (found) break;
  }
  assert.ok(found, 'what was sent waits for the editor');
  await editor.locator('[name=verdict-summary][value=accept]').check();
  await editor.locator('[name=verdict-description][value=refuse]').check();
  await editor.locator('[name=reason-description]').fill('Please say what a family would find there.');
  await main(editor).locator('form.review button[type=submit], form[action^="/admin/review/"] button[type=submit]').first().click();
  await editor.waitForLoadState('load');
  assert.equal(await summary(editor).count(), 0);

  const seen = await until(async () => {
    const text = await (await fetch(address(`/services/${slug}`))).text();
    return text.includes(taken) && text;
  });
  assert.ok(seen, 'families see the sentence that was accepted');
  assert.ok(!seen.includes(refused), 'and not the one that was refused');

  const told = await until(async () => {
    await editor.goto(address('/demo/outbox'));
    const mail = mailTo(editor, PROVIDER, /checked/i);
    return (await mail.count()) > 0 && mail.first().innerText();
  });
  assert.ok(told, 'the provider is told');
  assert.match(told, /Please say what a family would find there/);
  await Promise.all([provider.context().close(), editor.context().close()]);
});

test('somebody signs in with a link by email and out again, without script', async () => {
  const page = await newPage({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
  await page.goto(address('/provider'));
  await page.waitForURL(/\/sign-in\?next=/);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await summary(page).waitFor();
  await page.getByLabel('Your email address').fill(PROVIDER);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.waitForURL('**/sign-in/sent');
  const mail = await until(async () => {
    await page.goto(address('/demo/outbox'));
    const found = mailTo(page, PROVIDER, /link to sign in/i);
    return (await found.count()) > 0 && found.first();
  });
  await mail.locator('a[href*="/sign-in/link/"]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL('**/provider');
  assert.match(await page.locator('header nav [aria-current=page]').innerText(), /My entries/);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForLoadState('load');
  await page.goto(address('/account'));
  await page.waitForURL(/\/sign-in/);
  await page.context().close();
});

test('an administrator adds a person, who sets up a password and codes, is shut out and let in again', async () => {
  const admin = await letInPage('administrator');
  await admin.goto(address('/account'));
  await main(admin).locator('a[href="/admin/people"]').first().click();
  await main(admin).getByRole('link', { name: 'Add a person' }).click();
  await admin.getByLabel('Name', { exact: true }).fill('Demonstration newcomer');
  await admin.getByLabel('Email address').fill(NEWCOMER);
  await admin.getByLabel('Editor', { exact: true }).check({ force: true });
  await admin.getByRole('button', { name: 'Add and send the invitation' }).click();
  await admin.waitForURL(/\/admin\/people\/[0-9a-f-]{36}/);
  const record = admin.url().split('?')[0];

  // The invitation, in the newcomer's own browser.
  const page = await newPage({ javaScriptEnabled: false });
  const mail = await until(async () => {
    await page.goto(address('/demo/outbox'));
    const found = mailTo(page, NEWCOMER, /./);
    return (await found.count()) > 0 && found.first();
  });
  await mail.locator('a[href*="/sign-in/link/"]').click();
  assert.match(await page.locator('h1').innerText(), /set up/i);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL('**/sign-in/set-up/password');
  await page.locator('[name=password]').fill('short');
  await page.getByRole('button', { name: 'Save and go on' }).click();
  await summary(page).waitFor();
  await page.locator('[name=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Save and go on' }).click();
  await page.waitForURL('**/sign-in/set-up/code');
  const letters = await page.locator('b.letters').innerText();
  await page.locator('[name=code]').fill(codeOf(letters));
  await page.getByRole('button', { name: 'Save and go on' }).click();
  assert.match(await page.locator('h1').innerText(), /recovery codes/i);
  assert.equal(await main(page).locator('li').count(), 8);
  await main(page).getByRole('link', { name: /carry on/i }).click();
  await page.waitForURL(/\/admin$/);

  // Another day: password and a code.
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForLoadState('load');
  await signInWithPassword(page);
  await page.waitForURL('**/sign-in/code');
  await page.locator('[name=code]').fill(codeOf(letters, 1));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(/\/admin$/);

  // Shut out: at once, everywhere.
  await admin.goto(address('/admin/people'));
  await admin.getByLabel('Name or email address').fill('newcomer');
  await main(admin).getByRole('button', { name: 'Search' }).click();
  await main(admin).getByRole('link', { name: 'Demonstration newcomer' }).click();
  assert.equal(admin.url().split('?')[0], record);
  await admin.getByRole('button', { name: /^Disable/ }).click();
  await main(admin).getByRole('status').waitFor();
  assert.match(await main(admin).innerText(), /Disabled since/);
  await page.goto(address('/admin'));
  await page.waitForURL(/\/sign-in/);
  await signInWithPassword(page);
  assert.match(page.url(), /\/sign-in/);
  await admin.getByRole('button', { name: /^Enable/ }).click();
  await main(admin).getByRole('status').waitFor();
  assert.match(await main(admin).innerText(), /May sign in/);
  await Promise.all([admin.context().close(), page.context().close()]);
});

test('each role comes first to the page of its work', async () => {
  const firsts = { administrator: '/admin', editor: '/admin', 'data.steward': '/admin', safeguarding: '/admin', analyst: '/admin', provider: '/provider', parent: '/account' };
  for (const [role, first] of Object.entries(firsts)) {
    const page = await newPage({ javaScriptEnabled: false });
    await page.goto(address('/demo/sign-in'));
    const card = main(page).locator('.card').filter({ hasText: `${role}@` });
    await card.getByRole('button').click();
    await page.waitForLoadState('load');
    assert.equal(new URL(page.url()).pathname, first, role);
    await page.context().close();
  }
});

async function newPage(options = {}) {
  return (await visitor(browser, options)).newPage();
}

async function letInPage(role, options = {}) {
  return (await letIn(await visitor(browser, options), role)).newPage();
}

async function signInWithPassword(page) {
  await page.goto(address('/sign-in/password'));
  await page.locator('[name=email]').fill(NEWCOMER);
  await page.locator('[name=password]').fill(PASSWORD);
  await main(page).getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForLoadState('load');
}

/** The messages in the demonstration's outbox to somebody, newest first. */
function mailTo(page, email, subject) {
  return page.locator('main article').filter({ hasText: `To ${email}` })
    .filter({ has: page.locator('h2').filter({ hasText: subject }) });
}

/** Asks again until there is an answer: a job of the house may be about to do it. */
async function until(answer) {
  for (let tries = 0; tries < 40; tries += 1) {
    const found = await answer();
    if (found) return found;
    await new Promise((again) => { setTimeout(again, 250); });
  }
  return null;
}
