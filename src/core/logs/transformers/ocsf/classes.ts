// The classes of OCSF that AWS's logs belong to, and the activities of those that more than one source has.
import type { OcsfActivity, OcsfClass, OcsfMapping } from "./mapping.ts";

const network = { uid: 4, name: "Network Activity" } as const;
const identity = { uid: 3, name: "Identity & Access Management" } as const;

/** https://schema.ocsf.io/1.5.0/classes */
export const ocsfClasses = {
  accountChange: { uid: 3001, name: "Account Change", category: identity },
  authentication: { uid: 3002, name: "Authentication", category: identity },
  networkActivity: { uid: 4001, name: "Network Activity", category: network },
  httpActivity: { uid: 4002, name: "HTTP Activity", category: network },
  dnsActivity: { uid: 4003, name: "DNS Activity", category: network },
  apiActivity: { uid: 6003, name: "API Activity", category: { uid: 6, name: "Application Activity" } },
} as const satisfies Readonly<Record<string, OcsfClass>>;

/** https://schema.ocsf.io/1.5.0/classes/api_activity */
export const apiActivities: Readonly<Record<"create" | "read" | "update" | "delete", OcsfActivity>> = {
  create: { id: 1, name: "Create" },
  read: { id: 2, name: "Read" },
  update: { id: 3, name: "Update" },
  delete: { id: 4, name: "Delete" },
};

export const unknownActivity: OcsfActivity = { id: 0, name: "Unknown" };

/** An activity that the class has no number for goes by the name that the source gives it. */
export function otherActivity(name: string): OcsfActivity {
  return { id: 99, name, typeName: "Other" };
}

type Constants = NonNullable<OcsfMapping["constants"]>;

/** What a control has done, until a row says so. https://schema.ocsf.io/1.5.0/profiles/security_control */
export const unknownAction: Constants = [
  [["action"], "Unknown"],
  [["action_id"], 0],
];

/** https://schema.ocsf.io/1.5.0/objects/network_connection_info */
export const unknownDirection: Constants = [
  [["connection_info", "direction"], "Unknown"],
  [["connection_info", "direction_id"], 0],
];
