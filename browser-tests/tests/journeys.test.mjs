// What families come to do, from the first page to the end, with script and without.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { address, bookable, ordinary } from '../lib/site.mjs';
import { main, openReportWithErrors, reportForm, saveButton, searchFor, servicesOn, summary } from '../lib/steps.mjs';

const browser = await open();
after(() => browser.close());

for (const [way, options] of [['with script', {}], ['without script', { javaScriptEnabled: false }]]) {
  test(`a parent finds help, saves it, shares the list and takes it off again, ${way}`, async () => {
    const page = await newPage(options);
    await page.goto(address('/'));
    await searchFor(page, 'she wont latch', 'WA8 0BS');
    const found = await servicesOn(page);
    assert.ok(found.length > 0, 'the search found a service');
    await main(page).locator(`a[href="${found[0]}"]`).first().click();
    await page.waitForURL(`**${found[0]}`);
    const title = (await page.locator('h1').innerText()).trim();

    await saveButton(page).click();
    if (options.javaScriptEnabled === false) await page.waitForLoadState('load');
    else await page.locator('form[data-save] button.saved').first().waitFor();
    await page.goto(address('/shortlist'));
    assert.deepEqual(await servicesOn(page), [found[0]]);

    const link = await sharedLink(page);
    const other = await newPage(options);
    await other.goto(address(link));
    assert.deepEqual(await servicesOn(other), [found[0]]);
    assert.ok((await main(other).innerText()).includes(title));

    await main(page).getByRole('button', { name: /remove|take .*off/i }).first().click();
    const undo = main(page).getByRole('button', { name: /undo|put .*back/i });
    await undo.first().waitFor();
    assert.deepEqual(await servicesOn(page), []);
    await undo.first().click();
    await main(page).locator(`a[href="${found[0]}"]`).first().waitFor();
    await Promise.all([page.context().close(), other.context().close()]);
  });

  test(`a family tells us something is wrong, after a mistake that loses nothing, ${way}`, async () => {
    const page = await newPage(options);
    await openReportWithErrors(page);
    assert.match(await page.title(), /^Error/i);
    const form = reportForm(page);
    const words = 'The opening time is now ten in the morning.';
    await form.locator('[name=words]').fill(words);
    await form.locator('[name=reply_to]').fill('not an address');
    await form.locator('[name=what]').first().check({ force: true });
    await send(form);
    await page.locator('#reply_to-error').waitFor();
    assert.equal(await form.locator('[name=words]').inputValue(), words);
    assert.equal(await form.locator('[name=reply_to]').inputValue(), 'not an address');
    assert.ok(await form.locator('[name=what]').first().isChecked());
    await form.locator('[name=reply_to]').fill('');
    await send(form);
    await page.getByRole('heading', { level: 1, name: /thank you/i }).waitFor();
    assert.equal(await summary(page).count(), 0);
    await page.context().close();
  });

  test(`a family books a place after a mistake that loses nothing, and gives it up, ${way}`, async () => {
    const page = await newPage(options);
    const path = bookable.find((each) => each.includes('baby-massage')) ?? bookable[0];
    await page.goto(address(path.replace(/\/book$/, '')));
    await main(page).locator(`a[href="${path}"]`).first().click();
    const form = main(page).locator(`form[action="${path}"]`);
    const reference = (await form.locator('b').last().innerText()).trim();
    assert.match(reference, /^[2-9A-Z]{8}$/);
    await form.locator('[name=child_1_name]').fill('Robin');
    await form.locator('[name=name]').fill('Example parent');
    await form.locator('[name=email]').fill('parent@example.org');
    await form.getByRole('button', { name: 'Book', exact: true }).click();
    await page.locator('.govuk-error-summary').waitFor();
    assert.equal(await form.locator('[name=child_1_name]').inputValue(), 'Robin');
    const born = new Date(Date.now() - 120 * 86_400_000);
    await form.locator('[name=child_1_born]').fill(`${born.getDate()} ${born.getMonth() + 1} ${born.getFullYear()}`);
    if ((await form.locator('[type=checkbox][name=date]').count()) > 0) {
      await form.locator('[type=checkbox][name=date]').first().check({ force: true });
    }
    await form.getByRole('button', { name: 'Book', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: /you have a place/i }).waitFor();
    assert.ok((await main(page).innerText()).includes(reference), 'the reference is the one that stood on the form');
    await main(page).locator('summary', { hasText: 'any more' }).click();
    await main(page).getByRole('button', { name: 'Cancel this booking' }).click();
    await page.getByRole('heading', { level: 1, name: /cancelled/i }).waitFor();
    await page.context().close();
  });

  test(`danger in a search or in a report is answered with a number first, ${way}`, async () => {
    const page = await newPage(options);
    await page.goto(address('/search?q=i+want+to+kill+myself'));
    await redCard(page);
    await page.goto(address(`${ordinary}/report`));
    await reportForm(page).locator('[name=words]').fill('i want to kill myself');
    await reportForm(page).locator('[name=what]').first().check({ force: true });
    await send(reportForm(page));
    await redCard(page);
    assert.equal(await reportForm(page).locator('[name=words]').inputValue(), 'i want to kill myself');
    assert.ok(!page.url().includes('kill'), 'what was typed is in no address');
    await page.context().close();
  });

  test(`the exit leads away, ${way}`, async () => {
    const page = await newPage(options);
    await page.goto(address('/search?q=she+wont+latch'));
    await outside(page);
    await page.locator('a.exit').first().click();
    await page.waitForURL((url) => !url.href.startsWith(address('')));
    await page.context().close();
  });
}

test('the exit leaves the page out of the history', async () => {
  const page = await newPage({});
  await page.goto(address('/'));
  await page.goto(address('/urgent-help'));
  await outside(page);
  await page.locator('a.exit').first().click();
  await page.waitForURL((url) => !url.href.startsWith(address('')));
  await page.goBack();
  assert.equal(page.url(), address('/'), 'back goes past the page that was left');
  await page.context().close();
});

test('Shift three times leaves the page, and Shift for a capital letter does not', async () => {
  const page = await newPage({});
  await page.goto(address('/'));
  await page.goto(address('/search?q=she+wont+latch'), { waitUntil: 'load' });
  await outside(page);
  await page.locator('[name=q]:visible').first().focus();
  for (const letter of ['A', 'B', 'C', 'D']) await page.keyboard.press(`Shift+${letter}`);
  assert.ok(page.url().startsWith(address('/search')));
  for (let times = 0; times < 3; times += 1) await page.keyboard.press('Shift');
  await page.waitForURL((url) => !url.href.startsWith(address('')));
  await page.goBack();
  assert.equal(page.url(), address('/'));
  await page.context().close();
});

async function newPage(options) {
  return (await visitor(browser, options)).newPage();
}

/** Stands in for the page that the exit leads to, so that no test goes out into the world. */
async function outside(page) {
  await page.context().route((url) => !url.href.startsWith(address('')), (route) => route.fulfill({ contentType: 'text/html', body: '<title>Weather</title>' }));
}

async function send(form) {
  await form.locator('button[type=submit], button:not([type])').first().click();
}

async function redCard(page) {
  const card = page.locator('.crisis-red').first();
  await card.waitFor();
  assert.ok(await card.locator('a[href="tel:999"]').count(), 'the card has 999');
}

/** The address under which the list can be sent to somebody. */
async function sharedLink(page) {
  const inLink = main(page).locator('a[href*="shortlist?s="]').first();
  const url = new URL(await inLink.getAttribute('href'), address('/'));
  return url.pathname + url.search;
}
