//! End-to-end encryption: the keys of a device, and messages that the server cannot read.

mod correspondent;
mod device;
mod device_file;
mod senders;

pub use correspondent::Correspondent;
pub use device::Device;
