import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { packageDir } from '../../src/config.js';

/** A program that starts the stand-in for mongod, wherever it lies. */
export const standIn = `#!/bin/sh\nexec '${process.execPath}' '${join(packageDir, 'test/services/stand-in-mongod.mjs')}' "$@"\n`;

/** An archive such as MongoDB offers. */
export async function archiveOf(program: string, name = 'mongod'): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-archive-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'mongodb-linux/bin'), { recursive: true });
  writeFileSync(join(folder, 'mongodb-linux/bin', name), program, { mode: 0o755 });
  await execa('tar', ['-czf', 'archive.tgz', 'mongodb-linux'], { cwd: folder, env: { PATH: '/usr/bin:/bin' } });
  return readFileSync(join(folder, 'archive.tgz'));
}

export interface Answers {
  archive?: Buffer;
  /** Of the archive, unless another is given. */
  md5?: string;
  /** Ends the connection after so many bytes. */
  cutAfter?: number;
  /** Sends the first half and then nothing. */
  silent?: boolean;
}

/** A mirror of MongoDB's download host; gives its address and the paths that were asked for. */
export async function mirror({ archive, md5, cutAfter, silent }: Answers): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (archive === undefined) return response.writeHead(404).end();
    if (request.url?.endsWith('.md5')) {
      const text = `${md5 ?? createHash('md5').update(archive).digest('hex')}  archive.tgz\n`;
      return response.writeHead(200, { 'content-length': text.length }).end(text);
    }
    response.writeHead(200, { 'content-length': archive.length });
    if (request.method === 'HEAD') return response.end();
    if (silent) return response.write(archive.subarray(0, archive.length / 2));
    if (cutAfter === undefined) return response.end(archive);
    return response.write(archive.subarray(0, cutAfter), () => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, asked };
}
