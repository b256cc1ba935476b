"""How long `auditor guard` takes, beside `ast-grep` and `grep` on the same files in one run.

    python benchmarks/guard.py [DIRECTORY] [--megabytes 2]

Without a directory, TypeScript of the given size is made up: functions with Supabase chains, SQL in templates, and
much that is none of these. The three do not answer the same question: `grep` finds the name in lines, `ast-grep`
one pattern, `auditor guard` every access there is, with names followed through variables.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIG = """\
version: 1
guards:
  - {forbid: write, table: public.executor_jobs, in: "**"}
"""
PIECE = """\
export async function step{n}(supabase: Client, input: Input{n}): Promise<Result<Output>> {{
  // what is written here is prose: insert into executor_jobs
  const limit = Math.max(1, Math.min(input.limit ?? 10, {n}));
  const items = input.items.filter((item) => item.size > limit).map((item) => ({{ ...item, at: new Date() }}));
  const {{ data, error }} = await supabase
    .from('notes_{k}')
    .select('id, title, author:profiles(name)')
    .eq('owner', input.owner)
    .order('created_at', {{ ascending: false }})
    .limit(limit);
  if (error) {{
    logger.warn(`step {n} failed for ${{input.owner}}: ${{error.message}}`, {{ code: error.code }});
    return {{ ok: false, reason: error.message }};
  }}
  for (const row of data ?? []) {{
    await client.query(`UPDATE notes_{k} SET seen = $1 WHERE owner = ${{quote(input.owner)}}`, [true]);
    cache.set(`notes:{k}:${{row.id}}`, JSON.stringify({{ title: row.title, items }}), {{ ttl: 60 * {n} }});
  }}
  return {{ ok: true, value: {{ count: data?.length ?? 0, items, step: {n} }} }};
}}

"""
PATTERN = "$C.from('executor_jobs').$M($$$A)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", nargs="?", type=Path)
    parser.add_argument("--megabytes", type=float, default=2.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "project"
        if options.directory:
            shutil.copytree(options.directory, root, symlinks=True)
        else:
            _make(root, int(options.megabytes * 1_000_000))
        (root / "classifications.yaml").write_text(CONFIG)
        size = sum(path.stat().st_size for path in root.rglob("*") if path.suffix in (".ts", ".tsx", ".js"))
        print(f"{size / 1e6:.1f} MB of TypeScript and JavaScript")
        guard = [sys.executable, "-m", "auditor", "guard", "-q", "--config", str(root / "classifications.yaml")]
        environment = {**os.environ, "AUDITOR_CACHE_DIR": str(Path(place) / "cache")}
        _time("auditor guard, nothing remembered", guard, environment)
        _time("auditor guard, again", guard, environment)
        (root / "one_more.ts").write_text("export const x = 1;\n")
        _time("auditor guard, one file more", guard, environment)
        if tool := shutil.which("ast-grep"):
            _time("ast-grep, one pattern", [tool, "run", "-l", "ts", "-p", PATTERN, str(root)], environment)
        else:
            print("ast-grep: not installed (pip install ast-grep-cli)")
        _time("grep -rE, one name", ["grep", "-rE", "executor_jobs", str(root)], environment)


def _make(root: Path, size: int) -> None:
    root.mkdir(parents=True)
    number = written = 0
    while written < size:
        text = "".join(PIECE.format(n=number + at, k=(number + at) % 40) for at in range(10))
        (root / f"steps_{number}.ts").write_text(text)
        number += 10
        written += len(text)


def _time(name: str, command: list[str], environment: dict[str, str]) -> None:
    before, used = time.perf_counter(), os.times()
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    took, after = time.perf_counter() - before, os.times()
    processor = after.children_user + after.children_system - used.children_user - used.children_system
    print(f"{name:36} {took:6.2f} s   {processor:6.2f} s of processor   exit {done.returncode}")


if __name__ == "__main__":
    main()
