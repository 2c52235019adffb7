//! What a row keeps of a blob that grows in the staging folder of one instance.

use sealpost_domain::ports::{BlobError, BlobState};

use super::failure::S3Failure;
use super::staging::Instance;

/// Where it grows, and what of it is at the server: enough to give it up from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// Whose staging folder has the rest.
    pub(super) instance: Instance,
    /// How many parts are finished.
    pub(super) parts: usize,
    /// The multipart upload, once there is one.
    pub(super) upload: Option<String>,
}

impl From<State> for BlobState {
    fn from(state: State) -> Self {
        let mut bytes = state.instance.to_vec();
        let parts = u32::try_from(state.parts).unwrap_or(u32::MAX);
        bytes.extend(parts.to_be_bytes());
        bytes.extend(state.upload.unwrap_or_default().into_bytes());
        Self::from_bytes(bytes)
    }
}

impl TryFrom<&BlobState> for State {
    type Error = BlobError;

    fn try_from(state: &BlobState) -> Result<Self, BlobError> {
        read(state.as_bytes()).ok_or_else(|| S3Failure::State.into())
    }
}

fn read(bytes: &[u8]) -> Option<State> {
    let (instance, rest) = bytes.split_first_chunk()?;
    let (parts, upload) = rest.split_first_chunk()?;
    let upload = std::str::from_utf8(upload).ok()?;
    Some(State {
        instance: *instance,
        parts: usize::try_from(u32::from_be_bytes(*parts)).ok()?,
        upload: (!upload.is_empty()).then(|| upload.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_as_written() {
        for upload in [None, Some("id/+=".to_owned())] {
            let state = State {
                instance: [7; 16],
                parts: 9_999,
                upload,
            };
            let stored = BlobState::from(state.clone());
            assert_eq!(State::try_from(&stored).unwrap(), state);
        }
        for wrong in [vec![], vec![0; 19], [vec![0; 20], vec![0xff]].concat()] {
            assert!(State::try_from(&BlobState::from_bytes(wrong)).is_err());
        }
    }
}
