// A process of its own for the library that downloads mongod: it prints to stdout, knows no way to be stopped, and reads
// its MONGOMS_ variables itself.
// Usage: mongod-binary-main.js FOLDER (looks) | mongod-binary-main.js FOLDER DRAFT (downloads into DRAFT)
// Answers with one message to its parent, and ends with it.
import { existsSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { DryMongoBinary } from 'mongodb-memory-server-core/lib/util/DryMongoBinary.js';
import { DownloadError } from 'mongodb-memory-server-core/lib/util/errors.js';
import { MongoBinary } from 'mongodb-memory-server-core/lib/util/MongoBinary.js';
import { MongoBinaryDownloadUrl } from 'mongodb-memory-server-core/lib/util/MongoBinaryDownloadUrl.js';
import {
  envToBool,
  ResolveConfigVariables,
  resolveConfig,
  setDefaultValue,
} from 'mongodb-memory-server-core/lib/util/resolveConfig.js';
import { isBehindProxy } from '../config.js';
import { errorLine } from '../errors.js';
import { shownUrl } from '../shown-url.js';

/** `there`: a program to be started; `absent`: it can be downloaded. */
export type MongodBinary =
  | { state: 'there'; path: string }
  | { state: 'absent'; version: string; url: string }
  | { state: 'failed'; reason: string };

/** Fixed, so that data are not written by one version and read by an older one. The first of 8.0 without CVE-2025-14847. */
const VERSION = '8.0.17';
/** A machine without access to the download host shall learn that in seconds: for others, sources are waiting. */
const KNOCK_TIMEOUT_MS = 5_000;

/** The program that MONGOMS_SYSTEM_BINARY names, one downloaded before, or else the address of the download. */
async function find(): Promise<MongodBinary> {
  if (resolveConfig(ResolveConfigVariables.SYSTEM_BINARY)) return { state: 'there', path: await MongoBinary.getPath() };
  const options = await DryMongoBinary.generateOptions();
  const path = DryMongoBinary.combineBinaryName(options.downloadDir, await DryMongoBinary.getBinaryName(options));
  // The checksum is written last: without it the program may be half there.
  if (existsSync(path) && existsSync(`${path}.md5`)) return { state: 'there', path };
  if (!envToBool(resolveConfig(ResolveConfigVariables.RUNTIME_DOWNLOAD))) {
    return { state: 'failed', reason: 'downloads are switched off (MONGOMS_RUNTIME_DOWNLOAD)' };
  }
  return { state: 'absent', version: options.version, url: await new MongoBinaryDownloadUrl(options).getDownloadUrl() };
}

async function findAndKnock(): Promise<MongodBinary> {
  const binary = await find();
  if (binary.state !== 'absent' || isBehindProxy()) return binary;
  try {
    await knock(new URL(binary.url));
    return binary;
  } catch (error) {
    return { state: 'failed', reason: errorLine(error) };
  }
}

/** Any answer will do: what the host has, the download tells. */
function knock(url: URL): Promise<void> {
  const { request } = url.protocol === 'http:' ? http : https;
  return new Promise((resolve, reject) => {
    const asking = request(url, { method: 'HEAD' }, (response) => {
      response.resume();
      resolve();
    });
    const silent = new Error(`no answer from ${url.host} within ${KNOCK_TIMEOUT_MS / 1000} s`);
    const timer = setTimeout(() => asking.destroy(silent), KNOCK_TIMEOUT_MS);
    asking.once('error', reject).once('close', () => clearTimeout(timer));
    asking.end();
  });
}

/** Into the folder `draft`, unless another process has put it into its place by now. */
async function download(draft: string): Promise<MongodBinary> {
  const binary = await find();
  if (binary.state !== 'absent') return binary;
  setDefaultValue(ResolveConfigVariables.DOWNLOAD_DIR, draft);
  setDefaultValue(ResolveConfigVariables.USE_HTTP, String(new URL(binary.url).protocol === 'http:'));
  return { state: 'there', path: await MongoBinary.getPath() };
}

const [folder = '', draft] = process.argv.slice(2);
process.once('disconnect', () => process.exit(1));
setDefaultValue(ResolveConfigVariables.VERSION, VERSION);
setDefaultValue(ResolveConfigVariables.DOWNLOAD_DIR, folder);
setDefaultValue(ResolveConfigVariables.SYSTEM_BINARY_VERSION_CHECK, 'false');
const answer = await (draft === undefined ? findAndKnock() : download(draft)).catch((error: unknown) => {
  const reason = error instanceof DownloadError ? `${shownUrl(error.url)}: ${errorLine(error.msg)}` : errorLine(error);
  return { state: 'failed', reason } satisfies MongodBinary;
});
process.send?.(answer, () => process.exit(0));
