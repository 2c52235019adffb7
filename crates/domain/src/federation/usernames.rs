//! What a newcomer is called here, after what they are called at their provider.

use crate::accounts::Username;
use crate::text::is_invisible;

/// How many characters of the provider's name stay in front of a suffix.
const STEM_CHARS: usize = 20;
/// What stands for a name of which nothing can be kept.
const NOBODY: &str = "user";

/// The names to try, best first: the provider's own if it is one here, the same with a small number, and in the end
/// with unpredictable digits, so that there is always a free one.
pub(super) fn candidates(hint: Option<&str>, random: [u8; 8]) -> Vec<Username> {
    let hint = hint.unwrap_or_default();
    let stem = stem(hint);
    let numbered = (2..=4).map(|number| format!("{stem}-{number}"));
    let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let last = [
        format!("{stem}-{}", digits.get(..6).unwrap_or_default()),
        format!("{NOBODY}-{digits}"),
    ];
    std::iter::once(hint.to_owned())
        .chain(numbered)
        .chain(last)
        .filter_map(|name| Username::parse(&name).ok())
        .collect()
}

/// What of a name may stand in a username: of a mail address the part before the `@`.
fn stem(hint: &str) -> String {
    let local = hint.split('@').next().unwrap_or_default();
    let plain = |c: &char| !c.is_whitespace() && !c.is_control() && !is_invisible(*c);
    let stem: String = local.chars().filter(plain).take(STEM_CHARS).collect();
    if stem.is_empty() || Username::parse(&format!("{stem}-2")).is_err() {
        NOBODY.to_owned()
    } else {
        stem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(hint: &str) -> Vec<String> {
        let names = candidates(Some(hint), [0xAB; 8]);
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_good_name_is_kept_and_a_taken_one_gets_a_suffix() {
        let expected = [
            "alice",
            "alice-2",
            "alice-3",
            "alice-4",
            "alice-ababab",
            "user-abababababababab",
        ];
        assert_eq!(names("alice"), expected);
    }

    #[test]
    fn of_what_is_no_name_the_best_part_stays() {
        for (hint, first) in [
            ("alice@corp.example", "alice-2"),
            ("Alice Liddell", "AliceLiddell-2"),
            ("", "user-2"),
            ("\u{202E}@x", "user-2"),
            // Eighteen letters when folded.
            ("\u{FDFA}\u{FDFA}", "user-2"),
            (&"a".repeat(60), &format!("{}-2", "a".repeat(20))),
        ] {
            assert_eq!(names(hint).first().unwrap(), first, "{hint}");
        }
    }
}
