"""Where an Alembic environment keeps its revisions, read without Alembic and without running `env.py`.

https://alembic.sqlalchemy.org/en/latest/tutorial.html#editing-the-ini-file
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from configparser import ConfigParser, Error
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.migrations.input import bytes_of

INI = "alembic.ini"
TOML = "pyproject.toml"

UPWARDS = 6
"""How many directories above a script directory its configuration is looked for."""


@dataclass(frozen=True, slots=True)
class Environment:
    """An Alembic environment.

    Attributes:
        script_directory: holds `env.py`.
        version_directories: hold the revisions.
        recursive: whether their sub-directories do too.
        config: `alembic.ini` or `pyproject.toml`, or None if there is none.
        section: of an ini file.
        sys_path: what `prepend_sys_path` puts on Python's path.
        directory: from which Alembic is meant to be run.
    """

    script_directory: Path
    version_directories: tuple[Path, ...]
    recursive: bool = False
    config: Path | None = None
    section: str = "alembic"
    sys_path: tuple[str, ...] = ()
    directory: Path = Path()

    def for_a_program(self, root: Path) -> dict[str, Any]:
        """What a program that runs revisions needs to know, ready for JSON."""
        config = self.config if self.config is not None and self.config.suffix != ".toml" else None
        return {
            "config": str(config) if config else None,
            "section": self.section,
            "script_location": str(self.script_directory),
            "sys_path": list(self.sys_path),
            "append_sys_path": [str(self.directory), str(root)],
        }

    def revision_files(self) -> list[Path]:
        """The revisions' files as Alembic finds them, each once, in a fixed order that is not theirs."""
        files: dict[Path, Path] = {}
        for versions in self.version_directories:
            for directory, names, found in os.walk(versions):
                for name in sorted(found):
                    if _REVISION_FILE.fullmatch(name):
                        path = Path(directory, name)
                        files.setdefault(path.resolve(), path)
                if not self.recursive:
                    break
                names[:] = sorted(name for name in names if name != "__pycache__")
        return list(files.values())


class BadConfiguration(ValueError):
    """`alembic.ini` or `pyproject.toml` cannot be understood.

    Attributes:
        file: which.
    """

    def __init__(self, file: Path, message: str) -> None:
        super().__init__(message)
        self.file = file


def find_environment(path: Path) -> Environment | None:
    """The environment that a path means, or None.

    Args:
        path: `alembic.ini`, `pyproject.toml`, the directory of one of them, a script directory, a directory of
            revisions, or a revision.

    Raises:
        BadConfiguration: the configuration that belongs to it cannot be understood.
    """
    path = path.absolute()
    if path.is_file():
        if path.suffix in (".ini", ".cfg", ".toml"):
            return next(iter(_configured(path)), None)
        return find_environment(path.parent) if path.suffix == ".py" else None
    for name in (INI, TOML):
        environments = _configured(path / name)
        if environments:
            inside = [e for e in environments if e.script_directory == path]
            return (inside or environments)[0]
    for directory in (path, *path.parents[:UPWARDS]):
        if _is_script_directory(directory):
            environment = _of_script_directory(directory)
            # A directory within a script directory means it only if it is one of its revisions' directories.
            if directory == path or any(
                path == versions or versions in path.parents for versions in environment.version_directories
            ):
                return environment
    if _holds_revisions(path):
        return Environment(path.parent, (path,), directory=path.parent)
    return None


# Private

_REVISION_FILE = re.compile(r"(?!\.#|__init__)(.*\.py)")
_SEPARATORS = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}


def _is_script_directory(path: Path) -> bool:
    return (path / "env.py").is_file() and (
        (path / "versions").is_dir() or (path / "script.py.mako").is_file() or (path / INI).is_file()
    )


def _holds_revisions(path: Path) -> bool:
    if not path.is_dir():
        return False
    for file in sorted(path.glob("*.py"))[:5]:
        try:
            text = bytes_of(file).decode("utf-8", "replace")
        except OSError:
            continue
        if re.search(r"^down_revision\b", text, re.MULTILINE):
            return True
    return False


