import type { Command } from 'commander';
import { examples } from '../../help.js';
import { registerStudyCreate } from './create.js';
import { registerStudyDelete } from './delete.js';
import { registerStudyList } from './list.js';
import { registerStudyShow } from './show.js';
import { registerStudyUpdateTask } from './update-task.js';

export function registerStudy(program: Command): void {
  const study = program
    .command('study')
    .summary('create, list, show, update and delete studies')
    .description(
      'Studies. A study is one search: a task (model, data, training recipe), a space of functions, and what was found so far.',
    );
  registerStudyCreate(study);
  registerStudyList(study);
  registerStudyShow(study);
  registerStudyUpdateTask(study);
  registerStudyDelete(study);
  examples(study, [
    ['aquasurf study create digits --task fashion-mnist/small-cnn --space "unary(unary(x))"', 'a new one'],
    ['aquasurf study list', 'what there is, and how far it is'],
  ]);
}
