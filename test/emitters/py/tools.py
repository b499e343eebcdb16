"""Tools that keep usage in a form of their own: tools.py NAME. What they keep goes to $OUT."""

import asyncio
import json
import os
import sys

import calls
import frameworks
from calls import ADDRESS, HAIKU, OUT, SONNET, expect_failure

OPENAI_URL = ADDRESS + "/v1"


def write_lines(file, values):
    with open(os.path.join(OUT, file), "w") as lines:
        for value in values:
            lines.write(json.dumps(value, default=str) + "\n")


def litellm_logger():
    """What a callback of LiteLLM gets: its StandardLoggingPayload."""
    import litellm
    from litellm.integrations.custom_logger import CustomLogger

    payloads = []

    class Logger(CustomLogger):
        def log_success_event(self, kwargs, response_obj, start_time, end_time):
            payloads.append(kwargs["standard_logging_object"])

        def log_failure_event(self, kwargs, response_obj, start_time, end_time):
            payloads.append(kwargs["standard_logging_object"])

    litellm.callbacks = [Logger()]
    frameworks.litellm_calls()
    import time

    deadline = time.time() + 20
    while len(payloads) < 11 and time.time() < deadline:
        time.sleep(0.1)
    write_lines("payloads.jsonl", payloads)


def langfuse_openai():
    from langfuse.openai import OpenAI

    client = OpenAI(base_url=OPENAI_URL, api_key="none", max_retries=0)
    calls.openai_chat(client)
    from langfuse import get_client

    get_client().flush()


def langfuse_langchain():
    from langfuse import get_client
    from langfuse.langchain import CallbackHandler

    frameworks.langchain({"callbacks": [CallbackHandler()]})
    get_client().flush()


def langfuse2_openai():
    from langfuse.openai import OpenAI, openai

    calls.openai_chat(OpenAI(base_url=OPENAI_URL, api_key="none", max_retries=0))
    openai.flush_langfuse()


def langfuse2_langchain():
    from langfuse.callback import CallbackHandler

    handler = CallbackHandler()
    frameworks.langchain({"callbacks": [handler]})
    handler.flush()


def langsmith_openai():
    import openai
    from langsmith import Client
    from langsmith.wrappers import wrap_openai

    client = Client()
    calls.openai_chat(wrap_openai(openai.OpenAI(base_url=OPENAI_URL, api_key="none", max_retries=0), tracing_extra={"client": client}))
    client.flush()


def langsmith_langchain():
    from langchain_core.tracers import LangChainTracer
    from langsmith import Client

    client = Client()
    frameworks.langchain({"callbacks": [LangChainTracer(client=client, project_name="shop")]})
    client.flush()


def braintrust(kind):
    import braintrust

    braintrust.init_logger(project="shop", api_key="none", app_url=ADDRESS)
    if kind == "openai":
        import openai

        calls.openai_chat(braintrust.wrap_openai(openai.OpenAI(base_url=OPENAI_URL, api_key="none", max_retries=0)))
    else:
        import anthropic

        calls.anthropic_messages(braintrust.wrap_anthropic(anthropic.Anthropic(base_url=ADDRESS, api_key="none", max_retries=0)))
    braintrust.flush()


def mlflow_traces(kind):
    import mlflow

    mlflow.set_tracking_uri("sqlite:///" + os.path.join(os.environ["HOME"], "mlflow.db"))
    mlflow.set_experiment("shop")
    getattr(mlflow, {"responses": "openai", "google": "gemini"}.get(kind, kind)).autolog()
    {**calls.CALLS, **frameworks.CALLS}[kind]()
    mlflow.flush_trace_async_logging()
    traces = mlflow.search_traces(return_type="list", max_results=500)
    write_lines("traces.jsonl", [json.loads(trace.to_json()) for trace in traces])


def llm_cli():
    """The command line tool `llm` writes its own database."""
    import subprocess

    home = os.environ["HOME"]
    folder = os.path.join(home, "llm")
    os.makedirs(folder)
    with open(os.path.join(folder, "extra-openai-models.yaml"), "w") as models:
        for model in ("gpt-4o-mini", "gpt-5"):
            models.write(f"- model_id: shop-{model}\n  model_name: {model}\n  api_base: {OPENAI_URL}\n  api_key_name: none\n")
    environment = {**os.environ, "LLM_USER_PATH": folder, "NONE_KEY": "none", "OPENAI_API_KEY": "none"}
    program = os.path.join(os.path.dirname(sys.executable), "llm")
    for words in (["-m", "shop-gpt-4o-mini", "--no-stream"], ["-m", "shop-gpt-5", "--no-stream"], ["-m", "shop-gpt-5"]):
        subprocess.run([program, "hi", *words, "--key", "none"], env=environment, check=True)
    import shutil

    shutil.copy(os.path.join(folder, "logs.db"), OUT)


