// Every method that hello-ok advertises is called once and answers in the shape that is published for it; every event
// of a whole run, too. A method without a row here fails the suite: the list cannot grow unseen.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { sharedStage, eventually } from './harness.mjs';
import fs from 'node:fs';
import { check, scopeOf } from './published_schema.mjs';

// What the live product answered, two levels deep, types for values: recorded exchanges with everything volatile gone.
const captured = JSON.parse(fs.readFileSync(new URL('../golden/protocol/shapes.json', import.meta.url), 'utf8'));

const ALL_SCOPES = ['read', 'write', 'admin', 'approvals', 'questions', 'pairing'].map((scope) => `operator.${scope}`);
const has = (...members) => (payload) => { for (const member of members) assert.ok(member in payload, `${member} is missing in ${JSON.stringify(payload).slice(0, 300)}`); };
const isArray = (payload) => assert.ok(Array.isArray(payload));

// method: {params (or a function of the scene), result: a published definition, shape: a check of our own (from
// METHODS.md, where the package has no definition), error: the answer of this stage is this refusal}.
const calls = {
  'health': { shape: has('ok', 'ts', 'durationMs', 'plugins', 'configReload', 'channels', 'channelOrder', 'channelLabels', 'heartbeatSeconds', 'defaultAgentId', 'agents', 'sessions', 'modelRuntime', 'eventLoop') },
  'status': { shape: has('runtimeVersion', 'heartbeat', 'channelSummary', 'queuedSystemEvents', 'tasks', 'taskAudit', 'sessions', 'modelRuntime', 'eventLoop', 'processMemory', 'pid') },
  'system-presence': { shape: (entries) => { isArray(entries); for (const entry of entries) assert.deepEqual(check('PresenceEntry', entry), []); } },
  'system.info': { result: 'SystemInfoResult' },
  'last-heartbeat': { shape: (record) => assert.ok(record === null || 'ts' in record) },
  'set-heartbeats': { params: { enabled: true }, shape: (answer) => assert.deepEqual(answer, { ok: true, enabled: true }) },
  'wake': { params: { mode: 'next-heartbeat', text: 'look' }, shape: (answer) => assert.deepEqual(answer, { ok: true }) },
  'system-event': { params: { text: 'something happened' }, shape: (answer) => assert.deepEqual(answer, { ok: true }) },
  'logs.tail': { params: { limit: 5, maxBytes: 2000 }, result: 'LogsTailResult' },
  'diagnostics.stability': { params: { limit: 3 }, shape: has('generatedAt', 'capacity', 'count', 'dropped', 'firstSeq', 'lastSeq', 'events', 'summary') },
  'diagnostics.lanes': { shape: has('ts', 'lanes') },
  'update.status': { result: 'UpdateStatusResult' },
  'usage.status': { shape: has('updatedAt', 'providers') },
  'usage.cost': { params: { days: 2 }, shape: (cost) => { has('updatedAt', 'days', 'daily', 'totals', 'cacheStatus')(cost); assert.equal(cost.daily.length, 2); assert.ok(cost.totals.totalTokens > 0, 'the run before was counted'); } },
  'channels.status': { params: { probe: false, timeoutMs: 5000 }, result: 'ChannelsStatusResult' },
  'channels.start': { params: { channel: 'telegram' }, shape: has('channel', 'accountId', 'started') },
  'channels.stop': { params: { channel: 'nope' }, error: /invalid channels.stop channel/ },
  'channels.logout': { params: { channel: 'nope' }, error: /invalid channels.logout channel/ },
  'web.login.start': { error: /web login provider is not available/ },
  'web.login.wait': { error: /web login provider is not available/ },
  'channels.pairing.list': { result: 'ChannelsPairingListResult' },
  'channels.pairing.approve': { params: { channel: 'telegram', accountId: 'default', requestId: 'ABCDEFGH' }, error: /./ },
  'channels.pairing.dismiss': { params: { channel: 'telegram', accountId: 'default', requestId: 'ABCDEFGH' }, error: /./ },
  'pairing.list': { shape: has('requests') },
  'pairing.approve': { params: { channel: 'telegram', code: 'ABCDEFGH' }, error: /./ },
  'channels.capabilities': { shape: (answer) => { has('ts', 'accounts')(answer); has('channel', 'label', 'accountId', 'support', 'actions', 'directory', 'status')(answer.accounts[0]); } },
  'channels.directory': { params: { kind: 'peers', channel: 'telegram' }, shape: has('channel', 'accountId', 'kind', 'live', 'entries', 'more', 'note') },
  'poll': { params: () => ({ to: '77', question: 'Tea?', options: ['yes', 'no'], channel: 'telegram', idempotencyKey: randomUUID() }), either: true },
  'message.action': { params: () => ({ channel: 'telegram', action: 'send', params: { to: '1', message: 'x' }, idempotencyKey: randomUUID() }), either: true },
  'send': { params: () => ({ to: '77', message: 'hello', channel: 'telegram', idempotencyKey: randomUUID() }), either: true },
  'config.get': { shape: has('path', 'exists', 'raw', 'parsed', 'valid', 'config', 'hash', 'issues', 'warnings', 'configRevisionHash', 'appliedConfigHash') },
  'config.set': { params: { raw: '{bad' }, error: /config base hash required; re-run config.get and retry/ },
  'config.patch': { params: async (call) => ({ raw: '{"ui":{"seamColor":"#112233"}}', baseHash: (await call('config.get')).hash }), shape: (answer) => { has('ok', 'path', 'hash', 'config', 'changedPaths')(answer); assert.equal(answer.config.gateway.auth.token, '__OPENCLAW_REDACTED__'); } },
  'config.apply': { params: async (call) => ({ raw: '{"nope":1}', baseHash: (await call('config.get')).hash }), error: /invalid config: <root>: Unrecognized key: "nope"/ },
  'config.schema': { shape: (answer) => { has('schema', 'uiHints', 'version', 'generatedAt')(answer); assert.ok(answer.schema.properties.gateway.properties.port.maximum === 65535); } },
  'config.schema.lookup': { params: { path: 'gateway.port' }, result: 'ConfigSchemaLookupResult' },
  'agents.list': { result: 'AgentsListResult' },
  'agent.identity.get': { params: { agentId: 'main' }, result: 'AgentIdentityResult' },
  'agents.create': { params: { name: 'Fair Wind' }, result: 'AgentsCreateResult' },
  'agents.update': { params: { agentId: 'fair-wind', name: 'Fairer Wind' }, shape: (answer) => assert.deepEqual(answer, { ok: true, agentId: 'fair-wind' }) },
  'agents.delete': { params: { agentId: 'fair-wind' }, result: 'AgentsDeleteResult' },
  'agents.files.set': { params: { agentId: 'main', name: 'AGENTS.md', content: '# Hello\n' }, result: 'AgentsFilesSetResult' },
  'agents.files.list': { params: { agentId: 'main' }, result: 'AgentsFilesListResult' },
  'agents.files.get': { params: { agentId: 'main', name: 'AGENTS.md' }, result: 'AgentsFilesGetResult' },
  'agents.workspace.list': { params: { agentId: 'main' }, result: 'AgentsWorkspaceListResult' },
  'agents.workspace.get': { params: { agentId: 'main', path: 'AGENTS.md' }, result: 'AgentsWorkspaceGetResult' },
  'models.list': { params: { view: 'configured' }, result: 'ModelsListResult' },
  'models.authStatus': { shape: has('ts', 'providers', 'providerCapabilities') },
  'commands.list': { params: { scope: 'text' }, result: 'CommandsListResult' },
  'chat.metadata': { params: { sessionKey: 'agent:main:main' }, shape: has('models', 'commands', 'swarmEnabled') },
  'tools.catalog': { params: { agentId: 'main' }, result: 'ToolsCatalogResult' },
  'tools.effective': { params: { agentId: 'main', sessionKey: 'agent:main:main' }, result: 'ToolsEffectiveResult' },
  'skills.status': { params: { agentId: 'main' }, shape: has('workspaceDir', 'managedSkillsDir', 'agentId', 'skills') },
  'plugins.list': { result: 'PluginsListResult' },
  'sessions.list': { params: { limit: 2, includeDerivedTitles: true, includeLastMessage: true }, shape: (list) => { has('ts', 'path', 'count', 'totalCount', 'limitApplied', 'hasMore', 'owners', 'defaults', 'sessions')(list); assert.ok(list.sessions.some((row) => row.derivedTitle && row.lastMessagePreview)); } },
  'sessions.subscribe': { params: {}, shape: (answer) => assert.deepEqual(answer, { subscribed: true }) },
  'sessions.unsubscribe': { shape: (answer) => assert.deepEqual(answer, { subscribed: false }) },
  'sessions.messages.subscribe': { params: { key: 'agent:main:main', includeApprovals: true }, shape: (answer) => { assert.equal(answer.subscribed, true); has('sessionKey', 'updatedAtMs', 'approvals', 'truncated')(answer.approvalReplay); } },
  'sessions.messages.unsubscribe': { params: { key: 'agent:main:main' }, shape: (answer) => assert.deepEqual(answer, { subscribed: false, key: 'agent:main:main' }) },
  'sessions.describe': { params: { key: 'agent:main:main' }, shape: ({ session }) => has('key', 'sessionId', 'kind', 'archived', 'createdVia', 'modelProvider', 'model')(session) },
  'sessions.resolve': { params: { key: 'main' }, shape: (answer) => assert.deepEqual(answer, { ok: true, key: 'agent:main:main', agentId: 'main' }) },
  'sessions.preview': { params: { keys: ['agent:main:main'], limit: 3, maxChars: 80 }, shape: ({ previews }) => { assert.equal(previews[0].status, 'ok'); assert.ok(previews[0].items.length > 0); } },
  'sessions.get': { params: { key: 'agent:main:main' }, shape: ({ messages }) => assert.ok(messages.length >= 2) },
  'sessions.search': { params: { query: 'schema' }, result: 'SessionsSearchResult' },
  'sessions.create': { params: { key: 'agent:main:made', agentId: 'main', label: 'made one' }, result: 'SessionsCreateResult' },
  'sessions.patch': { params: { key: 'agent:main:made', label: 'renamed', pinned: true, category: 'work' }, shape: (answer) => { has('ok', 'path', 'key', 'entry', 'resolved')(answer); assert.equal(answer.entry.label, 'renamed'); assert.equal(answer.entry.pinned, true); } },
  'sessions.patchMany': { params: { targets: [{ key: 'agent:main:made' }], patch: { archived: false } }, result: 'SessionsPatchManyResult' },
  'sessions.groups.list': { result: 'SessionsGroupsListResult' },
  'sessions.groups.rename': { params: { name: 'work', to: 'play' }, shape: has('ok') },
  'sessions.groups.delete': { params: { name: 'play' }, shape: has('ok') },
  'sessions.reset': { params: { key: 'agent:main:made' }, shape: has('ok', 'key', 'entry', 'resolved') },
  'sessions.delete': { params: { key: 'agent:main:made' }, result: 'SessionsDeleteResult' },
  'sessions.send': { params: () => ({ key: 'agent:main:sent', message: 'hello', idempotencyKey: randomUUID() }), shape: (answer) => assert.equal(answer.status, 'started') },
  'sessions.abort': { params: { key: 'agent:main:sent' }, shape: has('ok', 'abortedRunId', 'status') },
  'sessions.usage': { params: { limit: 2 }, shape: (usage) => { has('updatedAt', 'startDate', 'endDate', 'sessions', 'totals', 'aggregates')(usage); assert.ok(usage.totals.totalTokens > 0); } },
  'sessions.usage.timeseries': { params: { key: 'agent:main:main' }, shape: ({ points }) => assert.ok(points.length > 0) },
  'sessions.usage.logs': { params: { key: 'agent:main:main', limit: 2 }, shape: ({ logs }) => assert.equal(logs.length, 2) },
  'chat.history': { params: { sessionKey: 'main', limit: 2 }, shape: (page) => { has('sessionKey', 'sessionId', 'messages', 'pendingInputs', 'deltaCursor', 'hasMore', 'totalMessages', 'defaults', 'sessionInfo')(page); assert.equal(page.sessionKey, 'main'); } },
  'chat.startup': { params: { sessionKey: 'agent:main:main', limit: 2, maxBytes: 65536 }, shape: has('messages', 'sessionInfo') },
  'chat.send': { params: () => ({ sessionKey: 'agent:main:proto', message: 'hello one', idempotencyKey: randomUUID() }), shape: (answer) => assert.equal(answer.status, 'started') },
  'chat.abort': { params: { sessionKey: 'agent:main:idle' }, shape: (answer) => assert.deepEqual(answer, { ok: true, aborted: false, runIds: [] }) },
  'chat.inject': { params: { sessionKey: 'agent:main:main', message: 'injected note', label: 'note' }, shape: has('ok', 'messageId') },
  'chat.message.get': { params: async (call) => ({ sessionKey: 'agent:main:main', messageId: (await call('sessions.get', { key: 'agent:main:main' })).messages[0].__openclaw.id }), result: 'ChatMessageGetResult' },
  'agent': { params: () => ({ message: 'hi agent', sessionKey: 'agent:main:proto', idempotencyKey: randomUUID() }), shape: has('runId', 'sessionKey', 'agentId', 'status', 'acceptedAt') },
  'agent.wait': { params: { runId: 'unknown', timeoutMs: 10 }, shape: (answer) => assert.deepEqual(answer, { runId: 'unknown', status: 'timeout' }) },
  'cron.add': { params: { name: 'samp', enabled: true, schedule: { kind: 'every', everyMs: 86400000 }, sessionTarget: 'isolated', wakeMode: 'now', payload: { kind: 'agentTurn', message: 'say hi' }, delivery: { mode: 'none' } }, result: 'CronJob', keep: 'job' },
  'cron.list': { params: { includeDisabled: true }, shape: (list) => { has('jobs', 'snapshotRevision', 'total', 'offset', 'limit', 'hasMore', 'nextOffset')(list); for (const job of list.jobs) assert.deepEqual(check('CronJob', job), []); } },
  'cron.get': { params: (call, kept) => ({ id: kept.job.id }), result: 'CronJob' },
  'cron.status': { shape: (status) => { has('enabled', 'triggersEnabled', 'storePath', 'storage', 'sqlitePath', 'jobs', 'reason')(status); assert.equal(status.enabled, false); } },
  'cron.update': { params: (call, kept) => ({ id: kept.job.id, patch: { name: 'samp2' } }), result: 'CronJob' },
  'cron.run': { params: (call, kept) => ({ id: kept.job.id, mode: 'force' }), shape: (answer) => { has('ok', 'enqueued', 'runId', 'processInstanceId')(answer); assert.equal(answer.enqueued, true); } },
  'cron.scratch.set': { params: (call, kept) => ({ id: kept.job.id, content: 'seen 3' }), result: 'CronScratchSetResult' },
  'cron.scratch.get': { params: (call, kept) => ({ id: kept.job.id }), result: 'CronScratchGetResult' },
  'cron.runs': { params: (call, kept) => ({ id: kept.job.id, limit: 5 }), until: (page) => page.total > 0, shape: (page) => { has('entries', 'total', 'offset', 'limit', 'hasMore', 'nextOffset')(page); for (const entry of page.entries) assert.deepEqual(check('CronRunLogEntry', entry), []); assert.equal(page.entries[0].status, 'ok'); } },
  'tasks.list': { params: { limit: 2 }, shape: (page) => assert.ok(page.tasks.length > 0) },
  'tasks.get': { params: async (call) => ({ taskId: (await call('tasks.list', {})).tasks[0].id }), result: 'TasksGetResult' },
  'cron.remove': { params: (call, kept) => ({ id: kept.job.id }), shape: (answer) => assert.deepEqual(answer, { ok: true, removed: true }) },
  'node.list': { shape: (list) => { has('ts', 'nodes')(list); isArray(list.nodes); } },
  'node.pair.list': { shape: has('pending', 'paired') },
  'exec.approval.request': { params: { id: 'a1', command: 'ls', host: 'gateway', twoPhase: true }, shape: (answer) => { has('status', 'id', 'deliveryRoute', 'createdAtMs', 'expiresAtMs')(answer); assert.equal(answer.status, 'accepted'); } },
  'exec.approval.list': { shape: (list) => { isArray(list); assert.equal(list[0].id, 'a1'); } },
  'exec.approval.get': { params: { id: 'a1' }, shape: has('id', 'commandText', 'allowedDecisions', 'host', 'expiresAtMs') },
  'exec.approval.resolve': { params: { id: 'a1', decision: 'deny' }, shape: (answer) => assert.deepEqual(answer, { ok: true }) },
  'exec.approval.waitDecision': { params: { id: 'a1' }, shape: (answer) => { has('id', 'decision', 'createdAtMs', 'expiresAtMs', 'terminalReason')(answer); assert.equal(answer.decision, 'deny'); } },
  'plugin.approval.list': { shape: isArray },
  'openclaw.approval.list': { shape: isArray },
  'question.list': { result: 'QuestionListResult' },
  'users.prefs.get': { params: { keys: ['ui.theme'] }, shape: has('status') },
  'users.prefs.set': { params: { 'ui.theme': 'dark' }, shape: has('status') },
  'sessions.observer.visibility': { shape: has('ok') },
  'talk.catalog': { result: 'TalkCatalogResult' },
  'progressCard.get': { params: { sessionKey: 'agent:main:main' }, result: 'ProgressCardGetResult' },
  'sessions.branches.list': { params: { sessionKey: 'agent:main:main' }, result: 'SessionsBranchesListResult' },
  'sessions.fork': { params: async (call) => ({ sessionKey: 'agent:main:main', entryId: (await call('sessions.get', { key: 'agent:main:main' })).messages[0].__openclaw.id }), result: 'SessionsForkResult', keep: 'fork' },
  'sessions.rewind': { params: async (call) => ({ sessionKey: 'agent:main:main', entryId: (await call('sessions.get', { key: 'agent:main:main' })).messages[1].__openclaw.id }), result: 'SessionsRewindResult', keep: 'rewound' },
  'sessions.branches.switch': { params: async (call) => ({ sessionKey: 'agent:main:main', leafEntryId: (await call('sessions.branches.list', { sessionKey: 'agent:main:main' })).branches.find((branch) => !branch.active).leafEntryId }), result: 'SessionsBranchesSwitchResult' },
  'sessions.recover': { params: { key: 'agent:main:main' }, result: 'SessionsRecoverResult' },
  'sessions.compact': { params: { key: 'agent:main:main', maxLines: 1 }, shape: (answer) => { has('ok', 'key', 'compacted')(answer); assert.equal(answer.compacted, true); } },
  'sessions.compaction.list': { params: { key: 'agent:main:main' }, result: 'SessionsCompactionListResult', keep: 'compactions' },
  'sessions.compaction.branch': { params: (call, kept) => ({ key: 'agent:main:main', checkpointId: kept.compactions.checkpoints[0].checkpointId }), result: 'SessionsCompactionBranchResult' },
  'sessions.compaction.restore': { params: (call, kept) => ({ key: 'agent:main:main', checkpointId: kept.compactions.checkpoints[0].checkpointId }), result: 'SessionsCompactionRestoreResult' },
  'sessions.title.prepare': { params: { agentId: 'main', message: 'Plan the trip' }, result: 'SessionsTitlePrepareResult' },
  'sessions.groups.put': { params: { names: ['later', 'now'] }, result: 'SessionsGroupsMutationResult' },
  'sessions.groups.update': { params: { name: 'later', cwd: null, worktree: false }, result: 'SessionsGroupsUpdateResult' },
  'sessions.cleanup': { params: { allAgents: true }, shape: (answer) => { has('mode', 'dryRun', 'beforeCount', 'afterCount', 'pruned', 'capped', 'wouldMutate', 'applied', 'appliedCount')(answer); assert.equal(answer.appliedCount, 0); } },
  'sessions.files.list': { params: { sessionKey: 'agent:main:main' }, result: 'SessionsFilesListResult' },
  'sessions.files.get': { params: { sessionKey: 'agent:main:main', path: 'AGENTS.md' }, result: 'SessionsFilesGetResult', keep: 'file' },
  'sessions.files.set': { params: (call, kept) => ({ sessionKey: 'agent:main:main', path: 'AGENTS.md', content: '# Changed\n', expectedHash: kept.file.file.hash }), result: 'SessionsFilesSetResult' },
  'tasks.cancel': { params: { taskId: 'unknown' }, result: 'TasksCancelResult' },
  'models.authLogout': { params: { provider: 'nope' }, error: /unknown provider: nope/ },
  'models.probe': { params: { provider: 'fake' }, result: 'ModelsProbeResult' },
  'exec.approvals.get': { result: 'ExecApprovalsSnapshot', keep: 'execFile' },
  'exec.approvals.set': { params: (call, kept) => ({ file: { version: 1, defaults: { ask: 'on-miss' }, agents: {} }, baseHash: kept.execFile.hash }), result: 'ExecApprovalsSnapshot' },
  'exec.approvals.node.get': { params: { nodeId: 'nope' }, error: /unknown node: nope/ },
  'exec.approvals.node.set': { params: { nodeId: 'nope', file: { version: 1 } }, error: /unknown node: nope/ },
  'exec.approval.grants.list': { result: 'ExecApprovalGrantsListResult' },
  'exec.approval.grants.revoke': { params: { grantId: 'unknown' }, result: 'ExecApprovalGrantsRevokeResult' },
  'approval.get': { params: { id: 'a1' }, result: 'ApprovalGetResult' },
  'approval.resolve': { params: { id: 'a1', kind: 'exec', decision: 'deny' }, result: 'ApprovalResolveResult' },
  'approval.history': { params: { limit: 5 }, result: 'ApprovalHistoryResult' },
  'sessions.companion.state': { result: 'SessionsCompanionStateResult' },
  'taskSuggestions.list': { result: 'TaskSuggestionsListResult' },
  'sessions.viewers.set': { params: { sessionKeys: ['agent:main:main'] }, shape: (answer) => assert.deepEqual(answer, { sessionKeys: ['agent:main:main'] }) },
  'sessions.groups.defaults': { shape: has('defaults') },
  'session.members.listEvidence': { params: { sessionKey: 'agent:main:main' }, result: 'SessionMembersListEvidenceResult' },
  'session.discussion.info': { params: { sessionKey: 'agent:main:main' }, result: 'SessionDiscussionInfoResult' },
  'sessions.github.options': { shape: has('personal', 'shared', 'pendingPersonal', 'latestShared') },
  'sessions.catalog.list': { result: 'SessionsCatalogListResult' },
  'board.get': { params: { sessionKey: 'agent:main:main' }, result: 'BoardSnapshot' },
  'projects.list': { result: 'ProjectsListResult' },
  'plugins.controlUi.list': { shape: has('revision', 'plugins', 'diagnostics') },
  'controlUi.sessionPullRequests.subscribe': { shape: has('subscribed') },
  'mentions.list': { error: /verified user profile/ },
  'plugin.surface.refresh': { params: { surface: 'canvas' }, shape: has('surface', 'pluginSurfaceUrls', 'expiresAtMs') },
  'environments.list': { result: 'EnvironmentsListResult' },
  'worktrees.list': { shape: has('worktrees') },
  'artifacts.list': { shape: has('artifacts') },
  'gateway.restart.preflight': { shape: has('safe', 'counts', 'blockers', 'summary') },
  'workers.list': { shape: has('workers') },
  'workers.get': { params: { id: 'telegram:default' }, shape: has('worker') },
  'workers.start': { params: { id: 'nope' }, error: /./ },
  'workers.stop': { params: { id: 'nope' }, error: /./ },
  'workers.restart': { params: { id: 'nope' }, error: /./ },
  'workers.pause': { params: { id: 'nope' }, error: /./ },
  'workers.resume': { params: { id: 'nope' }, error: /./ },
  'workers.recycle': { params: { id: 'nope' }, error: /./ },
  'workers.kill': { params: { id: 'nope' }, error: /./ },
  'workers.trace': { params: { id: 'nope' }, error: /./ },
  'messages.explain': { params: { id: 'nope' }, either: true },
};

