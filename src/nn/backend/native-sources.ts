/** A file in a package registry, named and pinned so that it is the same on every machine. */
export interface NativePackage {
  registry: 'maven' | 'pypi';
  /** Maven: group:artifact:version:type:classifier. PyPI: name==version. */
  coordinates: string;
  /** What the registry's client calls the file that it downloads. */
  file: string;
  /** Of the file, as published by the registry. */
  sha256: string;
}

/** Where a TensorFlow library (with its stable C API) comes from without the download step of tfjs-node. */
export interface TensorflowSource {
  /** What the library answers to TF_Version. */
  version: string;
  package: NativePackage;
  /** The folder inside the package that holds libtensorflow_cc.so.2 and libtensorflow_framework.so.2. */
  folder: string;
  /** CUDA's libraries, which TensorFlow looks for in `../nvidia` beside its own folder. */
  cuda: readonly NativePackage[];
}

export type NativeVariant = 'cpu' | 'gpu';

const wheel = (name: string, version: string, tag: string, sha256: string): NativePackage => ({
  registry: 'pypi',
  coordinates: `${name}==${version}`,
  file: `${name.replaceAll('-', '_')}-${version}-${tag}.whl`,
  sha256,
});

const CP311 = 'cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64';
const CUDA = 'py3-none-manylinux2014_x86_64';

const maven210: TensorflowSource = {
  version: '2.10.1',
  package: {
    registry: 'maven',
    coordinates: 'org.tensorflow:tensorflow-core-api:0.5.0:jar:linux-x86_64',
    file: 'tensorflow-core-api-0.5.0-linux-x86_64.jar',
    sha256: 'f394c5be26c8f3b644cdc77e6741b2cfe774caa8aedeb969c50e074444feac55',
  },
  folder: 'org/tensorflow/internal/c_api/linux-x86_64',
  cuda: [],
};

const pypi215: TensorflowSource = {
  version: '2.15.1',
  package: wheel('tensorflow-cpu', '2.15.1', CP311, '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26'),
  folder: 'tensorflow',
  cuda: [],
};

/** The versions of CUDA's libraries are those that this TensorFlow was built with (its extra `and-cuda`). */
const pypiGpu218: TensorflowSource = {
  version: '2.18.1',
  package: wheel('tensorflow', '2.18.1', CP311, 'c9f87e5d2a680a4595f5dc30daf6bbaec9d4129b46d7ef1b2af63c46ac7d2828'),
  folder: 'tensorflow',
  cuda: [
    wheel(
      'nvidia-cuda-runtime-cu12',
      '12.5.82',
      CUDA,
      '3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115',
    ),
    wheel(
      'nvidia-cuda-nvrtc-cu12',
      '12.5.82',
      CUDA,
      '3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd',
    ),
    wheel('nvidia-cublas-cu12', '12.5.3.2', CUDA, 'ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b'),
    wheel('nvidia-cudnn-cu12', '9.3.0.75', CUDA, '9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d'),
    wheel('nvidia-cufft-cu12', '11.2.3.61', CUDA, '9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8'),
    wheel(
      'nvidia-cusolver-cu12',
      '11.6.3.83',
      CUDA,
      '93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b',
    ),
    wheel('nvidia-cusparse-cu12', '12.5.1.3', CUDA, '016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752'),
    wheel('nvidia-nvjitlink-cu12', '12.5.82', CUDA, 'f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212'),
  ],
};

/** In order of preference. Seeded training gives other bits on another TensorFlow version, so the order is fixed. */
export const TENSORFLOW_SOURCES: Record<NativeVariant, readonly TensorflowSource[]> = {
  cpu: [maven210, pypi215],
  gpu: [pypiGpu218],
};
