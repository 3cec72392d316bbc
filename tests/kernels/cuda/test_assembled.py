"""Every kernel compiled and assembled for the GPUs it may meet, without one of them.

numba-cuda makes PTX, and ptxas makes machine code of it and says how many registers that takes.
The default settings are compiled for both kinds of GPU; `GPU_SHAPES=all` compiles other lengths of
vectors, numbers of noise words and locks as well, which takes half a minute.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.kernels.cuda.conftest import AMPERE, HOPPER
from tests.kernels.cuda.setup import CBOW, TREE, ids_of
from tests.kernels.setup import Setup
from w2v_kernels.cuda import training_loop, windows
from w2v_kernels.cuda.device import Kernel
from w2v_kernels.cuda.rows import AT_ONCE, Gathering

pytestmark = pytest.mark.slow

MODES = [{}, TREE, CBOW, CBOW | TREE, {"noise_sharing": "none"}]
seldom = pytest.mark.skipif(os.environ.get("GPU_SHAPES") != "all", reason="GPU_SHAPES=all asks")


def find_assembler():
    """The ptxas of a package, which is as new as the compiler, or else that of the path."""
    packaged = [found for path in sys.path for found in Path(path).glob("nvidia/*/bin/ptxas")]
    found = packaged[0] if packaged else shutil.which("ptxas")
    return found or pytest.skip("ptxas is not installed")


def assemble(kernel, arguments, capability, folder):
    """The PTX of a kernel, and what ptxas says of it."""
    from w2v_kernels.cuda.compiled import assembly_of

    text, source = assembly_of(kernel, arguments, capability), folder / "kernel.ptx"
    source.write_text(text)
    arch = "-arch=sm_" + "".join(map(str, capability))
    command = [find_assembler(), "-v", arch, source, "-o", folder / "kernel.cubin"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Unsupported .version" in done.stderr:
        pytest.skip("the ptxas of the path is older than the compiler")
    assert done.returncode == 0, done.stderr
    return text, done.stderr


def check(said):
    """See that all is in registers, nothing in the slow memory of a lane; return how many."""
    assert "0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads" in said, said
    registers = re.search(r"Used (\d+) registers", said)
    assert registers is not None, said
    return int(registers[1])


def assembled(settings, capability, folder, vector_size=100, locked=False, gathering=AT_ONCE):
    """The PTX of the training kernel for some settings, and what ptxas says of it."""
    constants = training_loop.constants_of(
        Setup(**settings).hyper, vector_size, locked, capability == HOPPER, gathering
    )
    kernel = Kernel(training_loop.train_kernel, constants)
    return assemble(kernel, training_loop.argument_examples(), capability, folder)


@pytest.mark.parametrize("capability", [AMPERE, HOPPER], ids=["sm_80", "sm_90"])
@pytest.mark.parametrize("mode", MODES, ids=ids_of)
def test_training_kernels_keep_their_rows_in_registers(mode, capability, no_device, tmp_path):
    text, said = assembled(mode, capability, tmp_path)
    assert check(said) <= 152
    assert ("red.global.add.v4.f32" in text) == (capability == HOPPER)
    assert ("red.global.add.f32" in text) == (capability == AMPERE)
    assert "ld.relaxed.gpu.global.v4.f32" in text
    assert not re.search(r"\bcall\b|\.local", text)
    assert "smem" not in said


def test_gathered_steps_are_in_shared_memory(no_device, tmp_path):
    _, said = assembled(TREE, HOPPER, tmp_path, gathering=Gathering(15, 4))
    assert check(said) <= 152
    assert "7680 bytes smem" in said


@seldom
@pytest.mark.parametrize("capability", [AMPERE, HOPPER], ids=["sm_80", "sm_90"])
@pytest.mark.parametrize("mode", MODES, ids=ids_of)
def test_long_rows_fit_too(mode, capability, no_device, tmp_path):
    _, said = assembled(mode, capability, tmp_path, vector_size=300)
    assert check(said) <= 240


@seldom
@pytest.mark.parametrize(
    ("mode", "vector_size", "locked", "gathering"),
    [
        ({"negative": 19}, 100, False, AT_ONCE),
        ({"negative": 20}, 100, False, AT_ONCE),
        (CBOW | TREE, 2048, False, AT_ONCE),
        ({}, 100, True, AT_ONCE),
        (TREE, 100, True, AT_ONCE),
        (CBOW, 100, True, AT_ONCE),
        (CBOW | TREE, 100, False, Gathering(7, 8)),
        (TREE, 300, False, Gathering(15, 4)),
    ],
    ids=ids_of,
)
def test_other_shapes_fit_too(mode, vector_size, locked, gathering, no_device, tmp_path):
    check(assembled(mode, HOPPER, tmp_path, vector_size, locked, gathering)[1])


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