def _of_script_directory(path: Path) -> Environment:
    for directory in (path, *path.parents[:UPWARDS]):
        for name in (INI, TOML):
            for environment in _configured(directory / name):
                if environment.script_directory == path:
                    return environment
    return Environment(path, (path / "versions",), directory=path.parent)


def _configured(config: Path) -> list[Environment]:
    """The environments that a configuration file describes: one for each section with a script_location."""
    if not config.is_file():
        return []
    try:
        sections = dict(_toml(config) if config.suffix == ".toml" else _ini(config))
        return [
            environment
            for section, options in sections.items()
            if (environment := _environment(config, section, options)) is not None
        ]
    except (Error, tomllib.TOMLDecodeError, OSError, UnicodeDecodeError, ValueError, KeyError) as error:
        raise BadConfiguration(
            config, f"{config.name} cannot be understood: {' '.join(str(error).split())}"
        ) from None


def _ini(config: Path) -> Iterator[tuple[str, Mapping[str, str | list[str]]]]:
    parser = ConfigParser({"here": config.parent.as_posix()})
    parser.read(config, encoding="utf-8")
    # `alembic` first: it is what Alembic takes unless it is told another name.
    for section in sorted(parser.sections(), key=lambda name: name != "alembic"):
        if parser.has_option(section, "script_location"):
            yield (
                section,
                {name: parser.get(section, name) for name in _OPTIONS if parser.has_option(section, name)},
            )


def _toml(config: Path) -> Iterator[tuple[str, Mapping[str, str | list[str]]]]:
    table = tomllib.loads(config.read_text("utf-8")).get("tool", {}).get("alembic")
    if isinstance(table, dict) and "script_location" in table:
        here = {"here": config.parent.as_posix()}
        yield (
            "alembic",
            {
                name: [item % here for item in value] if isinstance(value, list) else str(value) % here
                for name, value in table.items()
                if name in _OPTIONS
            },
        )


_OPTIONS = (
    "script_location",
    "version_locations",
    "prepend_sys_path",
    "path_separator",
    "version_path_separator",
    "recursive_version_locations",
)


def _environment(config: Path, section: str, options: Mapping[str, str | list[str]]) -> Environment | None:
    here = config.parent
    script_directory = _located(str(options["script_location"]), here)
    if script_directory is None:
        return None
    separator = options.get("path_separator", options.get("version_path_separator"))
    versions = _listed(options.get("version_locations"), separator, r", *|(?: +)")
    return Environment(
        script_directory,
        tuple(_located(location, here) or here / location for location in versions)
        or (script_directory / "versions",),
        recursive=str(options.get("recursive_version_locations", "")).lower() == "true",
        config=config,
        section=section,
        sys_path=tuple(
            str((here / entry).resolve())
            for entry in _listed(options.get("prepend_sys_path"), options.get("path_separator"), r", *|(?: +)|:")
        ),
        directory=here,
    )


def _listed(value: str | list[str] | None, separator: str | list[str] | None, legacy: str) -> list[str]:
    if not value or isinstance(value, list):
        return list(value or ())
    parts = re.split(legacy, value) if separator is None else value.split(_SEPARATORS[str(separator)])
    return [part.strip() for part in parts if part.strip()]


def _located(location: str, here: Path) -> Path | None:
    """A directory that is named relative to where Alembic is run, or as `package:path`.

    Alembic is usually run from the directory of its configuration, else from one above it.
    """
    spellings = [location]
    if ":" in location and not Path(location).is_absolute():
        package, _, rest = location.partition(":")
        spellings = [f"{package.replace('.', '/')}/{rest.replace(':', '/')}"]
        spellings.append(f"src/{spellings[0]}")
    for base in (here, *here.parents[:UPWARDS]):
        for spelling in spellings:
            path = Path(os.path.normpath(base / spelling))
            if path.is_dir():
                return path
    return None
