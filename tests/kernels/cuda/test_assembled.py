"""Every kernel compiled and assembled for the GPUs it may meet, without one of them.

numba-cuda makes PTX, and ptxas makes machine code of it and says how many registers that takes.
Both come with `pip install 'w2vtui[cuda]' nvidia-cuda-nvcc`; without them these tests are skipped.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tests.kernels.cuda.setup import CBOW, TREE, ids_of
from tests.kernels.setup import Setup
from w2v_kernels.cuda import training_loop, windows
from w2v_kernels.cuda.device import Kernel

pytest.importorskip("numba_cuda", reason="numba-cuda is not installed")
pytestmark = pytest.mark.slow

AMPERE, HOPPER = (8, 0), (9, 0)
MODES = [{}, TREE, CBOW, CBOW | TREE, {"shared_noise": False}]


def find_assembler():
    """The ptxas of a package, which is as new as the compiler, or else that of the path."""
    packaged = [found for path in sys.path for found in Path(path).glob("nvidia/*/bin/ptxas")]
    found = packaged[0] if packaged else shutil.which("ptxas")
    return found or pytest.skip("ptxas is not installed: pip install nvidia-cuda-nvcc")


@pytest.fixture
def no_device(monkeypatch):
    """Compiling a kernel asks for the GPU it is for, even where none is."""
    from numba.cuda import api, compiler, dispatcher

    for module in (api, compiler, dispatcher):
        monkeypatch.setattr(
            module, "get_current_device", lambda: SimpleNamespace(compute_capability=AMPERE)
        )


def assemble(kernel, arguments, capability, folder):
    """The PTX of a kernel, and what ptxas says of it."""
    from w2v_kernels.cuda.toolkit import assembly_of

    text, source = assembly_of(kernel, arguments, capability), folder / "kernel.ptx"
    source.write_text(text)
    arch = f"-arch=sm_{capability[0]}{capability[1]}"
    command = [find_assembler(), "-v", arch, source, "-o", folder / "kernel.cubin"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Unsupported .version" in done.stderr:
        pytest.skip("ptxas is older than the compiler: pip install nvidia-cuda-nvcc")
    assert done.returncode == 0, done.stderr
    return text, done.stderr


def check(said):
    """See that all is in registers, nothing in the slow memory of a lane; return how many."""
    assert "0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads" in said, said
    registers = re.search(r"Used (\d+) registers", said)
    assert registers is not None, said
    return int(registers[1])


@pytest.mark.parametrize("capability", [AMPERE, HOPPER], ids=str)
@pytest.mark.parametrize("vector_size", [100, 300])
@pytest.mark.parametrize("mode", MODES, ids=ids_of)
def test_training_kernels_keep_their_rows_in_registers(
    mode, vector_size, capability, no_device, tmp_path
):
    as_one = capability == HOPPER
    constants = training_loop.constants_of(Setup(**mode).hyper, vector_size, False, as_one)
    kernel = Kernel(training_loop.train_kernel, constants)
    text, said = assemble(kernel, training_loop.argument_examples(), capability, tmp_path)
    assert check(said) <= (152 if vector_size == 100 else 240)
    assert ("red.global.add.v4.f32" in text) == as_one
    assert ("red.global.add.f32" in text) != as_one
    assert "ld.global.cg.v4.f32" in text
    assert not re.search(r"\bcall\b|\.local", text)


@pytest.mark.parametrize(
    ("mode", "vector_size", "locked"),
    [({"negative": 19}, 100, False), ({"negative": 20}, 100, False), (CBOW | TREE, 2048, False),
     ({}, 100, True), (TREE, 100, True), (CBOW, 100, True)],
    ids=ids_of,
)  # fmt: skip
def test_other_shapes_fit_too(mode, vector_size, locked, no_device, tmp_path):
    constants = training_loop.constants_of(Setup(**mode).hyper, vector_size, locked, True)
    kernel = Kernel(training_loop.train_kernel, constants)
    _, said = assemble(kernel, training_loop.argument_examples(), HOPPER, tmp_path)
    check(said)


def test_the_kernels_that_choose_tokens_assemble(no_device, tmp_path):
    words, places, odds = np.zeros(1, np.int32), np.zeros(1, np.int64), np.zeros(1, np.uint32)
    key, kept = np.uint64(0), windows.Kept(words, places, words, words)
    for kernel, arguments in {
        windows.COUNT: (words, key, odds, places),
        windows.PLACE: (words, key, odds, places, words, places),
        windows.MEASURE: (key, 0, False, places, kept),
    }.items():
        _, said = assemble(kernel, arguments, HOPPER, tmp_path)
        assert check(said) <= 40
