"""The keys of the app: defaults, configured keys, and checks that they do not collide."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import REPLACED_KEYS, Keys, key_to_character

from w2vtui.config import Given
from w2vtui.config.writing import Key
from w2vtui.errors import SettingsError

_MODIFIERS = frozenset(("ctrl", "shift", "alt", "super", "hyper", "meta"))
_NAMED_KEYS = frozenset(key.value for key in Keys if "+" not in key.value and key.value[0] != "<")


class Scope(NamedTuple):
    """Classes whose keys are active at the same time."""

    name: str
    owners: tuple[type[DOMNode], ...]


def own_bindings(owner: type[DOMNode]) -> list[Binding]:
    """The bindings that a class itself declares."""
    declared = owner.__dict__.get("BINDINGS", ())
    return [one if isinstance(one, Binding) else Binding(*one) for one in declared]


def all_keys(scopes: Iterable[Scope]) -> list[Key]:
    """Every binding of these scopes, once."""
    owners = dict.fromkeys(owner for scope in scopes for owner in scope.owners)
    return [
        Key(binding.id or "", binding.key, binding.tooltip or binding.description)
        for owner in owners
        for binding in own_bindings(owner)
    ]


def key_texts(app: App[Any], keys: Mapping[str, str], binding: Binding) -> list[str]:
    """The keys of a binding as a screen shows them.

    keys   configured keys, by binding id
    """
    if binding.id is not None and binding.id in keys:
        binding = replace(binding, key=keys[binding.id], key_display=None)
    unrolled = Binding.make_bindings([binding])
    return list(dict.fromkeys(app.get_key_display(one) for one in unrolled))


def keymap(keys: Mapping[str, str], scopes: Iterable[Scope]) -> dict[str, str]:
    """Configured keys, and the keys of bindings that share a default key with them.

    Textual removes a key that one binding gives up from every binding of the class.
    """
    made = dict(keys)
    for owner in {owner for scope in scopes for owner in scope.owners}:
        bindings = [binding for binding in own_bindings(owner) if binding.id]
        given_up = {key for one in bindings if one.id in keys for key in _key_names(one.key)}
        for binding in bindings:
            if _key_names(binding.key) & given_up:
                made.setdefault(binding.id or "", binding.key)
    return made


# ---- checks


def check_keys(keys: Mapping[str, Given], scopes: Sequence[Scope]) -> None:
    """Check that ids and keys exist, and that no two bindings share a key on one screen.

    Raises:
        SettingsError: the message names the place of the setting and both bindings.
    """
    known = [key.id for key in all_keys(scopes)]
    for name, given in keys.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise SettingsError(f"{given.source}: there is no key binding {name!r}: {hint}")
        for key in given.value.split(","):
            _check_key(name, key.strip(), given)
    for scope in scopes:
        _check_scope(scope, keys)


def _check_key(name: str, key: str, given: Given) -> None:
    *modifiers, last = ["plus"] if key == "+" else key.split("+")
    character = key_to_character(REPLACED_KEYS.get(last, last))
    is_known = last in _NAMED_KEYS or (character is not None and character.isprintable())
    if is_known and set(modifiers) <= _MODIFIERS:
        return
    near = difflib.get_close_matches(last, sorted(_NAMED_KEYS), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "name it like p, ctrl+p, f5, space or slash"
    raise SettingsError(f"{given.source}: {name} cannot be {key!r}, which is not a key: {hint}")


class _Taken(NamedTuple):
    """A binding of a scope, with its keys now and by default."""

    name: str
    now: frozenset[str]
    default: frozenset[str]


def _check_scope(scope: Scope, keys: Mapping[str, Given]) -> None:
    taken = [one for owner in scope.owners for one in _taken(owner, keys)]
    for at, one in enumerate(taken):
        for other in taken[:at]:
            # The focus decides between bindings that share a key by default.
            shared = (one.now & other.now) - (one.default & other.default)
            if not shared:
                continue
            changed, taken_by = (one, other) if one.name in keys else (other, one)
            raise SettingsError(
                f"{keys[changed.name].source}: {changed.name} cannot be {min(shared)} on "
                f"{scope.name}: that is the key of {taken_by.name}; give one of them another"
            )


def _taken(owner: type[DOMNode], keys: Mapping[str, Given]) -> Iterable[_Taken]:
    own: set[str] = set()
    for binding in own_bindings(owner):
        default = _key_names(binding.key)
        given = keys.get(binding.id or "")
        now = default if given is None else _key_names(given.value)
        own |= default
        yield _Taken(binding.id or binding.description, now, default)
    for base in owner.__mro__[1:]:
        inherited: Sequence[Any] = base.__dict__.get("BINDINGS", ())
        for binding in Binding.make_bindings(inherited):
            if binding.key not in own:  # one of Textual's, such as tab for the next field
                names = frozenset((binding.key,))
                yield _Taken(f"{binding.description!r}", names, names)


def _key_names(keys: str) -> frozenset[str]:
    """Comma-separated keys by Textual's names: `slash` for `/`."""
    return frozenset(binding.key for binding in Binding.make_bindings([Binding(keys, "")]))
