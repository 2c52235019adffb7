use thiserror::Error;

/// The most characters of an answer or a question that are looked at.
const MAX_CHARS: usize = 256;

/// A misspelt sentence with one blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    /// The sentence.
    pub question: &'static str,
    /// The word that is missing, in lower case.
    pub(super) answer: &'static str,
}

/// Every challenge. The first is that of document 003.
pub(super) const POOL: [Challenge; 12] = [
    Challenge {
        question: "Fyyyill in de ____ hooman.",
        answer: "blanks",
    },
    Challenge {
        question: "De sunn iz hott, de ise iz ____.",
        answer: "cold",
    },
    Challenge {
        question: "Wun, too, ____, for, fyve.",
        answer: "three",
    },
    Challenge {
        question: "A dawg sez wuff, a catt sez ____.",
        answer: "meow",
    },
    Challenge {
        question: "Gras iz grean, de skye iz ____.",
        answer: "blue",
    },
    Challenge {
        question: "At nite we sleap, at daye we are ____.",
        answer: "awake",
    },
    Challenge {
        question: "Mundai, Toozdai, ____, Thurzdai.",
        answer: "wednesday",
    },
    Challenge {
        question: "De byrd flyez in de ____, de fysh swimz in de watter.",
        answer: "air",
    },
    Challenge {
        question: "Upp iz not ____.",
        answer: "down",
    },
    Challenge {
        question: "A weak haz sevven ____.",
        answer: "days",
    },
    Challenge {
        question: "Yoo see wyth yoor ____.",
        answer: "eyes",
    },
    Challenge {
        question: "Ay bycicel haz too ____.",
        answer: "wheels",
    },
];

/// The sentence was not completed as people complete it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is not the word that is missing")]
pub struct WrongAnswer;

impl Challenge {
    /// Whether `answer` completes the challenge with this question. Case and white space do not matter, in either.
    ///
    /// # Errors
    /// [`WrongAnswer`], also if nobody was asked this.
    pub fn check(question: &str, answer: &str) -> Result<(), WrongAnswer> {
        let asked = POOL
            .iter()
            .find(|known| plain(known.question) == plain(question));
        match asked {
            Some(known) if known.is_completed_by(answer) => Ok(()),
            _ => Err(WrongAnswer),
        }
    }

    /// Whether this is the word that is missing. Case and white space do not matter.
    pub(super) fn is_completed_by(&self, answer: &str) -> bool {
        plain(self.answer) == plain(answer)
    }
}

/// The text in lower case without its white space.
fn plain(text: &str) -> String {
    text.chars()
        .take(MAX_CHARS)
        .filter(|character| !character.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_pair_of_the_document_is_good_whatever_its_case_and_space() {
        for (question, answer) in [
            ("Fyyyill in de ____ hooman.", "blanks"),
            ("fyyyill  in de ____ hooman. ", " BLANKS\n"),
        ] {
            assert_eq!(Challenge::check(question, answer), Ok(()));
        }
        for (question, answer) in [
            ("Fyyyill in de ____ hooman.", "blank"),
            ("Fyyyill in de ____ hooman.", ""),
            ("", ""),
            ("Fill in the blanks.", "blanks"),
        ] {
            assert_eq!(Challenge::check(question, answer), Err(WrongAnswer));
        }
    }

    #[test]
    fn each_sentence_has_one_blank_and_an_answer_of_its_own() {
        let questions: BTreeSet<_> = POOL.iter().map(|one| one.question).collect();
        assert_eq!(questions.len(), POOL.len());
        for one in POOL {
            assert_eq!(one.question.matches("____").count(), 1, "{one:?}");
            assert_eq!(one.answer, plain(one.answer));
            assert_eq!(Challenge::check(one.question, one.answer), Ok(()));
        }
    }
}
