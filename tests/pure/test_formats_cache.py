"""What is remembered between runs: only what is certainly the same, whatever happened to the file."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from auditor.config import cache_directory
from auditor.migrations import cache as module
from auditor.migrations.cache import Cache, key_of
from auditor.migrations.discovery import Source, read_migrations
from auditor.migrations.read import read
from auditor.model.change import CreateTable, Harmless, Unknown

INTEGERS = msgspec.msgpack.Decoder(int)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "x.history"


def remember(path: Path, values: dict[bytes, int], stamp: str = "v1") -> None:
    cache = Cache(path, stamp)
    for key, value in values.items():
        cache.put(key, value)
    cache.save()


def test_values_come_back(path: Path) -> None:
    remember(path, {b"a": 1, b"b": 2})
    cache = Cache(path, "v1")
    assert [cache.get(key, INTEGERS) for key in (b"a", b"b", b"c")] == [1, 2, None]
    assert path.stat().st_mode & 0o077 == 0, "what a history says is nobody else's business"
    assert path.parent.stat().st_mode & 0o077 == 0


def test_another_version_counts_as_empty(path: Path) -> None:
    remember(path, {b"a": 1})
    assert Cache(path, "v2").get(b"a", INTEGERS) is None


def test_another_type_counts_as_missing(path: Path) -> None:
    remember(path, {b"a": 1})
    assert Cache(path, "v1").get(b"a", msgspec.msgpack.Decoder(str)) is None


@pytest.mark.parametrize("length", [0, 1, 16, 40, 80, 90])
def test_a_cut_file_counts_as_empty(path: Path, length: int) -> None:
    remember(path, {b"a": 1, b"b": 2})
    path.write_bytes(path.read_bytes()[:length])
    assert Cache(path, "v1").get(b"a", INTEGERS) is None
    remember(path, {b"a": 3})
    assert Cache(path, "v1").get(b"a", INTEGERS) == 3


def test_a_changed_byte_counts_as_empty(path: Path) -> None:
    remember(path, {b"a": 1, b"b": 2})
    data = path.read_bytes()
    for position in range(len(data)):
        path.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
        assert Cache(path, "v1").get(b"a", INTEGERS) is None


def test_what_is_not_used_any_more_is_forgotten(path: Path) -> None:
    remember(path, {b"old": 1})
    for number in range(module.MAX_AGE + 2):
        assert Cache(path, "v1").get(b"old", INTEGERS) == (1 if number <= module.MAX_AGE else None)
        remember(path, {b"new %d" % number: number})


def test_a_use_is_remembered(path: Path) -> None:
    remember(path, {b"old": 1})
    for number in range(module.MAX_AGE * 2):
        cache = Cache(path, "v1")
        assert cache.get(b"old", INTEGERS) == 1
        cache.put(b"new %d" % number, number)
        cache.save()
    assert len(module._load(path, Cache(None, "v1")._stamp)) <= module.MAX_AGE + 3


def test_a_directory_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remember(tmp_path / "file" / "below" / "x.history", {b"a": 1})


def test_all_files_together_stay_small(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    monkeypatch.setattr(module, "_PRUNE_EVERY", 0.0)
    for number in range(5):
        other = path.with_name(f"{number}.history")
        remember(other, {b"%d" % index: index for index in range(60)})
        os.utime(other, (number, number))
    abandoned = path.with_name("killed.tmp")
    abandoned.touch()
    os.utime(abandoned, (1, 1))
    fresh = path.with_name("writing.tmp")
    fresh.touch()
    remember(path, {b"a": 1})
    assert not abandoned.exists()
    assert fresh.exists()
    left = [entry for entry in path.parent.iterdir() if entry.suffix == ".history"]
    assert sum(entry.stat().st_size for entry in left) <= 1000
    assert path in left
    assert path.with_name("4.history") in left, "the longest unused ones go first"


def test_not_all_files_are_looked_at_each_time(path: Path) -> None:
    remember(path, {b"a": 1})
    abandoned = path.with_name("killed.tmp")
    abandoned.touch()
    os.utime(abandoned, (1, 1))
    remember(path, {b"b": 1})
    assert abandoned.exists()
    os.utime(path.with_name("pruned"), (1, 1))
    remember(path, {b"c": 1})
    assert not abandoned.exists()


def test_concurrent_writers(path: Path) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(30):
                cache = Cache(path, "v1")
                value = cache.get(b"shared", INTEGERS)
                assert value is None or value >= 0
                cache.put(b"shared", number * 100 + turn)
                cache.save()
        except BaseException as error:  # noqa: BLE001 -- shown by the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert Cache(path, "v1").get(b"shared", INTEGERS) is not None
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["pruned", path.name]


def test_a_killed_writer_leaves_the_old_file(path: Path) -> None:
    remember(path, {b"a": 1})
    program = (
        "import pathlib, sys\n"
        "from auditor.migrations.cache import Cache\n"
        "cache = Cache(pathlib.Path(sys.argv[1]), 'v1')\n"
        "cache.put(b'a', 1)\n"
        "print('go', flush=True)\n"
        "while True:\n"
        "    cache.put(b'big', b'x' * 3_000_000)\n"
        "    cache.save()\n"
    )
    for pause in (0.0, 0.005, 0.01, 0.02):
        process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(pause)
        process.kill()
        process.wait()
        process.stdout.close()
        assert Cache(path, "v1").get(b"a", INTEGERS) == 1


def test_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_directory({}) == tmp_path / ".cache" / "auditor"
    assert cache_directory({"XDG_CACHE_HOME": "/x"}) == Path("/x/auditor")
    assert cache_directory({"XDG_CACHE_HOME": "relative"}) == tmp_path / ".cache" / "auditor"
    assert cache_directory({"AUDITOR_CACHE_DIR": "/y", "XDG_CACHE_HOME": "/x"}) == Path("/y")
    assert cache_directory({"AUDITOR_NO_CACHE": "1", "AUDITOR_CACHE_DIR": "/y"}) is None
    assert cache_directory({"AUDITOR_NO_CACHE": "0", "AUDITOR_CACHE_DIR": "/y"}) == Path("/y")


def test_keys_tell_texts_apart() -> None:
    assert key_of("ab", "c") != key_of("a", "bc")
    assert key_of("a") == key_of(b"a")


def test_statements_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("AUDITOR_NO_CACHE", raising=False)
    history = tmp_path / "migrations"
    history.mkdir()
    (history / "1.sql").write_text("create table a();\n\\echo hello\n\\i x.sql\ncreate table a();")
    (history / "2.sql").write_text("create table b(;")
    first = read(read_migrations(tmp_path, [Source("migrations")]))
    assert [[type(change) for change in changes] for changes in first[0].changes] == [
        [CreateTable],
        [Harmless],
        [Unknown],
        [CreateTable],
    ]
    assert isinstance(first[1].changes[0][0], Unknown)
    assert len(list((tmp_path / "cache").glob("*.history"))) == 2

    from auditor.migrations import effects, reading

    asked: list[str] = []
    original = effects.reading_of
    monkeypatch.setattr(reading, "reading_of", lambda text: asked.append(text) or original(text))
    assert read(read_migrations(tmp_path, [Source("migrations")])) == first
    assert asked == []
    (history / "2.sql").write_text("create table c();")
    read(read_migrations(tmp_path, [Source("migrations")]))
    assert asked == ["create table c()"]
