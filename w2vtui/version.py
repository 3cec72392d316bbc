"""The version of this program, where anything may import it."""

VERSION = "0.1.0"
