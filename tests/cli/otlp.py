# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Requests of OTLP in JSON, parsed by OpenTelemetry's own definitions (python3-opentelemetry-proto)."""

import base64
import json

from assertions import Skip, same, true

IDS = ("traceId", "spanId", "parentSpanId")     # hexadecimal digits in OTLP, base64 in the JSON of protobuf
ENUMS = ("kind", "code", "severityNumber")      # numbers, never names
INTS = ("startTimeUnixNano", "endTimeUnixNano", "timeUnixNano", "observedTimeUnixNano", "intValue")


def check_rules(key, value):
    """What OTLP demands of JSON beyond protobuf; the ids are converted."""
    if key in IDS:
        true("%s %r has hexadecimal digits" % (key, value), bytes.fromhex(value).strip(b"\0"))
        return base64.b64encode(bytes.fromhex(value)).decode()
    if key in ENUMS:
        same("type of " + key, type(value), int)
    if key in INTS:
        same("type of " + key, type(value), str)
    if isinstance(value, dict):
        return {k: check_rules(k, v) for k, v in value.items()}
    if isinstance(value, list):
        return [check_rules("", v) for v in value]
    return value


def parse(text):
    """A request as protobuf has it; an unknown key is an error."""
    try:
        from google.protobuf import json_format
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    except ImportError:
        raise Skip("python3-opentelemetry-proto is not installed") from None
    request = json.loads(text)
    kind = ExportTraceServiceRequest if "resourceSpans" in request else ExportLogsServiceRequest
    return json_format.Parse(json.dumps(check_rules("", request)), kind())


def value_of(value):
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [value_of(v) for v in value.array_value.values]
    return getattr(value, kind)


def attributes_of(message):
    """{name: value}; a name that comes twice is an error."""
    found = {a.key: value_of(a.value) for a in message.attributes}
    same("names that come twice", len(message.attributes), len(found))
    return found


class Exported:
    """All spans and log records of some requests, each with .attrs and .resource, which are dicts."""

    def __init__(self, texts):
        self.spans, self.logs, self.resources = [], [], []
        for request in map(parse, texts):
            traces = hasattr(request, "resource_spans")
            groups = request.resource_spans if traces else request.resource_logs
            true("a request has something", groups)
            here = [repr(sorted(attributes_of(g.resource).items())) for g in groups]
            same("resources that come twice in a request", len(here), len(set(here)))
            for group in groups:
                self.take_group(group, traces)

    def take_group(self, group, traces):
        resource = attributes_of(group.resource)
        self.resources.append(resource)
        for scope in group.scope_spans if traces else group.scope_logs:
            same("the scope", scope.scope.name, "tcpclose")
            for item in scope.spans if traces else scope.log_records:
                (self.spans if traces else self.logs).append(Item(item, resource))

    @property
    def closes(self):
        return [s for s in self.spans if s.name == "tcp close"]

    def children(self, span):
        return [s for s in self.spans if s.trace == span.trace and s.parent == span.id]


class Item:
    def __init__(self, message, resource):
        self.message, self.resource = message, resource
        self.attrs = attributes_of(message)
        self.trace, self.id = message.trace_id, message.span_id
        self.parent = getattr(message, "parent_span_id", b"")
        self.name = getattr(message, "name", "") or message.event_name

    @property
    def start(self):
        return self.message.start_time_unix_nano

    @property
    def end(self):
        return self.message.end_time_unix_nano

    def is_inside(self, other):
        return other.start <= self.start <= self.end <= other.end
