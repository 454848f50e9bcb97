// Makes the field's stylesheet (govuk-frontend) ours: themed colours, our type sizes, logical properties for
// right-to-left, and nothing that the look does for itself. It works on compressed css, where rules nest one deep.

/** The css of govuk-frontend in, the part of it that Hearth sends out. */
export function restyle(css) {
  return write(keepWhatWeUse(parse(css.replace(/^\uFEFF|@charset "[^"]*";/g, '').replace(/\/\*.*?\*\//gs, ''))));
}

const COLOURS = {
  'focus': '--halo', 'focus-text': '--ink', 'text': '--ink', 'border': '--line', 'input-border': '--edge',
  'error': '--red-ink', 'secondary-text': '--ink-soft', 'link': '--link', 'inverse-text': '--on-brand',
  'hover': '--brand-soft', 'success': '--ok', 'link-hover': '--link', 'brand': '--brand', 'link-active': '--link',
  'body-background': '--card', 'link-visited': '--link', 'print-text': '--ink', 'surface-background': '--sunk',
  'surface-text': '--ink', 'surface-border': '--line', 'template-background': '--sunk',
};

const SIZES = {
  '.9375rem': '--t-s', '1.0625rem': '--t-m', '1.1875rem': '--t-l', '1.4375rem': '--t-xl', '1.75rem': '--t-2xl',
  '2rem': '--t-3xl',
};

// Focus and hover are one rule for the whole site; red and green buttons, coloured tags and white-on-dark variants
// would break the colour roles; the small tick boxes are under 44 px.
const UNUSED =
  /:focus|:hover|:active|:link|:visited|--inverse|--warning|--start|--small|govuk-tag--|js-enabled|--with-fallback|:root|extra-letter|summary-card|page-turn|frontend-supported/;

// Said once for the body, or ours to say.
const DROPPED = /^(font-family|-webkit-font-smoothing|-moz-osx-font-smoothing|transition|animation)/;

function keepWhatWeUse(rules) {
  return rules.flatMap((rule) => {
    if (rule.inner) {
      // Paper has its own file, nothing moves, and `screen\\0` is a trick for a browser that is gone.
      if (/print|reduced-motion|screen[\\\0\uFFFD]/.test(rule.head)) return [];
      const inner = keepWhatWeUse(rule.inner);
      return inner.length ? [{ head: rule.head, inner }] : [];
    }
    if (rule.head.startsWith('@')) return [];
    const head = splitSelectors(rule.head).filter((one) => !UNUSED.test(one)).join(',');
    const body = rule.body.filter(([name]) => !DROPPED.test(name)).flatMap(logical).map(ours).filter(Boolean);
    return head && body.length ? [{ head, body }] : [];
  });
}

function ours([name, value]) {
  let said = value.replace(/var\(--govuk-([a-z-]+)-colour, ?[^)]*\)/g, (all, role) => {
    if (!COLOURS[role]) throw new Error(`govuk-frontend has a colour role with no match in our look: ${role}`);
    return `var(${COLOURS[role]})`;
  });
  if (/#[0-9a-f]{3,8}\b/i.test(said)) return null; // a colour of GOV.UK's own: _govuk.scss gives ours
  if (name === 'font-size' && SIZES[said]) said = `var(${SIZES[said]})`;
  return [name, said];
}

function logical([name, value]) {
  const side = { left: 'inline-start', right: 'inline-end' };
  let match;
  if ((match = /^(margin|padding)-(left|right)$/.exec(name))) return [[`${match[1]}-${side[match[2]]}`, value]];
  if ((match = /^border-(left|right)(-(?:width|color|style))?$/.exec(name))) {
    return [[`border-${side[match[1]]}${match[2] || ''}`, value]];
  }
  if ((match = /^(left|right)$/.exec(name))) return [[`inset-${side[name]}`, value]];
  if (name === 'text-align' && side[value]) return [[name, value === 'left' ? 'start' : 'end']];
  // Old phones know only the physical float, so it stays as the first of the two.
  if (/^(float|clear)$/.test(name) && side[value]) return [[name, value], [name, side[value]]];
  const four = /^(margin|padding)$/.test(name) && value.split(' ');
  if (four && four.length === 4 && four[1] !== four[3]) {
    return [[`${name}-block`, `${four[0]} ${four[2]}`], [`${name}-inline`, `${four[3]} ${four[1]}`]];
  }
  return [[name, value]];
}

function parse(css) {
  const rules = [];
  let at = 0;
  while (at < css.length) {
    const open = css.indexOf('{', at);
    if (open < 0) break;
    let depth = 1;
    let end = open + 1;
    for (; depth; end++) depth += css[end] === '{' ? 1 : css[end] === '}' ? -1 : 0;
    const head = css.slice(at, open).trim();
    const text = css.slice(open + 1, end - 1);
    if (text.includes('{')) rules.push({ head, inner: parse(text) });
    else rules.push({ head, body: declarations(text) });
    at = end;
  }
  return rules;
}

function declarations(text) {
  return text.split(/;(?![^(]*\))/).filter(Boolean).map((one) => {
    const colon = one.indexOf(':');
    return [one.slice(0, colon).trim(), one.slice(colon + 1).trim()];
  });
}

function splitSelectors(head) {
  return head.split(/,(?![^(]*\))/);
}

function write(rules) {
  return rules
    .map((rule) => `${rule.head}{${rule.inner ? write(rule.inner) : rule.body.map((one) => one.join(':')).join(';')}}`)
    .join('');
}
