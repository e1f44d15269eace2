//! The allow-list: by example, against a second parser, and against what others have tried.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::render::link::Link;

fn body(html: &str) -> String {
    sanitise_body(html)
}

/// A second opinion by a parser that builds trees as browsers do: it must find nothing to remove,
/// nothing to move and nothing to close in what we wrote.
fn assert_harmless(html: &str) {
    let mut judge = ammonia::Builder::empty();
    judge
        .tags(HashSet::from(["b", "i", "strong", "em", "br", "span", "div", "p", "a"]))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .url_schemes(HashSet::from(["https", "http", "mailto"]))
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(None);
    // The judge writes a no-break space as a reference.
    let judged = judge.clean(html).to_string().replace("&nbsp;", "\u{a0}");
    assert_eq!(judged, html);
}

const ALLOWED: &[(&str, &str)] = &[
    ("plain", "plain"),
    ("a < b & c > d \" ' &lt;b&gt;", "a &lt; b &amp; c &gt; d \" ' &lt;b&gt;"),
    ("<b>b</b><i>i</i><strong>s</strong><em>e</em>", "<b>b</b><i>i</i><strong>s</strong><em>e</em>"),
    ("<p>one</p><div>two<br>three</div>", "<p>one</p><div>two<br>three</div>"),
    ("<B CLASS=x onclick=alert(1) style='a'>x</B>", "<b>x</b>"),
    ("x<br/>y</br>z<br class=a>", "x<br>y<br>z<br>"),
    (
        "<a href='https://a.example/?a=1&amp;b=\"' target=_top>x</a>",
        "<a href=\"https://a.example/?a=1&amp;b=%22\">x</a>",
    ),
    ("<a href='/orders/5'>x</a>", "<a href=\"/orders/5\">x</a>"),
    ("<a href='javascript:alert(1)'>x</a>", "<a>x</a>"),
    ("<a href='jav&#x09;ascript:alert(1)'>x</a>", "<a>x</a>"),
    ("<a name=x>x</a>", "<a>x</a>"),
    ("<a href=//evil.example>x</a><a href='/\\evil.example'>y</a>", "<a>x</a><a>y</a>"),
    ("a<script>alert(1)</script>b<style>x{}</style>c", "a b c"),
    ("<svg><a href=x><text>hidden</text></a></svg>shown", "shown"),
    ("<svg/>shown<math><mi/></math>", "shown"),
    ("<template><template></template>hidden</template>shown", "shown"),
    ("<textarea><b>hidden</b></textarea>shown<title>hidden", "shown"),
    ("<plaintext>hidden</plaintext>", ""),
    ("<!-- <b>hidden</b> --><!doctype html><?php x ?>shown", "shown"),
    ("<![CDATA[x]]>shown", "shown"),
    ("<ul><li>one</li><li>two</li></ul>", "one two"),
    ("<h1>Head</h1><p>text</p>", "Head<p>text</p>"),
    ("<table><tr><td>1</td><td><b>2</b></td></tr></table>", "1 <b>2</b>"),
    ("<font color=red>kept</font>", "kept"),
    ("<custom-element>kept</custom-element>", "kept"),
    ("<b></b><p> </p><div><p></p></div>", "<p> </p>"),
    ("a\0b\u{1}c\u{feff}d&#13;e", "abcd\ne"),
    ("  x  ", "x"),
    ("<b", ""),
    ("x < y", "x &lt; y"),
    ("<img src=x onerror=alert(1)>", ""),
    ("", ""),
];

#[test]
fn the_allowed_stays_and_the_rest_goes() {
    for (input, output) in ALLOWED {
        assert_eq!(body(input), *output, "{input}");
        assert_harmless(output);
    }
}

