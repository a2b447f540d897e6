"""The official clients of OpenAI and Anthropic against `dive mock-model`.

    python3 checks/mock_clients.py target/release/dive

Needs the packages `openai` and `anthropic`.
"""

import json
import subprocess
import sys

import anthropic
import openai

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "Name of the city."}},
    "required": ["city"],
    "additionalProperties": False,
}
PROMPT = "Seed entity: Brno (city)"
KEY = "key-of-the-check"


def check(name, condition, seen=None):
    if not condition:
        raise SystemExit(f"failed: {name}: {seen}")
    print("ok", name)


def openai_format(base):
    client = openai.OpenAI(base_url=base, api_key=KEY, max_retries=0)
    tools = [{"type": "function", "function": {"name": "weather", "description": "Weather.", "parameters": PARAMETERS}}]
    messages = [{"role": "user", "content": PROMPT}]
    check("openai models", "mock" in [m.id for m in client.models.list()])

    reply = client.chat.completions.create(model="mock", messages=messages, tools=tools)
    message = reply.choices[0].message
    check("openai call", message.tool_calls[0].function.name == "weather", message)
    check("openai arguments", json.loads(message.tool_calls[0].function.arguments)["city"].startswith("Brno"))
    check("openai finish", reply.choices[0].finish_reason == "tool_calls" and reply.usage.total_tokens > 0)

    messages += [message.model_dump(exclude_none=True)]
    messages += [{"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": '{"temperature": 3}'}]
    second = client.chat.completions.create(model="mock", messages=messages, tools=tools)
    check("openai second turn", second.choices[0].finish_reason in ("stop", "tool_calls"))

    with client.chat.completions.stream(
        model="mock", messages=[{"role": "user", "content": PROMPT}], tools=tools, stream_options={"include_usage": True}
    ) as stream:
        for _ in stream:
            pass
        final = stream.get_final_completion()
    check("openai stream", final.choices[0].message.tool_calls[0].function.arguments
          == message.tool_calls[0].function.arguments and final.usage.total_tokens > 0)

    text = client.chat.completions.create(model="mock", messages=[{"role": "user", "content": "Hello."}], logprobs=True)
    check("openai text", "scripted" in text.choices[0].message.content)
    check("openai logprobs", text.choices[0].logprobs.content[0].logprob == -0.25)

    refusal = client.chat.completions.create(model="mock:refusal", messages=messages[:1])
    check("openai refusal", refusal.choices[0].message.refusal and refusal.choices[0].message.content is None)
    cut = client.chat.completions.create(model="mock:truncated", messages=messages[:1])
    check("openai truncation", cut.choices[0].finish_reason == "length")

    for model, error in [
        ("mock:rate-limit", openai.RateLimitError),
        ("mock:server-error", openai.InternalServerError),
        ("mock:overflow", openai.BadRequestError),
        ("gpt-17", openai.NotFoundError),
    ]:
        try:
            client.chat.completions.create(model=model, messages=messages[:1])
            check(f"openai {model}", False)
        except error as e:
            check(f"openai {model}", True)
            if model == "mock:rate-limit":
                check("openai retry-after", float(e.response.headers["retry-after"]) > 0)
    retrying = openai.OpenAI(base_url=base, api_key=KEY, max_retries=2)
    again = retrying.chat.completions.create(model="mock:rate-limit", messages=[{"role": "user", "content": "Again."}])
    check("openai retries", again.choices[0].message.content)
    try:
        openai.OpenAI(base_url=base, api_key="wrong", max_retries=0).models.with_raw_response.list()
        openai.OpenAI(base_url=base, api_key="wrong", max_retries=0).chat.completions.create(
            model="mock", messages=messages[:1])
        check("openai key", False)
    except openai.AuthenticationError:
        check("openai key", True)


def anthropic_format(base):
    client = anthropic.Anthropic(base_url=base, api_key=KEY, max_retries=0)
    tools = [{"name": "weather", "description": "Weather.", "input_schema": PARAMETERS}]
    common = {"model": "mock", "max_tokens": 1000, "tools": tools}
    messages = [{"role": "user", "content": PROMPT}]

    reply = client.messages.create(messages=messages, **common)
    call = next(b for b in reply.content if b.type == "tool_use")
    check("anthropic call", call.name == "weather" and call.input["city"].startswith("Brno"), reply)
    check("anthropic thinking", any(b.type == "thinking" and b.signature for b in reply.content))
    check("anthropic stop", reply.stop_reason == "tool_use" and reply.usage.output_tokens > 0)

    messages += [{"role": "assistant", "content": [b.model_dump() for b in reply.content]}]
    result = {"type": "tool_result", "tool_use_id": call.id, "content": '{"temperature": 3}'}
    second = client.messages.create(messages=messages + [{"role": "user", "content": [result]}], **common)
    check("anthropic second turn", second.stop_reason in ("end_turn", "tool_use"))

    with client.messages.stream(messages=messages[:1], **common) as stream:
        for _ in stream:
            pass
        final = stream.get_final_message()
    streamed = next(b for b in final.content if b.type == "tool_use")
    check("anthropic stream", streamed.input == call.input and final.stop_reason == "tool_use", final)
    thought = next(b for b in final.content if b.type == "thinking")
    check("anthropic streamed thinking", thought.thinking and thought.signature)

    for model, stop in [("mock:refusal", "refusal"), ("mock:truncated", "max_tokens")]:
        reply = client.messages.create(model=model, max_tokens=100, messages=messages[:1])
        check(f"anthropic {model}", reply.stop_reason == stop)
    for model, error in [
        ("mock:rate-limit", anthropic.RateLimitError),
        ("mock:server-error", anthropic.InternalServerError),
        ("mock:overflow", anthropic.BadRequestError),
        ("claude-17", anthropic.NotFoundError),
    ]:
        try:
            client.messages.create(model=model, max_tokens=100, messages=messages[:1])
            check(f"anthropic {model}", False)
        except error:
            check(f"anthropic {model}", True)
    try:
        anthropic.Anthropic(base_url=base, api_key="wrong", max_retries=0).messages.create(messages=messages[:1], **common)
        check("anthropic key", False)
    except anthropic.AuthenticationError:
        check("anthropic key", True)


def main():
    command = [sys.argv[1], "mock-model", "--port", "0", "--key", KEY, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            places = json.loads(server.stdout.readline())
            openai_format(places["openai"])
            anthropic_format(places["anthropic"])
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
