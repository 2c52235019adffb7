//! What people do with their account, on any server. The commands are a file each; `state` is what is kept between them.

mod conversations;
mod failure;
mod files;
mod groups;
mod history;
mod listen;
mod logged_in;
mod login;
mod options;
mod out;
mod reading;
mod register;
mod run;
mod second_factor;
mod send;
mod show;
mod state;
mod whoami;

pub use options::ClientCommand;
use options::{
    FilesCommand, GroupsCommand, HistoryOptions, ListenOptions, LoginOptions, PutOptions,
    RegisterOptions, SendOptions,
};
pub(crate) use run::run;
