"""Fixtures of sweeps."""

from __future__ import annotations

from tests.cli.conftest import w2v

__all__ = ["w2v"]
