import { execFile, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGzip, gunzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { entryPoint } from '../../src/config.js';
import { checkOut, writeOut } from '../../src/out/write-out.js';

const root = process.getuid?.() === 0;
const NOBODY = 65_534;

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-out-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What is in the folder after the work: no draft stays. */
const read = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => lstatSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );

const permissions = (path: string): number => statSync(path).mode & 0o7777;

/** Whether a command works here: not every container lets root make devices or mounts. */
const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

/** Runs the compiled writer in a shell, where `$write FILE TEXT` is it. */
async function shell(folder: string, script: string, as: readonly string[] = []): Promise<string> {
  const writer = `import { writeOut } from ${JSON.stringify(entryPoint('out/write-out'))};
    await writeOut(process.argv[1], process.argv[2]).catch(({ message }) => console.error(message));`;
  const write = `write() { "${process.execPath}" --input-type=module -e "$WRITER" "$@"; }`;
  const [command, ...args] = [...as, 'bash', '-c', `${write}; ${script}`];
  const { stdout, stderr } = await promisify(execFile)(command!, args, {
    cwd: folder,
    env: { ...process.env, WRITER: writer },
    timeout: 20_000,
  });
  return stdout + stderr;
}

it('makes a file as the shell would', async () => {
  const folder = freshFolder();
  const before = process.umask(0o027);
  await writeOut(join(folder, 'new'), 'text').finally(() => process.umask(before));
  await writeOut(join(folder, 'parts.gz'), ['a', 'b'], createGzip());
  expect(permissions(join(folder, 'new'))).toBe(0o640);
  expect(gunzipSync(readFileSync(join(folder, 'parts.gz'))).toString()).toBe('ab');
  expect(readdirSync(folder)).toEqual(['new', 'parts.gz']);
});

it('replaces a file by another one with its permissions', async () => {
  const folder = freshFolder();
  const path = join(folder, 'file');
  for (const mode of [0o600, 0o664, 0o755, 0o4711]) {
    writeFileSync(path, 'old, and longer');
    chmodSync(path, mode);
    const { ino } = statSync(path);
    await writeOut(path, Buffer.from('new'));
    expect(permissions(path)).toBe(mode);
    expect(statSync(path).ino).not.toBe(ino);
    expect(read(folder)).toEqual({ file: 'new' });
  }
});

it('follows links, to files that are there and to those that are not yet', async () => {
  const folder = freshFolder();
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data/file'), 'old');
  const links = { toFile: 'data/file', chain: 'toFile', dangling: join(folder, 'data/fresh'), toFolder: 'data' };
  for (const [name, to] of Object.entries(links)) symlinkSync(to, join(folder, name));
  await writeOut(join(folder, 'chain'), 'one');
  await writeOut(join(folder, 'dangling'), 'two');
  await writeOut(join(folder, 'toFolder/third'), 'three');
  expect(read(join(folder, 'data'))).toEqual({ file: 'one', fresh: 'two', third: 'three' });
  for (const name of Object.keys(links)) expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(true);
});

it('keeps all names of a file with hard links', async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, 'file'), 'old, and longer');
  linkSync(join(folder, 'file'), join(folder, 'other'));
  await writeOut(join(folder, 'other'), 'new');
  expect(read(folder)).toEqual({ file: 'new', other: 'new' });
});

it('leaves the old file whole, and no draft, when the content fails half-way', async () => {
  const folder = freshFolder();
  const path = join(folder, 'file');
  writeFileSync(path, 'old');
  function* failing() {
    yield 'n'.repeat(1e6);
    throw new Error('no more');
  }
  await expect(writeOut(path, failing(), createGzip())).rejects.toThrow('no more');
  await expect(writeOut(join(folder, 'fresh'), failing())).rejects.toThrow('no more');
  expect(read(folder)).toEqual({ file: 'old' });
});

it.runIf(root && works('unshare', '--mount', 'true'))('leaves the old file whole when the disk is full', async () => {
  const folder = freshFolder();
  const said = await shell(
    folder,
    `mount -t tmpfs -o size=64k none . && cd . && printf old > file && write file "$(head -c 100000 /dev/zero | tr '\\0' n)"
    cat file; ls -A`,
    ['unshare', '--mount'],
  );
  expect(said).toMatch(/^oldfile\ncannot write file: ENOSPC: .*; make room/);
});

