//! Long lists come in stretches.

use crate::admin::channel::{Channel, ChannelError};
use crate::admin::wire::{Answer, Request};

/// Has a request carried out and, if its answer is a stretch of a list, asks for the rest.
pub(super) async fn ask_for_all(
    channel: &Channel,
    request: Request,
) -> Result<Answer, ChannelError> {
    let mut answer = channel.ask(request).await?;
    while let Some(request) = rest(&mut answer) {
        append(&mut answer, channel.ask(request).await?);
    }
    Ok(answer)
}

/// What to ask for the next stretch; None at the end.
fn rest(answer: &mut Answer) -> Option<Request> {
    let limit = u32::MAX;
    match answer {
        Answer::Users(page) => page.next.take().map(|after| Request::ListUsers {
            after: Some(after),
            limit,
        }),
        Answer::Invites(page) => page.next.take().map(|before| Request::ListInvites {
            before: Some(before),
            limit,
        }),
        Answer::Mails(page) => page.next.take().map(|before| Request::ListMail {
            before: Some(before),
            limit,
        }),
        _ => None,
    }
}

fn append(answer: &mut Answer, more: Answer) {
    match (answer, more) {
        (Answer::Users(all), Answer::Users(more)) => {
            all.data.extend(more.data);
            all.next = more.next;
        }
        (Answer::Invites(all), Answer::Invites(more)) => {
            all.data.extend(more.data);
            all.next = more.next;
        }
        (Answer::Mails(all), Answer::Mails(more)) => {
            all.data.extend(more.data);
            all.next = more.next;
        }
        // To another question; without a place to read on, the list ends here.
        _ => {}
    }
}
