"""Writes every golden file: `python generate.py`. With `--check`, compares them with the committed ones instead."""

import json
import math
import pathlib
import sys
import tempfile
import warnings

import academic
import biological
import financial
import general
import geography
import literature
import medical
import programs


GOLDEN = pathlib.Path(__file__).parent / "golden"


def write(directory):
    directory.mkdir(parents=True, exist_ok=True)
    for module in (academic, biological, financial, general, geography, literature, medical, programs):
        tools, rows = module.DOMAIN.write(directory)
        print(f"{module.DOMAIN.name}: {rows} calls of {tools} tools", file=sys.stderr)


def same(a, b):
    """Equal but for the last digits of numbers, which depend on the platform's vector units."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)) and not isinstance(a, bool):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-11)
    return a == b


def check():
    with tempfile.TemporaryDirectory() as fresh:
        write(pathlib.Path(fresh))
        different = 0
        for file in sorted({p.name for d in (GOLDEN, pathlib.Path(fresh)) for p in d.glob("*.jsonl")}):
            read = lambda d: (d / file).read_text(encoding="utf-8").splitlines() if (d / file).exists() else []
            old, new = read(GOLDEN), read(pathlib.Path(fresh))
            for line in range(max(len(old), len(new))):
                rows = [json.loads(rows[line]) if line < len(rows) else None for rows in (old, new)]
                if not same(*rows):
                    different += 1
                    print(f"{file}:{line + 1} is\n  {rows[0]}\nand should be\n  {rows[1]}")
        if different:
            sys.exit(f"{different} rows differ; run oracles/regenerate and read the difference")
        print("the golden files are what the oracles write", file=sys.stderr)


def main():
    # Libraries warn about the edge cases that are asked for on purpose.
    warnings.simplefilter("ignore", RuntimeWarning)
    if sys.argv[1:] == ["--check"]:
        check()
    else:
        write(GOLDEN)


if __name__ == "__main__":
    main()
