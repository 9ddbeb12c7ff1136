// A device with an Ed25519 key: what it signs, and the `connect` params it sends (PROTOCOL.md 6).
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

export class Device {
  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.privateKey = privateKey;
    this.privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    this.publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' });
    this.raw = rawOf(publicKey);
    this.id = createHash('sha256').update(this.raw).digest('hex');
  }

  get publicKey() { return this.raw.toString('base64url'); }

  get identity() { return { deviceId: this.id, privateKeyPem: this.privateKeyPem, publicKeyPem: this.publicKeyPem }; }

  // `device` of the connect params; `over` breaks single members, `signed` what the signature covers.
  proof(params, challenge, { over = {}, signed = {}, version = 'v3' } = {}) {
    const facts = {
      version, id: this.id, signedAt: challenge.ts, nonce: challenge.nonce, platform: params.client.platform, family: params.client.deviceFamily ?? '',
      token: params.auth?.token ?? params.auth?.deviceToken ?? params.auth?.bootstrapToken ?? '', ...signed,
    };
    const fields = [facts.version, facts.id, params.client.id, params.client.mode, params.role ?? '', (params.scopes ?? []).join(','), facts.signedAt, facts.token, facts.nonce];
    if (facts.version === 'v3') fields.push(plain(facts.platform), plain(facts.family));
    const signature = sign(null, Buffer.from(fields.join('|')), this.privateKey).toString('base64url');
    return { id: this.id, publicKey: this.publicKey, signature, signedAt: facts.signedAt, nonce: facts.nonce, ...over };
  }
}

const plain = (text) => text.trim().toLowerCase();
export const rawOf = (publicKey) => publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);

export const connectParams = (over = {}) => ({
  minProtocol: 4, maxProtocol: 4, role: 'operator', scopes: ['operator.read'], caps: [], ...over,
  client: { id: 'gateway-client', version: '1', platform: 'linux', mode: 'backend', ...over.client },
});
