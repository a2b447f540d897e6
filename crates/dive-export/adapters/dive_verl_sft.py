"""verl's SFT dataset over DIVE's `sft` rows, whose `tools` column is JSON text.

data.custom_cls.path=dive_verl_sft.py data.custom_cls.name=DiveSFTDataset
"""

import json

from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset


def decode(row):
    """The row as chat templates want it: tools as objects, no nulls, arguments as objects."""
    messages = []
    for message in row["messages"]:
        message = {key: value for key, value in dict(message).items() if value is not None}
        calls = message.pop("tool_calls", None)
        if calls is not None and len(calls):
            message["tool_calls"] = [
                {
                    "id": call["id"],
                    "type": "function",
                    "function": {
                        "name": call["function"]["name"],
                        "arguments": json.loads(call["function"]["arguments"]),
                    },
                }
                for call in calls
            ]
        messages.append(message)
    return messages, json.loads(row["tools"])


class DiveSFTDataset(MultiTurnSFTDataset):
    def _read_files_and_process(self):
        super()._read_files_and_process()
        rows = [decode(row) for row in self.dataframe.to_dict("records")]
        self.messages = [messages for messages, _ in rows]
        self.tools = [tools for _, tools in rows]
