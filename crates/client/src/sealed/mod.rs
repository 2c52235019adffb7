//! End-to-end encryption: the keys of a device, and messages that the server cannot read.

mod backup;
mod correspondent;
mod device;
mod device_file;
mod safety;
mod senders;

pub use correspondent::Correspondent;
pub use device::Device;
