"""Writes every golden file: `python generate.py [DIRECTORY]`."""

import pathlib
import sys

import academic
import biological
import financial
import general
import medical


def main():
    directory = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "golden"
    directory.mkdir(parents=True, exist_ok=True)
    for module in (academic, biological, financial, general, medical):
        tools, rows = module.DOMAIN.write(directory)
        print(f"{module.DOMAIN.name}: {rows} calls of {tools} tools", file=sys.stderr)


if __name__ == "__main__":
    main()
