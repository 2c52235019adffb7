/** QR codes of up to 63 digits: ISO/IEC 18004, version 2 (25 × 25), level M, numeric mode. Safety numbers have 60. */

const SIZE = 25;
const DATA = 28;
const CHECK = 16;

/** @param {string} digits @returns {boolean[][]} rows of dark and light */
export function qrOfDigits(digits) {
  if (!/^\d{1,63}$/.test(digits)) throw new RangeError('up to 63 digits');
  const data = dataBytes(digits);
  const bits = [...data, ...checkBytes(data)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const candidates = Array.from({ length: 8 }, (_, mask) => draw(bits, mask));
  return candidates.sort((a, b) => penalty(a) - penalty(b))[0];
}

function dataBytes(digits) {
  const groups = digits.match(/\d{1,3}/g).map((group) => Number(group).toString(2).padStart([0, 4, 7, 10][group.length], '0'));
  let bits = `0001${digits.length.toString(2).padStart(10, '0')}${groups.join('')}0000`.slice(0, DATA * 8);
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  const bytes = bits.match(/.{8}/g).map((byte) => parseInt(byte, 2));
  for (let pad = 0xec; bytes.length < DATA; pad ^= 0xec ^ 0x11) bytes.push(pad);
  return bytes;
}

function times(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

function checkBytes(data) {
  // The generator: (x - 1)(x - 2)(x - 4)…, without its leading 1.
  let generator = Array(CHECK).fill(0);
  generator[CHECK - 1] = 1;
  for (let root = 1, step = 0; step < CHECK; step += 1, root = times(root, 2)) {
    generator = generator.map((factor, at) => times(factor, root) ^ (generator[at + 1] ?? 0));
  }
  const rest = Array(CHECK).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    generator.forEach((each, at) => {
      rest[at] ^= times(each, factor);
    });
  }
  return rest;
}

const MASKS = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2, (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

function draw(bits, mask) {
  const rows = Array.from({ length: SIZE }, () => Array(SIZE).fill(null));
  const put = (x, y, dark) => {
    if (rows[y]?.[x] !== undefined) rows[y][x] = Boolean(dark);
  };
  for (const [left, top] of [[3, 3], [SIZE - 4, 3], [3, SIZE - 4]]) {
    for (let dy = -4; dy <= 4; dy += 1) {
      for (let dx = -4; dx <= 4; dx += 1) put(left + dx, top + dy, ![2, 4].includes(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  }
  for (let dy = -2; dy <= 2; dy += 1) for (let dx = -2; dx <= 2; dx += 1) put(18 + dx, 18 + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
  for (let at = 8; at < SIZE - 8; at += 1) {
    put(at, 6, at % 2 === 0);
    put(6, at, at % 2 === 0);
  }
  drawFormat(put, mask);
  drawBits(rows, bits, mask);
  return rows;
}

function drawFormat(put, mask) {
  // Level M is 0; the remainder of BCH(15, 5).
  let rest = mask;
  for (let step = 0; step < 10; step += 1) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  const format = ((mask << 10) | rest) ^ 0x5412;
  const bit = (at) => (format >> at) & 1;
  for (let at = 0; at <= 5; at += 1) put(8, at, bit(at));
  put(8, 7, bit(6));
  put(8, 8, bit(7));
  put(7, 8, bit(8));
  for (let at = 9; at < 15; at += 1) put(14 - at, 8, bit(at));
  for (let at = 0; at < 8; at += 1) put(SIZE - 1 - at, 8, bit(at));
  for (let at = 8; at < 15; at += 1) put(8, SIZE - 15 + at, bit(at));
  put(8, SIZE - 8, true);
}

function drawBits(rows, bits, mask) {
  let at = 0;
  for (let right = SIZE - 1; right > 0; right -= 2) {
    const column = right <= 6 ? right - 1 : right;
    for (let step = 0; step < SIZE; step += 1) {
      const isUpwards = ((column + 1) & 2) === 0;
      const y = isUpwards ? SIZE - 1 - step : step;
      for (const x of [column, column - 1]) {
        if (rows[y][x] === null) {
          rows[y][x] = (bits[at] === '1') !== (MASKS[mask](x, y) === 0);
          at += 1;
        }
      }
    }
  }
}

function penalty(rows) {
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  let sum = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.map(Number).join('');
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    for (const finder of ['10111010000', '00001011101']) sum += 40 * (text.split(finder).length - 1);
  }
  for (let y = 1; y < SIZE; y += 1) {
    for (let x = 1; x < SIZE; x += 1) {
      if (rows[y][x] === rows[y - 1][x] && rows[y][x] === rows[y][x - 1] && rows[y][x] === rows[y - 1][x - 1]) sum += 3;
    }
  }
  const dark = rows.flat().filter(Boolean).length / SIZE ** 2;
  return sum + 10 * Math.floor(Math.abs(dark - 0.5) * 20);
}
