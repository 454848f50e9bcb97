// Passkeys in a real browser, with the virtual device that Chromium keeps for tests. The demonstration is asked for as
// `localhost`: a passkey belongs to a name, never to a number.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { look } from '../lib/axe.mjs';
import { base } from '../lib/site.mjs';
import { main } from '../lib/steps.mjs';

const site = new URL(base);
if (site.hostname === '127.0.0.1') site.hostname = 'localhost';
const address = (path) => new URL(path, site).href;

const browser = await open();
after(() => browser.close());

test('a passkey is added, signs in with nothing typed, gets a name, and opens nothing once it is taken off', async () => {
  const page = await newPage();
  const device = await deviceOf(page);
  await signInToTheDemonstration(page);
  await page.goto(address('/account/passkeys'));
  for (const one of await passkeysOn(page)) await takeOff(page, one);

  await page.getByRole('button', { name: 'Add a passkey on this device' }).press('Enter');
  await page.waitForURL('**/account/passkeys?done=added');
  assert.match(await main(page).getByRole('status').innerText(), /Your passkey is added/);
  assert.deepEqual(await passkeysOn(page), ['Chrome on Linux']);
  assert.equal((await device.credentials()).length, 1);

  await main(page).getByRole('link', { name: 'Change the name of Chrome on Linux' }).click();
  await page.getByLabel('Name').fill('');
  await page.getByRole('button', { name: 'Keep this name' }).click();
  await page.locator('#name-error').waitFor();
  await page.getByLabel('Name').fill('My work laptop');
  await page.getByRole('button', { name: 'Keep this name' }).click();
  await page.waitForURL('**/account/passkeys?done=named');
  assert.deepEqual(await passkeysOn(page), ['My work laptop']);

  await signOut(page);
  await page.getByRole('link', { name: 'Sign in with a passkey' }).click();
  await page.getByRole('button', { name: 'Use my passkey' }).press('Enter');
  await page.waitForURL('**/account');
  assert.match(await main(page).innerText(), /Signed in with a passkey/);

  // A copy of the passkey elsewhere: its counter is behind.
  const [kept] = await device.credentials();
  await device.clear();
  await device.add({ ...kept, signCount: 0 });
  await signOut(page);
  await usePasskey(page);
  assert.match(await refusal(page), /may have been copied/);
  await device.clear();
  await device.add({ ...kept, signCount: kept.signCount + 10 });
  await page.getByRole('button', { name: 'Use my passkey' }).click();
  await page.waitForURL('**/account');

  await page.goto(address('/account/passkeys'));
  await takeOff(page, 'My work laptop');
  assert.deepEqual(await passkeysOn(page), []);
  assert.equal((await device.credentials()).length, 1, 'the device still has it');
  await signOut(page);
  await usePasskey(page);
  assert.match(await refusal(page), /We do not know that passkey/);
  assert.equal(new URL(page.url()).pathname, '/sign-in/passkey');
  await page.context().close();
});

test('a device that does not ask who it is, and a person who stops, are told what to do', async () => {
  const page = await newPage();
  const device = await deviceOf(page, { isUserVerified: false });
  await signInToTheDemonstration(page);
  await page.goto(address('/account/passkeys'));
  await page.getByRole('button', { name: 'Add a passkey on this device' }).click();
  assert.match(await refusal(page), /That was stopped, or took too long/);
  assert.equal((await device.credentials()).length, 0);
  const button = page.getByRole('button', { name: 'Add a passkey on this device' });
  assert.equal(await button.getAttribute('aria-disabled'), null, 'it can be pressed again');
  await page.context().close();
});

test('without script, or in a browser without passkeys, the page leads to the other ways', async () => {
  const plain = await newPage({ javaScriptEnabled: false });
  await plain.goto(address('/sign-in/passkey?next=/account'));
  assert.match(await main(plain).innerText(), /Passkeys need script/);
  assert.equal(await plain.getByRole('button', { name: 'Use my passkey' }).count(), 0);
  await main(plain).getByRole('link', { name: 'another way to sign in' }).first().click();
  await plain.waitForURL('**/sign-in?next=*');

  const old = await newPage();
  await old.addInitScript(() => { delete window.PublicKeyCredential; });
  await old.goto(address('/sign-in/passkey'));
  assert.match(await main(old).innerText(), /This browser does not have passkeys/);
  assert.equal(await old.getByRole('button', { name: 'Use my passkey' }).count(), 0);
  await Promise.all([plain.context().close(), old.context().close()]);
});

test('the pages of passkeys have no barrier on a phone or a wide screen, in light and dark', async () => {
  const page = await newPage();
  await deviceOf(page);
  await signInToTheDemonstration(page);
  await page.goto(address('/account/passkeys'));
  await page.getByRole('button', { name: 'Add a passkey on this device' }).click();
  await page.waitForURL('**/account/passkeys?done=added');
  const [change, remove] = await main(page).locator('section a').evaluateAll((all) => all.map((a) => a.href));
  const looks = [{ width: 320, scheme: 'light' }, { width: 1280, scheme: 'dark' }];
  for (const path of ['/account/passkeys', change, remove, '/sign-in/passkey']) {
    assert.deepEqual(await look(page, address(path), looks), [], path);
    await page.setViewportSize({ width: 320, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, `${path} is ${wide} px wider than a phone`);
  }
  await page.goto(address('/account/passkeys'));
  for (const one of await passkeysOn(page)) await takeOff(page, one);
  await page.context().close();
});

async function newPage(options) {
  const page = await (await visitor(browser, options)).newPage();
  page.on('pageerror', (error) => assert.fail(error));
  return page;
}

/** A device of this page's own: it verifies its person by itself, unless told otherwise. */
async function deviceOf(page, more = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
    isUserVerified: true, automaticPresenceSimulation: true, ...more,
  } });
  return {
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    clear: () => session.send('WebAuthn.clearCredentials', { authenticatorId }),
    add: (credential) => session.send('WebAuthn.addCredential', { authenticatorId, credential }),
  };
}

/** As the demonstration's parent, whose first page is the account. */
async function signInToTheDemonstration(page) {
  await page.goto(address('/demo/sign-in'));
  await page.locator('form[action="/demo/sign-in"]').filter({ hasText: 'Demonstration parent' }).locator('button').click();
  await page.waitForURL('**/account');
}

async function signOut(page) {
  await page.goto(address('/account'));
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.waitForURL('**/sign-in');
}

async function usePasskey(page) {
  await page.goto(address('/sign-in/passkey'));
  await page.getByRole('button', { name: 'Use my passkey' }).click();
}

async function refusal(page) {
  const said = main(page).locator('[data-said]').filter({ hasText: /\S/ });
  await said.waitFor({ timeout: 30_000 });
  return said.innerText();
}

const passkeysOn = (page) => main(page).locator('section h2').allInnerTexts();

async function takeOff(page, name) {
  await main(page).getByRole('link', { name: new RegExp(`^Take it off ?: ?${name}$`) }).click();
  await page.getByRole('button', { name: 'Take it off' }).click();
  await page.waitForURL('**/account/passkeys?done=removed');
}
