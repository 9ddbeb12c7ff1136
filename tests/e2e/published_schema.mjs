// The protocol's schema as it is published on npm, and what of it this gateway knowingly does not follow.
//
// check() compares a value with a definition and returns what is wrong, in words. The published package is older than
// the product it describes: members that are on the wire and not in it are listed below with the place that says so,
// and nothing else is forgiven.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import Schema from 'typebox/schema';

const file = createRequire(import.meta.url).resolve('@openclaw/gateway-protocol').replace(/dist\/.*$/, 'protocol.schema.json');
export const published = JSON.parse(fs.readFileSync(file, 'utf8'));

// Members that the live product sends and the published schema does not have yet (PROTOCOL.md, METHODS.md: "[L] wins").
const newer = [
  { definition: 'HelloOk', path: /^\/auth$/, members: ['method'], source: 'PROTOCOL.md 5.1' },
  { definition: 'HelloOk', path: /^\/snapshot\/presence\/\d+$/, members: ['host', 'clientId', 'roles', 'scopes', 'onlineSince'], source: 'PROTOCOL.md 11.3' },
  { definition: 'HelloOk', path: /^\/snapshot\/health/, members: ['modelRuntime', 'eventLoop', 'workers', 'health', 'cpuBreakdown'], source: 'METHODS.md health; workers and health are ours' },
  { definition: 'PresenceEntry', path: /^$/, members: ['clientId'], source: 'PROTOCOL.md 11.3' },
  { definition: 'SystemInfoResult', path: /^$/, members: ['eventLoop', 'processMemory', 'disks'], source: 'METHODS.md system.info' },
  { definition: 'AgentEvent', path: /^$/, members: ['sessionKey', 'agentId', 'sessionId'], source: 'PROTOCOL.md 12.4' },
  { definition: 'ChannelsStatusResult', path: /^$/, members: ['statusIssues'], source: 'METHODS.md channels.status' },
  { definition: 'ChannelsStatusResult', path: /eventLoop/, members: ['cpuBreakdown'], source: 'METHODS.md channels.status' },
  { definition: 'PluginsListResult', path: /^$/, members: ['generation'], source: 'METHODS.md plugins.list' },
];

const compiled = new Map();
function validator(definition) {
  if (!published.definitions[definition]) throw new Error(`the published schema has no ${definition}`);
  if (!compiled.has(definition)) compiled.set(definition, Schema.Compile({ definitions: published.definitions, $ref: `#/definitions/${definition}` }));
  return compiled.get(definition);
}

function isNewer(definition, error) {
  if (error.keyword !== 'additionalProperties') return false;
  const members = error.params?.additionalProperties ?? [];
  return members.length > 0 && members.every((member) => newer.some((row) => row.definition === definition && row.path.test(error.instancePath) && row.members.includes(member)));
}

// The first things that are wrong, in words; empty: it fits.
export function check(definition, value) {
  const validate = validator(definition);
  if (validate.Check(value)) return [];
  const [, errors] = validate.Errors(value);
  return errors.filter((error) => !isNewer(definition, error))
    .map((error) => `${definition}${error.instancePath}: ${error.message} ${JSON.stringify(error.params?.additionalProperties ?? error.params ?? '')}`)
    .slice(0, 8);
}

export const scopeOf = (method) => published.methods[method]?.scope;