// Members of captured answers that this gateway does not have, by method: parts of the original that are not in this
// build (see docs/protocol.md), or facts of its runtime.
const absent = {
  'agents.files.get': ['.file.hash'],
  'channels.status': ['.eventLoop.cpuBreakdown'],
  'chat.history': ['.defaults.agentRuntime', '.nextOffset', '.sessionInfo.activeLeafEntryId', '.sessionInfo.activitySummary', '.sessionInfo.agentRuntime', '.sessionInfo.contextBudgetStatus', '.sessionInfo.contextTokens', '.sessionInfo.effectiveFastModeSource', '.sessionInfo.expandedParticipants', '.sessionInfo.fastAutoOnSeconds', '.sessionInfo.hasAutomation', '.sessionInfo.lastReadAt', '.sessionInfo.participantCount', '.sessionInfo.participants', '.sessionInfo.placement', '.sessionInfo.sharingRole'],
  'chat.startup': ['.defaults.agentRuntime', '.nextOffset', '.sessionInfo.activeLeafEntryId', '.sessionInfo.activitySummary', '.sessionInfo.agentRuntime', '.sessionInfo.contextBudgetStatus', '.sessionInfo.contextTokens', '.sessionInfo.effectiveFastModeSource', '.sessionInfo.expandedParticipants', '.sessionInfo.fastAutoOnSeconds', '.sessionInfo.hasAutomation', '.sessionInfo.lastReadAt', '.sessionInfo.participantCount', '.sessionInfo.participants', '.sessionInfo.placement', '.sessionInfo.sharingRole'],
  'config.get': ['.config.commands', '.config.hooks', '.parsed.hooks', '.resolved.hooks', '.runtimeConfig.commands', '.runtimeConfig.hooks', '.sourceConfig.hooks'],
  'config.patch': ['.config.hooks', '.config.meta', '.sentinel'],
  'config.schema.lookup': ['.hint.advanced', '.hint.help', '.schema.description'],
  'cron.add': ['.deliveryPreview', '.nextRunAtMs', '.payload.toolsAllow', '.scheduledToolPolicy', '.state.nextRunAtMs'],
  'cron.get': ['.nextRunAtMs', '.payload.toolsAllow', '.scheduledToolPolicy', '.state.nextRunAtMs'],
  'cron.list': ['.deliveryPreviews'],
  'cron.update': ['.nextRunAtMs', '.payload.toolsAllow', '.scheduledToolPolicy', '.state.nextRunAtMs'],
  'diagnostics.stability': ['.summary.payloadLarge'],
  'last-heartbeat': [': no object'],
  'plugin.surface.refresh': ['.pluginSurfaceUrls.canvas'],
  'sessions.create': ['.entry.delivery', '.entry.parentSessionKey', '.entry.sessionRoot', '.entry.spawnDepth'],
  'sessions.describe': ['.session.activitySummary', '.session.agentRuntime', '.session.contextBudgetStatus', '.session.contextTokens', '.session.effectiveFastModeSource', '.session.expandedParticipants', '.session.fastAutoOnSeconds', '.session.hasAutomation', '.session.lastReadAt', '.session.participantCount', '.session.participants', '.session.placement', '.session.sharingRole', '.session.thinkingLevels', '.session.thinkingOptions'],
  'sessions.list': ['.defaults.agentRuntime', '.nextOffset'],
  'sessions.patch': ['.entry.agentHarnessId', '.entry.cacheRead', '.entry.cacheWrite', '.entry.contextBudgetStatus', '.entry.contextTokens', '.entry.contextTokensSource', '.entry.delivery', '.entry.endedAt', '.entry.runtimeMs', '.entry.skillsSnapshot', '.entry.startedAt', '.entry.status', '.entry.systemPromptReport', '.entry.totalTokensVersion', '.resolved.agentRuntime', '.resolved.runtimeSelectionLocked'],
  'sessions.reset': ['.entry.compactionCount', '.entry.delivery', '.entry.parentSessionKey', '.entry.sessionRoot', '.entry.spawnDepth', '.entry.totalTokensVersion'],
  'sessions.usage': ['.aggregates.byCreator', '.aggregates.dailyLatency', '.aggregates.latency', '.aggregates.longestSessionDurationMs', '.aggregates.modelDaily', '.creatorOptions'],
  'system.info': ['.eventLoop.cpuBreakdown', '.processMemory.arrayBuffersBytes', '.processMemory.externalBytes', '.processMemory.heapTotalBytes', '.processMemory.heapUsedBytes'],
  'talk.catalog': ['.realtime.ready', '.transcription.ready'],
  'tasks.list': ['.nextCursor'],
  'health': ['.eventLoop.cpuBreakdown'],
  'status': ['.eventLoop.cpuBreakdown', '.hostDesktop', '.processMemory.arrayBuffersBytes', '.processMemory.externalBytes', '.processMemory.heapTotalBytes', '.processMemory.heapUsedBytes', '.shutdownBudget', '.workerPools'],
};

