//! The parts that a JWE in compact serialization shares with the general one.

pub(crate) use super::content::{
    ContentKey, Sealed, decrypt as decrypt_content, encrypt as encrypt_content,
};
pub(crate) use super::oaep;
