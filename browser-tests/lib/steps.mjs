// What people do on the site, in the words and names they find there, so that a test reads as a story.
import { address, ordinary } from './site.mjs';

export const main = (page) => page.locator('main');

/** Types a need, and a postcode where there is a box for one, into the page's large search box. */
export async function searchFor(page, need, postcode) {
  const form = page.locator('form[action="/search"]:not(.top-search)').first();
  await form.locator('[name=q]').fill(need);
  if (postcode) await form.locator('[name=postcode]').fill(postcode);
  await form.locator('button').first().click();
  await page.waitForURL(/\/search\?/);
}

/** The addresses of the services a page links to, in its order. */
export async function servicesOn(page) {
  const links = await main(page).locator('a[href^="/services/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  return [...new Set(links.filter((href) => /^\/services\/[^/?#]+$/.test(href)))];
}

export const saveButton = (page) => main(page).locator('form[data-save] button').first();

export const reportForm = (page) => main(page).locator('form[method=post]').filter({ has: page.locator('textarea') }).first();

export const summary = (page) => page.locator('.error-sum');

/** Sends the report form as it comes: empty. */
export async function openReportWithErrors(page) {
  await page.goto(address(`${ordinary}/report`));
  await reportForm(page).locator('button[type=submit], button:not([type])').first().click();
  await summary(page).waitFor();
}
