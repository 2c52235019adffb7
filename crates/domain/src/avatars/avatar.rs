use std::fmt;

/// What names an uploaded picture: 16 unpredictable bytes, shown as 32 hexadecimal digits. Whoever knows it can see the
/// picture, and a new upload has a new name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AvatarName([u8; 16]);

impl AvatarName {
    /// The name that these bytes stand for.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for AvatarName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The picture an account shows of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Avatar {
    /// The picture of everybody who has chosen none.
    #[default]
    Default,
    /// A picture of the server's own, which document 002 calls `fary`.
    Fary,
    /// One that its owner uploaded.
    Uploaded(AvatarName),
}

impl Avatar {
    /// The name of its file, such as `default.png`.
    #[must_use]
    pub fn file_name(&self) -> String {
        match self {
            Self::Default => "default.png".to_owned(),
            Self::Fary => "fary.png".to_owned(),
            Self::Uploaded(name) => format!("{name}.png"),
        }
    }

    /// The avatar whose file has this very name; None if there can be none.
    #[must_use]
    pub fn from_file_name(file_name: &str) -> Option<Self> {
        match file_name.strip_suffix(".png")? {
            "default" => Some(Self::Default),
            "fary" => Some(Self::Fary),
            name => hexadecimal(name).map(AvatarName).map(Self::Uploaded),
        }
    }
}

/// Exactly 32 digits in lower case: one thing has one name.
fn hexadecimal(text: &str) -> Option<[u8; 16]> {
    let digits = text.as_bytes();
    if digits.len() != 32 {
        return None;
    }
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        for digit in pair {
            let value = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                _ => return None,
            };
            *byte = (*byte << 4) | value;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_lead_back() {
        let name = AvatarName([
            0x00, 0x0f, 0xf0, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0x9a,
        ]);
        let uploaded = Avatar::Uploaded(name);
        assert_eq!(uploaded.file_name(), "000ff0ff0102030405060708090a0b9a.png");
        for avatar in [Avatar::Default, Avatar::Fary, uploaded] {
            assert_eq!(Avatar::from_file_name(&avatar.file_name()), Some(avatar));
        }
    }

    #[test]
    fn nothing_else_is_a_file_name() {
        let digits = "0".repeat(32);
        for wrong in [
            "",
            ".png",
            "default",
            "DEFAULT.png",
            "default.png.png",
            "../default.png",
            "default.svg",
            &digits,
            &format!("{digits}0.png"),
            &format!("{}.png", &digits[1..]),
            &format!("{}A.png", &digits[1..]),
            &format!("{}/.png", &digits[1..]),
            &format!("{}é.png", &digits[2..]),
        ] {
            assert_eq!(Avatar::from_file_name(wrong), None, "{wrong:?}");
        }
    }
}
