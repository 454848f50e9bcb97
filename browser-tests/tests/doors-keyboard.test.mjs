// Behind the doors with a keyboard and no mouse: the tab key reaches everything and is always seen, and a form with a
// mistake says so first.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { kinds, letIn, mistakes, openMistake } from '../lib/doors.mjs';
import { address } from '../lib/site.mjs';
import { walk } from '../lib/tabbing.mjs';

const STOPS_MOST = 150; // a list of hundreds is the same stop again
const browser = await open();
after(() => browser.close());
const context = await visitor(browser);
const page = await context.newPage();
let inAs = null;

for (const { path, role } of await kinds()) {
  test(`on ${path} of ${role || 'a visitor'} the tab key goes through everything, and every place it stops is seen`, async (t) => {
    await as(role);
    await page.goto(address(path), { waitUntil: 'load' });
    const places = await page.evaluate(reachable);
    if (places.length > STOPS_MOST) {
      t.diagnostic(`${places.length} places are too many to walk`);
      return;
    }
    const stops = await walk(page);
    assert.ok(stops[0]?.classes.includes('skip'), 'the way past the header comes first');
    const reached = await page.evaluate(() => document.querySelectorAll('[data-walked]').length);
    const missed = await page.evaluate(reachable);
    // Of the radios of a group the tab key reaches one; the arrows reach the others.
    assert.deepEqual(missed.filter(({ walked }) => !walked).map(({ html }) => html), [], `reached ${reached}`);
    assert.deepEqual(stops.filter(({ seen }) => !seen).map(({ html }) => html), [], 'no outline to see here');
    assert.deepEqual(stops.filter(({ inView }) => !inView).map(({ html }) => html), [], 'the place reached is not on the screen');
  });
}

for (const mistake of mistakes) {
  test(`${mistake.path} with a mistake puts the keyboard on the summary, whose links lead to the fields`, async () => {
    await as(mistake.role);
    await openMistake(page, mistake);
    assert.match(await page.title(), /^Error/, 'the title says so too');
    await page.waitForFunction(() => document.activeElement.closest('.error-sum, .govuk-error-summary'));
    const links = page.locator('.error-sum a[href^="#"], .govuk-error-summary a[href^="#"]');
    assert.ok((await links.count()) > 0, 'the summary has links');
    for (const id of await links.evaluateAll((all) => all.map((a) => a.getAttribute('href').slice(1)))) {
      assert.equal(await page.locator(`[id="${id}"]`).count(), 1, `#${id} is on the page once`);
    }
    await links.first().press('Enter');
    const first = (await links.first().getAttribute('href')).slice(1);
    await page.waitForFunction((id) => document.activeElement.id === id || document.getElementById(id).contains(document.activeElement), first);
  });
}

async function as(role) {
  if (role !== inAs) await (role ? letIn(context, role) : context.clearCookies());
  inAs = role;
}

function reachable() {
  const groups = new Set();
  return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled)
    .filter((each) => {
      if (each.type !== 'radio') return true;
      const group = each.name;
      const members = [...document.querySelectorAll(`input[type=radio][name="${CSS.escape(group)}"]`)];
      const stop = members.find((one) => one.checked);
      if (groups.has(group) || (stop && stop !== each)) return false;
      groups.add(group);
      return !members.some((one) => one.dataset.walked && one !== each);
    })
    .map((each) => ({ html: each.outerHTML.slice(0, 120), walked: Boolean(each.dataset.walked) }));
}
