use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use thiserror::Error;

use crate::{DomainError, ErrorKind};

/// Why a picture is not taken.
#[derive(Debug, Error)]
pub enum PictureError {
    /// None of the formats, whatever it calls itself.
    #[error("the picture has to be a PNG, a JPEG or a WebP")]
    Unsupported,
    /// More pixels than anybody should have to decode.
    #[error("the picture may be at most 4096 pixels wide and 4096 high, with 8 bits a channel")]
    TooLarge,
    /// It does not decode.
    #[error("the picture is damaged")]
    Damaged,
    /// Too many pictures are being drawn, or this one takes too long.
    #[error("too many pictures are being drawn at once")]
    Overloaded {
        /// When a place is likely to be free.
        retry_after: Duration,
    },
    /// The library failed.
    #[error("drawing a picture failed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Decodes strangers' pictures and draws them anew, a few at once, on threads of its own.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait PictureProcessor: Send + Sync {
    /// The picture's middle as a PNG of 512 × 512 pixels, upright, and nothing else of it: no metadata, no second frame,
    /// nothing that stood behind it. Takes PNG, JPEG and WebP, told by their first bytes.
    ///
    /// # Errors
    /// [`PictureError`]; `Overloaded` at once when too many wait, and when there is no result within 5 seconds.
    async fn draw_square(&self, upload: Bytes) -> Result<Vec<u8>, PictureError>;
}

impl DomainError for PictureError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unsupported | Self::Damaged => ErrorKind::Invalid,
            Self::TooLarge => ErrorKind::TooLarge,
            Self::Overloaded { .. } => ErrorKind::Unavailable,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported-picture",
            Self::TooLarge => "picture-too-large",
            Self::Damaged => "damaged-picture",
            Self::Overloaded { .. } => "overloaded",
            Self::Internal(_) => "internal-error",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Overloaded { retry_after } => Some(*retry_after),
            _ => None,
        }
    }
}