def instructor_hook():
    import instructor
    import openai
    from pydantic import BaseModel

    class Answer(BaseModel):
        city: str

    client = instructor.from_openai(openai.OpenAI(base_url=OPENAI_URL, api_key="none", max_retries=0))
    answers = []
    client.on("completion:response", lambda answer: answers.append(json.loads(answer.model_dump_json())))
    for model in ("gpt-4o-mini", "gpt-5", "gpt-4o-mini", "gpt-5"):
        client.chat.completions.create(model=model, response_model=Answer, messages=calls.ask("hi"))
    write_lines("answers.jsonl", answers)


def dspy_history():
    import dspy

    models = [dspy.LM("openai/" + name, api_base=OPENAI_URL, api_key="none", cache=False, num_retries=0) for name in ("gpt-4o-mini", "gpt-4o-mini")]
    for model in models:
        with dspy.context(lm=model):
            dspy.Predict("question -> answer")(question="hi")
            dspy.Predict("question -> answer")(question="ho")
    write_lines("history.jsonl", [entry for model in models for entry in model.history])


def smolagents_steps():
    from smolagents import OpenAIModel, ToolCallingAgent

    steps = []
    for name in ("gpt-4o-mini", "gpt-5"):
        agent = ToolCallingAgent(tools=[], model=OpenAIModel(model_id=name, api_base=OPENAI_URL, api_key="none"))
        agent.run("hi")
        steps += agent.memory.get_full_steps()
    write_lines("steps.jsonl", steps)


def agents_raw_responses():
    results = frameworks.openai_agents()
    answers = [answer for result in results for answer in result.raw_responses]
    import dataclasses

    write_lines("raw_responses.jsonl", [json_of(answer) for answer in answers])


def json_of(answer):
    """As `TypeAdapter(ModelResponse).dump_python(…, mode="json")` of pydantic does it."""
    from pydantic import TypeAdapter

    return TypeAdapter(type(answer)).dump_python(answer, mode="json")


def inspect_eval():
    from inspect_ai import Task, eval
    from inspect_ai.dataset import Sample
    from inspect_ai.model import get_model
    from inspect_ai.scorer import includes

    os.environ.update(OPENAI_API_KEY="none", ANTHROPIC_API_KEY="none", OPENAI_BASE_URL=OPENAI_URL, ANTHROPIC_BASE_URL=ADDRESS)
    for model in ("openai/gpt-4o-mini", "anthropic/" + SONNET):
        task = Task(dataset=[Sample(input=text, target="Oslo") for text in ("hi", "ho")], scorer=includes())
        eval(task, model=get_model(model), log_dir=OUT, log_format="json", display="none")


def agno_agent():
    from agno.agent import Agent
    from agno.models.openai import OpenAIChat

    runs = []
    for model in ("gpt-4o-mini", "gpt-5"):
        run = Agent(model=OpenAIChat(id=model, base_url=OPENAI_URL, api_key="none")).run("hi")
        runs.append(run.to_dict())
    write_lines("runs.jsonl", runs)


def crewai_output():
    os.environ.update(OPENAI_API_KEY="none", OPENAI_BASE_URL=OPENAI_URL, OPENAI_API_BASE=OPENAI_URL, CREWAI_DISABLE_TELEMETRY="true", OTEL_SDK_DISABLED="true")
    from crewai import LLM, Agent, Crew, Task

    agent = Agent(role="r", goal="g", backstory="b", llm=LLM(model="openai/gpt-4o-mini", base_url=OPENAI_URL, api_key="none"))
    crew = Crew(agents=[agent], tasks=[Task(description="hi", expected_output="a word", agent=agent)])
    write_lines("output.jsonl", [json.loads(crew.kickoff().model_dump_json())])


def openlit_spans(kind):
    import openlit

    openlit.init(otlp_endpoint=ADDRESS, application_name="shop", disable_metrics=True, capture_message_content=False, pricing_json=os.environ["PRICING"])
    calls.CALLS[kind]()
    from opentelemetry import trace

    trace.get_tracer_provider().force_flush()


def logfire_spans(kind):
    import logfire

    logfire.configure(send_to_logfire=False, console=False, service_name="shop", additional_span_processors=[exporter()])
    if kind == "pydantic-ai":
        logfire.instrument_pydantic_ai()
        frameworks.pydantic_agents()
    else:
        getattr(logfire, {"anthropic": "instrument_anthropic", "google": "instrument_google_genai"}.get(kind, "instrument_openai"))()
        calls.CALLS[kind]()
    logfire.shutdown()


def exporter():
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return BatchSpanProcessor(OTLPSpanExporter(ADDRESS + "/v1/traces"))


def pydantic_spans():
    from pydantic_ai import Agent

    import tracing

    tracers = tracing.start_tracing()
    Agent.instrument_all()
    frameworks.pydantic_agents()
    tracers.shutdown()


def haystack_spans():
    import tracing

    tracers = tracing.start_tracing()
    tracing.instrument("openinference.instrumentation.haystack:HaystackInstrumentor", tracers)
    from haystack import Pipeline
    from haystack.components.generators.chat import OpenAIChatGenerator
    from haystack.dataclasses import ChatMessage
    from haystack.utils import Secret

    for model in ("gpt-4o-mini", "gpt-5", "gpt-4o-mini"):
        pipeline = Pipeline()
        generator = OpenAIChatGenerator(model=model, api_base_url=OPENAI_URL, api_key=Secret.from_token("none"), max_retries=0)
        pipeline.add_component("llm", generator)
        answer = pipeline.run({"llm": {"messages": [ChatMessage.from_user("hi")]}})
    tracers.shutdown()


