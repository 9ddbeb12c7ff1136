// Small things every part of the fake uses: times, ids, intents, permissions, the API's errors.
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
// Monotonic and the same in every process of this machine, so that times of two fakes may be compared.
export const monotonicUs = () => Number(process.hrtime.bigint() / 1000n);
export const iso = (ms = Date.now()) => new Date(ms).toISOString().replace('Z', '+00:00');
export const codePoints = (text) => [...text].length;

const EPOCH_MS = 1420070400000n; // the first second of 2015 (API reference, "Snowflakes")
// Ids that carry their time and never go back, however many one millisecond has.
export function snowflakes() {
  let last = 0n;
  return (ms = Date.now()) => {
    const fresh = (BigInt(ms) - EPOCH_MS) << 22n;
    last = fresh > last ? fresh : last + 1n;
    return last.toString();
  };
}
export const newer = (a, b) => (BigInt(a) === BigInt(b) ? 0 : BigInt(a) > BigInt(b) ? -1 : 1); // sorts the newest first

export const INTENT = {
  GUILDS: 1 << 0, GUILD_MEMBERS: 1 << 1, GUILD_MODERATION: 1 << 2, GUILD_EXPRESSIONS: 1 << 3, GUILD_INTEGRATIONS: 1 << 4,
  GUILD_WEBHOOKS: 1 << 5, GUILD_INVITES: 1 << 6, GUILD_VOICE_STATES: 1 << 7, GUILD_PRESENCES: 1 << 8, GUILD_MESSAGES: 1 << 9,
  GUILD_MESSAGE_REACTIONS: 1 << 10, GUILD_MESSAGE_TYPING: 1 << 11, DIRECT_MESSAGES: 1 << 12, DIRECT_MESSAGE_REACTIONS: 1 << 13,
  DIRECT_MESSAGE_TYPING: 1 << 14, MESSAGE_CONTENT: 1 << 15, GUILD_SCHEDULED_EVENTS: 1 << 16, AUTO_MODERATION_CONFIGURATION: 1 << 20,
  AUTO_MODERATION_EXECUTION: 1 << 21, GUILD_MESSAGE_POLLS: 1 << 24, DIRECT_MESSAGE_POLLS: 1 << 25,
};
export const ALL_INTENTS = Object.values(INTENT).reduce((a, b) => a | b, 0);
export const PRIVILEGED = INTENT.GUILD_MEMBERS | INTENT.GUILD_PRESENCES | INTENT.MESSAGE_CONTENT;

export const PERM = {
  ADD_REACTIONS: 1n << 6n, VIEW_CHANNEL: 1n << 10n, SEND_MESSAGES: 1n << 11n, ATTACH_FILES: 1n << 15n, READ_MESSAGE_HISTORY: 1n << 16n,
  CREATE_PUBLIC_THREADS: 1n << 35n, SEND_MESSAGES_IN_THREADS: 1n << 38n,
};
export const ALL_PERMS = (1n << 50n) - 1n;

export const CHANNEL = { TEXT: 0, DM: 1, PUBLIC_THREAD: 11, PRIVATE_THREAD: 12, FORUM: 15, MEDIA: 16 };
export const isThread = (channel) => [10, 11, 12].includes(channel.type);
export const holdsPosts = (channel) => channel.type === CHANNEL.FORUM || channel.type === CHANNEL.MEDIA;
// What a bot may see of a record of ours.
export const visible = ({ _botPerms, ...channel }) => channel;

export class ApiError extends Error {
  constructor(status, code, message, extra = {}, headers = {}) {
    super(message);
    Object.assign(this, { status, code, extra, headers });
  }
}
export const unauthorized = () => new ApiError(401, 0, '401: Unauthorized');
export const unknown = (what, code) => new ApiError(404, code, `Unknown ${what}`);
export const missingAccess = () => new ApiError(403, 50001, 'Missing Access');
export const missingPermissions = () => new ApiError(403, 50013, 'Missing Permissions');
export const cannotDm = () => new ApiError(403, 50007, 'Cannot send messages to this user');
export const emptyMessage = () => new ApiError(400, 50006, 'Cannot send an empty message');
// "Invalid Form Body", with the error at `path` ("embeds.0.title") in its nested place.
export function badForm(path, code, message) {
  const errors = {};
  let inner = errors;
  for (const step of path.split('.')) inner = inner[step] = {};
  inner._errors = [{ code, message }];
  return new ApiError(400, 50035, 'Invalid Form Body', { errors });
}
export const tooLong = (path, most) => badForm(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${most} or fewer in length.`);
export const limited = (seconds, { isGlobal = false, scope, headers = {} } = {}) => new ApiError(429, 0, 'You are being rate limited.', { retry_after: seconds, global: isGlobal },
  { ...headers, 'retry-after': String(Math.ceil(seconds)), 'x-ratelimit-scope': scope ?? (isGlobal ? 'global' : 'user'), ...(isGlobal ? { 'x-ratelimit-global': 'true' } : {}) });
