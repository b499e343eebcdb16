/** Emitters from npm. */

export const NPM = [];
