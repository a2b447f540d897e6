"""Loads every export with `datasets`, as lines and as columns, and compares the two.

usage: load_exports.py JSONL_FOLDER PARQUET_FOLDER

Each folder holds one export a format, in a folder of its name.
"""

import json
import pathlib
import sys

import datasets

FORMATS = ["tasks", "trajectories", "sft", "sft_sharegpt", "rl_verl", "rl_nemo_gym"]


def load(folder, name=None):
    return datasets.load_dataset(str(folder), name, split="train")


def plain(value):
    """Without nulls, which lines and columns may write differently, and numbers as far as `datasets` reads JSON exactly."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return float(f"{value:.15g}") if isinstance(value, float) else value


def declared_json(row):
    """The row as its folder declares it: arguments are told to be JSON."""
    for message in row["messages"]:
        for call in message["tool_calls"] or []:
            call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return row


def check(rows, lines, name):
    assert len(rows) == len(lines), name
    for row, line in zip(rows, lines):
        assert plain(row) == plain(line), (name, row, line)


def main():
    lines_at, columns_at = map(pathlib.Path, sys.argv[1:])
    for name in FORMATS:
        path = lines_at / name / "train.jsonl"
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if name == "sft":
            lines = list(map(declared_json, lines))
        rows = load(lines_at / name)
        if name == "rl_nemo_gym":
            # Told to be JSON; `datasets` reads the last digit of a number in it differently.
            assert [row["id"] for row in rows] == [line["id"] for line in lines]
            names = lambda r: [tool["name"] for tool in r["responses_create_params"]["tools"]]
            assert [names(row) for row in rows] == [names(line) for line in lines]
        else:
            check(rows, lines, name)
            check(load(columns_at / name), lines, name + " in columns")
        print(f"{name}: {len(rows)} rows")
    for folder in (lines_at / "hf", columns_at / "hf"):
        configs = datasets.get_dataset_config_names(str(folder))
        sizes = {name: len(load(folder, name)) for name in configs}
        assert datasets.get_dataset_default_config_name(str(folder)) == "sft", configs
        print(f"{folder}: {sizes}")
    print(f"datasets {datasets.__version__}")


if __name__ == "__main__":
    main()
