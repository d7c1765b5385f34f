/** Describes why roles keep permissions that no whole life of an environment uses. */
export interface Unused {
  /** The roles have the names of the report; `*` stands for any text. */
  roles: string | readonly string[];
  actions: readonly string[];
  reason: string;
  /** Whether a life uses the permission depends on the time. */
  sometimes?: true;
}

export const TRACES = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
