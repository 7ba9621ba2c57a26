//! The credentials that Stripe publishes in its documentation and libraries.
//!
//! They are kept as hashes, so that nothing here looks like a key, and compared by body: the same
//! samples are also copied behind the prefix of another mode.

use sha2::{Digest, Sha256};

/// The first 16 bytes of the SHA-256 of each body, sorted. The values stand on pages of
/// docs.stripe.com or in repositories of Stripe, or are copied from there by many.
const HASHES: &[u128] = &[
    0x153a182586451358014e3142089118ce,
    0x1e5deb82fc73ea00d567634a7dbc1c52,
    0x3e6a54ba6700ca61c164c6c370c23b24,
    0x422ce3ab8618fc219115bb9efd5de8c9,
    0x4c554c8a264773de6f6b368ff2294f3b,
    0x5c10719fc6cca4aa48f775c8d3ae57d6,
    0x60e05bd1b195af2f94112fa7197a5c88,
    0x688ff9ede32d40b92665357835215138,
    0x740ff49af25d70c28f7db460c4f0280e,
    0x74e11884b07b1d5183c50a1e1fa53981,
    0x895de1d6f552975051ea9e0b726d3b96,
    0x909fa68667332b5ac73905108702f00f,
    0x92f139117f0daaa93ad83efc196800d3,
    0x93d78510fa710a4c96d85c49b731995d,
    0x9b64dc2a04f643afd1055b024554c26a,
    0x9b79e4014755e26f6fc8f4cbf75f8f84,
    0xa7fa223558168a04f3f59c5d7b8c137c,
    0xc1c45784935eda016ea32d607784e958,
    0xca8150f62ea3798ce439223bb2a15abf,
    0xdd8e3929541c0ebcfe6ed24c4283e0f1,
    0xdee9dcf7ceadefb0bbbd3d64dcf53248,
    0xe0d7d24906a4376f54b373f2d66074b8,
    0xe59cc19b4f2bc6d84c9c8bfd4101eba1,
    0xfd9f6a15a3b3bbda950c197bf267031d,
];

/// Whether a body is that of a published sample.
pub fn is_sample(body: &str) -> bool {
    let hash = Sha256::digest(body.as_bytes());
    let head = hash.iter().take(16).fold(0_u128, |sum, &byte| sum << 8 | u128::from(byte));
    HASHES.binary_search(&head).is_ok()
}