def autogen_spans():
    import tracing

    tracers = tracing.start_tracing()
    from autogen_agentchat.agents import AssistantAgent
    from autogen_ext.models.openai import OpenAIChatCompletionClient

    results = []

    async def run():
        for model in ("gpt-4o-mini", "gpt-4o-mini"):
            client = OpenAIChatCompletionClient(model=model, base_url=OPENAI_URL, api_key="none", max_retries=0)
            result = await AssistantAgent("a", model_client=client).run(task="hi")
            results.extend(json.loads(message.model_dump_json()) for message in result.messages)

    asyncio.run(run())
    write_lines("messages.jsonl", results)
    tracers.shutdown()


def semantic_kernel_spans():
    os.environ["SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS"] = "true"
    import tracing

    tracers = tracing.start_tracing()
    from openai import AsyncOpenAI
    from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
    from semantic_kernel.contents import ChatHistory

    async def run():
        for model in ("gpt-4o-mini", "gpt-5", "gpt-4o-mini"):
            service = OpenAIChatCompletion(ai_model_id=model, async_client=AsyncOpenAI(base_url=OPENAI_URL, api_key="none", max_retries=0))
            history = ChatHistory()
            history.add_user_message("hi")
            await service.get_chat_message_content(history, OpenAIChatPromptExecutionSettings())

    asyncio.run(run())
    tracers.shutdown()


def smolagents_spans():
    import tracing

    tracers = tracing.start_tracing()
    tracing.instrument("openinference.instrumentation.smolagents:SmolagentsInstrumentor", tracers)
    smolagents_steps()
    os.remove(os.path.join(OUT, "steps.jsonl"))
    tracers.shutdown()


def agno_spans():
    import tracing

    tracers = tracing.start_tracing()
    tracing.instrument("openinference.instrumentation.agno:AgnoInstrumentor", tracers)
    agno_agent()
    os.remove(os.path.join(OUT, "runs.jsonl"))
    tracers.shutdown()


def phoenix_export(form):
    """Spans go through Phoenix's own server and come back as its clients give them."""
    import subprocess
    import time
    import urllib.request

    port = "6006"
    environment = {**os.environ, "PHOENIX_WORKING_DIR": os.environ["HOME"], "PHOENIX_PORT": port, "PHOENIX_TELEMETRY_ENABLED": "false"}
    server = subprocess.Popen([sys.executable, "-m", "phoenix.server.main", "serve"], env=environment)
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz")
                break
            except OSError:
                time.sleep(0.5)
        spans = os.environ["SPANS_PYTHON"]
        here = os.path.dirname(os.path.abspath(__file__))
        for kind in ("openai", "anthropic"):
            name = "openai:OpenAIInstrumentor" if kind == "openai" else "anthropic:AnthropicInstrumentor"
            words = [spans, here + "/tracing.py", "openinference.instrumentation." + name, kind]
            subprocess.run(words, env={**environment, "COLLECTOR": f"http://127.0.0.1:{port}"}, check=True)
        from phoenix.client import Client

        client = Client(base_url=f"http://127.0.0.1:{port}")
        for _ in range(40):
            frame = client.spans.get_spans_dataframe(project_identifier="default")
            if len(frame) >= 20:
                break
            time.sleep(0.5)
        if form == "csv":
            frame.to_csv(os.path.join(OUT, "spans.csv"))
        elif form == "parquet":
            frame.to_parquet(os.path.join(OUT, "spans.parquet"))
        else:
            write_lines("spans.jsonl", client.spans.get_spans(project_identifier="default", limit=1000))
    finally:
        server.terminate()
        server.wait()


TOOLS = {
    "litellm": litellm_logger,
    "langfuse-openai": langfuse_openai,
    "langfuse-langchain": langfuse_langchain,
    "langfuse2-openai": langfuse2_openai,
    "langfuse2-langchain": langfuse2_langchain,
    "langsmith-openai": langsmith_openai,
    "langsmith-langchain": langsmith_langchain,
    "braintrust": braintrust,
    "mlflow": mlflow_traces,
    "llm": llm_cli,
    "instructor": instructor_hook,
    "dspy": dspy_history,
    "smolagents": smolagents_steps,
    "openai-agents": agents_raw_responses,
    "inspect": inspect_eval,
    "agno": agno_agent,
    "crewai": crewai_output,
    "openlit": openlit_spans,
    "logfire": logfire_spans,
    "pydantic-ai": pydantic_spans,
    "haystack-spans": haystack_spans,
    "autogen": autogen_spans,
    "semantic-kernel": semantic_kernel_spans,
    "smolagents-spans": smolagents_spans,
    "agno-spans": agno_spans,
    "phoenix": phoenix_export,
}

if __name__ == "__main__":
    TOOLS[sys.argv[1]](*sys.argv[2:])
