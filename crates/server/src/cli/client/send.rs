use std::io::{self, ErrorKind, Read as _, stdin};

use sealpost_client::{ConversationId, Format, Outgoing, Receipt};
use serde_json::json;
use zeroize::Zeroizing;

use super::SendOptions;
use super::failure::Failure;
use super::logged_in::LoggedIn;
use super::out::Out;

/// The longest body of a message. A sealed one is longer than its text, and the server has the last word.
const MAX_BYTES: u64 = 65_536;

/// To whom.
#[derive(Debug, PartialEq, Eq)]
enum Receiver {
    User(String),
    Conversation(ConversationId),
}

/// Sends a message and says where it is.
pub(super) async fn send(me: &LoggedIn, options: SendOptions, out: Out) -> Result<(), Failure> {
    let in_clear = options.text;
    let (receiver, words) = split(options)?;
    let text = text(&words, stdin().lock())?;
    let conversation = match receiver {
        Receiver::User(username) => me.client.start_conversation(&username).await?.id,
        Receiver::Conversation(id) => id,
    };
    let (format, receipt) = if in_clear {
        let receipt = me
            .client
            .send(conversation, &Outgoing::text(text.as_str()))
            .await?;
        (Format::Text, receipt)
    } else {
        let receipt = me.correspondent()?.send_sealed(conversation, &text).await?;
        (Format::Jose, receipt)
    };
    tell(&receipt, &format, out)
}

fn split(options: SendOptions) -> Result<(Receiver, Vec<String>), Failure> {
    let mut words = options.words;
    if let Some(id) = options.group {
        return Ok((Receiver::Conversation(id), words));
    }
    if words.len() < 2 {
        return Err(Failure::NoReceiver);
    }
    let text = words.split_off(1);
    let user = words.pop().ok_or(Failure::NoReceiver)?;
    Ok((Receiver::User(user), text))
}

/// The words with a space between, or what is read from `input` without the line end at its end.
fn text(words: &[String], input: impl io::Read) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(words.join(" "));
    if *text == "-" {
        text = read(input)?;
    }
    if text.is_empty() {
        return Err(Failure::NoText);
    }
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(Failure::LongText);
    }
    Ok(text)
}

fn read(input: impl io::Read) -> Result<Zeroizing<String>, Failure> {
    // Whatever is longer than a text and a line end is too long, wherever it is cut.
    let mut bytes = Zeroizing::new(Vec::new());
    input.take(MAX_BYTES + 3).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES + 2 {
        return Err(Failure::LongText);
    }
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| io::Error::new(ErrorKind::InvalidData, "the text is not UTF-8"))?;
    Ok(Zeroizing::new(
        text.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

fn tell(receipt: &Receipt, format: &Format, out: Out) -> Result<(), Failure> {
    let conversation = receipt.conversation.to_string();
    let text = format!("Sent: message {} of {conversation}.\n", receipt.seq);
    let value = json!({
        "id": receipt.id.to_string(),
        "conversation_id": conversation,
        "seq": receipt.seq,
        "client_id": receipt.client_id.as_str(),
        "format": format.name(),
        "created_at": receipt.created_at.to_string(),
    });
    Ok(out.say(&value, &text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120003";

    fn options(words: &[&str], group: Option<&str>) -> SendOptions {
        SendOptions {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            group: group.map(|id| id.parse().unwrap()),
            text: false,
        }
    }

    #[test]
    fn the_first_word_is_the_receiver_unless_a_group_is_named() {
        let (receiver, words) = split(options(&["bob", "hello", "you"], None)).unwrap();
        assert_eq!(receiver, Receiver::User("bob".to_owned()));
        assert_eq!(words, ["hello", "you"]);
        let (receiver, words) = split(options(&["bob"], Some(ID))).unwrap();
        assert_eq!(receiver, Receiver::Conversation(ID.parse().unwrap()));
        assert_eq!(words, ["bob"]);
        assert!(matches!(
            split(options(&["bob"], None)),
            Err(Failure::NoReceiver)
        ));
    }

    #[test]
    fn a_text_is_what_is_said_or_what_is_read() {
        let words = |text: &str| vec![text.to_owned()];
        assert_eq!(
            *text(&["a".to_owned(), "b".to_owned()], "x".as_bytes()).unwrap(),
            "a b"
        );
        assert_eq!(
            *text(&words("-"), "one\ntwo\r\n".as_bytes()).unwrap(),
            "one\ntwo"
        );
        assert!(matches!(
            text(&words("-"), "\n".as_bytes()),
            Err(Failure::NoText)
        ));
        let long = "x".repeat(65_536);
        assert_eq!(
            text(&words("-"), format!("{long}\n").as_bytes())
                .unwrap()
                .len(),
            65_536
        );
        for longer in ["x", "xx", "xé", &long] {
            let longer = format!("{long}{longer}");
            assert!(matches!(
                text(&words("-"), longer.as_bytes()),
                Err(Failure::LongText)
            ));
        }
    }
}