const typeOf = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

// What a captured shape has and the answer has not; "null" fits anything that may be absent.
function differences(shape, value, at = '') {
  if (typeof shape === 'string') {
    const type = typeOf(value);
    return type === shape || shape === 'null' || type === 'null' ? [] : [`${at}: ${type} instead of ${shape}`];
  }
  if (Array.isArray(shape)) return Array.isArray(value) ? (value.length === 0 ? [] : differences(shape[0], value[0], `${at}[]`)) : [`${at}: no list`];
  if (typeOf(value) !== 'object') return [`${at}: no object`];
  return Object.entries(shape).flatMap(([member, inner]) => (member in value ? differences(inner, value[member], `${at}.${member}`) : [`${at}.${member}`]));
}

// Tested where they have something to do.
const elsewhere = {
  'gateway.restart.request': 'methods.test.mjs',
  'gateway.upgrade.request': 'upgrade.test.mjs', 'gateway.upgrade.status': 'upgrade.test.mjs', // ours
};
const elsewherePrefixes = [
  /^device\./, /^gateway\.(identity|auth)/, // the suites of devices
  /^node\.(invoke|event|pending|pair\.(approve|reject|remove)|rename|describe)/, /^skills\.bins$/, // nodes_test.cpp
];

const isElsewhere = (method) => method in elsewhere || elsewherePrefixes.some((prefix) => prefix.test(method));

