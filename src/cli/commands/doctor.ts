import { type Command, Option } from 'commander';
import { examples, JSON_FLAG, TASKS_FLAG } from '../help.js';

interface DoctorFlags {
  backend?: string;
  tasks?: string;
  json?: boolean;
}

export function registerDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .summary('check what aquasurf needs, with the mend for what is missing')
    .description(
      'Checks Node, the compute backend (loads it and trains two steps), GPUs, Redis, the database and the task modules. Starts no server and changes nothing. Ends with exit code 1 if something that is needed fails.',
    )
    .addOption(
      new Option('--backend <name>', 'check this one (default: AQUASURF_BACKEND, else auto)').choices([
        'auto',
        'tfjs-node-gpu',
        'tfjs-node',
      ]),
    )
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action(doctorAction);
  examples(command, [
    ['aquasurf doctor', 'a line for each check: ok, warn or fail'],
    ['aquasurf doctor --json | jq ".[] | select(.status != \\"ok\\")"', 'what is wrong, for a script'],
  ]);
}

async function doctorAction(flags: DoctorFlags): Promise<void> {
  const { doctor } = await import('../doctor/doctor.js');
  await doctor(flags);
}