#[test]
fn tags_that_lie_wrong_are_laid_right() {
    for (input, output) in [
        ("<b>x", "<b>x</b>"),
        ("x</b></p></div>y", "xy"),
        ("<b>1<i>2</b>3</i>", "<b>1<i>2</i></b><i>3</i>"),
        ("<p>1<p>2", "<p>1</p><p>2</p>"),
        ("<p>1<div>2</div>3</p>", "<p>1</p><div>2</div>3"),
        ("<p><b>1<p>2</b>3", "<p><b>1</b></p><b><p>2</p></b><p>3</p>"),
        ("<b><p>1</b>2</p>3", "<b><p>1</p></b><p>2</p>3"),
        ("<div><b>1</div>2</b>3", "<div><b>1</b></div><b>2</b>3"),
        ("<b>1<b>2</b>3</b>4", "<b>123</b>4"),
        ("<a href=/1>1<a href=/2>2</a>3", "<a href=\"/1\">1</a><a href=\"/2\">2</a>3"),
        ("<a href=/1><div>1<a href=/2>2</a>3</div></a>4", "<a href=\"/1\"><div>123</div></a>4"),
        (
            "<div><a href=/1><div><a href=/2>1</div></div><a href=/3>2</a>3",
            "<div><a href=\"/1\"><div>1</div></a></div><a href=\"/3\">2</a>3",
        ),
        ("<p>1<button><p>2</p></button>3</p>", "<p>1</p><p>2</p>3"),
        ("<i>1<li>2</i>3", "<i>1 2</i>3"),
    ] {
        assert_eq!(body(input), output, "{input}");
        assert_eq!(body(output), output, "{input}");
        assert_harmless(output);
    }
}

#[test]
fn a_title_is_one_line() {
    for (input, output) in [
        ("New <b>order</b> <i>5</i>", "New <b>order</b> <i>5</i>"),
        (" a\n\t b ", "a b"),
        ("<p>one</p><div>two</div>three<br>four", "one two three four"),
        ("a <b> b </b> c", "a <b>b</b> c"),
        ("<a href=/x>no link</a>", "no link"),
        ("1 < 2 &amp; 3", "1 &lt; 2 &amp; 3"),
        ("<script>x</script><b> </b>", ""),
    ] {
        assert_eq!(sanitise_title(input), output, "{input}");
        assert_eq!(sanitise_title(output), output, "{input}");
    }
}

#[test]
fn plain_text_is_what_a_reader_sees() {
    for (input, output) in [
        ("<p>One &amp; <b>two</b></p><p>three<br>four</p>", "One & two\nthree\nfour"),
        ("a&lt;b&gt;  c\n d", "a<b> c d"),
        ("<b>wo</b>rd<script>x</script>s", "word s"),
        ("<ul><li>a<li>b</ul>", "a b"),
        ("", ""),
    ] {
        assert_eq!(plain_text(input), output, "{input}");
    }
    assert_eq!(plain_text("<p> <br>\u{a0}</p><script>x</script>"), "");
}

#[test]
fn no_hostile_html_passes() {
    let texts: Vec<String> =
        serde_json::from_str(include_str!("../../../tests/data/hostile-html.json")).unwrap();
    assert!(texts.len() >= 500, "{}", texts.len());
    for text in texts {
        let html = body(&text);
        assert_eq!(body(&html), html, "{text}");
        assert_harmless(&html);
        assert_harmless(&sanitise_title(&text));
    }
}

#[test]
fn no_hostile_link_passes_in_an_attribute() {
    let links: Vec<String> =
        serde_json::from_str(include_str!("../../../tests/data/hostile-links.json")).unwrap();
    for link in links {
        let quoted = link.replace('"', "&quot;");
        for html in [format!("<a href=\"{quoted}\">x</a>"), format!("<a href={link}>x</a>")] {
            let html = body(&html);
            assert!(!html.contains("href=\"javascript"), "{link:?}: {html}");
            assert_harmless(&html);
        }
    }
}

/// The time that this thread was given, however busy the machine is.
fn cpu_time() -> Duration {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(line.split(' ').next().unwrap().parse().unwrap())
}

