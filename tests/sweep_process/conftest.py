"""Fixtures of sweeps that other processes work on."""

from __future__ import annotations

from tests.cli.conftest import w2v

__all__ = ["w2v"]
