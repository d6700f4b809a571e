/**
 * Preloaded by `--import`: a machine whose clock is `CLOCK_AHEAD` milliseconds ahead. Threads inherit it with the
 * environment.
 */
const ahead = Number(process.env.CLOCK_AHEAD ?? 0);
const Right = Date;
globalThis.Date = class extends Right {
  constructor(...args) {
    if (args.length === 0) super(Right.now() + ahead);
    else super(...args);
  }

  static now() {
    return Right.now() + ahead;
  }
};
