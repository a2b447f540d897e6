"""DIVE's tools and reward for verl.

Tools: rollout.multi_turn.function_tool_path=dive_verl.py
Reward: reward.custom_reward_function.path=dive_verl.py, name=compute_score

Both talk to the server that `dive serve --gym RUN` starts. DIVE_URL names it, DIVE_TOKEN holds its token if it has one.
"""

import json
import os
import pathlib
import urllib.error
import urllib.request

URL = os.environ.get("DIVE_URL", "http://127.0.0.1:8787").rstrip("/")
TIMEOUT = float(os.environ.get("DIVE_TIMEOUT", "60"))


def _post(path, body):
    headers = {"Content-Type": "application/json"}
    if os.environ.get("DIVE_TOKEN"):
        headers["Authorization"] = "Bearer " + os.environ["DIVE_TOKEN"]
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        if error.code in (401, 403) or error.code >= 500:
            raise
        return error.read().decode()


def compute_score(data_source, solution_str, ground_truth, extra_info=None):
    """verl's reward: R = alpha * R_format + R_correct, as everywhere in DIVE."""
    task = json.loads(ground_truth)["id"]
    result = json.loads(_post("/score", {"id": task, "transcript": solution_str}))
    return {"score": result["reward"], "acc": result["correct"], "format": result["format"]}


def _register():
    try:
        from verl.tools.function_tool import function_tool
        from verl.tools.schemas import OpenAIFunctionSchema, OpenAIFunctionToolSchema
    except ImportError:
        # The reward runs where verl's tools are not needed.
        return

    class Function(OpenAIFunctionSchema):
        # verl's own model keeps only type, description and enum of a parameter in some versions.
        parameters: dict

    class Tool(OpenAIFunctionToolSchema):
        function: Function

    def bind(name):
        def call(**arguments):
            return _post("/" + name, arguments)

        call.__name__ = call.__qualname__ = name
        return call

    catalogue = json.loads((pathlib.Path(__file__).parent / "tools.json").read_text(encoding="utf-8"))
    for tool in catalogue:
        name = tool["function"]["name"]
        function_tool(name, schema=Tool.model_validate(tool))(bind(name))


_register()
