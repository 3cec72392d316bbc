"""Numba's compiler without what these kernels do not need, which takes half as long.

Numba optimizes every function and turns it into machine code, then links it into the functions that
call it, where all of that is done again. A part of a kernel is always inlined, so nobody runs its
own machine code. And Numba optimizes twice: first to bring reference counts together, which kernels
do not have.
"""

from __future__ import annotations

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder


class _Kernel(JITCodeLibrary):
    """A function that Python calls, optimized once."""

    def _optimize_final_module(self):
        passes, builder = self._codegen._module_pass_manager()
        passes.run(self._final_module, builder)


class _Part(JITCodeLibrary):
    """A function in LLVM's intermediate code, ready to be linked into others."""

    @property
    def codegen(self):
        """What generates the code."""
        return _WithoutEnvironments(super().codegen)

    def get_pointer_to_function(self, name):
        """Complete the code; returns 0, as there is no machine code."""
        self._ensure_finalized()
        return 0

    def _optimize_functions(self, ll_module):
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self):
        pass

    def _finalize_final_module(self):
        self._finalized = True


class _WithoutEnvironments:
    """A code generator for functions that refer to no objects of Python."""

    def __init__(self, codegen):
        self._codegen = codegen

    def __getattr__(self, name):
        return getattr(self._codegen, name)

    def set_env(self, env_name, env):
        """Do nothing: the machine code in which an address would be set is not there."""


class _Compiler(CompilerBase):
    """Numba's usual passes, which end in a library of our own."""

    _library = JITCodeLibrary

    def define_pipelines(self):
        """The passes in order."""
        state = self.state
        if state.library is None:
            state.library = self._library(state.targetctx.codegen(), state.func_id.func_qualname)
            state.library.enable_object_caching()
        return [DefaultPassBuilder.define_nopython_pipeline(state)]


class KernelCompiler(_Compiler):
    """Compiles what Python calls and what counts no references."""

    _library = _Kernel


class PartCompiler(_Compiler):
    """Compiles what only kernels call."""

    _library = _Part
