//! Letters as their readers get them, and texts that try to be more than text.

use super::super::html::{sanitise_body, sanitise_title};
use super::sample::Sample;
use super::*;
use crate::domain::branding::Colour;

/// 2026-11-22T22:12:00Z.
const AT: i64 = 1_795_385_520_000;

fn branding() -> Branding {
    Branding { footer: "Lamps Ltd\nSun Street 1".into(), ..Branding::default() }
}

fn item<'a>() -> LetterItem<'a> {
    LetterItem {
        kind: Kind::System,
        severity: Severity::Info,
        title: "Order 5001 changed",
        body: "Status: New → <b>Paid</b><br>Sum: 900.00 → <b>1,150.00</b>",
        record: Some("order 5001"),
        link: Some("/orders/7?changed=status,total_sum"),
        by: Some("Ann Lee"),
        created_at: AT,
        why: Why::Responsible,
    }
}

fn reader(language: Language, zone: &str) -> Reader<'_> {
    Reader { name: "Bob", address: "bob@example.com", language, zone }
}

fn written(item: LetterItem, language: Language, zone: &str, branding: &Branding) -> Letter {
    let office = Office { name: "Lamps", branding, public_url: "https://bell.example" };
    let unsubscribe_url = Some("https://bell.example/unsubscribe/abc");
    letter(
        &Texts::load().unwrap(),
        &LetterInput { reader: reader(language, zone), office, item, unsubscribe_url },
    )
}

#[test]
fn the_text_says_who_what_when_where_and_why() {
    let letter = written(item(), Language::En, "Europe/Madrid", &branding());
    assert_eq!(letter.subject, "Order 5001 changed");
    assert_eq!(
        letter.text,
        "Order 5001 changed
Change · Ann Lee · 22 Nov 2026, 23:12 CET

Status: New → Paid
Sum: 900.00 → 1,150.00

Open order 5001:
https://bell.example/orders/7?changed=status,total_sum

-- 
You get this letter because you are the responsible manager. This letter went to Bob (bob@example.com).
Choose what is mailed to you:
https://bell.example/profile#notifications
No more letters:
https://bell.example/unsubscribe/abc

Lamps Ltd
Sun Street 1
"
    );
}

#[test]
fn every_reader_has_his_language_and_his_clock() {
    for (language, zone, when, button) in [
        (Language::Ru, "Europe/Moscow", "23.11.2026, 01:12 MSK", "Открыть: order 5001"),
        (Language::Es, "America/Bogota", "22/11/2026, 17:12 -05", "Abrir order 5001"),
        (Language::En, "Nowhere/Atall", "22 Nov 2026, 22:12 UTC", "Open order 5001"),
    ] {
        let letter = written(item(), language, zone, &branding());
        for part in [&letter.text, &letter.html] {
            assert!(part.contains(when) && part.contains(button), "{part}");
        }
        assert!(letter.html.contains(&format!("<html lang=\"{}\"", language.code())));
    }
}

#[test]
fn what_is_loud_says_so_in_a_word() {
    let loud = LetterItem { severity: Severity::Error, by: None, ..item() };
    let letter = written(loud, Language::Es, "UTC", &branding());
    assert!(letter.text.contains("\nCambio · Error · 22/11/2026, 22:12 UTC\n"), "{}", letter.text);
}

#[test]
fn the_html_stands_alone() {
    let logo = Logo::parse("logo", "data:image/gif;base64,R0lGODlhAQABAAAAACw=").unwrap();
    let branding =
        Branding { colour: Colour::parse("c", "#ffd400").unwrap(), logo: Some(logo.clone()), ..branding() };
    let letter = written(item(), Language::En, "UTC", &branding);
    let html = &letter.html;
    // The picture lies beside it, the colour is the account's, and the label can be read on it.
    assert!(html.contains("src=\"cid:logo@bellwire\" alt=\"Lamps\""), "{html}");
    assert_eq!(letter.logo, Some(logo));
    assert!(
        html.contains(
            "background:#ffd400\"><a href=\"https://bell.example/orders/7?changed=status,total_sum\""
        )
    );
    assert!(html.contains("color:#16181d;text-decoration:none"));
    assert!(html.contains("prefers-color-scheme: dark") && html.contains("content=\"light dark\""));
    assert!(html.contains("Status: New → <b>Paid</b><br>Sum: 900.00 → <b>1,150.00</b>"));
    for outside in ["<script", "<link", "url(", "@import", "@font-face", "src=\"http", "<iframe", "<form"] {
        assert!(!html.contains(outside), "{outside}");
    }
    for slot in ["language", "subject", "preheader", "colour", "font", "head", "main", "foot"] {
        assert!(!html.contains(&format!("{{{slot}}}")), "{slot} was left");
    }
}

