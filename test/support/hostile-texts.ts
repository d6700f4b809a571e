import { formatExpression } from '../../src/domain/expression/expression.js';
import { formatSchema } from '../../src/domain/expression/schema.js';
import { ALL_OPERATORS, operatorNames } from '../../src/domain/operators/index.js';
import type { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { pick, randomExpression, randomSchema } from './random-expressions.js';

const TOKENS = [
  ...operatorNames(ALL_OPERATORS),
  'unary',
  'binary',
  'n-ary',
  'x',
  '(',
  ')',
  ',',
  '(',
  ')',
  ',',
  'x',
  ' ',
];
const SPACES = [' ', '\t', '\n', '\r', '\v', '\u00a0', '\u2003', '\u3000', '\ufeff', '\u2028'];
/** Things that have broken parsers: lone surrogates, combining and invisible characters, look-alikes, prototype names. */
const ODD = [
  ...['\ud800', '\udfff', '😀', 'e\u0301', '\u200b', '\u202e', '\0', '\x1b[31m', 'х', '（', '）', '，', 'İ', 'ſ', 'ﬃ'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '$' + '{x}',
    '%s',
    '\\u0028',
    '$where',
    '<x>',
    "'",
    '"',
    '`',
  ],
];

/** One text that somebody hostile, or clumsy, might send: of every kind in equal shares. */
export function hostileText(random: SeededRandom): string {
  return pick(random, KINDS)(random);
}

const valid = (random: SeededRandom): string =>
  random.next() < 0.8
    ? formatExpression(randomExpression(random, 1 + random.integer(5)))
    : formatSchema(randomSchema(random, 1 + random.integer(4)));

const KINDS: readonly ((random: SeededRandom) => string)[] = [
  valid,
  // valid, with white space anywhere
  (random) => [...valid(random)].map((c) => (random.next() < 0.2 ? pick(random, SPACES) + c : c)).join(''),
  // mutated: characters deleted, doubled, replaced, swapped
  (random) => {
    let text = valid(random);
    for (let n = 1 + random.integer(3); n > 0; n--) text = mutated(random, text);
    return text;
  },
  // words in any order
  (random) => Array.from({ length: random.integer(20) }, () => pick(random, TOKENS)).join(''),
  // any 16-bit units, and any printable characters
  (random) => String.fromCharCode(...Array.from({ length: random.integer(30) }, () => random.integer(0x10000))),
  (random) => String.fromCharCode(...Array.from({ length: random.integer(30) }, () => 32 + random.integer(95))),
  (random) => mutated(random, valid(random), pick(random, ODD)),
  // about the limits of depth and length, and far beyond
  (random) => {
    const depth = pick(random, [63, 64, 65, 66, 300, 5000]);
    const name = pick(random, ['relu', 'unary', 'tanh', 'f', 'sum_n', 'n-ary', '']);
    return `${`${name}(`.repeat(depth)}x${')'.repeat(depth + random.integer(3) - 1)}`;
  },
  (random) => {
    const length = pick(random, [500, 4000, 4095, 4096, 4097, 8000, 20_000]);
    const part = pick(random, ['x', 'relu(', ',', ')', 'x,', 'sum_n(x,', ' ', 'q', '😀', 'relu(x),', 'tanh(unary(']);
    const text = part.repeat(Math.ceil(length / part.length)).slice(0, length);
    return pick(random, [text, `sum_n(${text})`, `relu(${text}`, `n-ary(${text}x)`]);
  },
];

function mutated(random: SeededRandom, text: string, insert = pick(random, TOKENS)): string {
  const at = random.integer(text.length + 1);
  const [before, here, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)];
  return pick(random, [
    before + after,
    before + here + here + after,
    before + insert + after,
    before + insert + here + after,
    after + before,
  ]);
}
