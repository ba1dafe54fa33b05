// What an action's ARN asks for.
import { topicOfArn, type TopicName } from "../../notifications/topic.ts";

const instanceOperations = ["stop", "terminate", "reboot", "recover"] as const;

export type InstanceOperation = (typeof instanceOperations)[number];

/** `region` is where the service is asked; a response plan is the same in every region. */
export type ActionTarget =
  | { readonly service: "sns"; readonly region: string; readonly topic: TopicName }
  | { readonly service: "lambda"; readonly region: string }
  | { readonly service: "ec2"; readonly region: string; readonly operation: InstanceOperation }
  | { readonly service: "autoscaling"; readonly region: string; readonly group: string | undefined }
  | {
      readonly service: "ssm";
      readonly region: string;
      readonly severity: string;
      readonly category: string | undefined;
    }
  | { readonly service: "ssm-incidents"; readonly region: undefined }
  | { readonly service: "aiops"; readonly region: string };

export type ActionService = ActionTarget["service"];

type Reading = (
  groups: Readonly<Record<string, string | undefined>>,
  arn: string,
) => ActionTarget | undefined;

const place = String.raw`(?<region>[a-z]{2}(?:-[a-z]+)+-\d+):(?<account>\d{12})`;
const operations = instanceOperations.join("|");

/** Every form that is documented: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const forms: readonly (readonly [form: string, read: Reading])[] = [
  [
    String.raw`sns:${place}:[\w-]{1,256}`,
    ({ region = "" }, arn) => {
      const topic = topicOfArn(arn);
      return topic && { service: "sns", region, topic };
    },
  ],
  [
    String.raw`lambda:${place}:function:[\w-]{1,140}(?::(?:\$LATEST|[\w-]{1,128}))?`,
    ({ region = "" }) => ({ service: "lambda", region }),
  ],
  [
    String.raw`automate:(?<region>[a-z]{2}(?:-[a-z]+)+-\d+):ec2:(?<operation>${operations})`,
    readInstanceAction,
  ],
  [
    String.raw`swf:${place}:action/actions/AWS_EC2\.InstanceId\.(?<operation>[A-Z][a-z]+)/1\.0`,
    readInstanceAction,
  ],
  [
    String.raw`autoscaling:${place}:scalingPolicy:[\w-]+:autoScalingGroupName/(?<group>[^:]+):policyName/.+`,
    ({ region = "", group }) => ({ service: "autoscaling", region, group }),
  ],
  [
    // Of Application Auto Scaling.
    String.raw`autoscaling:${place}:scalingPolicy:[\w-]+:resource/.+:policyName/.+`,
    ({ region = "" }) => ({ service: "autoscaling", region, group: undefined }),
  ],
  [
    String.raw`ssm:${place}:opsitem:(?<severity>[1-4])(?:#CATEGORY=(?<category>\w+))?`,
    ({ region = "", severity = "", category }) => ({ service: "ssm", region, severity, category }),
  ],
  [
    String.raw`ssm-incidents::\d{12}:response-?plan/[\w-]{1,200}`,
    () => ({ service: "ssm-incidents", region: undefined }),
  ],
  [
    String.raw`aiops:${place}:investigation-group:[\w-]+`,
    ({ region = "" }) => ({ service: "aiops", region }),
  ],
];

const readings = forms.map(
  ([form, read]) => [new RegExp(String.raw`^arn:aws[\w-]*:${form}$`), read] as const,
);

function readInstanceAction({
  region = "",
  operation = "",
}: Readonly<Record<string, string | undefined>>): ActionTarget | undefined {
  const known = instanceOperations.find((name) => name === operation.toLowerCase());
  return known && { service: "ec2", region, operation: known };
}

/** Undefined for what is no action of an alarm. */
export function actionTargetOf(arn: string): ActionTarget | undefined {
  for (const [form, read] of readings) {
    const match = form.exec(arn);
    if (match !== null) return read(match.groups ?? {}, arn);
  }
  return undefined;
}
