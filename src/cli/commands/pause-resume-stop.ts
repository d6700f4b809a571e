import type { Command } from 'commander';
import type { Study } from '../../study.js';
import { examples, JSON_FLAG } from '../help.js';

/** The three verbs that act on a running search. They only differ in the state that they lead to. */
interface Verb {
  name: 'pause' | 'resume' | 'stop';
  summary: string;
  description: string;
  example: string;
  act: (study: Study) => Promise<void>;
}

export function registerPause(program: Command): void {
  register(program, {
    name: 'pause',
    summary: 'start no further trials until `resume`',
    description:
      'Pauses the search of a study: trials that run end and count, no further ones start until `aquasurf resume`.',
    example: 'lets the running trials end and starts no more',
    act: (study) => study.pause(),
  });
}

export function registerResume(program: Command): void {
  register(program, {
    name: 'resume',
    summary: 'go on with a paused search',
    description: 'Goes on with the search of a study that `aquasurf pause` has paused.',
    example: 'enqueues the slots that are still wanted',
    act: (study) => study.resume(),
  });
}

export function registerStop(program: Command): void {
  register(program, {
    name: 'stop',
    summary: 'end a search',
    description:
      'Ends the search of a study: trials that run end and count, no further ones start. `aquasurf search` begins it again.',
    example: 'ends the search, keeps every result',
    act: (study) => study.stop(),
  });
}

function register(program: Command, { name, summary, description, example, act }: Verb): void {
  const command = program
    .command(name)
    .summary(summary)
    .description(description)
    .argument('<study>', 'the study')
    .option(...JSON_FLAG)
    .action(async (studyName: string, flags: { json?: boolean }) => {
      const [{ withStudy }, { printResult }] = await Promise.all([
        import('../command-context.js'),
        import('../output.js'),
      ]);
      await withStudy(studyName, async (study) => {
        await act(study);
        const { search, trials } = await study.progress();
        printResult({ ...search, ...trials }, flags, ({ state, done, running }) => {
          return `study ${studyName}: search ${state}; ${done} of ${search.trials} trials done, ${running} running`;
        });
      });
    });
  examples(command, [[`aquasurf ${name} digits`, example]]);
}
