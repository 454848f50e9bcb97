// What is wrong with the HTML of a page, in sentences.
import { HtmlValidate } from 'html-validate';

const checker = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended'],
  rules: {
    'doctype-style': ['error', { style: 'lowercase' }], // one spelling; this is ours
    'no-trailing-whitespace': 'off', // templates leave some, and no reader meets it
    'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'submit', 'reset'] }], // ticks of one group share a name
    'aria-label-misuse': ['error', { allowAnyNamable: true }], // a list may be named by the line above it
    'long-title': 'off', // a service's name is as long as its provider made it
    'no-redundant-role': 'off', // a table that folds on a phone says its roles, because 'display: block' takes them away
    'prefer-native-element': ['error', { exclude: ['region'] }], // what scrolls sideways is a region and not a section of the page
    'tel-non-breaking': 'off', // a number on its own line cannot break; the style keeps the rest together
  },
});

export async function slipsOf(text) {
  const report = await checker.validateString(text);
  const lines = text.split('\n');
  return report.results.flatMap(({ messages }) => messages).slice(0, 8)
    .map(({ ruleId, message, line, column }) => `${ruleId}: ${message}: ${(lines[line - 1] || '').slice(Math.max(0, column - 40), column + 60)}`);
}
