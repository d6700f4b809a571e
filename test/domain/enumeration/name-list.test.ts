import { describe, expect, it } from 'vitest';
import { NameList } from '../../../src/domain/enumeration/name-list.js';

describe('a list of names', () => {
  it.each([0, 1, 511, 512, 513, 1024, 1500])('gives back %i names, one by one and as a text', (count) => {
    const names = Array.from({ length: count }, (_, i) => `${'abs('.repeat(i % 7)}x${i}`);
    const list = new NameList();
    for (const name of names) list.push(name);
    expect(list.length).toBe(count);
    expect(names.map((_, i) => list.at(i))).toEqual(names);
    const order = [...names.keys()].sort((a, b) => (a % 3) - (b % 3));
    expect(list.text(order)).toBe(order.map((i) => `${names[i]}\n`).join(''));
  });
});
