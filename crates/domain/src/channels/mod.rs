//! Secure channels (dialect `channel`): a client that has shown an RSA key speaks under a pair of secrets, a session key
//! that names the channel and an AES key for what is said, and both are exchanged with every request.
//!
//! A request begins with [`Channels::advance`], which spends the session key it came with and gives an [`Exchange`]: what
//! opens the request's fields and seals the answer's. Every other use case works within one. Nothing is kept in memory
//! from request to request, and nothing that rests in the store opens without the session key that the client holds
//! (ADR 0011).

mod advance;
mod change_password;
mod change_username;
mod channel;
mod confirm_recovery;
mod create;
mod decrypt;
mod encrypt;
mod exchange;
mod finish_recovery;
mod forget_password;
mod log_in;
mod register;
mod rules;
mod secrets;
mod service;
mod session_key;
mod suite;
mod sweep;

pub use advance::AdvanceError;
pub use change_password::ChannelPasswordError;
pub use change_username::ChannelUsernameError;
pub use channel::{Channel, ChannelId, ChannelLogin, ChannelRecovery, SealedWrapping};
pub use confirm_recovery::ConfirmRecoveryError;
pub use create::{CreateChannel, CreateChannelError, CreatedChannel};
pub use decrypt::DecryptError;
pub use encrypt::EncryptError;
pub use exchange::{Exchange, NextKeys};
pub use finish_recovery::{FinishRecovery, FinishRecoveryError, FinishedRecovery};
pub use forget_password::{ForgetPassword, ForgetPasswordError};
pub use log_in::{ChannelLogIn, ChannelLogInError};
pub use register::{ChannelRegister, ChannelRegisterError};
pub use rules::ChannelRules;
pub use service::{ChannelPorts, Channels};
pub use suite::{ChannelSuite, UnknownSuite};
