import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonMembers } from '../../src/act-bench/json-members.js';
import { readTable } from '../../src/act-bench/read-table.js';
import type { ActBenchTable, TableEntry } from '../../src/act-bench/table.js';
import { writeTable } from '../../src/act-bench/write-table.js';

const KEYS = {
  'Train Accuracy': 0.91,
  'Validation Accuracy': 0.88,
  'Train Loss': 0.21,
  'Validation Loss': 0.34,
  'Test Accuracy': 0.87,
  'Test Loss': 0.36,
  'Equivalent Activation Functions': ['identity(relu(x))'],
  'Fisher log eigenvalue CDF': [0, 0.25, 1],
  'Runtime (s)': 12.5,
};

describe('Act-Bench tables', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aquasurf-table-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function read(content: string | Uint8Array, name = 'table.json'): Promise<ActBenchTable> {
    const path = join(folder, name);
    await writeFile(path, content);
    return readTable(path);
  }
  const one = (changes: Record<string, unknown>) => JSON.stringify({ 'relu(x)': { ...KEYS, ...changes } });

  it('are read whether gzipped or not, whatever the file is called', async () => {
    const expected = {
      trainAcc: 0.91,
      valAcc: 0.88,
      trainLoss: 0.21,
      valLoss: 0.34,
      testAcc: 0.87,
      testLoss: 0.36,
      equivalents: ['identity(relu(x))'],
      fisherCdf: Float32Array.of(0, 0.25, 1),
      runtime: 12.5,
    };
    expect([...(await read(one({})))]).toEqual([['relu(x)', expected]]);
    expect([...(await read(gzipSync(one({})), 'packed.json'))]).toEqual([['relu(x)', expected]]);
    expect([...(await read(JSON.stringify(JSON.parse(one({})), null, 2), 'wide.gz'))]).toEqual([['relu(x)', expected]]);
  });

  it('may have several seeds, null losses and empty CDFs', async () => {
    const seeds = { 'Validation Accuracy': [0.1, 0.2], 'Test Accuracy': [0.3, 0.4] };
    const table = await read(one({ Seeds: seeds, 'Test Loss': null, 'Fisher log eigenvalue CDF': [] }));
    expect(table.get('relu(x)')).toMatchObject({ testLoss: null, seeds: { valAcc: [0.1, 0.2], testAcc: [0.3, 0.4] } });
    expect(table.get('relu(x)')?.fisherCdf).toHaveLength(0);
  });

  it("may have Python's NaN and Infinity: a loss is null, features are undefined", async () => {
    const text = one({ 'Train Loss': 1234.5, 'Test Loss': 2345.5 })
      .replace('1234.5', 'NaN')
      .replace('2345.5', '-Infinity');
    const table = await read(text.replace('[0,0.25,1]', '[NaN, NaN,Infinity]'));
    expect(table.get('relu(x)')).toMatchObject({ trainLoss: null, testLoss: null, valLoss: 0.34 });
    expect(table.get('relu(x)')?.fisherCdf).toHaveLength(0);
  });

  it('that are wrong are refused with the function and the key', async () => {
    const refused = (content: string | Uint8Array) => expect(read(content)).rejects;
    await refused(one({ 'Test Accuracy': 87 })).toMatchObject({
      code: 'TABLE_INVALID',
      message: expect.stringMatching(/relu\(x\).*"Test Accuracy".*fraction/),
    });
    await refused(one({ 'Fisher log eigenvalue CDF': [0, 1.5] })).toThrow(/relu\(x\).*value 1 is 1.5/);
    await refused(one({ 'Fisher log eigenvalue CDF': [0, '1'] })).toThrow(/value 1 is "1"/);
    await refused(one({ 'Runtime (s)': undefined })).toThrow(/"Runtime \(s\)"/);
    await refused(one({ Seeds: { 'Validation Accuracy': [0.1], 'Test Accuracy': [0.3, 0.4] } })).toThrow(
      /as many test/,
    );
    const short = { ...KEYS, 'Fisher log eigenvalue CDF': [0, 1] };
    await refused(JSON.stringify({ 'relu(x)': KEYS, 'abs(x)': short })).toThrow(/abs\(x\): its CDF has 2.*relu\(x\) 3/);
    await refused(`{${one({}).slice(1, -1)},${one({}).slice(1, -1)}}`).toThrow(/relu\(x\): it stands there twice/);
    await refused('{"relu(x)": {"Train Accuracy": 0.5,}}').toThrow(/function relu\(x\)/);
    await refused('').toThrow(/empty/);
    await refused('[1]').toThrow(/unexpected "\["/);
    await refused(one({}).slice(0, -1)).toThrow(/ends in the middle/);
    await refused(`${one({})}x`).toThrow(/unexpected "x".*after function relu\(x\)/);
    await refused(gzipSync(one({})).subarray(0, 60)).toMatchObject({ code: 'TABLE_INVALID' });
    await expect(readTable(join(folder, 'absent.json'))).rejects.toThrow(/absent.json .*no such file/);
  });

  it('are written and read back; five digits keep 16 bits', async () => {
    const cdf = Float32Array.from({ length: 1000 }, (_, i) => Math.round((i * 65_535) / 999) / 65_535);
    const entry: TableEntry = {
      trainAcc: null,
      valAcc: 0.123,
      trainLoss: null,
      valLoss: null,
      testAcc: 0.5,
      testLoss: 2.25,
      runtime: 0.5,
      equivalents: [],
      fisherCdf: cdf,
      seeds: { valAcc: [0.1, 0.123, 0.4], testAcc: [0.5, 0.6, 0.4] },
    };
    const { seeds: _, ...single } = entry;
    const path = join(folder, 'written.json.gz');
    await writeTable(
      path,
      new Map<string, TableEntry>([
        ['max(x,"\\)', entry],
        ['abs(x)', single],
      ]),
    );
    const table = await readTable(path);
    expect([...table.keys()]).toEqual(['max(x,"\\)', 'abs(x)']);
    expect({ ...table.get('max(x,"\\)'), fisherCdf: cdf }).toEqual(entry);
    const bits = (values: Float32Array) => Array.from(values, (value) => Math.round(value * 65_535));
    expect(bits(table.get('abs(x)')!.fisherCdf)).toEqual(bits(cdf));
    expect(JSON.parse(gunzipSync(await readFile(path)).toString())).toHaveProperty(['abs(x)', 'Test Loss'], 2.25);
    expect((await readdir(folder)).filter((file) => file.includes('part'))).toEqual([]);
    await writeTable(path, new Map());
    expect(await readTable(path)).toEqual(new Map());
  });

  it('are cut into members wherever the chunks end', async () => {
    const text = '﻿ {"a\\"}{": {"b": [1, {"c": "}]"}]}, "é": {} , "z":{"k":[]}}\n';
    const bytes = Buffer.from(text);
    for (let size = 1; size < bytes.length; size++) {
      const members: string[] = [];
      for await (const member of jsonMembers(chunksOf(bytes, size))) members.push(member.text.trim());
      expect(members).toEqual(['"a\\"}{": {"b": [1, {"c": "}]"}]}', '"é": {}', '"z":{"k":[]}']);
    }
    const all = async (broken: string) => {
      for await (const _ of jsonMembers(chunksOf(Buffer.from(broken), 3)));
    };
    for (const broken of ['{,}', '{"a":1,}', '{"a":1}}', '{"a":1}{}', '"a"', '{"a":"', '}', ' ']) {
      await expect(all(broken), broken).rejects.toThrow(SyntaxError);
    }
  });
});

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
