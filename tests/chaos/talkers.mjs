// People who write to the bot. Every message carries a token of its own ("say <token>") that the model repeats, so
// each answer names the message it belongs to. A person mostly waits for the answer, and sometimes does not.
import { pause } from '../e2e/harness.mjs';

export class Talkers {
  constructor({ telegram, random, chats }) {
    this.telegram = telegram;
    this.messages = new Map(); // token -> {chat, update_id, at, answeredAt}
    this.isStopped = false;
    this.people = Array.from({ length: chats }, (_, i) => ({ chat: 60_000 + i, random: random.fork(), count: 0 }));
  }

  get sent() { return this.messages.size; }
  get waiting() { return [...this.messages.values()].filter((message) => !message.answeredAt).length; }

  async run() { await Promise.all(this.people.map((person) => this.talk(person))); }
  stop() { this.isStopped = true; }

  async talk(person) {
    while (!this.isStopped) {
      const burst = person.random.chance(0.15) ? 2 + person.random.below(2) : 1;
      const said = [];
      for (let i = 0; i < burst; i++) said.push(await this.say(person));
      await this.answered(said, 30_000);
      await pause(person.random.between(50, 900)); // people do not write in step
    }
  }

  async say(person) {
    const token = `t${person.chat}-${++person.count}`;
    const message = { token, chat: person.chat, at: Date.now(), answeredAt: null };
    this.messages.set(token, message);
    const { update_id, message_id } = await this.telegram.ctl('POST /message', { chat_id: person.chat, text: `say ${token}` });
    return Object.assign(message, { update_id, message_id });
  }

  // True when all of them are answered before the time is over.
  async answered(said, timeout) {
    try {
      return await this.telegram.until(() => said.every((message) => this.look(message)), timeout);
    } catch {
      return false;
    }
  }

  // Reads the fake's record directly: asking over its control routes for every call would slow it down.
  look(message) {
    if (message.answeredAt) return true;
    const standing = this.standing(message);
    if (standing.length) message.answeredAt = Math.min(...standing.map((answer) => answer.edits.at(-1)?.at ?? answer.at));
    return standing.length > 0;
  }

  // What stands in the chat as an answer to this message.
  standing({ chat, token }) {
    const [bot] = this.telegram.bots.values();
    return [...(bot.chats.get(chat)?.messages.values() ?? [])].filter((entry) => entry.outgoing && !entry.deleted && entry.msg.text === token);
  }

  // Standing messages of the bot that answer nothing: notices, halves of answers.
  strays() {
    const [bot] = this.telegram.bots.values();
    return this.people.flatMap(({ chat }) => [...(bot.chats.get(chat)?.messages.values() ?? [])]
      .filter((entry) => entry.outgoing && !entry.deleted && !this.messages.has(entry.msg.text))
      .map((entry) => ({ chat, message_id: entry.msg.message_id, text: entry.msg.text })));
  }

  async drain(timeout) { await this.answered([...this.messages.values()], timeout); }
}
