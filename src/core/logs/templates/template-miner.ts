// Finds the templates of log messages: what messages of one statement have in common.
import { isWord, templateTokens, wildcard } from "./tokens.ts";

/** `tokens` joined are the template; words that differed are wildcards. */
export interface Template {
  readonly id: string;
  readonly tokens: readonly string[];
}

/** Not AWS's. Beyond the first, messages that fit no template share one; the second bounds one look-up. */
export const templateLimits = { templates: 3_000, perLeaf: 100 } as const;

/** The template of everything for which there was no more room. */
const rest: Template = { id: "0".repeat(32), tokens: [wildcard] };

const leadingWords = 2;
const similarEnough = 0.6;

/**
 * Drain (P. He et al., "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017): a message
 * can only be of a template with as many tokens and the same leading words, which leads to a small leaf of
 * candidates; of these the one with the most equal words is taken if it has enough of them, and the words in
 * which it differs become wildcards. A message that fits none makes a new template.
 *
 * Words with digits are wildcards before they get here. A template keeps the id of the message that made it
 * however general it becomes.
 */
export class TemplateMiner {
  readonly #leaves = new Map<string, Template[]>();
  readonly #templates = new Map<string, Template>();

  constructor(templates: readonly Template[] = []) {
    for (const template of templates) this.#keep(template);
  }

  get templates(): readonly Template[] {
    return [...this.#templates.values()];
  }

  template(id: string): Template | undefined {
    return this.#templates.get(id);
  }

  /** The id of the message's template, which is found or made. */
  add(message: string): string {
    const tokens = templateTokens(message);
    const leaf = this.#leaves.get(leafOf(tokens)) ?? [];
    const [position, similarity] = mostSimilar(leaf, tokens);
    const found = leaf[position];
    if (found !== undefined && similarity >= similarEnough) {
      if (similarity < 1) this.#replace(leaf, position, generalize(found, tokens));
      return found.id;
    }
    const isFull = leaf.length >= templateLimits.perLeaf || this.#templates.size >= templateLimits.templates;
    const made = isFull ? rest : { id: hashOf(tokens.join("")), tokens };
    if (!this.#templates.has(made.id)) this.#keep(made);
    return made.id;
  }

  #keep(template: Template): void {
    this.#templates.set(template.id, template);
    if (template.id === rest.id) return;
    const name = leafOf(template.tokens);
    const leaf = this.#leaves.get(name);
    if (leaf === undefined) this.#leaves.set(name, [template]);
    else leaf.push(template);
  }

  #replace(leaf: Template[], position: number, template: Template): void {
    leaf[position] = template;
    this.#templates.set(template.id, template);
  }
}

/** The leading words never become wildcards, since they lead to the template. */
function leafOf(tokens: readonly string[]): string {
  const words: string[] = [];
  for (const text of tokens) {
    if (isWord(text)) words.push(text);
    if (words.length === leadingWords) break;
  }
  return `${tokens.length}\n${words.join("\n")}`;
}

/** The position of the template with the largest share of equal words. */
function mostSimilar(templates: readonly Template[], tokens: readonly string[]): readonly [number, number] {
  let [best, most] = [-1, -1];
  for (const [position, template] of templates.entries()) {
    const similarity = similarityOf(template.tokens, tokens);
    if (similarity > most) [best, most] = [position, similarity];
  }
  return [best, most];
}

/** Signs and spaces must all be the same; of the words the share that is. */
function similarityOf(template: readonly string[], tokens: readonly string[]): number {
  let [words, same] = [0, 0];
  for (const [index, text] of tokens.entries()) {
    const other = template[index];
    const isSame = other === text || other === wildcard;
    if (!isSame && !(isWord(text) && other !== undefined && isWord(other))) return 0;
    if (!isWord(text)) continue;
    words += 1;
    if (isSame) same += 1;
  }
  return words === 0 ? 1 : same / words;
}

function generalize(template: Template, tokens: readonly string[]): Template {
  const merged = template.tokens.map((text, index) => (text === tokens[index] ? text : wildcard));
  return { ...template, tokens: merged };
}

/** 32 hexadecimal digits (four FNV-1a hashes with different beginnings). */
function hashOf(text: string): string {
  return [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b]
    .map((start) => {
      let hash = start;
      for (let index = 0; index < text.length; index++) {
        hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
      }
      return (hash >>> 0).toString(16).padStart(8, "0");
    })
    .join("");
}
