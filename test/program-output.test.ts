import { describe, expect, it } from 'vitest';
import { causeIn, whyFailed } from '../src/program-output.js';

/** What the programs really say (shortened): the cause is seldom the last line. */
const OUTPUTS: ReadonlyArray<[program: string, output: string, cause: string]> = [
  [
    'initdb',
    `The database cluster will be initialized with locale "C.UTF-8".
fixing permissions on existing directory /data ... ok
running bootstrap script ... 2026-12-01 03:10:11.226 UTC [12] FATAL:  could not write to file "pg_wal/xlogtemp.12": No space left on device
child process exited with exit code 1
initdb: removing contents of data directory "/data"`,
    'running bootstrap script ... 2026-12-01 03:10:11.226 UTC [12] FATAL:  could not write to file "pg_wal/xlogtemp.12": No space left on device',
  ],
  [
    'postgres',
    `LOG:  starting PostgreSQL 18.1 on x86_64-pc-linux-gnu
FATAL:  could not open directory "pg_notify": No such file or directory
LOG:  database system is shut down`,
    'FATAL:  could not open directory "pg_notify": No such file or directory',
  ],
  [
    'npm',
    `npm error code ENOSPC
npm error syscall write
npm error errno ENOSPC
npm error nospc Invalid response body while trying to fetch https://r.example/find-my-way: ENOSPC: no space left on device, write
npm error nospc There appears to be insufficient space on your system to finish.
npm error A complete log of this run can be found in: /root/.npm/_logs/debug-0.log`,
    'npm error nospc Invalid response body while trying to fetch https://r.example/find-my-way: ENOSPC: no space left on device, write',
  ],
  [
    'npm without the package',
    `npm error code E404
npm error 404 Not Found - GET https://me:secret@r.example/nothing
npm error 404
npm error 404 Note that you can also install from a
npm error 404 tarball, folder, http url, or git url.
npm error A complete log of this run can be found in: /root/.npm/_logs/debug-0.log`,
    'npm error 404 Not Found - GET https://r.example/nothing',
  ],
  [
    'apt-get',
    `Ign:1 http://deb.example/debian bookworm InRelease
Err:1 http://deb.example/debian bookworm InRelease
  Temporary failure resolving 'deb.example'
E: Failed to fetch http://deb.example/debian/pool/r.deb  Temporary failure resolving 'deb.example'
E: Some index files failed to download. They have been ignored, or old ones used instead.`,
    "Temporary failure resolving 'deb.example'",
  ],
  [
    'apt-helper',
    `W: Download is performed unsandboxed as root as file '/x' couldn't be accessed by user '_apt'. - pkgAcquire::Run (13: Permission denied)
E: Failed to fetch http://proxy.example/go.zip  404  Not Found [IP: 127.0.0.1 80]
E: Download Failed`,
    'E: Failed to fetch http://proxy.example/go.zip  404  Not Found [IP: 127.0.0.1 80]',
  ],
  [
    'redis-server',
    `# WARNING Memory overcommit must be enabled! Without it, a background save may fail. No permission denied here.
* Running mode=standalone, port=6379.
# Can't open or create append-only dir appendonlydir: Permission denied`,
    "# Can't open or create append-only dir appendonlydir: Permission denied",
  ],
  [
    'g++',
    `binding.cc:1:10: fatal error: tensorflow/c/c_api.h: No such file or directory
    1 | #include "tensorflow/c/c_api.h"
      |          ^~~~~~~~~~~~~~~~~~~~~~
compilation terminated.`,
    'binding.cc:1:10: fatal error: tensorflow/c/c_api.h: No such file or directory',
  ],
  [
    'mvn, in colours',
    `\x1b[0m[\x1b[1;31mERROR\x1b[m] Failed to execute goal copy: Unable to resolve artifact a:b:jar:1 -> [Help 1]
[\x1b[1;31mERROR\x1b[m] 
[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.
[ERROR] For more information about the errors and possible solutions, please read the following articles:
[ERROR] [Help 1] http://example/MojoExecutionException`,
    '[ERROR] Failed to execute goal copy: Unable to resolve artifact a:b:jar:1 -> [Help 1]',
  ],
  [
    'pip',
    `WARNING: Retrying after connection broken by 'NewConnectionError: [Errno -2] Name or service not known': /simple/x/
ERROR: Could not find a version that satisfies the requirement x==1 (from versions: none)
ERROR: No matching distribution found for x==1`,
    "WARNING: Retrying after connection broken by 'NewConnectionError: [Errno -2] Name or service not known': /simple/x/",
  ],
  [
    'mongod',
    `{"t":{"$date":"2026-12-01T03:00:00Z"},"s":"I","c":"CONTROL","msg":"MongoDB starting","attr":{"dbPath":"/d"}}
{"t":{"$date":"2026-12-01T03:00:00Z"},"s":"E","c":"CONTROL","msg":"DBException in initAndListen, terminating","attr":{"error":"Location28596: Unable to determine status of lock file"}}
{"t":{"$date":"2026-12-01T03:00:00Z"},"s":"I","c":"CONTROL","msg":"Now exiting"}
{"t":{"$date":"2026-12-01T03:00:00Z"},"s":"I","c":"CONTROL","msg":"Shutting down","attr":{"exitCode":100}}`,
    'error: DBException in initAndListen, terminating: Location28596: Unable to determine status of lock file',
  ],
  [
    'a program without its library',
    'mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file: No such file or directory',
    'mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file: No such file or directory',
  ],
  ['what says nothing of errors', 'one\ntwo\n\n', 'two'],
  ['silence', '', ''],
];

describe('the cause in the output', () => {
  it.each(OUTPUTS)('of %s', (_, output, cause) => {
    expect(causeIn(output)).toBe(cause);
  });

  it('is one line of bounded length, with both of its ends', () => {
    const cause = causeIn(`error: ${'x'.repeat(10_000)}: no space left on device\r\nmore`);
    expect(cause).toMatch(/^error: .* … .*: no space left on device$/);
    expect(cause.length).toBeLessThan(500);
  });
});

describe('why a program failed', () => {
  it('is told by how it ended where it said nothing', () => {
    expect(whyFailed({ all: '', shortMessage: 'Command failed with ENOENT: mvn -q\nspawn mvn ENOENT' })).toBe(
      'Command failed with ENOENT: mvn -q',
    );
    expect(whyFailed({ all: 'half of it\n', signal: 'SIGKILL' })).toBe('ended by SIGKILL: half of it');
  });
});
