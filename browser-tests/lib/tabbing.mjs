// A person with a keyboard and no mouse, going once through a page.

/** Presses Tab until the page has been gone through once. More stops than the page has places would be a trap. */
export async function walk(page) {
  const most = (await page.locator('a[href], button, input, select, textarea, summary, [tabindex]').count()) + 5
    + 4 * (await page.locator('input[type=date], input[type=time]').count()); // day, month, year and the calendar are stops of their own
  const stops = [];
  for (let pressed = 0; pressed <= most; pressed += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body || element === document.documentElement) return null;
      if (element.dataset.walked) return /date|time/.test(element.type) ? 'inside' : null;
      element.dataset.walked = 'yes';
      const visible = (each) => {
        const style = getComputedStyle(each);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
      };
      const box = element.getBoundingClientRect();
      const label = element.labels && element.labels[0];
      return {
        html: element.outerHTML.slice(0, 120),
        classes: [...element.classList],
        name: element.getAttribute('name'),
        // Radios and ticks are drawn by their label.
        seen: visible(element) || (label && (visible(label) || getComputedStyle(label, '::before').boxShadow !== 'none' || getComputedStyle(label, '::before').outlineStyle !== 'none')),
        inView: box.bottom > 0 && box.top < window.innerHeight && box.right > 0 && box.left < window.innerWidth && box.width > 0,
      };
    });
    if (!stop) return stops;
    if (stop === 'inside') continue;
    stops.push(stop);
  }
  throw new Error(`the tab key is caught near ${stops.at(-1).html}`);
}