it('says at once what cannot be written, and why', async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, 'file'), 'old');
  symlinkSync('loop', join(folder, 'loop'));
  symlinkSync('nowhere/file', join(folder, 'lost'));
  const cases = {
    [folder]: /it is a folder; name a file in it/,
    [`${folder}/nowhere/file`]: /name a file in a folder that exists/,
    [`${folder}/nowhere/`]: /name a file in a folder that exists/,
    [`${folder}/file/`]: /name a file in a folder that exists/,
    [`${folder}/file/file`]: /name a file in a folder that exists/,
    [`${folder}/loop`]: /ELOOP/,
    [`${folder}/lost`]: /name a file in a folder that exists/,
    '/dev/fd/99': /no such file is open/,
  };
  for (const [path, reason] of Object.entries(cases)) {
    for (const ask of [() => checkOut(path), () => writeOut(path, 'new')]) {
      const refused = ask();
      await expect(refused, path).rejects.toThrow(reason);
      await expect(refused).rejects.toMatchObject({ code: 'FAILED', message: expect.stringContaining(path) });
    }
  }
  expect(read(folder)).toEqual({ file: 'old' });
});

it('writes into a FIFO, and waits for its reader', async () => {
  const folder = freshFolder();
  const said = await shell(folder, 'mkfifo fifo; ln -s fifo link; write link text & sleep 0.3; cat fifo; wait; ls');
  expect(said).toBe('textfifo\nlink\n');
});

it('writes into what the process was given open: pipes, files where they stand, process substitutions', async () => {
  const folder = freshFolder();
  const long = 'x'.repeat(100_000);
  expect(await shell(folder, `write /dev/stdout ${long} | wc -c; write /dev/stderr error`)).toBe('100000\nerror');
  expect(await shell(folder, `write >(tr a-z A-Z > upper) text; until [ -s upper ]; do sleep 0.1; done`)).toBe('');
  const inFiles =
    '{ echo before; write /dev/stdout text; echo after; } > out; write /dev/fd/7 more 7>> out;' +
    'ln -s /proc/self/fd/1 stdout; write stdout linked > other; write /dev/stdout gone | true';
  expect(await shell(folder, inFiles)).toBe('');
  expect(read(folder)).toEqual({ upper: 'TEXT', out: 'before\ntextafter\nmore', other: 'linked' });
});

it.runIf(root)('writes into devices, which stay what they are', async ({ skip }) => {
  const folder = freshFolder();
  const [none, full] = [join(folder, 'null'), join(folder, 'full')];
  if (!works('mknod', none, 'c', '1', '3') || !works('mknod', full, 'c', '1', '7')) skip();
  symlinkSync('null', join(folder, 'link'));
  await writeOut(none, 'x'.repeat(1e6));
  await writeOut(join(folder, 'link'), ['a', 'b'], createGzip());
  await expect(writeOut(full, 'text')).rejects.toThrow(/ENOSPC/);
  for (const path of [none, full]) expect(lstatSync(path).isCharacterDevice()).toBe(true);
  expect(readdirSync(folder)).toEqual(['full', 'link', 'null']);
});

it.runIf(root)('keeps owner and group', async () => {
  const folder = freshFolder();
  const path = join(folder, 'file');
  writeFileSync(path, 'old');
  chownSync(path, NOBODY, 12);
  chmodSync(path, 0o4750);
  await writeOut(path, 'new');
  expect(statSync(path)).toMatchObject({ uid: NOBODY, gid: 12 });
  expect(permissions(path)).toBe(0o4750);
  expect(read(folder)).toEqual({ file: 'new' });
});

it.runIf(root)(
  'writes in place what it may write and not replace, and leaves alone what it may not write',
  async () => {
    const folder = freshFolder();
    const as = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    const files = { theirs: 0o666, closed: 0o644, own: 0o444 };
    for (const [name, mode] of Object.entries(files)) {
      writeFileSync(join(folder, name), 'old, and longer');
      chmodSync(join(folder, name), mode);
    }
    chownSync(join(folder, 'own'), NOBODY, NOBODY);
    // First in a folder of root's, then in one in which everybody may make and rename files.
    for (const mode of [0o755, 0o777, 0o1777]) {
      chmodSync(folder, mode);
      writeFileSync(join(folder, 'theirs'), 'old, and longer');
      const said = await shell(folder, 'for file in theirs closed own; do write $file new; done', as);
      expect(said.match(/cannot write (closed|own): EACCES.*; name a file that you may write/g)).toHaveLength(2);
      expect(read(folder)).toEqual({ theirs: 'new', closed: 'old, and longer', own: 'old, and longer' });
      expect(statSync(join(folder, 'theirs'))).toMatchObject({ uid: 0, gid: 0 });
    }
  },
);

it.runIf(root && works('unshare', '--mount', 'true'))('writes into a file that is a mount of its own', async () => {
  const folder = freshFolder();
  const said = await shell(
    folder,
    'echo outside > outside; touch inside; mount --bind outside inside; write inside new; cat outside; ls -A',
    ['unshare', '--mount'],
  );
  expect(said).toBe('newinside\noutside\n');
});
