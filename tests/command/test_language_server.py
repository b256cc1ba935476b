"""The JSON Schema of `classifications.yaml` in an editor: what the YAML language server makes of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.declaration.schema import FILE, MODELINE

CASES = Path(__file__).parent.parent / "cases"

PROGRAM = os.environ.get("AUDITOR_YAML_LANGUAGE_SERVER") or shutil.which("yaml-language-server")

pytestmark = pytest.mark.skipif(
    PROGRAM is None,
    reason="no yaml-language-server (npm install yaml-language-server, AUDITOR_YAML_LANGUAGE_SERVER names it)",
)


class Editor:
    """The other end of the Language Server Protocol.

    https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
    """

    def __init__(self, process: subprocess.Popen[bytes], root: Path) -> None:
        self._process = process
        self._number = 0
        self._told: dict[str, list[dict[str, Any]]] = {}
        capabilities = {"textDocument": {"publishDiagnostics": {}}, "workspace": {"configuration": True}}
        self.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": capabilities})
        self._send({"method": "initialized", "params": {}})

    def open(self, path: Path) -> list[str]:
        """What the server says is wrong with a file."""
        uri = path.as_uri()
        item = {"uri": uri, "languageId": "yaml", "version": 1, "text": path.read_text(encoding="utf-8")}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": item}})
        while uri not in self._told:
            self._take(self._receive())
        return [one["message"] for one in self._told[uri] if one.get("severity", 1) == 1]

    def at(self, what: str, path: Path, line: int, character: int) -> Any:
        """What the server says of a place (0-based): `hover`, `completion`."""
        position = {"line": line, "character": character}
        return self.ask(f"textDocument/{what}", {"textDocument": {"uri": path.as_uri()}, "position": position})

    def ask(self, method: str, params: Any) -> Any:
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == number and "method" not in message:
                return message["result"]
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        params = message.get("params")
        if message.get("method") == "textDocument/publishDiagnostics":
            self._told[params["uri"]] = params["diagnostics"]
        elif "id" in message and "method" in message:
            wanted = params["items"] if message["method"] == "workspace/configuration" else []
            mine = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}
            answer = [mine if one.get("section") == "yaml" else {} for one in wanted]
            self._send({"id": message["id"], "result": answer or None})

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the language server ended"
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return message


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the schema where `auditor init` puts it."""
    root = tmp_path_factory.mktemp("editor")
    (root / ".auditor").mkdir()
    schema = CliRunner().invoke(main, ["contract", "schema"])
    (root / ".auditor" / FILE).write_text(schema.stdout)
    return root


@pytest.fixture(scope="module")
def editor(root: Path) -> Iterator[Editor]:
    assert PROGRAM is not None
    with subprocess.Popen(
        [PROGRAM, "--stdio"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        yield Editor(process, root)
        process.kill()


def file(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.write_text(f"{MODELINE}.auditor/{FILE}\n{text}", encoding="utf-8")
    return path


def test_the_same_verdict_as_the_programs(root: Path, editor: Editor) -> None:
    for path in (*(CASES / "declaration" / "good").glob("*.yaml"), CASES / "contract" / "interfaces.yaml"):
        text = path.read_text("utf-8")
        assert editor.open(file(root, f"good-{path.parent.name}-{path.name}", text)) == [], path
    unseen = set((CASES / "declaration" / "beyond_a_schema.txt").read_text().split()) - {"a-key-twice"}
    # Nothing is not wrong for a schema; of other documents the server takes the first.
    unseen |= {"nothing", "only-a-comment", "two-documents"}
    for path in (CASES / "declaration" / "bad").glob("*.yaml"):
        told = editor.open(file(root, path.name, path.read_text("utf-8")))
        assert bool(told) is (path.stem not in unseen), (path.stem, told)


def test_keys_are_explained_and_completed(root: Path, editor: Editor) -> None:
    text = "version: 1\ncontract:\n  functions:\n    - name: public.f()\n      security: \n      \n"
    text += "severity:\n  core: \n"
    path = file(root, "typing.yaml", text)
    editor.open(path)
    assert "What must hold of the core." in json.dumps(editor.at("hover", path, 2, 2))
    assert "SECURITY DEFINER or INVOKER" in json.dumps(editor.at("hover", path, 5, 8))
    assert {one["label"] for one in editor.at("completion", path, 5, 16)["items"]} == {"definer", "invoker"}
    assert {one["label"] for one in editor.at("completion", path, 8, 8)["items"]} == {"error", "warning", "note"}
    keys = {one["label"] for one in editor.at("completion", path, 6, 6)["items"]}
    assert keys >= {"definition", "execute", "settings", "owner"}
    assert "security" not in keys, "it is there already"


def test_a_wrong_text_is_told_in_words(root: Path, editor: Editor) -> None:
    told = editor.open(file(root, "words.yaml", "version: 1\nclasses: {core: [public.t]}\n"))
    assert told == ["write a kind and an identity, such as `table public.orders`"]
