//! Letters as bytes, whatever people and shops put into names, titles and addresses.

use super::*;

fn draft() -> Draft {
    Draft {
        from: Sender { name: "Bell".into(), address: "bell@example.com".into() },
        to_name: "Ann".into(),
        to_address: "ann@example.com".into(),
        subject: "Order 7".into(),
        html: "<p>Paid</p>".into(),
        text: "Paid".into(),
        id: "0190-aa".into(),
        thread: Some("order-1".into()),
        at: 1_772_352_000_000,
        unsubscribe: Some("https://bell.example.com/unsubscribe/abc".into()),
        picture: None,
    }
}

fn wire(draft: &Draft) -> String {
    let letter = Letter::write(draft).unwrap();
    String::from_utf8(letter.on_wire().to_vec()).unwrap()
}

fn header<'a>(wire: &'a str, name: &str) -> Vec<&'a str> {
    let head = wire.split("\r\n\r\n").next().unwrap();
    head.split("\r\n").filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
}

#[test]
fn a_letter_has_the_headers_that_machines_read() {
    let wire = wire(&draft());
    for (name, value) in [
        ("From", "Bell <bell@example.com>"),
        ("To", "Ann <ann@example.com>"),
        ("Subject", "Order 7"),
        ("Date", "Sun, 01 Mar 2026 08:00:00 +0000"),
        ("Message-ID", "<0190-aa@example.com>"),
        ("In-Reply-To", "<order-1.thread@example.com>"),
        ("References", "<order-1.thread@example.com>"),
        ("List-Unsubscribe", "<https://bell.example.com/unsubscribe/abc>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
    ] {
        assert_eq!(header(&wire, name), [value], "{name} in {wire}");
    }
    assert!(wire.ends_with("--\r\n.\r\n"), "{wire}");
}

#[test]
fn the_same_draft_is_the_same_letter_at_every_try() {
    assert_eq!(Letter::write(&draft()), Letter::write(&draft()));
}

#[test]
fn a_picture_goes_beside_the_html_that_shows_it() {
    let picture = Picture { id: "logo@bellwire", media: "image/png", bytes: vec![0x89, 0, 255, b'.', b'\n'] };
    let wire = wire(&Draft { picture: Some(picture), ..draft() });
    assert!(
        wire.contains("Content-Type: multipart/related") && wire.contains("Content-ID: <logo@bellwire>"),
        "{wire}"
    );
    assert!(wire.contains("Content-Type: image/png") && wire.contains("iQD/Lgo="), "{wire}");
}

#[test]
fn nothing_in_a_name_or_subject_begins_a_header() {
    for evil in
        ["x\r\nBcc: eve@evil.example", "x\nBcc: eve", "x\rBcc: eve", "x\0y", "x\u{2028}Bcc: e", "x\u{85}y"]
    {
        let plain = draft();
        let written = wire(&Draft {
            from: Sender { name: evil.into(), ..plain.from.clone() },
            to_name: evil.into(),
            subject: evil.into(),
            id: evil.into(),
            thread: Some(evil.into()),
            unsubscribe: Some(format!("https://x/{evil}")),
            ..plain
        });
        assert!(header(&written, "Bcc").is_empty(), "{evil:?}: {written}");
        assert!(header(&written, "List-Unsubscribe").is_empty() || !evil.contains(char::is_control));
    }
}

#[test]
fn addresses_that_would_leave_the_envelope_are_refused() {
    for evil in [
        "",
        "ann",
        "ann@",
        "@example.com",
        "ann@example.com\r\nRCPT TO:<eve@evil.example>",
        "a b@example.com",
        "\"a b\"@example.com",
        "ann@example.com>",
        "<ann@example.com>",
        "ann@exam ple.com",
        "ann@@example.com",
        "ann@example.com\0",
        "ann\n@example.com",
        "ann@[1.2.3.4]>",
    ] {
        let bad = Draft { to_address: evil.into(), ..draft() };
        assert!(Letter::write(&bad).is_err(), "{evil:?}");
    }
}

#[test]
fn names_beyond_ascii_are_encoded_and_domains_too() {
    let letter = Letter::write(&Draft {
        to_name: "Анна Ли".into(),
        to_address: "anna@пример.рф".into(),
        subject: "Заказ 7: оплачен, очень длинная тема, которая не помещается на одной строке письма".into(),
        ..draft()
    })
    .unwrap();
    assert_eq!((letter.to.as_str(), letter.needs_utf8), ("anna@xn--e1afmkfd.xn--p1ai", false));
    let text = String::from_utf8(letter.on_wire().to_vec()).unwrap();
    assert!(text.contains("To: =?utf-8?b?") && text.contains("Subject: =?utf-8?b?"), "{text}");
    let local = Letter::write(&Draft { to_address: "анна@пример.рф".into(), ..draft() }).unwrap();
    assert_eq!((local.to.as_str(), local.needs_utf8), ("анна@xn--e1afmkfd.xn--p1ai", true));
}

#[test]
fn bodies_are_encoded_whatever_their_lines_hold() {
    let long = "x".repeat(5000);
    for body in [".", "..\n.\n.x", "a\rb\nc\r\nd", "a\0b", &long, "Привет\n.\n", "", "=3D", "From x"] {
        let written = wire(&Draft { html: body.into(), text: body.into(), ..draft() });
        let message = written.strip_suffix(".\r\n").unwrap();
        assert!(!message.contains("\r\n.\r\n"), "{body:?}: {message}");
        assert!(message.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n', '\0'])));
        assert!(message.is_ascii());
    }
}

#[test]
fn the_last_look_finds_what_must_not_be() {
    assert_eq!(inspect(b"a: b\r\n\r\nc\r\n", false), Ok(()));
    for bad in [&b"a\nb"[..], b"a\rb", b"a\r\n\nb", b"a\r", "é\r\n".as_bytes(), b"a\0b"] {
        assert!(inspect(bad, false).is_err(), "{bad:?}");
    }
    assert!(inspect(&[b'x'; 999], false).is_err() && inspect(&[b'x'; 998], false).is_ok());
    assert_eq!(stuff(b".a\r\n..b\r\nc."), b"..a\r\n...b\r\nc.\r\n.\r\n");
}
