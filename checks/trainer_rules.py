"""The rules of trainers that do not install without a GPU stack, as strict checks on exported rows.

usage: trainer_rules.py FOLDER

LLaMA-Factory 0.9.5 (data/converter.py: SharegptDatasetConverter; data/formatter.py: FunctionFormatter), verl 0.8
(utils/dataset/rl_dataset.py, tools/schemas.py, experimental/agent_loop/tool_agent_loop.py), SkyRL (dataset-preparation),
TRL 1.9 and Axolotl 0.18 (message and tool columns).
"""

import json
import pathlib
import sys


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def llama_factory(folder):
    entry = json.loads((folder / "dataset_info.json").read_text())["dive"]
    assert entry["formatting"] == "sharegpt"
    columns, tags = entry["columns"], entry["tags"]
    odd = {tags["user_tag"], tags["observation_tag"]}
    even = {tags["assistant_tag"], tags["function_tag"]}
    rows = lines(folder / entry["file_name"])
    for row in rows:
        turns = row[columns["messages"]]
        assert turns and len(turns) % 2 == 0, row["id"]
        assert turns[0][tags["role_tag"]] == tags["user_tag"]
        assert turns[-1][tags["role_tag"]] == tags["assistant_tag"]
        for place, turn in enumerate(turns):
            assert turn[tags["role_tag"]] in (even if place % 2 else odd), row["id"]
            if turn[tags["role_tag"]] == tags["function_tag"]:
                calls = json.loads(turn[tags["content_tag"]].split("</think>\n\n")[-1])
                for call in calls if isinstance(calls, list) else [calls]:
                    assert isinstance(call["name"], str) and isinstance(call["arguments"], dict)
        tools = json.loads(row[columns["tools"]])
        assert all({"name", "description", "parameters"} <= tool.keys() for tool in tools)
        assert isinstance(row[columns["system"]], str)
    return rows


def messages(folder):
    rows = lines(folder / "train.jsonl")
    keys = {tuple(message) for row in rows for message in row["messages"]}
    assert len(keys) == 1, "one fixed set of keys"
    for row in rows:
        tools = {tool["function"]["name"] for tool in json.loads(row["tools"])}
        open_calls = []
        for place, message in enumerate(row["messages"]):
            assert message["role"] == ["system", "user"][place] if place < 2 else message["role"] in ("assistant", "tool")
            if message["role"] == "tool":
                assert message["tool_call_id"] == open_calls.pop(0)
            else:
                assert not open_calls
            for call in message["tool_calls"] or []:
                assert call["type"] == "function" and call["function"]["name"] in tools
                assert isinstance(json.loads(call["function"]["arguments"]), dict)
                open_calls.append(call["id"])
        assert row["messages"][-1]["role"] == "assistant" and not open_calls
    return rows


def verl(folder):
    rows = lines(folder / "train.jsonl")
    catalogue = {tool["function"]["name"]: tool for tool in json.loads((folder / "tools.json").read_text())}
    for tool in catalogue.values():
        parameters = tool["function"]["parameters"]
        assert parameters["type"] == "object" and isinstance(parameters["required"], list)
        # verl's model of a parameter needs a type and knows no anyOf.
        assert all("type" in schema and "anyOf" not in schema for schema in parameters["properties"].values())

    def empty(value):
        return value == {} or isinstance(value, dict) and any(map(empty, value.values()))

    seen = set()
    for row in rows:
        assert not empty(row), "Parquet cannot hold a record without fields"
        assert [set(message) for message in row["prompt"]] == [{"role", "content"}] * 2
        assert row["agent_name"] == "tool_agent" and row["reward_model"]["style"] == "rule"
        truth = json.loads(row["reward_model"]["ground_truth"])
        extra = row["extra_info"]
        assert truth["id"] == extra["id"] and "tools_kwargs" not in extra
        # Unknown names would be dropped without a word.
        assert extra["tool_selection"] and all(name in catalogue for name in extra["tool_selection"])
        assert isinstance(extra["index"], int) and extra["index"] not in seen
        seen.add(extra["index"])
        # SkyRL's columns.
        assert row["env_class"] == "dive" and set(row["reward_spec"]) == {"method", "ground_truth"}
    return rows


def main():
    folder = pathlib.Path(sys.argv[1])
    sft, sharegpt, rl = messages(folder / "sft"), llama_factory(folder / "sft_sharegpt"), verl(folder / "rl_verl")
    instructions = {row["messages"][0]["content"] for row in sft}
    instructions |= {row["system"] for row in sharegpt} | {row["prompt"][0]["content"] for row in rl}
    gym = lines(folder / "rl_nemo_gym/train.jsonl")
    instructions |= {row["responses_create_params"]["input"][0]["content"] for row in gym}
    assert len(instructions) == 1, "one instruction everywhere"
    print(f"by rule: LLaMA-Factory {len(sharegpt)}, TRL/Axolotl/verl SFT {len(sft)}, verl/SkyRL RL {len(rl)} rows")


if __name__ == "__main__":
    main()
