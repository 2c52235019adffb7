use unicode_security::skeleton;

use super::Username;
use crate::text::fold;

/// What a username looks like: the skeleton of Unicode Technical Standard #39 (section 4), folded. Two names that look alike
/// have one skeleton, whatever scripts they are written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skeleton {
    plain: bool,
    text: String,
}

impl Username {
    /// What the name looks like as its owner wrote it. How it looks in the other case does not matter: in that the names
    /// are unique anyway.
    #[must_use]
    pub fn skeleton(&self) -> Skeleton {
        let drawn: String = skeleton(self.as_str()).collect();
        Skeleton {
            plain: self.as_str().is_ascii(),
            text: fold(&drawn),
        }
    }
}

impl Skeleton {
    /// The skeleton as it is stored: it begins with another letter for a name in ASCII than for any other.
    #[must_use]
    pub fn key(&self) -> String {
        self.marked(self.plain)
    }

    /// The skeletons of the names that this one must not stand beside. Names in ASCII may look alike among themselves (`rn`
    /// and `m`, `l` and `1`), since the dialects' documents let them differ.
    #[must_use]
    pub fn rivals(&self) -> Vec<String> {
        let mut rivals = vec![self.marked(false)];
        if !self.plain {
            rivals.push(self.marked(true));
        }
        rivals
    }

    fn marked(&self, plain: bool) -> String {
        let mark = if plain { 'a' } else { 'u' };
        format!("{mark}{}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rival(one: &str, other: &str) -> bool {
        let [one, other] = [one, other].map(|name| Username::parse(name).unwrap().skeleton());
        let rival = one.rivals().contains(&other.key());
        assert_eq!(rival, other.rivals().contains(&one.key()), "both ways");
        rival
    }

    #[test]
    fn a_name_in_other_letters_looks_the_same() {
        for (name, lookalike) in [
            ("paypal", "раураl"),
            ("paypal", "pаypal"),
            ("PayPal", "РауРаl"),
            ("scope", "ѕсоре"),
            ("ANNA", "ΑΝΝΑ"),
            ("modern", "mоdem"),
            ("日本", "⽇本"),
        ] {
            assert!(rival(name, lookalike), "{name} {lookalike}");
        }
    }

    #[test]
    fn what_looks_different_is_different() {
        for (name, other) in [
            ("jose", "josé"),
            ("Élise", "elise"),
            ("anna", "анна"),
            ("日本", "日木"),
        ] {
            assert!(!rival(name, other), "{name} {other}");
        }
    }

    #[test]
    fn plain_names_are_compared_by_folding_alone() {
        for (name, other) in [("modern", "modem"), ("bill", "bi11"), ("bob", "b0b")] {
            assert!(!rival(name, other), "{name} {other}");
        }
    }
}
