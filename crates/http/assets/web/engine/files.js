/** Files: one's own and those of others, sealed and opened in this browser. */
import { upload } from '../upload.js';

const MOST_PICTURES = 24;

export class Files {
  #pictures = new Map();
  #described = new Map();
  /** Files that were shared with the user while they looked elsewhere. */
  news = new Set();

  constructor(engine) {
    this.engine = engine;
  }

  clear() {
    this.#pictures.clear();
    this.#described.clear();
    this.news.clear();
  }

  /** Some files, newest first, with what {@link Files#describe} says: one's own, or those that were shared with the user. */
  async page(isShared, cursor = null) {
    const page = await this.engine.session.get('/v1/files', { shared: isShared ? 'with-me' : null, cursor, limit: 50 });
    const files = await Promise.all(page.data.map((file) => this.#withDescription(file)));
    return { files, next: page.next_cursor };
  }

  async find(id) {
    return this.#withDescription(await this.engine.session.get(`/v1/files/${id}`));
  }

  async #withDescription(file) {
    return { ...file, about: await this.describe(file) };
  }

  /** What a file is: the name and type of a sealed one are in its wrapped key. `problem` says why they are not known. */
  async describe(file) {
    const known = this.#described.get(file.id);
    if (known) return known;
    const plain = { name: file.name ?? '', type: file.content_type, size: file.size };
    if (file.protection !== 'e2ee') return plain;
    try {
      const sealed = await this.engine.correspondent.unwrapKey(file);
      this.#described.set(file.id, sealed);
      return sealed;
    } catch (error) {
      return { ...plain, problem: error.code ?? 'unknown' };
    }
  }

  /** The bytes of a file in the list, opened. */
  async read(file) {
    if (file.protection === 'e2ee') return this.engine.correspondent.downloadSealed(await this.engine.correspondent.unwrapKey(file));
    const response = await this.engine.session.request('GET', `/v1/files/${file.id}/content`);
    return new Blob([await response.blob()], { type: file.content_type });
  }

  /** The bytes of a file that came sealed with a message; those of the last pictures are kept. */
  open(file) {
    const kept = this.#pictures.get(file.id) ?? this.engine.correspondent.downloadSealed(file);
    this.#pictures.delete(file.id);
    this.#pictures.set(file.id, kept);
    kept.catch(() => this.#pictures.delete(file.id));
    if (this.#pictures.size > MOST_PICTURES) this.#pictures.delete(this.#pictures.keys().next().value);
    return kept;
  }

  /** Seals a file here and stores what it became. */
  upload(file, options) {
    return this.engine.correspondent.uploadSealed(file, { upload: (sealed, about) => upload(this.engine.session, sealed, about, options) });
  }

  async remove({ id }) {
    await this.engine.session.delete(`/v1/files/${id}`);
    this.#described.delete(id);
  }

  wasShared(file) {
    this.news.add(file.id);
    this.engine.tell('files', file.id);
  }

  wasUnshared(id) {
    this.news.delete(id);
    this.#described.delete(id);
    this.engine.tell('files', id);
  }

  /** The user has seen what was shared with them. */
  areSeen() {
    if (!this.news.size) return;
    this.news.clear();
    this.engine.tell('files');
  }
}
