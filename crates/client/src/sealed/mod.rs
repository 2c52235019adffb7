//! End-to-end encryption: the keys of a device, and messages that the server cannot read.

mod backup;
mod correspondent;
mod device;
mod device_file;
mod files;
mod opening;
mod safety;
mod senders;

pub use correspondent::Correspondent;
pub use device::Device;
pub use files::SealedDownload;
pub(crate) use opening::Opening;
