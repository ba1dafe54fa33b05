# Puts one item of every signal with boto3, reads each back and prints what came as one JSON object.
import datetime
import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint = sys.argv[1]


def client(service):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="eu-west-1",
        aws_access_key_id="444455556666",
        aws_secret_access_key="any",
        config=Config(retries={"max_attempts": 1}, inject_host_prefix=False),
    )


result = {}

logs = client("logs")
logs.create_log_group(logGroupName="group")
logs.create_log_stream(logGroupName="group", logStreamName="stream")
now = int(time.time() * 1000)
logs.put_log_events(
    logGroupName="group",
    logStreamName="stream",
    logEvents=[{"timestamp": now - 1000 + n, "message": json.dumps({"n": n})} for n in range(250)],
)
pages = logs.get_paginator("filter_log_events").paginate(
    logGroupName="group", filterPattern="{ $.n >= 100 }", PaginationConfig={"PageSize": 40}
)
result["filtered"] = [json.loads(event["message"])["n"] for page in pages for event in page["events"]]
try:
    logs.delete_log_stream(logGroupName="group", logStreamName="absent")
except logs.exceptions.ResourceNotFoundException as error:
    result["logs_error"] = error.response["Error"]["Message"]

metrics = client("cloudwatch")
minute = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
metrics.put_metric_data(
    Namespace="Boto",
    MetricData=[
        {"MetricName": "Latency", "Timestamp": minute, "Values": [1.0, 2.0, 100.0], "Counts": [50.0, 49.0, 1.0]},
        {
            "MetricName": "Set",
            "Timestamp": minute,
            "StatisticValues": {"SampleCount": 4, "Sum": 10, "Minimum": 1, "Maximum": 4},
        },
    ],
)
answer = metrics.get_metric_statistics(
    Namespace="Boto",
    MetricName="Latency",
    StartTime=minute,
    EndTime=minute + datetime.timedelta(minutes=1),
    Period=60,
    Statistics=["SampleCount", "Maximum"],
    ExtendedStatistics=["p50", "p99.5"],
)
point = answer["Datapoints"][0]
result["latency"] = [point["SampleCount"], point["Maximum"], point["ExtendedStatistics"]["p50"]]
result["metrics"] = sorted(
    metric["MetricName"]
    for page in metrics.get_paginator("list_metrics").paginate(Namespace="Boto")
    for metric in page["Metrics"]
)
try:
    metrics.put_metric_data(Namespace="Boto", MetricData=[{"MetricName": "x", "Value": float("nan")}])
except ClientError as error:
    result["metrics_error"] = error.response["Error"]["Code"]

events = client("events")
events.create_event_bus(Name="bus")
put = events.put_events(
    Entries=[
        {"Source": "s", "DetailType": "d", "Detail": "{}", "EventBusName": "bus"},
        {"Source": "s", "DetailType": "d", "Detail": "not json"},
    ]
)
result["events"] = [put["FailedEntryCount"], put["Entries"][1].get("ErrorCode")]

xray = client("xray")
trace = "1-%08x-%024x" % (int(time.time()), 7)
xray.put_trace_segments(
    TraceSegmentDocuments=[
        json.dumps(
            {"name": "py", "id": "%016x" % 9, "trace_id": trace, "start_time": time.time() - 1, "end_time": time.time()}
        )
    ]
)
result["segments"] = [s["Id"] for t in xray.batch_get_traces(TraceIds=[trace])["Traces"] for s in t["Segments"]]

trail = client("cloudtrail")
found = trail.lookup_events(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": "bus"}])
result["trail"] = [event["EventName"] for event in found["Events"]]

print(json.dumps(result))