describe('the published schema', () => {
  const scene = sharedStage();
  const kept = {};
  const answers = {};
  let gateway, client;

  before(async () => {
    ({ gateway } = scene);
    await gateway.workerReady('agent');
    await gateway.workerReady('telegram');
    client = await gateway.connect({ scopes: ALL_SCOPES, caps: ['tool-events'] });
    await client.call('sessions.subscribe', {});
    await client.call('sessions.messages.subscribe', { key: 'agent:main:main' });
    await client.request('agent', { message: 'hello to the schema', agentId: 'main', idempotencyKey: randomUUID() }, 20_000, { final: true });
  });

  const call = (method, params) => client.call(method, params);

  test('every advertised method is in the list below, and nothing else is', () => {
    const advertised = client.hello.features.methods;
    assert.deepEqual(advertised.filter((method) => !(method in calls) && !isElsewhere(method)), [], 'advertised, and not tested');
    assert.deepEqual(Object.keys(calls).filter((method) => !advertised.includes(method)), [], 'tested, and not advertised');
  });

  test('hello-ok fits', () => assert.deepEqual(check('HelloOk', client.hello), []));

  test('each method asks for the scope that is published for it', async () => {
    const none = await gateway.connect({ scopes: [], client: { id: 'test', mode: 'test' } });
    for (const method of Object.keys(calls)) {
      const published = scopeOf(method);
      if (!published?.startsWith('operator.') || method === 'health') continue; // PROTOCOL.md 8
      await assert.rejects(none.call(method, {}), (error) => error.details?.missingScope === published, `${method} needs ${published}`);
    }
  });

  for (const [method, row] of Object.entries(calls)) {
    test(`${method} answers in its published shape`, async () => {
      const params = typeof row.params === 'function' ? await row.params(call, kept) : row.params;
      if (row.error) return assert.rejects(client.request(method, params), (error) => row.error.test(error.message) && check('ErrorShape', error.frame.error).length === 0);
      if (row.either) {
        const outcome = await client.request(method, params).catch((error) => error);
        return outcome instanceof Error ? assert.deepEqual(check('ErrorShape', outcome.frame.error), []) : undefined;
      }
      const payload = row.until ? await eventually(async () => { const page = await client.request(method, params); return row.until(page) && page; }, `${method} to be filled`) : await client.request(method, params);
      if (row.keep) kept[row.keep] = payload;
      answers[method] = payload;
      if (row.result) assert.deepEqual(check(row.result, payload), []);
      row.shape?.(payload);
      return undefined;
    });
  }

  test('answers have what was captured from the live product, but for what is listed', () => {
    const found = {};
    for (const [method, shape] of Object.entries(captured)) {
      if (!(method in answers)) continue;
      const missing = differences(shape, answers[method]);
      if (missing.length) found[method] = missing;
    }
    assert.deepEqual(found, absent);
  });

  test('every frame fits, and every event its family', () => {
    const families = { tick: 'TickEvent', shutdown: 'ShutdownEvent', chat: 'ChatEvent', agent: 'AgentEvent' };
    const seen = new Set();
    for (const frame of client.frames) {
      const kind = { res: 'ResponseFrame', event: 'EventFrame' }[frame.type];
      assert.deepEqual(check(kind, frame), [], JSON.stringify(frame).slice(0, 200));
      if (frame.type !== 'event') continue;
      seen.add(frame.event);
      if (frame.event === 'task') assert.deepEqual(check('TaskSummary', frame.payload.task), [], JSON.stringify(frame).slice(0, 300));
      if (families[frame.event]) assert.deepEqual(check(families[frame.event], frame.payload), [], JSON.stringify(frame).slice(0, 300));
    }
    for (const event of ['agent', 'chat', 'sessions.changed', 'session.message', 'cron', 'task', 'config.changed']) assert.ok(seen.has(event), `${event} was seen`);
    const unknown = [...seen].filter((event) => !client.hello.features.events.includes(event));
    assert.deepEqual(unknown, [], 'events that hello-ok does not name');
  });

  test('events are numbered without gaps from 1', () => {
    const numbers = client.frames.filter((frame) => frame.type === 'event' && frame.seq !== undefined).map((frame) => frame.seq);
    assert.deepEqual(numbers, numbers.map((_, index) => index + 1));
  });
});
