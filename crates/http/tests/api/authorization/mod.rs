//! The authorization matrix: every route of `/v1`, and what each kind of caller meets there. The routes come from the
//! OpenAPI document, which another test compares with the router; a route that [`table::TABLE`] does not have fails here.

mod callers;
mod table;

use std::collections::BTreeSet;
use std::thread;

use serde_json::Value;

use crate::support::Answer;
use callers::{Scene, UNKNOWN, UNKNOWN_NAME};
use table::{Access, ELSEWHERE, Row, TABLE};

/// What every request of an upload of five bytes may say.
pub(super) const TUS: [(&str, &str); 3] = [
    ("tus-resumable", "1.0.0"),
    ("upload-length", "5"),
    ("upload-offset", "0"),
];

/// As many scenes at once.
const THREADS: usize = 4;

fn routes() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&sealpost_http::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let native = paths.iter().filter(|(path, _)| path.starts_with("/v1/"));
    native
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect()
}

#[test]
fn every_route_stands_in_the_table_once() {
    let routes = routes();
    let mut declared = BTreeSet::new();
    for row in TABLE {
        assert!(
            declared.insert(row.route.to_owned()),
            "twice: {}",
            row.route
        );
    }
    for (route, place) in ELSEWHERE {
        assert!(declared.insert((*route).to_owned()), "twice: {route}");
        let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/api")
            .join(place);
        assert!(place.is_file(), "{route} is not tested in {place:?}");
    }
    let missing: Vec<_> = routes.difference(&declared).collect();
    assert!(
        missing.is_empty(),
        "nobody has declared who may do this: {missing:#?}\n\
         Add a row for each to TABLE in crates/http/tests/api/authorization/table.rs: `open` if nobody has to be logged in, \
         `own` if everybody acts on what is theirs, `of` with what a stranger, a former member, a member and the owner meet \
         if it is about a thing. Its path gets the ids of the things in `Scene::place` (callers.rs)."
    );
    let gone: Vec<_> = declared.difference(&routes).collect();
    assert!(gone.is_empty(), "no such route: {gone:#?}");
}

#[test]
fn every_caller_meets_what_the_table_says() {
    let (mut wrong, mut parts) = (Vec::new(), Vec::new());
    for part in 0..THREADS {
        parts.push(TABLE.iter().skip(part).step_by(THREADS));
    }
    thread::scope(|scope| {
        let running: Vec<_> = parts
            .into_iter()
            .map(|rows| scope.spawn(|| rows.flat_map(try_row).collect::<Vec<_>>()))
            .collect();
        for part in running {
            wrong.extend(part.join().unwrap());
        }
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Everything about one route that is not as its row says.
fn try_row(row: &Row) -> Vec<String> {
    let scene = Scene::new();
    let mut wrong = Vec::new();
    let nobody = match row.access {
        Access::Open(status) => status,
        Access::Own(_) | Access::Of(_) => 401,
    };
    for (caller, token) in scene.strangers() {
        let answer = ask(&scene, row, "nobody", token, false);
        wrong.extend(mismatch(row, caller, &answer, nobody));
    }
    if let Access::Open(_) = row.access {
        return wrong;
    }
    // Before anybody changes anything.
    if row.fresh {
        let stale = ask(&scene, row, "olivia", Some(&scene.stale), false);
        wrong.extend(mismatch(row, "a login of a while ago", &stale, 401));
        if !stale.body.contains("insufficient-user-authentication") {
            wrong.push(format!(
                "{}: an old login is told {}",
                row.route, stale.body
            ));
        }
    }
    let statuses = match row.access {
        Access::Own(status) | Access::Open(status) => [status; 4],
        Access::Of(statuses) => statuses,
    };
    for ((name, token), expected) in scene.people().into_iter().zip(statuses) {
        let answer = ask(&scene, row, name, Some(token), false);
        wrong.extend(mismatch(row, name, &answer, expected));
        if expected == 404 && matches!(row.access, Access::Of(_)) {
            let unknown = ask(&scene, row, name, Some(token), true);
            if unknown.without_date() != answer.without_date() {
                wrong.push(format!(
                    "{}: {name} can tell a foreign one from none",
                    row.route
                ));
            }
        }
    }
    if !row.fresh {
        let stale = ask(&scene, row, "olivia", Some(&scene.stale), false);
        if stale.status == 401 {
            wrong.push(format!(
                "{}: wants a fresh login, and no row says so",
                row.route
            ));
        }
    }
    wrong
}

/// What is wrong, if this is not what the caller was to meet.
fn mismatch(row: &Row, caller: &str, answer: &Answer, expected: u16) -> Option<String> {
    let body: String = answer.body.chars().take(160).collect();
    let (route, status) = (row.route, answer.status);
    (status != expected).then(|| format!("{route}: {caller}: {status} and not {expected}: {body}"))
}

/// What this caller meets; of something that nobody has, if `unknown`.
fn ask(scene: &Scene, row: &Row, name: &str, token: Option<&str>, unknown: bool) -> Answer {
    let (method, path) = row.route.split_once(' ').unwrap();
    let path = if unknown {
        path.replace("{id}", UNKNOWN)
            .replace("{message_id}", UNKNOWN)
            .replace("{link_id}", UNKNOWN)
            .replace("{name}", UNKNOWN_NAME)
    } else {
        scene.place(path)
    };
    let body = row.body.replace("{caller}", name);
    let bearer = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("x-request-id", "same")];
    if row.route == "PUT /v1/me/key-backup" {
        // There is none yet.
        headers.push(("if-none-match", "*"));
    }
    if path.starts_with("/v1/uploads") {
        headers.extend(TUS);
    }
    if !body.is_empty() {
        headers.push(("content-type", row.content_type()));
    }
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    scene.server.send(method, &path, &headers, &body)
}
