//! Mail as files.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use sealpost_domain::ports::{MailError, Mailer};
use sealpost_mailer::FileMailer;

use crate::{letterhead, outgoing};

fn names(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_mail_is_one_file_that_its_owner_alone_can_read_also_when_sent_again() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("data/mail");
    let mailer = FileMailer::open(letterhead(), &folder).unwrap();
    assert_eq!(mode(&folder), 0o700);
    // What a crash in the middle of a try left behind.
    let id = outgoing("a@b.example").id;
    std::fs::write(folder.join(format!(".{id}.tmp")), "half").unwrap();
    for _ in 0..2 {
        mailer.send(&outgoing("a@b.example")).await.unwrap();
        assert_eq!(names(&folder), [format!("{id}.eml")]);
    }
    let file = folder.join(format!("{id}.eml"));
    assert_eq!(mode(&file), 0o600);
    let content = std::fs::read_to_string(file).unwrap();
    assert!(content.contains("To: a@b.example\r\n"), "{content}");
    assert!(content.contains("246810"), "{content}");
}

#[tokio::test]
async fn a_folder_that_is_gone_is_waited_for() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("mail");
    let mailer = FileMailer::open(letterhead(), &folder).unwrap();
    std::fs::remove_dir(&folder).unwrap();
    let failed = mailer.send(&outgoing("a@b.example")).await;
    assert!(matches!(failed, Err(MailError::Temporary(_))), "{failed:?}");
}