/// A flood of tags, attributes or references costs time in proportion to its length.
#[test]
fn a_flood_is_cut_and_costs_little() {
    let attributes: Vec<String> = (0..30_000).map(|n| format!("a{n}")).collect();
    for flood in [
        "<b><i><strong><em><span>".repeat(20_000),
        "<div>".repeat(20_000) + "x",
        "<p><b>x".repeat(20_000),
        "<b><p>x</b>".repeat(20_000),
        "<a href=/x><div>".repeat(10_000),
        format!(
            "{}<a href='https://a.example/{}'>{}",
            "<span>".repeat(60),
            "x".repeat(2_000),
            "y</span>".repeat(9_000)
        ),
        format!("<a {}>x", attributes.join(" ")),
        "&amp;".repeat(30_000),
        "&lt".repeat(30_000),
        "<".repeat(100_000),
        "<!--".repeat(30_000),
        "</b>".repeat(30_000),
        "<svg>".repeat(30_000),
        "я".repeat(100_000),
    ] {
        let start = cpu_time();
        let html = body(&flood);
        let took = cpu_time().saturating_sub(start);
        assert!(took < Duration::from_secs(2), "{took:?} for {flood:.40}");
        assert!(html.len() <= MAX_BYTES);
        assert_eq!(body(&html), html, "{flood:.40}");
        assert_harmless(&html);
    }
}

/// Pieces that make trouble when put together.
fn piece() -> impl Strategy<Value = String> {
    let names = "b|i|strong|em|br|span|div|p|a|script|style|svg|math|template|textarea|title|table|td|li|button|form|select|noscript|iframe|object|mi|mtext|foreignObject|annotation-xml|font|h1|nobr|plaintext";
    let names: Vec<&'static str> = names.split('|').collect();
    let ours = prop::sample::select(&["b", "i", "em", "span", "div", "p", "a", "br"][..]);
    let raw = &[
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<!",
        "</",
        "<",
        ">",
        "\"",
        "'",
        "=",
        "/",
        "&",
        "&lt;",
        "&#0;",
        "&#13;",
        "&amp;amp",
        "\0",
        "\r\n",
        " ",
        "\u{a0}",
        "\u{2028}",
        "\u{feff}",
        "javascript:",
        "x",
        "<?",
    ][..];
    prop_oneof![
        4 => ours.clone().prop_map(|name| format!("<{name}>")),
        4 => ours.prop_map(|name| format!("</{name}>")),
        2 => prop::sample::select(names.clone()).prop_map(|name| format!("<{name}>")),
        2 => prop::sample::select(names).prop_map(|name| format!("</{name}>")),
        2 => "[a-z ]{1,3}",
        2 => prop::sample::select(raw).prop_map(str::to_owned),
        1 => "<a href=[\"']?[a-z:/\\\\@?#&;.\\x00-\\x20]{0,12}[\"']?>",
        1 => "(https|http|mailto|javascript)?:?[/\\\\]{0,3}[a-z@.:%0-9\\[\\]]{0,9}"
            .prop_map(|href| format!("<a href=\"{href}\">")),
        1 => "\\PC{0,6}",
    ]
}

proptest! {
    #[test]
    fn whatever_goes_in_harmless_html_comes_out(pieces in prop::collection::vec(piece(), 0..40)) {
        let input = pieces.concat();
        let html = body(&input);
        prop_assert_eq!(&body(&html), &html);
        assert_harmless(&html);
        let title = sanitise_title(&input);
        prop_assert_eq!(&sanitise_title(&title), &title);
        assert_harmless(&title);
        let letters = |text: String| text.split_whitespace().collect::<String>();
        prop_assert_eq!(letters(plain_text(&html)), letters(plain_text(&input)));
    }

    #[test]
    fn a_link_that_passes_means_the_same_to_the_next_parser(text in "(https|http|mailto|/|.{0,4})?[:/]{0,3}.{0,20}") {
        if let Ok(link) = Link::parse(&text) {
            prop_assert_eq!(Link::parse(link.as_str()), Ok(link));
        }
    }
}
