"""TRL reads the `sft` export as its trainer does, without a GPU stack.

usage: trl_reader.py FOLDER...

Each FOLDER is an `sft` export. What SFTTrainer does before it needs a model is done here by TRL's own functions: the rows are
loaded, told to be conversational, `tools` is decoded, and TRL's training templates turn each row into text and tokens with the
mask of what is learnt. The tokenizer is one of bytes, made here, since none may be fetched.
"""

import json
import pathlib
import re
import sys

import datasets
import trl.data_utils
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

# Families that write calls as JSON: what they say can be read back.
TEMPLATES = ["qwen2_5", "qwen3", "qwen3_instruct_2507", "qwen3_vl"]
# Families that write arguments one by one, and fail where they are no record.
ITEMS = ["qwen3_5_think", "qwen3_6", "nemotron_3_nano", "glm4moe"]


def tokenizer():
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    backend = Tokenizer(models.BPE({letter: place for place, letter in enumerate(alphabet)}, []))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<|im_end|>", pad_token="<|endoftext|>")


def template(name):
    return (pathlib.Path(trl.__file__).parent / f"chat_templates/{name}_training.jinja").read_text(encoding="utf-8")


def rendered(row, name, of):
    tools = json.loads(row["tools"]) if isinstance(row["tools"], str) else row["tools"]
    example = {"messages": row["messages"]}
    text = trl.data_utils.apply_chat_template(example, of, tools=tools, chat_template=template(name))["text"]
    tokens = of.apply_chat_template(
        row["messages"],
        tools=tools,
        chat_template=template(name),
        return_dict=True,
        return_assistant_tokens_mask=True,
    )
    learnt = [token for token, mask in zip(tokens["input_ids"], tokens["assistant_masks"]) if mask]
    return text, of.decode(learnt)


def check(row, name, of):
    text, learnt = rendered(row, name, of)
    said = [message for message in row["messages"] if message["role"] == "assistant"]
    calls = [call["function"] for message in said for call in message["tool_calls"] or []]
    # Every call once in the text, as a record, and in what is learnt; results in neither.
    found = [json.loads(call) for call in re.findall(r"<tool_call>\n(\{.*?\})\n</tool_call>", learnt, re.DOTALL)]
    assert found == calls, (row["id"], name, found, calls)
    results = [message["content"] for message in row["messages"] if message["role"] == "tool"]
    assert all(f"<tool_response>\n{result}\n</tool_response>" in text for result in results), (row["id"], name)
    assert said[-1]["content"] in learnt and row["messages"][1]["content"] not in learnt, (row["id"], name)
    assert not any(result in learnt for result in results if len(result) > 60), (row["id"], name)
    # One end of a turn for each turn: no value brings its own.
    turns = sum(
        message["role"] != "tool" or row["messages"][place - 1]["role"] != "tool"
        for place, message in enumerate(row["messages"])
    )
    assert text.count("<|im_end|>") == turns, (row["id"], name, text.count("<|im_end|>"), turns)


def main():
    of = tokenizer()
    for folder in sys.argv[1:]:
        rows = datasets.load_dataset(folder, split="train")
        first = next(iter(rows))
        assert trl.data_utils.is_conversational(first) and not trl.data_utils.is_conversational_from_value(first)
        for row in rows:
            assert all(isinstance(call["function"]["arguments"], dict) for m in row["messages"] for call in m["tool_calls"] or [])
            for name in TEMPLATES:
                check(row, name, of)
            for name in ITEMS:
                text, learnt = rendered(row, name, of)
                assert row["messages"][-1]["content"] in learnt, (row["id"], name)
        print(f"{folder}: {len(rows)} rows in {len(TEMPLATES) + len(ITEMS)} of TRL's training templates")
    print(f"trl {trl.__version__}, datasets {datasets.__version__}")


if __name__ == "__main__":
    main()
