"""What a shell offers when Tab is pressed: names of objects, codes, phases, revisions, beside click's own.

It must answer at once and never do anything: no migration is read or run, no server is asked. Objects are those
of the last reading (:mod:`auditor.known_names`); phases and entries stand in `classifications.yaml`. What goes
wrong is silence.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Offer = tuple[str, str | None]
"""A word, and what it is."""

Complete = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]

ROUTINES = frozenset({"function", "procedure", "aggregate"})

MAX_BYTES = 2_000_000
"""Of a `classifications.yaml`."""


def offering(offers: Callable[[click.Context, str], Iterable[Offer]]) -> Complete:
    """A `shell_complete` of click from a function that gives words; those that begin as typed are offered."""

    @functools.wraps(offers)
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
        from click.shell_completion import CompletionItem

        try:
            found = list(offers(ctx, incomplete))
        except Exception:  # noqa: BLE001 - a shell in the middle of a line is no place for a message
            return []
        typed = incomplete.lower()
        return [
            CompletionItem(word, type=word[1:-1] if word in _SPECIAL else "plain", help=help_)
            for word, help_ in found
            if word in _SPECIAL or word.lower().startswith(typed)
        ]

    return complete


@offering
def identities(ctx: click.Context, incomplete: str) -> Iterator[Offer]:
    """Objects by their identity, or with their kind in front where that is being typed.

    A routine goes by its name alone, which shells need not quote, until its arguments are asked for.
    """
    kinds: dict[str, set[str]] = {}
    for kind, identity in _objects(ctx):
        name = identity.partition("(")[0] if kind in ROUTINES and "(" not in incomplete else identity
        kinds.setdefault(name, set()).add(kind)
        if incomplete:
            yield f"{kind} {name}", None
    yield from ((name, ", ".join(sorted(of))) for name, of in kinds.items())


@offering
def core_objects(ctx: click.Context, incomplete: str) -> Iterator[Offer]:
    """`table:public.jobs`: what may be the heart of a system."""
    for kind, identity in _objects(ctx):
        if kind in ("table", "foreign table", "function", "procedure"):
            name = identity.partition("(")[0] if "(" not in incomplete else identity
            yield f"{kind}:{name}", None


@offering
def codes(ctx: click.Context, incomplete: str) -> Iterator[Offer]:  # noqa: ARG001 - every offer has this signature
    """Codes of rules, squawk's and plpgsql_check's too; by name as well, once one is typed."""
    from auditor.audits.explain import all_rules

    for rule in all_rules():
        yield rule.code, rule.summary
        if incomplete:
            yield rule.name, rule.summary


@offering
def phases(ctx: click.Context, incomplete: str) -> Iterator[Offer]:  # noqa: ARG001
    """Phases of `classifications.yaml`."""
    for one in _document(ctx).get("phases") or ():
        yield str(one["name"]), one.get("description")


@offering
def entries(ctx: click.Context, incomplete: str) -> Iterator[Offer]:
    """Entries of the contract that can be pinned."""
    contract = _document(ctx).get("contract") or {}
    for section, key, kind in _PINNED:
        for one in contract.get(section) or ():
            name = str(one[key])
            yield (name.partition("(")[0] if kind == "function" and "(" not in incomplete else name), kind


@offering
def revisions(ctx: click.Context, incomplete: str) -> Iterator[Offer]:  # noqa: ARG001
    """Branches and tags of the git repository."""
    import subprocess

    command = ["git", "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1, check=True, stdin=subprocess.DEVNULL)
    yield from ((name, None) for name in done.stdout.split())


@offering
def outputs(ctx: click.Context, incomplete: str) -> Iterator[Offer]:
    """`FORMAT=` of the formats of the command, and files."""
    yield "<file>", None
    if "=" not in incomplete and "/" not in incomplete:
        choice = next(one.type for one in ctx.command.params if one.name == "format_")
        yield from ((f"{format_}=", None) for format_ in getattr(choice, "choices", ()))


@offering
def other_sides(ctx: click.Context, incomplete: str) -> Iterator[Offer]:  # noqa: ARG001
    """What a live database may be compared with."""
    yield from (("history", "all migrations"), ("applied", "those that the ledger names"), ("<file>", None))


def install() -> None:
    """Let click use our own script for bash, which quotes what it completes."""
    from click.shell_completion import BashComplete, add_completion_class, split_arg_string

    class Bash(BashComplete):
        source_template = _BASH

        @staticmethod
        def _check_version() -> None:
            """The script asks bash itself for what it may lack."""

        def get_completion_args(self) -> tuple[list[str], str]:
            """From the line up to the cursor, since bash has taken its words apart at `=` and `:`."""
            import os

            line, word = os.environ["COMP_WORDS"], os.environ["COMP_CWORD"]
            words = split_arg_string(line)[1:]
            incomplete = "" if split_arg_string(f"{line}x")[-1] == "x" else words.pop()
            typed = "".join(split_arg_string(word)) if word not in ("=", ":") else ""
            self._before = incomplete.removesuffix(typed) if incomplete.endswith(typed) else ""
            return words, incomplete

        def format_completion(self, item: CompletionItem) -> str:
            return f"{item.type},{str(item.value).removeprefix(self._before)}"

    add_completion_class(Bash)


# Private

_PINNED = (("functions", "name", "function"), ("triggers", "name", "trigger"), ("rows", "table", "table"))

_SPECIAL = frozenset({"<file>"})


def _root(ctx: click.Context) -> tuple[Path, Path | None]:
    """The project's root, and its configuration."""
    from auditor.config import find_config

    given = ctx.params.get("config")
    config = given if given is not None else find_config(Path.cwd())
    return (Path(config).resolve().parent, Path(config)) if config is not None else (Path.cwd(), None)


def _objects(ctx: click.Context) -> list[tuple[str, str]]:
    from auditor.known_names import known

    return known(_root(ctx)[0])


def _document(ctx: click.Context) -> Mapping[str, Any]:
    """`classifications.yaml` as it is, right or wrong."""
    import yaml

    _, config = _root(ctx)
    if config is None or config.stat().st_size > MAX_BYTES:
        return {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = yaml.load(config.read_text(encoding="utf-8-sig"), loader)  # noqa: S506 - both make plain values only
    return found if isinstance(found, dict) else {}


_BASH = r"""%(complete_func)s() {
    local current="${COMP_WORDS[COMP_CWORD]}" line kind value quoted
    COMPREPLY=()
    while IFS= read -r line; do
        kind="${line%%%%,*}" value="${line#*,}"
        case $kind in
            file) compopt -o default 2>/dev/null ;;
            dir) compopt -o dirnames 2>/dev/null ;;
            plain)
                case $value in *[=:]) compopt -o nospace 2>/dev/null ;; esac
                case $current in
                    [\'\"]*) COMPREPLY+=("$value") ;;
                    *) printf -v quoted %%q "$value"; COMPREPLY+=("$quoted") ;;
                esac ;;
        esac
    done < <(env COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_CWORD="$current" \
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null || complete -F %(complete_func)s %(prog_name)s
"""
