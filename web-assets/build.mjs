// Builds web-assets/dist: hashed files with .br and .gz beside them, and assets.json that says which name is which.
// Run by scripts/assets. Takes no arguments and reaches for nothing outside this folder.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import * as sass from 'sass';
import { restyle } from './field.mjs';
import { ico, png } from './pictures.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const read = (path) => readFileSync(join(here, path), 'utf8');

function build() {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });

  const names = {};
  const hashed = (name, body) => (names[name] = send(name, body, hashOf(body)));
  const plain = (name, body) => (names[name] = send(name, body, null));

  hashed('hearth.css', restyle(compile('scss/field.scss')) + compile('scss/hearth.scss'));
  hashed('theme.css', compile('scss/theme.scss'));
  hashed('hearth.js', withoutComments(read('js/hearth.js')));
  hashed('map.js', withoutComments(read('js/map.js')));
  hashed('passkey.js', withoutComments(read('js/passkey.js')));
  hashed('registers.js', withoutComments(read('js/registers.js')));
  hashed('ask.js', withoutComments(read('js/ask.js')));
  hashed('icons.svg', read('icons/icons.svg').replace(/<!--.*?-->\s*/gs, '').replace(/>\s+</g, '><'));
  hashed('favicon.svg', read('icons/favicon.svg').trim());
  hashed('leaflet.css', leafletCss());
  hashed('leaflet.js', read('node_modules/leaflet/dist/leaflet.js').replace(/\/\/# sourceMappingURL.*\s*$/, ''));
  hashed('icon-192.png', png(192));
  hashed('icon-512.png', png(512));
  hashed('icon-maskable-512.png', png(512, { maskable: true }));
  plain('favicon.ico', ico([16, 32, 48]));
  // Sent at /sw.js by the server, which fills in its two blanks; so it is not compressed here.
  plain('sw.js', withoutComments(read('js/sw.js')));

  // Put into pages by the templates, so not sent on their own.
  mkdirSync(join(dist, 'partials'));
  for (const name of ['street.svg', 'door.svg']) {
    writeFileSync(join(dist, 'partials', name), read(`partials/${name}`).replace(/\n/g, ''));
  }

  writeFileSync(join(dist, 'assets.json'), JSON.stringify(names, null, 2) + '\n');
}

function send(name, body, hash) {
  const bytes = Buffer.from(body);
  const file = hash ? name.replace(/\.([a-z]+)$/, `-${hash}.$1`) : name;
  const path = join(dist, file);
  writeFileSync(path, bytes);
  let sizes = `${bytes.length}`;
  if (hash && /\.(css|js|svg)$/.test(name)) {
    const gzip = gzipSync(bytes, { level: 9 });
    const brotli = brotliCompressSync(bytes, { params: {
      [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    } });
    writeFileSync(`${path}.gz`, gzip);
    writeFileSync(`${path}.br`, brotli);
    sizes += `, gzip ${gzip.length}, brotli ${brotli.length}`;
  }
  console.log(`assets: ${file} (${sizes} bytes)`);
  return file;
}

function hashOf(body) {
  return createHash('sha256').update(body).digest('hex').slice(0, 12);
}

function compile(path) {
  const { css } = sass.compile(join(here, path), {
    style: 'compressed', loadPaths: [join(here, 'node_modules')], quietDeps: true, charset: false,
  });
  return css;
}

// Our pins are drawn in css, so Leaflet's pictures are not needed, and a missing picture would be asked for.
function leafletCss() {
  return read('node_modules/leaflet/dist/leaflet.css')
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/[^{}]*\{[^{}]*url\([^{}]*\}/g, '')
    .replace(/\s+/g, ' ')
    .replace(/\s*([{}:;,])\s*/g, '$1')
    .replace(/\band\(/g, 'and (');
}

// Takes off whole-line comments and indents only; anything cleverer would need a parser, and brotli does the rest.
function withoutComments(script) {
  return script.split('\n').map((line) => line.trim()).filter((line) => line && !line.startsWith('//')).join('\n') + '\n';
}

build();
