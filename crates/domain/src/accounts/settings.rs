/// What an account's owner lets others see and do. Each starts as in [`Settings::default`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whether strangers find the account: in the directory, or by its exact name.
    pub discoverable: bool,
    /// Whether contacts see that the account is there.
    pub show_presence: bool,
    /// Who may start a conversation with the account, or write in one.
    pub messages_from: MessagesFrom,
    /// Whether those whom the account talks with see how far it has read, and it the same of them.
    pub send_receipts: bool,
}

/// Who may write to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessagesFrom {
    /// Anybody who is not blocked.
    Everyone,
    /// Mutual contacts.
    Contacts,
    /// Nobody.
    Nobody,
}

impl Default for Settings {
    /// Discoverable, there for contacts to see, writable for everybody, and with receipts.
    fn default() -> Self {
        Self {
            discoverable: true,
            show_presence: true,
            messages_from: MessagesFrom::Everyone,
            send_receipts: true,
        }
    }
}

impl MessagesFrom {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Everyone, Self::Contacts, Self::Nobody];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Everyone => 1,
            Self::Contacts => 2,
            Self::Nobody => 3,
        }
    }

    /// The choice stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        for choice in MessagesFrom::ALL {
            assert_eq!(MessagesFrom::from_code(choice.code()), Some(choice));
        }
        assert_eq!(MessagesFrom::from_code(0), None);
    }
}
