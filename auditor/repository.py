"""What a change adds, edits and deletes, and the files as they were before it: read from git, which must be there.

Nothing is written to the repository. Revisions come from the command line and are never taken for options.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor.errors import CouldNotCheck, UsageError

SECONDS = 120.0
"""How long one call of git may take."""


@dataclass(frozen=True, slots=True)
class Change:
    """What lies between a branch and where it left its base; the work tree counts, committed or not.

    Attributes:
        base: the commit of the base that the change is to be merged into (hex).
        fork: the commit at which the change left it; the same when the base has not moved on.
        added, edited, deleted: files below the project's root, relative to it, with forward slashes. A renamed
            file is deleted and added.
    """

    base: str
    fork: str
    added: frozenset[str]
    edited: frozenset[str]
    deleted: frozenset[str]

    @property
    def present(self) -> frozenset[str]:
        """Files that the change added or edited."""
        return self.added | self.edited


def change_since(revision: str, root: Path) -> Change:
    """The change that the work tree is, against a revision.

    Args:
        revision: of the base, as git understands it: `origin/main`.
        root: the project's root, in a repository or at its top.

    Raises:
        UsageError: there is no such revision.
        CouldNotCheck: no git, no repository, or the history does not reach back to where the change began.
    """
    try:
        _git(root, "rev-parse", "--is-inside-work-tree")
    except CouldNotCheck as error:
        raise CouldNotCheck(
            f"{root} is in no git repository that can be read, so there is no base to compare with ({error})"
        ) from error
    base = _git(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", check=False
    )
    if base is None:
        raise UsageError(
            f"git knows no revision {revision!r} here; in CI, fetch it first (actions/checkout: `fetch-depth: 0`)"
        )
    base = base.strip()
    fork = _git(root, "merge-base", base, "HEAD", check=False)
    if fork is None:
        raise CouldNotCheck(
            f"the history that was fetched does not reach back to where this change left {revision!r}; fetch more "
            "of it (`git fetch --unshallow`; actions/checkout: `fetch-depth: 0`)"
        )
    fork = fork.strip()
    changed = _fields(_git(root, "diff", "--name-status", "--no-renames", "--relative", "-z", fork, "--", "."))
    files: dict[str, set[str]] = {"A": set(), "M": set(), "D": set()}
    for status, file in zip(changed[::2], changed[1::2], strict=True):
        files["M" if status[0] not in "AD" else status[0]].add(file)
    untracked = _fields(_git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", "."))
    return Change(base, fork, frozenset(files["A"] | set(untracked)), frozenset(files["M"]), frozenset(files["D"]))


@contextmanager
def files_at(commit: str, root: Path) -> Iterator[Path]:
    """The project's files at a commit, in a directory that is gone afterwards.

    Raises:
        CouldNotCheck: git cannot produce them.
    """
    with TemporaryDirectory(prefix="auditor-base-") as name:
        directory = Path(name)
        prefix = (_git(root, "rev-parse", "--show-prefix") or "").strip()
        if prefix and _git(root, "cat-file", "-e", f"{commit}:{prefix}", check=False) is None:
            yield directory  # the project is new: it had no files
            return
        command = ["git", "-C", str(root), "archive", "--format=tar", commit]  # of this directory only
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            try:
                with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                    archive.extractall(directory, filter="data")
            except (tarfile.TarError, OSError) as error:
                process.kill()
                raise CouldNotCheck(f"git cannot produce the files of {commit[:12]}: {error}") from error
        if process.returncode:
            raise CouldNotCheck(f"git cannot produce the files of {commit[:12]}")
        yield directory


# Private


def _git(root: Path, *arguments: str, check: bool = True) -> str | None:
    """What a call prints, or None if it fails and may."""
    git = shutil.which("git")
    if git is None:
        raise CouldNotCheck("git is not installed, and a review compares with a revision of it")
    try:
        done = subprocess.run(
            [git, "-C", str(root), *arguments],
            capture_output=True,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise CouldNotCheck(f"git {arguments[0]} did not answer within {SECONDS:g} s") from error
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "surrogateescape")
    if not check:
        return None
    reason = " ".join(done.stderr.decode("utf-8", "replace").split())
    raise CouldNotCheck(f"git {arguments[0]}: {reason}")


def _fields(text: str | None) -> list[str]:
    return [field for field in (text or "").split("\0") if field]
