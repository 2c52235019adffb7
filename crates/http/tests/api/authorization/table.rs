//! Who may do what: one row for each route of `/v1`.

/// Who may, and what they meet.
#[derive(Clone, Copy)]
pub(super) enum Access {
    /// Whoever asks, logged in or not, meets this.
    Open(u16),
    /// Whoever is logged in meets this, about what is their own; everybody else 401.
    Own(u16),
    /// It is about a thing of Olivia's. A stranger, a former member of her group, a member and she herself meet these;
    /// whoever is not logged in 401. A 404 is that of a thing that nobody has, byte for byte.
    Of([u16; 4]),
}

/// A route.
pub(super) struct Row {
    /// Method and path, as the document has them.
    pub(super) route: &'static str,
    pub(super) access: Access,
    /// Whether the login must not be older than 15 minutes.
    pub(super) fresh: bool,
    /// What is sent; `{caller}` is the caller's name.
    pub(super) body: &'static str,
}

impl Row {
    pub(super) fn content_type(&self) -> &'static str {
        match self.route.split_once(' ') {
            Some((_, "/v1/uploads/{id}")) => "application/offset+octet-stream",
            Some(("PATCH", _)) => "application/merge-patch+json",
            Some((_, "/v1/files" | "/v1/me/key-backup")) => "application/octet-stream",
            Some((_, "/v1/me/avatar")) => "image/png",
            _ => "application/json",
        }
    }

    const fn fresh(self) -> Self {
        Self {
            fresh: true,
            ..self
        }
    }

    const fn sending(self, body: &'static str) -> Self {
        Self { body, ..self }
    }
}

const fn row(route: &'static str, access: Access) -> Row {
    Row {
        route,
        access,
        fresh: false,
        body: "",
    }
}

const fn open(route: &'static str, status: u16) -> Row {
    row(route, Access::Open(status))
}

const fn own(route: &'static str, status: u16) -> Row {
    row(route, Access::Own(status))
}

/// With what a stranger, a former member, a member and the owner meet.
const fn of(route: &'static str, statuses: [u16; 4]) -> Row {
    row(route, Access::Of(statuses))
}

/// Nobody but the owner knows of it.
const fn of_one(route: &'static str, status: u16) -> Row {
    of(route, [404, 404, 404, status])
}

const PASSWORD: &str = r#"{"password":"correct horse battery"}"#;
const NEW_PASSWORD: &str =
    r#"{"current_password":"correct horse battery","new_password":"wrong donkey accumulator"}"#;
const MESSAGE: &str = r#"{"client_id":"c-9","format":"text","body":"hello"}"#;

