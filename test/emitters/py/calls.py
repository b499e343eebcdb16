"""Calls of every kind by the providers' own SDKs. KEEP=1 writes the answers to files, as an application that logs them would."""

import json
import os
import sys

ADDRESS = os.environ["PROVIDER"]
OUT = os.environ["OUT"]
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
SONNET = "claude-sonnet-4-5-20250929"
HAIKU = "claude-haiku-4-5-20251001"
BEDROCK = "global.anthropic.claude-haiku-4-5-20251001-v1:0"


def keep(answer, file="answers.jsonl"):
    if not os.environ.get("KEEP"):
        return
    if not isinstance(answer, dict):
        answer = json.loads(answer.model_dump_json(by_alias=True, exclude_none=True))
    with open(os.path.join(OUT, file), "a") as lines:
        lines.write(json.dumps(answer, default=str) + "\n")


def expect_failure(call):
    try:
        call()
    except Exception as failure:
        print("failed as it should:", type(failure).__name__, file=sys.stderr)
    else:
        raise SystemExit("a call that must fail did not")


def ask(text):
    return [{"role": "user", "content": text}]


def openai_client():
    import openai

    return openai.OpenAI(base_url=ADDRESS + "/v1", api_key="none", max_retries=0)


def openai_chat(client=None, usageless=True, embeddings=True):
    create = (client or openai_client()).chat.completions.create
    for model in ("gpt-4o-mini", "gpt-5", "gpt-4o-mini"):
        keep(create(model=model, messages=ask("hi")))
    for options in ({"stream_options": {"include_usage": True}}, {})[: 2 if usageless else 1]:
        for chunk in create(model="gpt-5-mini", messages=ask("hi"), stream=True, **options):
            last = chunk
        keep(last)
    keep(create(model="gpt-5", messages=ask("hi"), service_tier="flex"))
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}]
    answer = create(model="gpt-4o-mini", messages=ask("use the tool"), tools=tools)
    keep(answer)
    call = answer.choices[0].message
    result = {"role": "tool", "tool_call_id": call.tool_calls[0].id, "content": "sunny"}
    turn = json.loads(call.model_dump_json(exclude_none=True))
    keep(create(model="gpt-4o-mini", messages=ask("use the tool") + [turn, result], tools=tools))
    for status in (429, 500):
        expect_failure(lambda status=status: create(model="gpt-4o-mini", messages=ask(f"fail:{status}")))
    if embeddings:
        keep((client or openai_client()).embeddings.create(model="text-embedding-3-small", input=["a"]))


def openai_responses(client=None):
    create = (client or openai_client()).responses.create
    for model in ("gpt-5", "gpt-4o-mini", "gpt-5"):
        keep(create(model=model, input="hi"))
    for event in create(model="gpt-5-mini", input="hi", stream=True):
        if event.type == "response.completed":
            keep(event)
    keep(create(model="gpt-5", input="hi", service_tier="priority"))
    keep(create(model="gpt-5", input="use the tool", tools=[{"type": "function", "name": "w", "parameters": WEATHER, "strict": False}]))
    expect_failure(lambda: create(model="gpt-5", input="fail:429"))


def anthropic_messages(client=None, through="create"):
    import anthropic

    client = client or anthropic.Anthropic(base_url=ADDRESS, api_key="none", max_retries=0)
    create = client.messages.create
    for _ in range(4):
        keep(create(model=SONNET, max_tokens=500, messages=ask("hi")))
    for _ in range(2):
        for event in create(model=HAIKU, max_tokens=500, messages=ask("hi"), stream=True):
            keep(event, "stream.jsonl")
    if through == "both":
        with client.messages.stream(model=HAIKU, max_tokens=500, messages=ask("hi")) as stream:
            keep(stream.get_final_message())
    tools = [{"name": "get_weather", "input_schema": WEATHER}]
    keep(create(model=SONNET, max_tokens=500, messages=ask("use the tool"), tools=tools))
    expect_failure(lambda: create(model=SONNET, max_tokens=500, messages=ask("fail:529")))


def gemini(client=None):
    from google import genai
    from google.genai import types

    client = client or genai.Client(api_key="none", http_options=types.HttpOptions(base_url=ADDRESS))
    for _ in range(3):
        keep(client.models.generate_content(model="gemini-2.5-flash", contents="hi"))
    for _ in range(2):
        for chunk in client.models.generate_content_stream(model="gemini-2.5-flash", contents="hi"):
            keep(chunk)
    tool = types.Tool(function_declarations=[{"name": "get_weather", "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}}])
    config = types.GenerateContentConfig(tools=[tool])
    keep(client.models.generate_content(model="gemini-2.5-flash", contents="use the tool", config=config))
    expect_failure(lambda: client.models.generate_content(model="gemini-2.5-flash", contents="fail:503"))


def bedrock_client():
    import boto3
    from botocore.config import Config

    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none", "region_name": "us-east-1"}
    return boto3.client("bedrock-runtime", endpoint_url=ADDRESS, config=Config(retries={"total_max_attempts": 1}), **keys)


def converse():
    client = bedrock_client()
    messages = [{"role": "user", "content": [{"text": "hi"}]}]
    for _ in range(4):
        keep(client.converse(modelId=BEDROCK, messages=messages))
    for _ in range(2):
        for event in client.converse_stream(modelId=BEDROCK, messages=messages)["stream"]:
            keep(event, "stream.jsonl") if "metadata" in event else None
    failing = [{"role": "user", "content": [{"text": "fail:429"}]}]
    expect_failure(lambda: client.converse(modelId=BEDROCK, messages=failing))


def invoke():
    client = bedrock_client()
    body = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 500, "messages": ask("hi")})
    for _ in range(4):
        keep(json.loads(client.invoke_model(modelId=BEDROCK, body=body)["body"].read()))
    for _ in range(2):
        for event in client.invoke_model_with_response_stream(modelId=BEDROCK, body=body)["body"]:
            keep(json.loads(event["chunk"]["bytes"]), "stream.jsonl")


def mistral():
    try:
        from mistralai.client import Mistral
    except ImportError:  # before version 2
        from mistralai import Mistral

    client = Mistral(api_key="none", server_url=ADDRESS)
    for _ in range(2):
        keep(client.chat.complete(model="mistral-small-2506", messages=ask("hi")))
    for event in client.chat.stream(model="mistral-small-2506", messages=ask("hi")):
        if event.data.usage:
            keep(event, "stream.jsonl")


def cohere_chat():
    import cohere

    client = cohere.ClientV2(api_key="none", base_url=ADDRESS)
    for _ in range(2):
        keep(client.chat(model="command-r-08-2024", messages=ask("hi")))
    for event in client.chat_stream(model="command-r-08-2024", messages=ask("hi")):
        if event.type == "message-end":
            keep(event)


CALLS = {
    "openai": openai_chat,
    "responses": openai_responses,
    "anthropic": anthropic_messages,
    "google": gemini,
    "bedrock": converse,
    "bedrock-invoke": invoke,
    "mistral": mistral,
    "cohere": cohere_chat,
}

if __name__ == "__main__":
    CALLS[sys.argv[1]]()
