"""Calls through frameworks, each with a plain call, a stream, a tool and a failure where it has them."""

import asyncio
import os

from calls import ADDRESS, HAIKU, SONNET, expect_failure, keep

OPENAI = {"base_url": ADDRESS + "/v1", "api_key": "none", "max_retries": 0}


def langchain_models():
    from langchain_anthropic import ChatAnthropic
    from langchain_openai import ChatOpenAI

    def openai(model, **more):
        return ChatOpenAI(model=model, **OPENAI, **more)

    def claude(model, **more):
        return ChatAnthropic(model=model, base_url=ADDRESS, api_key="none", max_retries=0, max_tokens=500, **more)

    return openai, claude


def langchain(config=None):
    openai, claude = langchain_models()
    for model in ("gpt-4o-mini", "gpt-5", "gpt-5"):
        openai(model).invoke("hi", config)
    list(openai("gpt-5-mini", stream_usage=True).stream("hi", config))
    openai("gpt-5", service_tier="flex").invoke("hi", config)
    openai("gpt-5", use_responses_api=True).invoke("hi", config)
    list(openai("gpt-5", use_responses_api=True).stream("hi", config))
    for _ in range(4):
        claude(SONNET).invoke("hi", config)
    for _ in range(2):
        list(claude(HAIKU).stream("hi", config))
    expect_failure(lambda: openai("gpt-4o-mini").invoke("fail:429", config))


def litellm_calls():
    import litellm

    litellm.num_retries = 0
    openai = {"api_base": ADDRESS + "/v1", "api_key": "none"}
    claude = {"api_base": ADDRESS, "api_key": "none"}
    hi = [{"role": "user", "content": "hi"}]
    for model in ("gpt-4o-mini", "gpt-5", "gpt-5"):
        litellm.completion(model="openai/" + model, messages=hi, **openai)
    list(litellm.completion(model="openai/gpt-5-mini", messages=hi, stream=True, stream_options={"include_usage": True}, **openai))
    for _ in range(4):
        litellm.completion(model="anthropic/" + SONNET, messages=hi, **claude)
    for _ in range(2):
        list(litellm.completion(model="anthropic/" + HAIKU, messages=hi, stream=True, stream_options={"include_usage": True}, **claude))
    failing = [{"role": "user", "content": "fail:429"}]
    expect_failure(lambda: litellm.completion(model="openai/gpt-4o-mini", messages=failing, max_retries=0, **openai))
    litellm.embedding(model="openai/text-embedding-3-small", input=["a"], **openai)


def openai_agents():
    from agents import Agent, OpenAIChatCompletionsModel, Runner, function_tool, set_default_openai_client
    from openai import AsyncOpenAI

    client = AsyncOpenAI(**OPENAI)
    set_default_openai_client(client, use_for_tracing=False)

    @function_tool
    def get_weather(city: str) -> str:
        """The weather of a city."""
        return "sunny"

    async def run():
        for model in ("gpt-5", "gpt-4o-mini"):
            yield await Runner.run(Agent(name="a", model=model, tools=[get_weather]), "use the tool")
        yield await Runner.run(Agent(name="b", model=OpenAIChatCompletionsModel("gpt-5", client)), "hi")
        streamed = Runner.run_streamed(Agent(name="c", model="gpt-5-mini"), "hi")
        async for _ in streamed.stream_events():
            pass
        yield streamed

    async def collect():
        return [result async for result in run()]

    return asyncio.run(collect())


def llamaindex():
    from llama_index.core.llms import ChatMessage
    from llama_index.llms.openai import OpenAI

    def model(name):
        return OpenAI(model=name, api_base=OPENAI["base_url"], api_key="none", max_retries=0)

    message = [ChatMessage(role="user", content="hi")]
    for name in ("gpt-4o-mini", "gpt-5", "gpt-4o-mini"):
        model(name).chat(message)
    model("gpt-5").complete("hi")
    expect_failure(lambda: model("gpt-4o-mini").chat([ChatMessage(role="user", content="fail:429")]))


def pydantic_agents():
    from pydantic_ai import Agent
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
    from pydantic_ai.providers.anthropic import AnthropicProvider
    from pydantic_ai.providers.google import GoogleProvider
    from pydantic_ai.providers.openai import OpenAIProvider

    os.environ.setdefault("ANTHROPIC_API_KEY", "none")
    openai = OpenAIProvider(base_url=OPENAI["base_url"], api_key="none")
    claude = AnthropicProvider(base_url=ADDRESS, api_key="none")
    google = GoogleProvider(base_url=ADDRESS, api_key="none")

    def get_weather(city: str) -> str:
        return "sunny"

    def agent(model):
        return Agent(model, tools=[get_weather])

    async def run():
        await agent(OpenAIChatModel("gpt-5", provider=openai)).run("use the tool")
        await agent(OpenAIChatModel("gpt-4o-mini", provider=openai)).run("hi")
        await agent(OpenAIResponsesModel("gpt-5", provider=openai)).run("hi")
        for model in (OpenAIResponsesModel("gpt-5-mini", provider=openai), AnthropicModel(HAIKU, provider=claude)):
            async with agent(model).run_stream("hi") as answer:
                await answer.get_output()
        for _ in range(4):
            await agent(AnthropicModel(SONNET, provider=claude)).run("hi")
        for _ in range(3):
            await agent(GoogleModel("gemini-2.5-flash", provider=google)).run("hi")

    asyncio.run(run())


CALLS = {
    "langchain": langchain,
    "litellm": litellm_calls,
    "openai-agents": openai_agents,
    "llamaindex": llamaindex,
    "pydantic-ai": pydantic_agents,
}