#[test]
fn what_comes_from_outside_stays_text() {
    let evil = "</title><script>alert(1)</script>\"><img src=x onerror=alert(1)>";
    let footer = format!("{evil}\n{{foot}} {{main}}");
    let branding = Branding { footer, ..Branding::default() };
    let title = sanitise_title(evil);
    let body =
        sanitise_body(&format!("{evil}<a href=\"javascript:alert(1)\">x</a><p>{{foot}} &lt;b&gt;</p>"));
    let hostile = LetterItem {
        title: &title,
        body: &body,
        record: Some(evil),
        link: Some("https://evil.example/?\"onmouseover=alert(1)"),
        by: Some(evil),
        why: Why::Groups(vec![evil.into()]),
        ..item()
    };
    let letter = written(hostile, Language::En, "UTC", &branding);
    let html = &letter.html;
    for live in ["<script", "<img", "javascript:", "\"onmouseover", "</title></", "onerror=alert(1)>\""] {
        assert!(!html.contains(live), "{live} in {html}");
    }
    assert_eq!(html.matches("<title>").count(), 1);
    // A slot's name in somebody's words is his words.
    assert!(
        html.contains("{foot} {main}") && html.contains("<p style=\"margin:0 0 10px\">{foot} &lt;b&gt;</p>"),
        "{html}"
    );
}

#[test]
fn a_subject_is_one_line_and_never_empty() {
    for (title, body, by, subject) in [
        ("Stock\r\nBcc: all@example.com", "", None, "Stock Bcc: all@example.com"),
        ("a\u{202e}b &amp; c", "", None, "a b & c"),
        ("", "<p> <br></p><p>Close <b>drafts</b></p><p>at noon</p>", Some("Ann"), "Close drafts"),
        ("", "", Some("Ann"), "A message from Ann"),
        (" ", " ", None, "A message"),
    ] {
        let letter = written(LetterItem { title, body, by, ..item() }, Language::En, "UTC", &branding());
        assert_eq!(letter.subject, subject);
    }
    let long = "ы".repeat(400);
    let letter = written(LetterItem { title: &long, ..item() }, Language::Ru, "UTC", &branding());
    assert_eq!(letter.subject, format!("{}…", "ы".repeat(150)));
}

#[test]
fn links_work_outside_the_pages() {
    let body = "See <a href=\"/orders/7?a=1&amp;b=2\">the order</a> or <a href=\"https://shop.example/\">https://shop.example/</a>.";
    let letter = written(LetterItem { body, ..item() }, Language::En, "UTC", &branding());
    assert!(
        letter
            .text
            .contains("See the order (https://bell.example/orders/7?a=1&b=2) or https://shop.example/."),
        "{}",
        letter.text
    );
    assert!(letter.html.contains("href=\"https://bell.example/orders/7?a=1&amp;b=2\">the order</a>"));
    // Without a link there is no button, and without a way out no line about it.
    let office = Office { name: "Lamps", branding: &branding(), public_url: "https://bell.example" };
    let bare = LetterInput {
        reader: reader(Language::En, "UTC"),
        office,
        item: LetterItem { link: None, ..item() },
        unsubscribe_url: None,
    };
    let bare = super::letter(&Texts::load().unwrap(), &bare);
    for part in [&bare.text, &bare.html] {
        assert!(!part.contains("Open order") && !part.contains("No more letters"), "{part}");
    }
}

#[test]
fn a_digest_lists_in_order_and_counts_the_rest() {
    let titles: Vec<String> = (1..=53).map(|n| format!("Order {n} changed")).collect();
    let items: Vec<LetterItem> = titles.iter().map(|title| LetterItem { title, ..item() }).collect();
    let texts = Texts::load().unwrap();
    let branding = branding();
    let office = Office { name: "Lamps", branding: &branding, public_url: "https://bell.example" };
    let input = |items, language| DigestInput {
        reader: reader(language, "UTC"),
        office,
        items,
        unsubscribe_url: None,
    };
    let letter = digest(&texts, &input(&items, Language::Ru));
    assert_eq!(letter.subject, "53 новых уведомления");
    assert!(
        letter.text.contains("\nи ещё 3\n") && !letter.text.contains("Order 51 changed"),
        "{}",
        letter.text
    );
    assert_eq!(letter.html.matches("<h2").count(), MOST_IN_DIGEST);
    let place = |number: usize| letter.text.find(&format!("* Order {number} changed")).unwrap();
    assert!((1..MOST_IN_DIGEST).all(|number| place(number) < place(number + 1)));
    let one = digest(&texts, &input(&items[..1], Language::En));
    assert_eq!(one.subject, "1 new notification");
    assert!(!one.text.contains("more"), "{}", one.text);
}

#[test]
fn there_is_a_sample_of_every_letter_in_every_language() {
    let texts = Texts::load().unwrap();
    for language in Language::ALL {
        for kind in Kind::ALL {
            let sample = Sample::new(&texts, *kind, language);
            assert_eq!(sanitise_body(&sample.body), sample.body, "what is previewed could have been sent");
            let letter = written(sample.item(AT), language, "UTC", &branding());
            for part in [&letter.subject, &letter.html, &letter.text] {
                assert!(!part.is_empty() && !part.contains("sample.") && !part.contains("letter."), "{part}");
            }
        }
    }
}
