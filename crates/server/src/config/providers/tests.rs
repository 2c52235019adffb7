//! Providers as an operator writes them.

use std::path::Path;

use sealpost_identity::Endpoint;

use super::*;
use crate::config::environment::Environment;
use crate::config::load::{Loaded, read};

const OIDC: &str =
    "[providers.corp]\nkind = \"oidc\"\nissuer = \"https://idp.example\"\nclient_id = \"us\"\n";

fn load(toml: &str, variables: &[(&str, &str)]) -> Result<Loaded, String> {
    let file = ConfigFile::parse(Path::new("sealpost.toml"), toml);
    file.and_then(|file| read(&file, &Environment::of(variables)))
        .map_err(|error| error.to_string())
}

fn refusal(toml: &str, variables: &[(&str, &str)]) -> String {
    load(toml, variables).err().unwrap()
}

#[test]
fn a_table_and_variables_say_the_same() {
    let variables = [
        ("SEALPOST_PROVIDERS", "corp"),
        ("SEALPOST_PROVIDERS_CORP_KIND", "oidc"),
        ("SEALPOST_PROVIDERS_CORP_ISSUER", "https://idp.example"),
        ("SEALPOST_PROVIDERS_CORP_CLIENT_ID", "us"),
    ];
    for loaded in [load(OIDC, &[]), load("", &variables)] {
        let loaded = loaded.unwrap();
        assert_eq!(loaded.warnings, []);
        let [Provider::Oidc(corp)] = &loaded.config.providers[..] else {
            panic!("{:?}", loaded.config.providers);
        };
        assert_eq!(corp.issuer.as_str(), "https://idp.example");
        assert_eq!(corp.info.display_name, "corp");
        assert_eq!(corp.scopes, ["profile", "email"]);
        assert!(corp.credentials.secret.is_none());
    }
}

#[test]
fn the_secret_of_a_table_may_come_from_the_environment_and_is_not_shown() {
    let secret = ("SEALPOST_PROVIDERS_CORP_CLIENT_SECRET", "hunter2");
    let loaded = load(OIDC, &[secret]).unwrap();
    assert_eq!(loaded.warnings, []);
    let [Provider::Oidc(corp)] = &loaded.config.providers[..] else {
        panic!("one provider");
    };
    assert_eq!(
        corp.credentials.secret.as_ref().unwrap().expose(),
        "hunter2"
    );
    assert!(!format!("{:?}", loaded.config).contains("hunter2"));
    let printed = loaded.settings.to_toml();
    assert!(!printed.contains("hunter2"));
    let again = load(&printed, &[secret]).unwrap();
    assert_eq!(again.config.providers.len(), 1, "{printed}");
}

#[test]
fn the_preset_knows_all_but_the_client() {
    let loaded = load("[providers.42]\nkind = \"42\"\nclient_id = \"us\"", &[]).unwrap();
    let [Provider::OAuth(school)] = &loaded.config.providers[..] else {
        panic!("one provider");
    };
    assert_eq!(school.issuer, "42");
    assert_eq!(school.client_auth, ClientAuth::Post);
    assert_eq!(school.scopes, ["public"]);
    assert_eq!(school.fields.subject.as_str(), "/id");
    assert_eq!(
        school.fields.picture.as_ref().unwrap().as_str(),
        "/image/link"
    );
    assert!(school.fields.email_verified.is_none());
    let token = Endpoint::parse("https://api.intra.42.fr/oauth/token");
    assert_eq!(Some(&school.token_url), token.as_ref());
}

#[test]
fn what_is_missing_or_unfit_is_named() {
    for (toml, text) in [
        (
            "[providers.corp]\nclient_id = \"us\"",
            "`providers.corp.kind` is not set, and the identity provider corp needs it",
        ),
        (
            "[providers.corp]\nkind = \"oidc\"\nclient_id = \"us\"",
            "`providers.corp.issuer` is not set, and kind oidc needs it",
        ),
        (
            "[providers.corp]\nkind = \"oauth2\"\nclient_id = \"us\"",
            "`providers.corp.authorize_url` is not set, and kind oauth2 needs it",
        ),
        (
            "[providers.corp]\nkind = \"ldap\"",
            "`providers.corp.kind` (sealpost.toml, line 2): \"ldap\" is not right; it must be oidc, oauth2 or 42",
        ),
        (
            &format!("{OIDC}token_url = \"https://idp.example/t\""),
            "`providers.corp.token_url` (sealpost.toml, line 5) has no meaning for kind oidc; remove it",
        ),
        (
            &format!(
                "{OIDC}[providers.two]\nkind = \"oidc\"\nissuer = \"https://idp.example\"\nclient_id = \"x\""
            ),
            "the identity providers corp and two have the same issuer; remove one of them",
        ),
    ] {
        assert_eq!(refusal(toml, &[]), text);
    }
    let clear = OIDC.replace("https", "http");
    assert!(refusal(&clear, &[]).contains("it must be an https address"));
    let typo = OIDC.replace("issuer", "isuer");
    let refused = refusal(&typo, &[]);
    assert!(
        refused.contains("did you mean providers.corp.issuer?"),
        "{refused}"
    );
    let name = OIDC.replace("corp", "Corp_1");
    assert!(refusal(&name, &[]).contains("unknown key `providers.Corp_1"));
}

#[test]
fn a_variable_of_no_provider_is_warned_about() {
    let stranger = ("SEALPOST_PROVIDERS_CROP_CLIENT_SECRET", "x");
    let warnings = load(OIDC, &[stranger]).unwrap().warnings;
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0]
            .to_string()
            .contains("did you mean SEALPOST_PROVIDERS_CORP_CLIENT_SECRET?")
    );
}
