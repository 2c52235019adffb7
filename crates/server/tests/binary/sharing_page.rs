//! What the page on sharing files tells people to type, typed, and its program for links run, on both databases.

use std::path::{Path, PathBuf};
use std::process::Command;

use sealpost_client::{Correspondent, Device, LinkTerms};

use crate::pages::{SCENE, blocks, has_curl};
use crate::support::{Server, Site, databases, free_address, has_python};

const PAGE: &str = include_str!("../../../../docs/sharing-files.md");
const CONTENT: &str = "what is on the photo ";

/// What the page takes for granted: a file of somebody, whose token this is, and a program of ours by its name.
fn scene() -> String {
    let program = env!("CARGO_BIN_EXE_sealpost");
    let content = format!("for number in $(seq 2000); do printf '{CONTENT}'; done >photo");
    format!(
        "{SCENE}\n{content}\nF=$(curl \"$SERVER/v1/files\" -H \"Authorization: Bearer $TOKEN\" --data-binary @photo | field id)\n\
         sealpost() {{ {program} \"$@\"; }}\n"
    )
}

/// Types these lines in this folder, stopping at whatever goes wrong; what was said.
fn typed(server: &Server, folder: &Path, lines: &str) -> String {
    let output = Command::new("sh")
        .args([
            "-euc",
            &lines.replace("http://127.0.0.1:5000", server.base()),
        ])
        .current_dir(folder)
        .env("NO_PROXY", "*")
        .env("SERVER", server.base())
        .env("XDG_CONFIG_HOME", folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{lines}\n{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The program of the page.
fn reader() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/open_link.py")
}

fn read_link(url: &str) -> Vec<u8> {
    let mut command = Command::new("python3");
    command.arg(reader()).arg(url).env("NO_PROXY", "*");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

/// A link to a file that is sealed by somebody's own program.
async fn link_to_sealed(server: &Server, photo: &Path) -> String {
    let place = sealpost_client::Server::at(server.base()).unwrap();
    let client = place.log_in("dora", "a password for pages").await.unwrap();
    let dora = Correspondent::new(client, Device::generate());
    dora.publish().await.unwrap();
    let content = tokio::fs::File::open(photo).await.unwrap();
    let stored = dora
        .upload_sealed(Some("photo"), None, content)
        .await
        .unwrap();
    let terms = LinkTerms {
        expires_in: 3_600,
        max_downloads: None,
    };
    let made = dora.link_file(&stored, terms).await.unwrap();
    made.url.unwrap().expose().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_page_on_sharing_files_says_works() {
    if !has_curl() || !has_python(&["requests", "cryptography"]) {
        return;
    }
    let [reserve, share, unshare, re_encrypt, link, open] = blocks(PAGE)[..] else {
        panic!("six blocks")
    };
    for database in databases() {
        let address = free_address();
        let site = Site::new(database)
            .set("SEALPOST_LISTEN", &address)
            .set("SEALPOST_PUBLIC_URL", &format!("http://{address}"));
        let server = site.start();
        let here = site.data_dir().parent().unwrap().to_owned();
        std::fs::copy(reader(), here.join("open_link.py")).unwrap();
        let (scene, link) = (scene(), format!("{{\n{link}\n}} >link.json"));
        // To two places: nothing is overwritten.
        let open = open.replace("-o holiday.jpg", "-o again.jpg");
        let lines = [
            scene.as_str(),
            reserve,
            share,
            unshare,
            re_encrypt,
            &link,
            "URL=$(field url <link.json)",
            &open,
        ];
        let said = typed(&server, &here, &lines.join("\n"));
        for told in [
            r#""alg":"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM""#,
            r#""username":"bob""#,
            r#""key_disclosed_at":null"#,
        ] {
            assert!(said.contains(told), "{told} is not in {said}");
        }
        let photo = std::fs::read(here.join("photo")).unwrap();
        assert_eq!(photo.len(), 2_000 * CONTENT.len());
        for name in ["holiday.jpg", "again.jpg"] {
            assert!(std::fs::read(here.join(name)).unwrap() == photo, "{name}");
        }
        let url = link_to_sealed(&server, &here.join("photo")).await;
        assert!(read_link(&url) == photo);
        let (exit, _, log) = server.stop();
        assert!(exit.success(), "{log}");
    }
}
