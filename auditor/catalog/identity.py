"""Taking the identities of `pg_identify_object()` apart."""

from __future__ import annotations

import re

_NAME = re.compile(r'"((?:[^"]|"")*)"|([^".\s(]+)')


def names_in(identity: str) -> tuple[tuple[str, ...], str]:
    """The dotted names that an identity begins with, unquoted, and what follows them.

    >>> names_in('public."Order".id')
    (('public', 'Order', 'id'), '')
    >>> names_in("public.f(integer,public.mood)")
    (('public', 'f'), '(integer,public.mood)')
    >>> names_in("t_pkey on public.t")
    (('t_pkey',), ' on public.t')
    """
    names: list[str] = []
    position = 0
    while match := _NAME.match(identity, position):
        quoted, plain = match.groups()
        names.append(plain if quoted is None else quoted.replace('""', '"'))
        position = match.end()
        if identity[position : position + 1] != ".":
            break
        position += 1
    return tuple(names), identity[position:]


def without_last_name(identity: str) -> str:
    """The dotted names of an identity but the last, as they are quoted.

    >>> without_last_name('public."Or.der".id')
    'public."Or.der"'
    """
    position = last = 0
    while match := _NAME.match(identity, position):
        if identity[match.end() : match.end() + 1] != ".":
            break
        last, position = match.end(), match.end() + 1
    return identity[:last]
