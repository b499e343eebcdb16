"""Calls under an instrumentation of OpenTelemetry: tracing.py MODULE:CLASS[+MODULE:CLASS…] CALLS. What it tells goes to the provider's collector."""

import importlib
import os
import sys

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def start_tracing():
    """A tracer provider; what is told by log records (some tell usage there) goes the same way."""
    resource = Resource.create({"service.name": "shop"})
    tracers = TracerProvider(resource=resource)
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(os.environ.get("COLLECTOR", os.environ["PROVIDER"]) + "/v1/traces")))
    trace.set_tracer_provider(tracers)
    return tracers


def instrument(names, tracers):
    for name in filter(None, names.split("+")):
        module, kind = name.split(":")
        getattr(importlib.import_module(module), kind)().instrument(tracer_provider=tracers, skip_dep_check=True)


if __name__ == "__main__":
    tracers = start_tracing()
    instrument(sys.argv[1], tracers)
    import calls
    import frameworks

    {**calls.CALLS, **frameworks.CALLS}[sys.argv[2]]()
    tracers.shutdown()
