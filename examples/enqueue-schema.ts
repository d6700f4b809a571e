/**
 * Enqueues schemas from a script; consumers do the work. From the root of a clone:
 *
 *   npx jiti examples/enqueue-schema.ts
 *   npx aquasurf worker --tasks examples/own-task.ts
 */
import { openStudy } from 'aquasurf';

const study = await openStudy('spirals', {
  tasksDir: 'examples/own-task.ts',
  create: { task: 'two-spirals', space: ['unary(x)'] },
});
await study.populate(); // what the study was created with
await study.populate({ schemas: ['unary(unary(x))'] }); // and one schema more
console.log((await study.progress()).populate);
await study.close();
