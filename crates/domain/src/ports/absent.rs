//! The part of a store that somebody who reuses the domain does not have.

use super::StoreError;

/// Stands where a repository would: each call fails, which ends the unit of work. What [`Tx`](super::Tx) hands out unless
/// a store says otherwise.
#[derive(Debug, Clone, Copy, Default)]
pub struct Absent;

impl Absent {
    /// One of it, for as long as anybody wants. It has no size, so nothing is allocated.
    pub(super) fn lend() -> &'static mut Self {
        Box::leak(Box::new(Self))
    }
}

/// What a call of a repository answers that is not there.
pub(super) trait Nothing {
    fn nothing() -> Self;
}

impl<T> Nothing for Result<T, StoreError> {
    fn nothing() -> Self {
        Err(StoreError::Internal(
            "this store does not keep what was asked for".into(),
        ))
    }
}

impl Nothing for () {
    fn nothing() -> Self {}
}

/// Declares the trait of a repository, and that it can be [`Absent`].
macro_rules! repository {
    (
        $(#[$attribute:meta])*
        pub trait $name:ident { $($methods:tt)+ }
    ) => {
        // Word for word: mockall does not take types that a macro has already read.
        $(#[$attribute])*
        pub trait $name { $($methods)+ }

        repository! { @absent $name $($methods)+ }
    };
    (
        @absent $name:ident
        $(
            $(#[$attribute:meta])*
            fn $method:ident(&mut self $(, $argument:ident: $kind:ty)* $(,)?) $(-> $answer:ty)?;
        )+
    ) => {
        impl $name for $crate::ports::Absent {
            $(
                fn $method(&mut self $(, _: $kind)*) $(-> $answer)? {
                    $crate::ports::absent::Nothing::nothing()
                }
            )+
        }
    };
}
