"""verl's SFT dataset over DIVE's `sft` rows, whose `tools` column is JSON text.

data.custom_cls.path=dive_verl_sft.py data.custom_cls.name=DiveSFTDataset
"""

import json

from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset


def decode(message):
    """The message as chat templates want it: no nulls, arguments as objects."""
    message = {key: value for key, value in message.items() if value is not None}
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
    return message


class DiveSFTDataset(MultiTurnSFTDataset):
    def _read_files_and_process(self):
        super()._read_files_and_process()
        self.tools = [json.loads(tools) for tools in self.dataframe[self.tools_key]]

    def _build_messages(self, example):
        return [decode(message) for message in super()._build_messages(example)]
