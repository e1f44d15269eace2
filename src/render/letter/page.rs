//! The two parts of a letter, written side by side: what goes into the HTML goes into the text.

use super::body::{escape, to_html, to_text};
use super::{Desk, LOGO_ID, LONGEST_PREHEADER, Letter, one_line, shorten};
use crate::domain::branding::{Branding, Logo};
use crate::render::html::plain_text;
use crate::render::texts::fill;

const LAYOUT: &str = include_str!("layout.html");
/// No mail program has ours; each has one of these.
const FONT: &str = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif";
const QUIET: &str = "color:#62656d;text-decoration:underline";

/// A letter that is being written.
pub(super) struct Page<'a> {
    desk: &'a Desk<'a>,
    subject: String,
    preheader: String,
    main: String,
    text: String,
}

impl<'a> Page<'a> {
    pub fn new(desk: &'a Desk<'a>, subject: String, preheader: &str) -> Self {
        let preheader = shorten(&one_line(preheader), LONGEST_PREHEADER);
        Self { desk, subject, preheader, main: String::new(), text: String::new() }
    }

    fn branding(&self) -> &Branding {
        self.desk.office.branding
    }

    fn add(&mut self, html: &str, text: &str) {
        self.main.push_str(html);
        self.text.push_str(text);
    }

    /// `html` is of the allow-list.
    pub fn title(&mut self, html: &str) {
        let text = plain_text(html);
        self.add(
            &format!(
                "<h1 class=\"text\" style=\"margin:0;font:650 20px/27px {FONT};color:#26282e\">{html}</h1>"
            ),
            &format!("{text}\n"),
        );
    }

    pub fn meta(&mut self, parts: &[String]) {
        let line = parts.join(" · ");
        self.add(
            &format!(
                "<p class=\"quiet\" style=\"margin:4px 0 0;font:400 13px/19px {FONT};color:#62656d\">{}</p>",
                escape(&line)
            ),
            &format!("{line}\n"),
        );
    }

    /// `body` is HTML of the allow-list.
    pub fn body(&mut self, body: &str) {
        if plain_text(body).is_empty() {
            return;
        }
        let public_url = self.desk.office.public_url;
        let html = to_html(body, public_url, "color:#26282e;text-decoration:underline");
        self.add(
            &format!("<div class=\"text\" style=\"margin:14px 0 0;overflow-wrap:anywhere\">{html}</div>"),
            &format!("\n{}\n", to_text(body, public_url)),
        );
    }

    /// One notification of several.
    pub fn entry(&mut self, heading: &str, link: Option<&str>, meta: &[String], body: &str) {
        let linked = match link {
            // A title holds no links of its own.
            Some(link) => format!(
                "<a class=\"text\" style=\"color:#26282e;text-decoration:underline\" href=\"{}\">{heading}</a>",
                escape(link)
            ),
            None => heading.to_owned(),
        };
        self.add(
            &format!(
                "<div class=\"rule\" style=\"margin:18px 0 0;padding:16px 0 0;border-top:1px solid #e4e4e1\">\
                 <h2 class=\"text\" style=\"margin:0;font:600 15px/21px {FONT};color:#26282e\">{linked}</h2>"
            ),
            &format!("\n* {}\n", plain_text(heading)),
        );
        self.meta(meta);
        self.body(body);
        self.add("</div>", &link.map(|link| format!("{link}\n")).unwrap_or_default());
    }

    pub fn line(&mut self, text: &str) {
        self.add(
            &format!("<p class=\"quiet\" style=\"margin:18px 0 0;color:#62656d\">{}</p>", escape(text)),
            &format!("\n{text}\n"),
        );
    }

    pub fn button(&mut self, label: &str, link: &str) {
        let colour = self.branding().colour.as_str();
        let on_it = self.branding().colour.text_on_it();
        let html = format!(
            "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" style=\"margin:22px 0 0\"><tr>\
             <td style=\"border-radius:7px;background:{colour}\"><a href=\"{}\" style=\"display:inline-block;\
             padding:11px 20px;font:600 14px/20px {FONT};color:{on_it};text-decoration:none;border-radius:7px\">\
             {}</a></td></tr></table>",
            escape(link),
            escape(label)
        );
        self.add(&html, &format!("\n{label}:\n{link}\n"));
    }

    pub fn finish(self, why: &str, unsubscribe_url: Option<&str>) -> Letter {
        let desk = self.desk;
        let branding = self.branding();
        let profile = desk.absolute("/profile#notifications");
        let (name, address) = (one_line(desk.reader.name), desk.reader.address.to_owned());
        let to = desk.say("letter.sent_to", &[("name", name), ("address", address)]);
        let mut links = vec![(desk.say("letter.preferences", &[]), profile)];
        links.extend(unsubscribe_url.map(|url| (desk.say("letter.unsubscribe", &[]), url.to_owned())));
        let own: Vec<&str> = branding.footer.lines().map(str::trim).filter(|line| !line.is_empty()).collect();

        let linked = |(label, url): &(String, String)| {
            format!("<a style=\"{QUIET}\" href=\"{}\">{}</a>", escape(url), escape(label))
        };
        let linked = links.iter().map(linked).collect::<Vec<_>>().join(" &nbsp;·&nbsp; ");
        let paragraphs = [format!("{} {}", escape(why), escape(&to)), linked];
        let own_lines = own.iter().map(|line| escape(line)).collect::<Vec<_>>().join("<br>");
        let foot = paragraphs
            .into_iter()
            .chain((!own.is_empty()).then_some(own_lines))
            .map(|html| format!("<p style=\"margin:0 0 8px\">{html}</p>"))
            .collect::<Vec<_>>()
            .concat();

        let written = links.iter().map(|(label, url)| format!("{label}:\n{url}\n")).collect::<Vec<_>>();
        let own_text = if own.is_empty() { String::new() } else { format!("\n{}\n", own.join("\n")) };
        let text = format!("{}\n-- \n{why} {to}\n{}{own_text}", self.text, written.concat());
        let html = fill(
            LAYOUT,
            &[
                ("language", desk.reader.language.code().to_owned()),
                ("subject", escape(&self.subject)),
                ("preheader", escape(&self.preheader)),
                ("colour", branding.colour.as_str().to_owned()),
                ("font", FONT.to_owned()),
                ("head", head(desk.office.name, branding.logo.as_ref())),
                ("main", self.main.clone()),
                ("foot", foot),
            ],
        );
        Letter { subject: self.subject.clone(), html, text, logo: branding.logo.clone() }
    }
}

/// The logo, which mail programs that show no pictures read out by the account's name, or that name.
fn head(name: &str, logo: Option<&Logo>) -> String {
    let name = escape(name);
    match logo {
        Some(_) => format!(
            "<img src=\"cid:{LOGO_ID}\" alt=\"{name}\" height=\"32\" style=\"display:block;height:32px;max-width:240px;border:0\">"
        ),
        None => format!("<span class=\"text\">{name}</span>"),
    }
}
