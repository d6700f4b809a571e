import { writeSync } from 'node:fs';
import { defineTask } from 'aquasurf';
import spirals from '../../examples/own-task.js';

/** A task that is tried is built several times; it shall print as often as its test counts. */
const atFirst = (print: () => void): (() => void) => {
  let again = false;
  return () => {
    if (!again) print();
    again = true;
  };
};

/** Tasks that do what user code may do while its network is built, by their names. */
const BEHAVIOURS: Record<string, () => void> = {
  quiet: () => {},
  'prints-much': atFirst(() => {
    for (let i = 1; i <= 100_000; i++) console.log(`line ${i}`);
  }),
  'prints-a-long-line': atFirst(() => {
    for (let i = 0; i < 1000; i++) process.stderr.write('x'.repeat(50_000));
  }),
  'prints-bytes': atFirst(() => {
    process.stdout.write(Buffer.from([0xff, 0xfe, 0, 1, 10]));
    console.log('\u001b[31mred\u001b[0m \u001b]0;title\u0007{"level":50}\r\u0008');
    writeSync(1, '\0not a mark\n');
  }),
  'prints-natively': atFirst(() => {
    writeSync(2, 'no line break');
  }),
  'throws-later': () => {
    setTimeout(() => {
      throw new Error('much too late');
    }, 300);
  },
  hangs: () => {
    for (;;);
  },
  exits: () => process.exit(3),
  'throws-text': () => {
    throw 'only text';
  },
  'throws-nothing': () => {
    throw undefined;
  },
  'throws-an-object': () => {
    throw { status: 404 };
  },
  'throws-a-trap': () => {
    throw Object.defineProperty(new Error(), 'message', {
      get: () => {
        throw new Error('trap');
      },
    });
  },
  'throws-much': () => {
    throw new Error(`\n\u001b[31mfirst line\u001b[0m\n${'y'.repeat(50_000_000)}`);
  },
  'sends-messages': () => {
    process.send?.(null);
    process.send?.({ kind: 'result', id: 1, value: [] });
  },
};

const never = () => new Promise<never>(() => {});

/** And while its data are loaded. */
const LOADING: Record<string, (notify: (message: string) => void) => Promise<void>> = {
  'prints-much': async (notify) => {
    for (let i = 1; i <= 1000; i++) notify(`message ${i}`);
  },
  'throws-in-a-timer': () => {
    setTimeout(() => {
      throw new Error('too late');
    }, 1);
    return never();
  },
  rejects: () => {
    void Promise.reject(new Error('nobody waits'));
    return never();
  },
  'exits-in-a-timer': () => {
    setTimeout(() => process.exit(3), 1);
    return never();
  },
};

export default [...new Set([...Object.keys(BEHAVIOURS), ...Object.keys(LOADING)])].map((name) =>
  defineTask({
    ...spirals,
    name,
    buildModel: (context) => {
      BEHAVIOURS[name]?.();
      return spirals.buildModel(context);
    },
    loadData: async (context) => {
      await LOADING[name]?.(context.notify);
      return spirals.loadData(context);
    },
  }),
);
