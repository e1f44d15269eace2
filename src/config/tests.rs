//! Settings from flags, variables and file, through the merge.

use clap::{Args as _, FromArgMatches as _};

use super::*;

fn flags(line: &str) -> ServeArgs {
    let command = ServeArgs::augment_args(clap::Command::new("serve"));
    let matches = command.try_get_matches_from(format!("serve {line}").split_whitespace()).unwrap();
    ServeArgs::from_arg_matches(&matches).unwrap()
}

fn file(text: &str) -> FileSettings {
    sources::parse_file(text).unwrap()
}

fn refusal(line: &str) -> String {
    Settings::merge(flags(line), FileSettings::default()).unwrap_err().to_string()
}

#[test]
fn nothing_given_means_the_defaults() {
    let settings = Settings::merge(ServeArgs::default(), FileSettings::default()).unwrap();
    assert_eq!(settings.data, PathBuf::from("./bellwire-data"));
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!((settings.database_url, settings.public_url), (None, None));
    assert_eq!((settings.insecure_cookies, settings.trust_forwarded), (false, false));
    assert_eq!((settings.log.as_str(), settings.log_format), ("info", LogFormat::Text));
}

#[test]
fn the_file_wins_over_the_default_and_a_flag_over_the_file() {
    let text = "listen = \"0.0.0.0:1\"\nlog = \"debug\"\ninsecure_cookies = true\nlog_format = \"json\"";
    let settings = Settings::merge(flags("--listen 0.0.0.0:2 --insecure-cookies=false"), file(text));
    let settings = settings.unwrap();
    assert_eq!(settings.listen.port(), 2);
    assert_eq!((settings.log.as_str(), settings.log_format), ("debug", LogFormat::Json));
    assert!(!settings.insecure_cookies);
    assert!(flags("--trust-forwarded --log info").trust_forwarded.unwrap());
}

/// A flag wins over its variable by clap's own rule; here it is held that each variable is bound.
#[test]
fn every_setting_is_a_flag_a_variable_and_a_key() {
    let command = ServeArgs::augment_args(clap::Command::new("serve"));
    for setting in SETTINGS {
        let flag = setting.flag();
        let arg = command.get_arguments().find(|arg| arg.get_long() == Some(&flag[2..]));
        let variable = arg.expect(setting.key).get_env().and_then(|name| name.to_str());
        assert_eq!(variable, Some(setting.variable().as_str()));
        let value = if setting.default.is_empty() { setting.example } else { setting.default };
        let parsed = file(&format!("{} = {value}", setting.key));
        // Some need a database that nodes can share.
        let merged = Settings::merge(flags("--database-url postgres://u@h/d"), parsed);
        assert!(merged.is_ok(), "{}", setting.key);
    }
    let flags = command.get_arguments().filter(|arg| arg.get_id() != "config").count();
    assert_eq!(flags, SETTINGS.len());
}

#[test]
fn the_committed_example_is_what_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/bellwire.example.toml");
    assert_eq!(std::fs::read_to_string(path).unwrap(), example_file());
    let uncommented = example_file().replace("\n#", "\n").replace("\n ", "\n#");
    let settings = Settings::merge(ServeArgs::default(), file(&uncommented)).unwrap();
    assert_eq!(settings.public_url.as_deref(), Some("https://bell.example.com"));
}

#[test]
fn a_typing_mistake_in_the_file_is_named() {
    let error = sources::parse_file("listten = \"x\"").map(drop).unwrap_err().to_string();
    assert!(error.contains("listten"), "{error}");
}

#[test]
fn a_value_that_does_not_fit_is_named_with_the_reason() {
    assert!(refusal("--key-rate 0").starts_with("key_rate: "));
    assert!(refusal("--listen here").starts_with("listen: \"here\" is not an IP address"));
    assert!(refusal("--public-url bell.example.com").starts_with("public_url: "));
    assert!(refusal("--public-url ftp://x").contains("neither https:// nor http://"));
    assert!(refusal("--public-url https://x/bell").contains("no path"));
    assert!(refusal("--database-url mysql://u:secret@h/d").contains("only PostgreSQL"));
    assert!(!refusal("--database-url mysql://u:secret@h/d").contains("secret"));
    assert!(refusal("--database-url postgres:///d").contains("no host"));
}

#[test]
fn a_named_file_must_exist_and_a_found_one_is_read() {
    let missing = Settings::load(flags("--config /nonexistent/bellwire.toml")).unwrap_err();
    assert!(missing.to_string().starts_with("/nonexistent/bellwire.toml: "), "{missing}");
    let folder = std::env::temp_dir().join(format!("bellwire-config-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bellwire.toml"), "log = \"warn\"").unwrap();
    let settings = Settings::load(ServeArgs { data: Some(folder.clone()), ..Default::default() });
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(settings.unwrap().log, "warn");
}

#[test]
fn no_password_is_ever_shown() {
    let url = "postgres://bell:s3cret@db/bell?sslmode=require&sslpassword=s3cret";
    let settings = Settings::merge(flags(&format!("--database-url {url}")), FileSettings::default());
    let shown = format!("{:?}", settings.unwrap());
    assert!(!shown.contains("s3cret") && shown.contains("postgres://bell:***@db/bell?sslmode"));
    assert_eq!(without_password("no url with s3cret"), "***");
}

#[test]
fn links_start_with_the_public_url_or_with_the_address_that_works() {
    let base = |line: &str, bound: &str| {
        let settings = Settings::merge(flags(line), FileSettings::default()).unwrap();
        settings.base_url(bound.parse().unwrap())
    };
    assert_eq!(base("--public-url https://Bell.example/", "127.0.0.1:1"), "https://bell.example");
    assert_eq!(base("", "127.0.0.1:8081"), "http://127.0.0.1:8081");
    assert_eq!(base("", "0.0.0.0:81"), "http://localhost:81");
}
