//! Five thousand texts that want to be more than text, in names, titles and bodies: one letter each, to its one reader.

use super::{delivered, posted};
use crate::support::TestApp;
use crate::support::relay::Relay;
use bellwire::channels::email::letter::{Draft, Letter};
use bellwire::domain::mail::sender::Sender;
use serde_json::json;

/// Ways to end a line, and to leave a word.
const ENDS: [&str; 31] = [
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    "\n.\n",
    "\r\n.\r\n",
    "\r.\r",
    "\n.\r\n",
    "\r\n.\n",
    "\u{2028}",
    "\u{85}",
    "\u{b}",
    "\u{c}",
    "\0",
    "%0d%0a",
    "\\r\\n",
    "=0D=0A",
    "=?utf-8?q?=0D=0A?=",
    "&#13;&#10;",
    "\t",
    "\r\n ",
    "\n\t",
    "\u{feff}\r\n",
    "\u{202e}",
    "\"",
    "<",
    ">",
    ",",
    ";",
    "(",
    "\\",
];

/// What a hostile text wants to say once it is free.
const WANTS: [&str; 25] = [
    "Bcc: eve@evil.example",
    "To: eve@evil.example",
    "Cc: <eve@evil.example>",
    "Subject: mine",
    "From: eve@evil.example",
    "Content-Type: text/html",
    "RCPT TO:<eve@evil.example>",
    "MAIL FROM:<eve@evil.example>",
    "DATA",
    "QUIT",
    "RSET",
    ".",
    "--bell-x--",
    "X-Evil: 1",
    "Reply-To: eve@evil.example",
    "eve@evil.example",
    "<eve@evil.example>",
    "Return-Path: <eve@evil.example>",
    "Message-ID: <evil@x>",
    "MIME-Version: 2.0",
    "List-Unsubscribe: <https://evil>",
    "STARTTLS",
    "AUTH PLAIN",
    "=?utf-8?b?QmNjOiBldmU=?=",
    "Auto-Submitted: no",
];

/// Each want with each way to get there, in several places.
fn texts() -> Vec<String> {
    let mut texts = Vec::new();
    for end in ENDS {
        for want in WANTS {
            for shape in 0..7 {
                texts.push(match shape {
                    0 => format!("{end}{want}"),
                    1 => format!("x{end}{want}"),
                    2 => format!("x{end}{want}{end}"),
                    3 => format!("{want}{end}{want}"),
                    4 => format!("x{end}{end}{want}{end}{end}y"),
                    5 => format!("{}{end}{want}", "ж".repeat(80)),
                    _ => format!("{}{end}{want}{}", "a ".repeat(60), "b".repeat(1_200)),
                });
            }
        }
    }
    texts
}

#[test]
fn five_thousand_texts_are_five_thousand_letters() {
    let texts = texts();
    assert!(texts.len() >= 5_000, "{}", texts.len());
    for text in &texts {
        let draft = Draft {
            from: Sender { name: text.clone(), address: "bell@example.com".into() },
            to_name: text.clone(),
            to_address: "ann@example.com".into(),
            subject: text.clone(),
            html: text.clone(),
            text: text.clone(),
            id: text.clone(),
            thread: Some(text.clone()),
            at: 0,
            unsubscribe: Some(text.clone()),
            picture: None,
        };
        let letter = Letter::write(&draft).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!((letter.from.as_str(), letter.to.as_str()), ("bell@example.com", "ann@example.com"));
        // In an address the same text is refused, or is an address and nothing else.
        let address = Draft { to_address: format!("ann{text}@example.com"), ..draft };
        if let Ok(letter) = Letter::write(&address) {
            assert!(
                !letter.to.contains(['\r', '\n', '\0', ' ', '<', '>', ',', ';', '"']),
                "{text:?}: {}",
                letter.to
            );
        }
    }
}

posted!(hostile_messages_are_letters_to_their_one_reader);
async fn hostile_messages_are_letters_to_their_one_reader(app: &TestApp, relay: &Relay) {
    let ann = app.cookie("ann").await;
    // The whole way, for one in sixty: through the door, the store, the letter and the wire.
    let texts: Vec<String> = texts().into_iter().step_by(60).filter(|text| !text.contains('\0')).collect();
    let mut sent = 0;
    for text in &texts {
        let cut: String = text.chars().take(190).collect();
        let draft = json!({"title": cut, "body": format!("x{text}"), "users": [app.id("bob")]});
        if ann.post("/v1/notifications", draft).await.status == 202 {
            sent += 1;
        }
    }
    app.settle().await;
    delivered(app).await;
    assert!(sent > 50, "{sent}");
    let taken = relay.taken();
    assert_eq!(taken.len(), sent);
    for letter in taken {
        assert_eq!(
            (letter.from.as_str(), letter.to.as_slice()),
            ("bell@example.com", &["bob@example.com".to_owned()][..])
        );
        let names: Vec<String> =
            letter.read().headers.into_iter().map(|(name, _)| name.to_lowercase()).collect();
        for once in ["from", "to", "subject", "message-id", "mime-version", "content-type", "auto-submitted"]
        {
            assert_eq!(names.iter().filter(|name| *name == once).count(), 1, "{once} in {}", letter.raw);
        }
        for never in ["bcc", "cc", "reply-to", "x-evil", "return-path"] {
            assert!(!names.iter().any(|name| name == never), "{never} in {}", letter.raw);
        }
        assert!(letter.raw.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n', '\0'])));
    }
}
