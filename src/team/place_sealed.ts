import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { type Place, Unreadable } from './place.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SUFFIX = '.enc';

/**
 * A place in which every thing is encrypted with AES-256-GCM. Names stay digests of what is inside, and the nonce comes from the name and
 * the content, so that equal packs are one thing here as well, and no nonce serves for two contents. Layout: nonce, cipher text, tag.
 */
export function sealedPlace(place: Place, key: string): Place {
  const derived = (use: string) => createHmac('sha256', key).update(`llmcost ${use}`).digest();
  const [cipherKey, nonceKey] = [derived('encryption'), derived('nonce')];
  return {
    name: place.name,
    list: async (folder) =>
      (await place.list(folder)).filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length)),
    get: async (name, maxBytes) => {
      const bytes = await place.get(`${name}${SUFFIX}`, maxBytes + NONCE_BYTES + TAG_BYTES);
      return bytes === undefined ? undefined : opened(bytes, name, cipherKey);
    },
    put: (name, bytes) => {
      const nonce = createHmac('sha256', nonceKey).update(name).update(bytes).digest().subarray(0, NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce);
      cipher.setAAD(Buffer.from(name));
      const text = [cipher.update(bytes), cipher.final()];
      return place.put(`${name}${SUFFIX}`, Buffer.concat([nonce, ...text, cipher.getAuthTag()]));
    },
    modified: (name) => place.modified(`${name}${SUFFIX}`),
    remove: (name) => place.remove(`${name}${SUFFIX}`),
    pathOf: () => undefined,
  };
}

/** Throws what a damaged thing throws: bytes that are not what they were, or of another key. */
function opened(bytes: Buffer, name: string, key: Buffer): Buffer {
  const tag = bytes.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(bytes.subarray(Math.max(tag, 0)));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, Math.max(tag, NONCE_BYTES))), decipher.final()]);
  } catch (cause) {
    throw new Unreadable(`${name} is damaged, or encrypted with another key than LLMCOST_TEAM_KEY`, { cause });
  }
}
