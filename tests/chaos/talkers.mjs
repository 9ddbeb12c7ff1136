// People who write to the bot. Every message carries a token of its own ("say <token>") that the model repeats, so
// each answer names the message it belongs to. A person mostly waits for the answer, and sometimes does not.
import { pause } from '../e2e/harness.mjs';

export class Talkers {
  constructor({ platform, random, chats }) {
    this.platform = platform;
    this.messages = new Map(); // token -> {person, event, at, answeredAt}
    this.isStopped = false;
    this.people = Array.from({ length: chats }, (_, number) => ({ number, random: random.fork(), count: 0 }));
  }

  get sent() { return this.messages.size; }
  get waiting() { return [...this.messages.values()].filter((message) => !message.answeredAt).length; }
  // When the message was written that has waited longest.
  get oldest() { return [...this.messages.values()].reduce((oldest, { at, answeredAt }) => (answeredAt ? oldest : Math.min(oldest, at)), Infinity); }

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
    const token = `t${this.platform.name}${person.number}-${++person.count}`;
    const message = { token, person: person.number, at: Date.now(), answeredAt: null };
    this.messages.set(token, message);
    return Object.assign(message, await this.platform.say(person.number, `say ${token}`));
  }

  // True when all of them are answered before the time is over.
  async answered(said, timeout) {
    try {
      return await this.platform.until(() => said.every((message) => this.look(message)), timeout);
    } catch {
      return false;
    }
  }

  look(message) {
    if (message.answeredAt) return true;
    const standing = this.standing(message);
    if (standing.length) message.answeredAt = Math.min(...standing.map(({ at }) => at));
    return standing.length > 0;
  }

  // What stands in the chat as an answer to this message.
  standing({ person, token }) { return this.platform.said(person).filter(({ text }) => text === token); }

  // Standing messages of the bot that answer nothing: notices, halves of answers.
  strays() {
    return this.people.flatMap(({ number }) => this.platform.said(number).filter(({ text }) => !this.messages.has(text)).map(({ text }) => ({ person: number, text })));
  }

  async drain(timeout) { await this.answered([...this.messages.values()], timeout); }
}
