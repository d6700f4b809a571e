import { createJiti } from 'jiti';
import { errorLine } from '../../errors.js';
import { processTf } from '../backend/current-backend.js';
import { runGuest } from './guest-context.js';

/** A module has so long to load, in milliseconds. */
const LOADS_WITHIN = 60_000;

/** Names under which a module may import tfjs. */
const TFJS = ['@tensorflow/tfjs', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'];

/**
 * Loads a user's module, in JavaScript or TypeScript, ESM or CommonJS, and gives its default export. `aquasurf` in it is
 * this package and tfjs the one in use, for a second copy would be a second engine. What it prints goes to stderr, where
 * it spoils no result, and it cannot end this process. Nothing is cached: a module that was changed is loaded anew.
 * @throws Error where an `await` at its top does not end: Node would leave without a word, or wait for ever
 */
export async function importGuest(
  path: string,
  aquasurf: Record<string, unknown>,
  limitMs: number = LOADS_WITHIN,
): Promise<unknown> {
  const tf = processTf() ?? absentTf();
  const jiti = createJiti(import.meta.url, {
    // With it, a module without a default export would be its own default.
    interopDefault: false,
    moduleCache: false,
    fsCache: false,
    virtualModules: { aquasurf, ...Object.fromEntries(TFJS.map((name) => [name, tf as Record<string, unknown>])) },
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const what = `it waits for something at its top for more than ${limitMs / 1000} s; what takes long belongs into loadData`;
    timer = setTimeout(() => reject(new Error(what)), limitMs);
  });
  try {
    return defaultExport(await Promise.race([runGuest(path, () => jiti.import<GuestExports>(path)), late]));
  } finally {
    clearTimeout(timer);
  }
}

/** Why a module cannot be parsed, with the place; undefined where it can. It is not run. */
export function syntaxFault(path: string, text: string): string | undefined {
  const source = createJiti(import.meta.url).transform({
    source: text,
    filename: path,
    ts: /\.[cm]?ts$/.test(path),
    async: true,
  });
  const fault = /^exports\.__JITI_ERROR__ = (\{.*\})$/s.exec(source)?.[1];
  if (fault === undefined) return undefined;
  const { message, line, column } = JSON.parse(fault) as { message: string; line: number; column: number };
  return `${errorLine(message).trim()} at ${path}:${line}:${column}`;
}

interface GuestExports {
  default?: unknown;
  __esModule?: unknown;
}

function defaultExport(module: GuestExports): unknown {
  const isEsm = module.__esModule === true || Object.prototype.toString.call(module) === '[object Module]';
  const exported = 'default' in module ? module.default : isEsm ? undefined : module;
  // CommonJS with `exports.default`, seen as an ES module whose default is `exports`.
  const nested = typeof exported === 'object' && exported !== null && 'default' in exported;
  return nested ? exported.default : exported;
}

/** Where no backend is loaded, as on the command line: a module may import tfjs, but not use it while it loads. */
function absentTf(): object {
  const absent = (_: object, name: string | symbol) => {
    if (typeof name === 'symbol' || name === 'then' || name === '__esModule') return undefined;
    throw new Error(`it uses tf.${name} while it loads; use the tf that buildModel is given`);
  };
  return new Proxy({}, { get: absent });
}
