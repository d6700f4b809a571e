import { describe, expect, test } from 'vitest';
import { errorLine, errorText } from '../src/errors.js';
import { loadBackend } from '../src/nn/backend/load-backend.js';

describe('errorLine', () => {
  test('of a native error says why, wherever it stands', async () => {
    const { tf } = await loadBackend('auto');
    const sum = () => tf.add(tf.ones([2, 3]), tf.ones([4]));
    expect(sum).toThrow();
    const native = 'Invalid TF_Status: 3\nMessage: Incompatible shapes: [2,3] vs. [4]\n\t; NodeDef: {{node Add}}';
    expect(errorLine(new Error(native))).toBe('TensorFlow (status 3): Incompatible shapes: [2,3] vs. [4]');
    expect(errorLine(`relu(x): ${native}`)).toBe('relu(x): TensorFlow (status 3): Incompatible shapes: [2,3] vs. [4]');
    expect(errorText(new Error(native))).toContain('NodeDef');
    // Should the library word it in another way one day.
    try {
      sum();
    } catch (error) {
      expect(errorLine(error)).toMatch(/shapes.*4/);
    }
  });

  test('is the first line with something in it', () => {
    expect(errorLine(new Error('\n  no such thing\n  at all'))).toBe('no such thing');
    expect(errorLine(new Error('Invalid TF_Status: 8'))).toBe('Invalid TF_Status: 8');
  });

  test('of several errors without a message of their own is that of the first', () => {
    expect(errorLine(new AggregateError([new Error('connect ECONNREFUSED ::1:1')]))).toBe('connect ECONNREFUSED ::1:1');
  });
});
