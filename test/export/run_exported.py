"""Executes exported files and writes what they compute: run_exported.py TARGET FOLDER.

FOLDER/request.json: {"x": "...", "functions": [{"file": "f0.py", "name": "relu"}, ...]}.
FOLDER/result.json: {"versions": {...}, "functions": [{"float32": {"values": ..., "gradients": ...}, "float64": ...}]},
arrays as base64 of little-endian float64. Gradients are those of the sum of the values.
"""

import base64
import importlib.util
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np


def load(path, name):
    spec = importlib.util.spec_from_file_location("exported_" + os.path.basename(path)[:-3], path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, getattr(module, name)


def torch_runner():
    import torch

    def run(module, function, x):
        layer = next(c for c in vars(module).values() if isinstance(c, type) and issubclass(c, torch.nn.Module))()
        t = torch.tensor(x, requires_grad=True)
        y = layer(t)
        assert y.dtype == t.dtype
        (g,) = torch.autograd.grad(y.sum(), t)
        assert torch.equal(torch.nan_to_num(function(t)), torch.nan_to_num(y))
        return y.detach().numpy(), g.numpy()

    return run, {"torch": torch.__version__}


def keras_runner():
    import tensorflow as tf

    def run(module, function, x):
        t = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(t)
            y = function(t)
        assert y.dtype == t.dtype
        return y.numpy(), tape.gradient(y, t).numpy()

    def use(module, function):
        """As activation= of a layer that is saved and loaded."""
        path = os.path.join(sys.argv[2], "model.keras")
        model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(4, activation=function)])
        x = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
        model.save(path)
        loaded = tf.keras.models.load_model(path)
        assert np.array_equal(model.predict(x, verbose=0), loaded.predict(x, verbose=0), equal_nan=True)
        model.compile("sgd", "mse")
        model.fit(x, np.zeros((2, 4)), epochs=1, verbose=0)

    run.use = use
    import keras

    return run, {"tensorflow": tf.__version__, "keras": keras.__version__}


def jax_runner():
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    def run(module, function, x):
        t = jnp.asarray(x)
        y = jax.jit(function)(t)
        assert y.dtype == t.dtype
        g = jax.jit(jax.grad(lambda t: function(t).sum()))(t)
        return np.asarray(y), np.asarray(g)

    def use(module, function):
        x = jnp.asarray([0.3, -0.7, 1.9])
        y, dy = jax.jvp(function, (x,), (jnp.ones_like(x),))
        per_example = jax.vmap(jax.grad(function))(x)
        finite = np.isfinite(y)
        assert np.allclose(dy[finite], per_example[finite], equal_nan=True), (function.__doc__, dy, per_example)

    run.use = use
    return run, {"jax": jax.__version__}


def encode(array):
    return base64.b64encode(np.asarray(array, dtype="<f8").tobytes()).decode()


def main(target, folder):
    run, versions = {"torch": torch_runner, "keras": keras_runner, "jax": jax_runner}[target]()
    with open(os.path.join(folder, "request.json")) as file:
        request = json.load(file)
    x = np.frombuffer(base64.b64decode(request["x"]), dtype="<f8")
    results = []
    for wanted in request["functions"]:
        module, function = load(os.path.join(folder, wanted["file"]), wanted["name"])
        result = {}
        for dtype in ("float32", "float64"):
            with np.errstate(all="ignore"):
                values, gradients = run(module, function, x.astype(dtype))
            result[dtype] = {"values": encode(values), "gradients": encode(gradients)}
        if wanted.get("use") and hasattr(run, "use"):
            run.use(module, function)
        results.append(result)
    versions["python"] = sys.version.split()[0]
    with open(os.path.join(folder, "result.json"), "w") as file:
        json.dump({"versions": versions, "functions": results}, file)


main(*sys.argv[1:])
