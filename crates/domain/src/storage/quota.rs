/// What an account may store, as the operator has chosen for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum QuotaChoice {
    /// What everybody may.
    #[default]
    Default,
    /// As much as there is room for.
    Unlimited,
    /// So many bytes.
    Bytes(u64),
}

impl QuotaChoice {
    /// The quota in bytes where `default` is what everybody may store; None if there is no limit.
    #[must_use]
    pub const fn limit(self, default: Option<u64>) -> Option<u64> {
        match self {
            Self::Default => default,
            Self::Unlimited => None,
            Self::Bytes(bytes) => Some(bytes),
        }
    }
}

/// An account's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountStorage {
    /// How many bytes it stores, with what is reserved for its uploads.
    pub used: u64,
    /// What it may store.
    pub choice: QuotaChoice,
}

/// How much an account stores, and how much it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageUse {
    /// In bytes of plaintext, with what is reserved for uploads that run.
    pub used: u64,
    /// In the same; None if there is no limit.
    pub quota: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accounts_own_quota_goes_before_everybodys() {
        for (choice, default, limit) in [
            (QuotaChoice::Default, Some(7), Some(7)),
            (QuotaChoice::Default, None, None),
            (QuotaChoice::Unlimited, Some(7), None),
            (QuotaChoice::Bytes(9), Some(7), Some(9)),
            (QuotaChoice::Bytes(0), None, Some(0)),
        ] {
            assert_eq!(choice.limit(default), limit, "{choice:?}");
        }
    }
}
