// See redteam.mjs.
import { sharedStage } from './harness.mjs';
import { hijacked } from './redteam.mjs';

const OTHER = '777777:CANARY-other-4c1d9e-abcdefghijklmnopq';

hijacked({
  channel: 'telegram', secret: OTHER.split(':')[1], foreign: 'discord.com:443',
  share: (options) => sharedStage({
    ...options, telegram: { tokens: [OTHER] }, channel: { accounts: { other: { enabled: true, dmPolicy: 'open', allowFrom: ['*'], botToken: OTHER } } },
  }),
});
