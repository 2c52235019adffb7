//! Strangers' pictures: decoded under limits and drawn anew, so that nothing of the upload itself reaches anybody.
//!
//! It knows formats, pixels and threads. It must never know whose a picture is or where it goes.
//!
//! Where to start reading:
//! - [`Pictures`]: the port's door, with its few threads and its short queue;
//! - `draw.rs`: what is taken, and how it becomes a square.

mod draw;
mod pictures;
mod pool;

pub use pictures::Pictures;
