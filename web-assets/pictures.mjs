// Draws the home-screen icons: the door with its light on, in the default colours. They are drawn here, not kept as
// files, so the repository holds only what people edit. The shapes match icons/favicon.svg (a 38 by 38 box).
import { deflateSync } from 'node:zlib';

const DUSK = [0x01, 0x32, 0x37];
const GLOW = [0xf6, 0xb8, 0x4d];
const BOX = 38;
const SAMPLES = 4;

/** A square icon. A maskable one fills the whole square and keeps the door inside the middle four fifths. */
export function png(size, { maskable = false } = {}) {
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const pixel = sample(x, y, size, maskable);
      pixel.forEach((value, at) => { rows[y * (size * 4 + 1) + 1 + x * 4 + at] = value; });
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The old favicon format, holding one picture for each size. */
export function ico(sizes) {
  const pictures = sizes.map((size) => png(size));
  const head = Buffer.alloc(6 + 16 * sizes.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(sizes.length, 4);
  let offset = head.length;
  pictures.forEach((picture, index) => {
    const at = 6 + 16 * index;
    head.set([sizes[index], sizes[index], 0, 0, 1, 0, 32, 0], at);
    head.writeUInt32LE(picture.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += picture.length;
  });
  return Buffer.concat([head, ...pictures]);
}

function sample(x, y, size, maskable) {
  const sum = [0, 0, 0, 0];
  for (let sy = 0; sy < SAMPLES; sy++) {
    for (let sx = 0; sx < SAMPLES; sx++) {
      const u = ((x + (sx + 0.5) / SAMPLES) / size) * BOX;
      const v = ((y + (sy + 0.5) / SAMPLES) / size) * BOX;
      const colour = maskable ? door((u - 19) / 0.72 + 19, (v - 19) / 0.72 + 19) || DUSK : tile(u, v);
      if (!colour) continue;
      colour.forEach((value, at) => { sum[at] += value; });
      sum[3] += 1;
    }
  }
  const seen = sum[3] || 1;
  return [sum[0] / seen, sum[1] / seen, sum[2] / seen, (sum[3] * 255) / SAMPLES ** 2].map(Math.round);
}

function tile(u, v) {
  const corner = 8;
  const dx = Math.max(corner - u, u - (BOX - corner), 0);
  const dy = Math.max(corner - v, v - (BOX - corner), 0);
  return dx * dx + dy * dy > corner * corner ? null : door(u, v) || DUSK;
}

function door(u, v) {
  if (v > BOX) return null;
  if ((u - 22) ** 2 + (v - 28) ** 2 <= 1.5 ** 2) return GLOW;
  if (arch(u, v, 6, 19.5)) return DUSK;
  return arch(u, v, 12, 19) ? GLOW : null;
}

function arch(u, v, radius, spring) {
  if (Math.abs(u - 19) > radius) return false;
  return v >= spring || (u - 19) ** 2 + (v - spring) ** 2 <= radius * radius;
}

function chunk(name, body) {
  const whole = Buffer.concat([Buffer.from(name, 'latin1'), body]);
  const out = Buffer.alloc(body.length + 12);
  out.writeUInt32BE(body.length, 0);
  whole.copy(out, 4);
  out.writeUInt32BE(crc(whole), body.length + 8);
  return out;
}

function crc(bytes) {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}
