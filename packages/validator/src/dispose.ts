/** `Symbol.dispose`; in a browser that lacks it, the symbol that bundlers take for it where they compile `using`. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
