import { type Command, Option } from 'commander';
import type { Claim } from '../../study/ask-and-tell.js';
import type { Study } from '../../study.js';
import { examples, JSON_FLAG, TASKS_FLAG } from '../help.js';
import { duration } from '../option-values.js';

interface ClaimFlags {
  token: string;
  lease: number;
  reason?: string;
  tasks?: string;
  json?: boolean;
}

/** The verbs of whoever claimed a function and has no result yet. They differ in what becomes of the claim. */
interface Verb {
  name: 'extend' | 'release' | 'fail';
  summary: string;
  description: string;
  example: [line: string, meaning: string];
  options?: (command: Command) => Command;
  /** @returns what happened, for people; undefined where the claim is lost */
  act: (study: Study, claim: Claim, flags: ClaimFlags) => Promise<string | undefined>;
}

export function registerExtend(program: Command): void {
  register(program, {
    name: 'extend',
    summary: 'keep a function that `suggest --claim` gave for longer',
    description: 'Extends a claim from now on. A claim that has run out is lost: others may have the function by then.',
    example: ['aquasurf extend digits "mish(x)" --token vTQz... --lease 8h', 'until eight hours from now'],
    options: (command) =>
      command.addOption(
        new Option('--lease <time>', 'from now on, e.g. 90m, 8h, 2d').argParser(duration).default(3_600_000, '1h'),
      ),
    act: async (study, claim, { lease }) => {
      const until = new Date(Date.now() + lease).toISOString();
      return (await study.extend(claim, lease)) ? `extended until about ${until}` : undefined;
    },
  });
}

export function registerRelease(program: Command): void {
  register(program, {
    name: 'release',
    summary: 'hand a claimed function back',
    description: 'Hands a claim back: the function is offered again at once, as if nobody had claimed it.',
    example: ['aquasurf release digits "mish(x)" --token vTQz...', 'somebody else may train it'],
    act: async (study, claim) => ((await study.release(claim)) ? 'handed back' : undefined),
  });
}

export function registerFail(program: Command): void {
  register(program, {
    name: 'fail',
    summary: 'say that a claimed function cannot be trained',
    description:
      'Ends a claim whose function could not be trained. It is offered again until it has failed three times; then it is failed, and `study show` says why. A training that diverged did not fail: report it with `--val-loss nan`.',
    example: ['aquasurf fail digits "mish(x)" --token vTQz... --reason "out of memory"', 'one attempt less'],
    options: (command) => command.requiredOption('--reason <text>', 'one line, for `study show`'),
    act: async (study, claim, { reason = '' }) => {
      const status = await study.fail(claim, reason);
      return status && (status === 'failed' ? 'failed for good' : 'failed; it is offered again');
    },
  });
}

function register(program: Command, verb: Verb): void {
  const command = program
    .command(verb.name)
    .summary(verb.summary)
    .description(verb.description)
    .argument('<study>', 'the study')
    .argument('<fn>', 'the function')
    .requiredOption('--token <token>', 'of the claim');
  verb.options?.(command);
  command
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action((name: string, fn: string, flags: ClaimFlags) => claimAction(verb, name, fn, flags));
  examples(command, [verb.example]);
}

async function claimAction(verb: Verb, name: string, fn: string, flags: ClaimFlags): Promise<void> {
  const { checkFunctions, taskFolders } = await import('../operators-option.js');
  await checkFunctions([fn], taskFolders(flags.tasks));
  const [{ AquasurfError }, { withStudy }, { printResult }] = await Promise.all([
    import('../../errors.js'),
    import('../command-context.js'),
    import('../output.js'),
  ]);
  await withStudy(name, async (study) => {
    const outcome = await verb.act(study, { fn, token: flags.token }, flags);
    if (outcome === undefined) {
      throw new AquasurfError(
        'LEASE_LOST',
        `the claim of ${fn} in study ${name} is lost: it ran out, was reported, or has another token; nothing changed`,
      );
    }
    printResult({ fn, outcome }, flags, () => `${fn}: ${outcome}`);
  });
}
