/** Enqueues a schema from a script; consumers (`aquasurf worker`) do the rest. */
import { openStudy } from 'aquasurf';

const study = await openStudy('spirals', {
  tasksDir: 'examples/own-task.ts',
  create: { task: 'two-spirals', space: ['unary(x)'] },
});
await study.populate({ schemas: ['unary(unary(x))'] });
console.log(await study.progress());
await study.close();
