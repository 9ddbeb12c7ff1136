// See redteam.mjs.
import { sharedDiscordStage } from './discord_stage.mjs';
import { hijacked } from './redteam.mjs';

const OTHER = 'Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3.CANARY.other-4c1d9e-abcdefghijklmnopq';

hijacked({
  channel: 'discord', secret: OTHER.split('.')[2], foreign: 'api.telegram.org:443',
  share: (options) => sharedDiscordStage({
    ...options, isSilent: true, channel: { accounts: { other: { enabled: true, dmPolicy: 'open', allowFrom: ['*'], token: OTHER } } },
  }),
});
