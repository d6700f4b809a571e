import { fork } from 'node:child_process';
import { entryPoint } from '../../config.js';
import { causeIn } from '../../program-output.js';
import type { Gpu } from '../gpus.js';
import type { ProbeResult } from './backend-probe.js';
import { type Check, fail, ok, warn } from './check.js';

const INSTALL = '`npm install @tensorflow/tfjs-node`, or `aquasurf backend install` where its download fails';
const INSTALL_GPU = '`npm install @tensorflow/tfjs-node-gpu`, or `aquasurf backend install gpu`';
/** CUDA, cuDNN, cuBLAS and others of theirs. */
const GPU_LIBRARY = /\blib(cuda|cudart|cudnn|cublas|cufft|curand|cusolver|cusparse|nvidia|nccl|nvinfer)/i;
/** Loading takes a second or two; a first start with a GPU may take a minute. */
const TIMEOUT_MS = 120_000;
const LONGEST_OUTPUT = 65_536;

/** Loads the backend and trains two steps with it, in a process of its own. */
export async function checkBackend(backend: string, gpus: readonly Gpu[]): Promise<Check> {
  return judgeProbe(await probeBackend(backend), gpus, backend);
}

/** @param backend that was asked for, `auto` for the best one */
export function judgeProbe(result: ProbeResult, gpus: readonly Gpu[], backend: string): Check {
  if (!result.works) {
    const forGpu =
      backend === 'tfjs-node-gpu' || (gpus.length > 0 && backend === 'auto') || GPU_LIBRARY.test(result.reason);
    return fail('backend', result.reason, forGpu ? INSTALL_GPU : INSTALL);
  }
  const { name, tensorflowVersion, devices, seconds } = result;
  const found = `${name}, TensorFlow ${tensorflowVersion}, ${devices.join(' and ')}; self-check passed in ${seconds.toFixed(1)} s`;
  if (gpus.length > 0 && !devices.includes('GPU')) {
    return warn('backend', `${found}; it does not use the GPU`, INSTALL_GPU);
  }
  return ok('backend', found);
}

function probeBackend(backend: string): Promise<ProbeResult> {
  const child = fork(entryPoint('cli/doctor/backend-probe'), [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: TIMEOUT_MS,
    env: { ...process.env, AQUASURF_BACKEND: backend },
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-LONGEST_OUTPUT);
  });
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as ProbeResult));
    child.once('error', (error) => resolve({ works: false, reason: error.message }));
    child.once('close', (code, signal) => {
      // After the message, this changes nothing.
      const end = `the backend ended its process (${signal ?? `exit code ${code}`}) while loading`;
      resolve({ works: false, reason: [end, causeIn(said)].filter(Boolean).join(': ') });
    });
  });
}
