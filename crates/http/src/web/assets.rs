//! The list of the web client's files. A test compares it with the folder.

macro_rules! assets {
    ($($name:literal,)+) => {
        /// Path and content of every file.
        pub(super) const ASSETS: &[(&str, &[u8])] = &[
            $(($name, include_bytes!(concat!("../../assets/web/", $name))),)+
        ];
    };
}

assets! {
    "app.css",
    "app.js",
    "dom.js",
    "engine.js",
    "engine/files.js",
    "engine/marks.js",
    "engine/opened.js",
    "engine/outbox.js",
    "engine/trust.js",
    "i18n.js",
    "icon.svg",
    "index.html",
    "lang/en.json",
    "lang/it.json",
    "lang/languages.json",
    "link.html",
    "link.js",
    "main.js",
    "qr.js",
    "saving.js",
    "sealpost.d.ts",
    "sealpost.js",
    "upload.js",
    "vault.js",
    "views/bubble.js",
    "views/compose.js",
    "views/conversation.js",
    "views/details.js",
    "views/file.js",
    "views/files.js",
    "views/history.js",
    "views/keys.js",
    "views/people.js",
    "views/settings.js",
    "views/shell.js",
    "views/stepup.js",
    "views/uploads.js",
    "views/welcome.js",
}
