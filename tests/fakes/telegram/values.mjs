// Small things every part of the fake uses: times, numbers, the API's errors, the kinds of update.
export const DAY = 86400;
export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
// Monotonic and the same in every process of this machine, so that times of two fakes may be compared.
export const monotonicUs = () => Number(process.hrtime.bigint() / 1000n);
export const nowSec = () => Math.floor(Date.now() / 1000);
export const rndInt = (lo, hi) => lo + Math.floor(Math.random() * (hi - lo + 1));
export const codePoints = (s) => [...s].length;

export class ApiError extends Error {
  constructor(code, description, parameters) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}
export const bad = (text, parameters) => new ApiError(400, `Bad Request: ${text}`, parameters);
export const forbidden = (text) => new ApiError(403, `Forbidden: ${text}`);
export const tooMany = (sec) => new ApiError(429, `Too Many Requests: retry after ${sec}`, { retry_after: sec });

export const UPDATE_KINDS = ['message', 'edited_message', 'channel_post', 'edited_channel_post', 'inline_query',
  'chosen_inline_result', 'callback_query', 'shipping_query', 'pre_checkout_query', 'poll', 'poll_answer',
  'my_chat_member', 'chat_member', 'chat_join_request', 'chat_boost', 'removed_chat_boost', 'message_reaction',
  'message_reaction_count', 'business_connection', 'business_message', 'edited_business_message',
  'deleted_business_messages', 'purchased_paid_media', 'managed_bot', 'guest_message'];
const OFF_BY_DEFAULT = new Set(['chat_member', 'message_reaction', 'message_reaction_count']);
export const DEFAULT_ALLOWED = UPDATE_KINDS.filter((k) => !OFF_BY_DEFAULT.has(k));

export const maybeJson = (v) => {
  if (typeof v !== 'string') return v;
  const t = v.trim();
  if (!/^[[{]/.test(t)) return v;
  try { return JSON.parse(t); } catch { return v; }
};
export const asBool = (v) => v === true || v === 'true' || v === '1' || v === 1 || v === 'True';
export const asInt = (v, d = 0) => { const n = Number(v); return Number.isFinite(n) ? Math.trunc(n) : d; };