/// Every route of `/v1`.
pub(super) static TABLE: &[Row] = &[
    // Before anybody is logged in. What is sent is refused for what it is, not for who sends it.
    open("GET /v1/server", 200),
    open("GET /v1/challenges", 200),
    open("GET /v1/keylog", 200),
    open("GET /v1/keylog/checkpoint", 200),
    open("GET /v1/keylog/leaves", 200),
    // Both want to be told of what.
    open("GET /v1/keylog/proofs/consistency", 400),
    open("GET /v1/keylog/proofs/inclusion", 400),
    open("OPTIONS /v1/uploads", 204),
    open("POST /v1/accounts", 400).sending("{}"),
    open("POST /v1/sessions", 400).sending("{}"),
    open("POST /v1/sessions/factors", 400).sending("{}"),
    open("POST /v1/sessions/refresh", 400).sending("{}"),
    open("POST /v1/email-codes", 400).sending("{}"),
    open("POST /v1/recoveries", 400).sending("{}"),
    open("POST /v1/recoveries/{id}/verify", 400).sending("{}"),
    open("POST /v1/recoveries/{id}/complete", 400).sending("{}"),
    open("GET /v1/oauth/{provider}/start", 302),
    // Without the cookie of the browser that began.
    open("GET /v1/oauth/{provider}/callback", 403),
    // What is everybody's own.
    own("GET /v1/me", 200),
    own("PATCH /v1/me", 200)
        .sending(r#"{"username":"{caller}-2"}"#)
        .fresh(),
    own("DELETE /v1/me", 204).fresh(),
    own("GET /v1/me/export", 200).fresh(),
    own("GET /v1/me/audit", 200),
    own("PUT /v1/me/avatar", 422).sending("no picture"),
    own("DELETE /v1/me/avatar", 204),
    own("PUT /v1/me/password", 204)
        .sending(NEW_PASSWORD)
        .fresh(),
    own("GET /v1/me/settings", 200),
    own("PATCH /v1/me/settings", 200).sending(r#"{"discoverable":false}"#),
    own("POST /v1/me/email", 202)
        .sending(r#"{"email":"{caller}@example.org"}"#)
        .fresh(),
    own("POST /v1/me/email/verify", 422).sending(r#"{"code":"AAAAAAAA"}"#),
    own("DELETE /v1/me/email", 204).fresh(),
    own("GET /v1/me/app-passwords", 200),
    own("POST /v1/me/app-passwords", 201)
        .sending(r#"{"name":"x","dialect":"vault"}"#)
        .fresh(),
    own("GET /v1/me/factors", 200),
    own("POST /v1/me/factors/totp", 201).fresh(),
    own("POST /v1/me/factors/totp/confirm", 404)
        .sending(r#"{"code":"000000"}"#)
        .fresh(),
    own("DELETE /v1/me/factors/totp", 404).fresh(),
    own("PUT /v1/me/factors/email-code", 409).fresh(),
    own("DELETE /v1/me/factors/email-code", 404).fresh(),
    own("POST /v1/me/factors/recovery-codes", 409).fresh(),
    own("GET /v1/me/identities", 200),
    own("POST /v1/oauth/{provider}/start", 200).fresh(),
    own("GET /v1/me/keys", 200),
    own("POST /v1/me/keys", 400).sending("{}"),
    own("GET /v1/me/key-backup", 404),
    own("PUT /v1/me/key-backup", 201).sending("sealed").fresh(),
    own("GET /v1/me/custodial-key", 404),
    own("POST /v1/me/custodial-key/recovery-key", 409)
        .sending(PASSWORD)
        .fresh(),
    own("DELETE /v1/me/custodial-key/recovery-key", 404).fresh(),
    own("GET /v1/me/contacts", 200),
    own("PUT /v1/me/contacts/{name}", 200),
    own("DELETE /v1/me/contacts/{name}", 204),
    own("GET /v1/me/blocks", 200),
    own("PUT /v1/me/blocks/{name}", 204),
    own("DELETE /v1/me/blocks/{name}", 204),
    own("GET /v1/sessions", 200),
    own("DELETE /v1/sessions/current", 204),
    own("GET /v1/conversations", 200),
    own("POST /v1/conversations", 201).sending(r#"{"username":"dave"}"#),
    own("GET /v1/files", 200),
    own("POST /v1/files/ids", 201),
    own("POST /v1/files", 201).sending("a file"),
    own("POST /v1/uploads", 201),
    own("GET /v1/events", 200),
    own("POST /v1/events/ack", 200).sending(r#"{"offset":0}"#),
    own("GET /v1/ws", 426),
    own("POST /v1/ws-tickets", 201),
    // What is one person's.
    of_one("DELETE /v1/sessions/{id}", 204),
    of_one("DELETE /v1/me/app-passwords/{id}", 204),
    of_one("DELETE /v1/me/keys/{id}", 204),
    // Nobody has linked one.
    of_one("DELETE /v1/me/identities/{id}", 404).fresh(),
    of_one("GET /v1/files/{id}", 200),
    of_one("GET /v1/files/{id}/content", 200),
    of_one("GET /v1/files/{id}/ciphertext", 200),
    of_one("GET /v1/files/{id}/key", 200),
    of_one("DELETE /v1/files/{id}", 204),
    of_one("GET /v1/uploads/{id}", 200),
    of_one("PATCH /v1/uploads/{id}", 204).sending("whole"),
    of_one("DELETE /v1/uploads/{id}", 204),
    // What people may know of one another.
    own("GET /v1/users", 200),
    own("GET /v1/users/{name}", 200),
    own("GET /v1/users/{name}/avatar", 302),
    own("GET /v1/users/{name}/keys", 200),
    own("GET /v1/users/{name}/keys/history", 200),
    own("POST /v1/users/{name}/mailbox", 400).sending("{}"),
    // A group: Max is a plain member, Olivia owns it.
    of("GET /v1/conversations/{id}", [404, 404, 200, 200]),
    of("PATCH /v1/conversations/{id}", [404, 404, 403, 200]).sending(r#"{"title":"Ours"}"#),
    of("GET /v1/conversations/{id}/members", [404, 404, 200, 200]),
    of("POST /v1/conversations/{id}/members", [404, 404, 403, 201])
        .sending(r#"{"username":"alice"}"#),
    of(
        "PATCH /v1/conversations/{id}/members/{name}",
        [404, 404, 403, 200],
    )
    .sending(r#"{"role":"admin"}"#),
    of(
        "DELETE /v1/conversations/{id}/members/{name}",
        [404, 404, 403, 204],
    ),
    of("GET /v1/conversations/{id}/messages", [404, 404, 200, 200]),
    of("POST /v1/conversations/{id}/messages", [404, 404, 201, 201]).sending(MESSAGE),
    // Olivia's message: Max may not delete it, and is told no more than that it is not there for him to delete.
    of(
        "DELETE /v1/conversations/{id}/messages/{message_id}",
        [404, 404, 404, 204],
    ),
    of(
        "PUT /v1/conversations/{id}/read-marker",
        [404, 404, 200, 200],
    )
    .sending(r#"{"seq":1}"#),
    of(
        "PUT /v1/conversations/{id}/delivered-marker",
        [404, 404, 200, 200],
    )
    .sending(r#"{"seq":1}"#),
    of("GET /v1/conversations/{id}/receipts", [404, 404, 200, 200]),
    of("POST /v1/conversations/{id}/typing", [404, 404, 204, 204]),
];

/// Routes whose callers are tested elsewhere, each with where: what they are about has people of its own (readers of a shared
/// file, holders of a link).
pub(super) static ELSEWHERE: &[(&str, &str)] = &[
    ("GET /v1/files/{id}/shares", "files_matrix.rs"),
    ("PUT /v1/files/{id}/shares/{name}", "files_matrix.rs"),
    ("DELETE /v1/files/{id}/shares/{name}", "files_matrix.rs"),
    ("POST /v1/files/{id}/re-encrypt", "files_matrix.rs"),
    ("GET /v1/files/{id}/links", "files_matrix.rs"),
    ("POST /v1/files/{id}/links", "files_matrix.rs"),
    ("DELETE /v1/files/{id}/links/{link_id}", "files_matrix.rs"),
    ("GET /v1/links/{id}", "links.rs"),
    ("POST /v1/links/{id}/open", "links.rs"),
    ("GET /v1/links/{id}/content", "links.rs"),
    ("GET /v1/links/{id}/ciphertext", "links.rs"),
];
