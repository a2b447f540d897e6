"""Whole rollouts by NeMo Gym's own simple agent against `dive serve --gym`.

usage: nemo_gym_rollout.py DIVE RUN

The model is a stand-in that plays the oracle's trajectories; agent, client, cookies, row model and reply models are NeMo
Gym's. RUN needs the exports rl_nemo_gym and trajectories.
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time
import urllib.request


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def wait_for(port):
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"nothing listens on {port}")


def model_server(trajectories):
    """Answers with the next turn of the trajectory whose question stands in the input."""
    from fastapi import FastAPI, Request

    turns = {}
    for row in trajectories:
        turns[row["question"]] = [message for message in row["messages"] if message["role"] == "assistant"]
    app = FastAPI()

    @app.post("/v1/responses")
    async def respond(request: Request):
        body = await request.json()
        said = [item for item in body["input"] if item.get("role") == "user"]
        done = sum(item.get("type") == "function_call_output" for item in body["input"])
        content = said[0]["content"]
        question = content if isinstance(content, str) else content[0]["text"]
        message = turns[question][done]
        if message["tool_calls"]:
            output = [
                {
                    "type": "function_call",
                    "call_id": call["id"],
                    "name": call["function"]["name"],
                    "arguments": call["function"]["arguments"],
                }
                for call in message["tool_calls"]
            ]
        else:
            text = {"type": "output_text", "text": message["content"], "annotations": []}
            output = [{"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [text]}]
        return {
            "id": "r",
            "created_at": 0,
            "model": "oracle",
            "object": "response",
            "output": output,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": body.get("tools") or [],
        }

    return app


def main():
    dive, run = sys.argv[1], pathlib.Path(sys.argv[2])
    rows = lines(run / "export/rl_nemo_gym/train.jsonl")
    trajectories = lines(run / "export/trajectories/train.jsonl")
    server = subprocess.Popen(
        [dive, "serve", "--gym", str(run), "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
    )
    try:
        tools_port = int(json.loads(server.stdout.readline())["url"].rsplit(":", 1)[1])
        model_port, agent_port = free_port(), free_port()
        config = {
            "head_server": {"host": "127.0.0.1", "port": 1},
            "dive": {"resources_servers": {"dive": {"entrypoint": "app.py", "host": "127.0.0.1", "port": tools_port}}},
            "policy_model": {
                "responses_api_models": {"policy": {"entrypoint": "app.py", "host": "127.0.0.1", "port": model_port}}
            },
            "agent": {
                "responses_api_agents": {
                    "simple_agent": {"entrypoint": "app.py", "host": "127.0.0.1", "port": agent_port}
                }
            },
        }
        os.environ["NEMO_GYM_CONFIG_DICT"] = json.dumps(config)

        import uvicorn
        from nemo_gym.config_types import AggregateMetrics, BaseServerConfig, ModelServerRef, ResourcesServerRef
        from nemo_gym.openai_utils import NeMoGymResponseCreateParamsNonStreaming
        from nemo_gym.server_utils import ServerClient
        from omegaconf import OmegaConf
        from responses_api_agents.simple_agent.app import SimpleAgent, SimpleAgentConfig

        for row in rows:
            NeMoGymResponseCreateParamsNonStreaming.model_validate(row["responses_create_params"])
        print(f"{len(rows)} rows fit NeMo Gym's row model")
        client = ServerClient(
            head_server_config=BaseServerConfig(host="127.0.0.1", port=1), global_config_dict=OmegaConf.create(config)
        )
        agent = SimpleAgent(
            config=SimpleAgentConfig(
                name="agent",
                host="127.0.0.1",
                port=agent_port,
                entrypoint="app.py",
                resources_server=ResourcesServerRef(type="resources_servers", name="dive"),
                model_server=ModelServerRef(type="responses_api_models", name="policy_model"),
                max_steps=40,
            ),
            server_client=client,
        )
        for app, port in ((model_server(trajectories), model_port), (agent.setup_webserver(), agent_port)):
            service = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
            threading.Thread(target=service.run, daemon=True).start()
            wait_for(port)

        def post(port, path, body):
            data = json.dumps(body).encode()
            headers = {"Content-Type": "application/json"}
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers)
            with urllib.request.urlopen(request, timeout=60) as reply:
                return json.load(reply)

        results = [post(agent_port, "/run", row) for row in rows]
        rewards = {result["reward"] for result in results}
        assert rewards == {1.1}, rewards
        assert all(result["id"] == row["id"] for result, row in zip(results, rows))
        calls = sum(result["tool_calls"] for result in results)
        metrics = post(tools_port, "/aggregate_metrics", {"verify_responses": results})
        AggregateMetrics.model_validate(metrics)
        print(f"{len(rows)} rollouts, {calls} tool calls, every reward 1.1; mean {metrics['key_metrics']['mean/reward']}")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
    # Gym's client leaves threads behind.
    os._exit(0)
