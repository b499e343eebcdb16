import { type Sql, sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
import { asFields, parsed } from '../declare/labels.js';
import { invocations, RECORD } from './bedrock.js';

/** Log events call their text `message`, the answers of Logs Insights `@message`. */
const MESSAGE: Sql = sql`coalesce(${field('message')}, ${field('@message')})`;

/**
 * The same records from CloudWatch Logs, where each is a text inside of a log event.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_OutputLogEvent.html
 */
export const bedrockCloudwatch: Format = {
  ...invocations,
  name: 'bedrock-cloudwatch',
  title: 'Amazon Bedrock model invocation logs from CloudWatch, one log event per line',
  signature: sql`contains(coalesce(line->>'message', line->>'@message'), '"ModelInvocationLog"')`,
  fields: { message: 'text', '@message': 'text' },
  computed: [{ record: parsed(MESSAGE, RECORD) }, asFields(sql`record`, RECORD), ...(invocations.computed ?? [])],
  skip: [
    ...invocations.skip,
    {
      reason: 'log events of other kinds',
      when: sql`${MESSAGE} is not null and coalesce(${field('schemaType')}, ${field('requestId')}) is null`,
    },
  ],
};
