import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgressDisplay } from '../../src/cli/follow/progress-display.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A display on a stream that is no terminal, and the lines that it has written since they were asked for last. */
function lineDisplay() {
  const stream = new PassThrough();
  const display = createProgressDisplay(stream as unknown as NodeJS.WriteStream);
  const written = () =>
    String(stream.read() ?? '')
      .split('\n')
      .slice(0, -1);
  return { display, written };
}

describe('progress in a log', () => {
  it('is a line at the beginning of a stage and at each further tenth', () => {
    const { display, written } = lineDisplay();
    for (let done = 0; done <= 25; done++) display.update('trials', done, 50, '2 running');
    display.update('trainings', 0, 4);
    expect(written()).toEqual([
      ...[0, 5, 10, 15, 20, 25].map((done) => `trials             ${done}/50  2 running`),
      'trainings          0/4',
    ]);
  });

  it('is a line after a minute without one, though nothing was done', () => {
    const { display, written } = lineDisplay();
    display.update('trials', 3, 50);
    vi.advanceTimersByTime(59_000);
    display.update('trials', 3, 50);
    expect(written()).toEqual(['trials             3/50']);
    vi.advanceTimersByTime(1000);
    display.update('trials', 4, 50);
    expect(written()).toEqual(['trials             4/50']);
    vi.advanceTimersByTime(59_000);
    display.update('trials', 4, 50);
    expect(written()).toEqual([]);
    vi.advanceTimersByTime(1000);
    display.update('trials', 4, 50);
    expect(written()).toEqual(['trials             4/50']);
  });

  it('counts the minute from the last tenth', () => {
    const { display, written } = lineDisplay();
    display.update('trials', 0, 50);
    vi.advanceTimersByTime(50_000);
    display.update('trials', 5, 50);
    expect(written()).toHaveLength(2);
    vi.advanceTimersByTime(50_000);
    display.update('trials', 6, 50);
    expect(written()).toEqual([]);
  });
});
