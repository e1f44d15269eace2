//! The SMTP conversation (RFC 5321): greeting, STARTTLS (RFC 3207), AUTH (RFC 4954), and one letter after another.
//!
//! Each function leaves in `wire.step` how far it came, so that whoever ran out of patience knows. What an answer means
//! for the letter is decided in `domain::mail::reply`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::ClientConfig;

use super::letter::Letter;
use super::wire::Wire;
use crate::domain::mail::dialogue::Side;
use crate::domain::mail::relay::{Auth, Relay, Security};
use crate::domain::mail::reply::{Fault, Lack, Reply, Step};

type Result<T> = std::result::Result<T, Fault>;

/// What a relay offers (RFC 1869).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Offers {
    start_tls: bool,
    pipelining: bool,
    utf8: bool,
    /// The largest letter, where it says one.
    size: Option<u64>,
    auth: Vec<String>,
}

impl Offers {
    fn read(reply: &Reply) -> Self {
        let mut offers = Self::default();
        for line in reply.text.lines().skip(1) {
            let line = line.to_ascii_uppercase();
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            match words.next() {
                Some("STARTTLS") => offers.start_tls = true,
                Some("PIPELINING") => offers.pipelining = true,
                Some("SMTPUTF8") => offers.utf8 = true,
                Some("SIZE") => offers.size = words.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0),
                Some("AUTH") => offers.auth.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        offers
    }
}

/// From the open connection to the relay's readiness to take a letter.
pub(super) async fn begin(wire: &mut Wire, relay: &Relay, tls: &Arc<ClientConfig>) -> Result<Offers> {
    if relay.security == Security::Tls {
        wire.encrypt(&relay.host, Arc::clone(tls)).await?;
    }
    wire.step = Step::Greeting;
    expect(wire.hear().await?, 220)?;
    let mut offers = hello(wire).await?;
    if relay.security == Security::Starttls {
        wire.step = Step::StartTls;
        if !offers.start_tls {
            return Err(Fault::Lacks(Lack::StartTls));
        }
        wire.say("STARTTLS", "STARTTLS").await?;
        expect(wire.hear().await?, 220)?;
        wire.encrypt(&relay.host, Arc::clone(tls)).await?;
        offers = hello(wire).await?;
    }
    if relay.auth != Auth::None {
        wire.step = Step::Auth;
        authenticate(wire, relay, &offers).await?;
    }
    Ok(offers)
}

async fn hello(wire: &mut Wire) -> Result<Offers> {
    wire.step = Step::Hello;
    let command = format!("EHLO {}", own_name().unwrap_or_else(|| wire.own_literal()));
    wire.say(&command, &command).await?;
    Ok(Offers::read(&expect(wire.hear().await?, 250)?))
}

/// This machine's name, where it is one that others could look up.
fn own_name() -> Option<String> {
    let name = rustix::system::uname().nodename().to_str().ok()?.to_owned();
    let is_name = name.contains('.') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    is_name.then_some(name)
}

async fn authenticate(wire: &mut Wire, relay: &Relay, offers: &Offers) -> Result<()> {
    if !wire.is_encrypted() && relay.security != Security::Plain {
        return Err(Fault::Tls("no password in the open".to_owned()));
    }
    let (user, secret) = (&relay.user, &relay.secret.0);
    let name = relay.auth.name().to_ascii_uppercase();
    if !offers.auth.contains(&name) {
        return Err(Fault::Lacks(Lack::Auth));
    }
    match relay.auth {
        Auth::None => Ok(()),
        Auth::Plain => {
            let initial = BASE64.encode(format!("\0{user}\0{secret}"));
            wire.say(&format!("AUTH PLAIN {initial}"), "AUTH PLAIN ***").await?;
            expect(wire.hear().await?, 235).map(drop)
        }
        Auth::Login => {
            wire.say("AUTH LOGIN", "AUTH LOGIN").await?;
            for word in [user, secret] {
                expect(wire.hear().await?, 334)?;
                wire.say(&BASE64.encode(word), "***").await?;
            }
            expect(wire.hear().await?, 235).map(drop)
        }
        Auth::Xoauth2 => {
            let initial = BASE64.encode(format!("user={user}\u{1}auth=Bearer {secret}\u{1}\u{1}"));
            wire.say(&format!("AUTH XOAUTH2 {initial}"), "AUTH XOAUTH2 ***").await?;
            let reply = wire.hear().await?;
            if reply.code == 334 {
                // It says why in the challenge, and refuses after an empty answer.
                wire.say("", "").await?;
                return expect(wire.hear().await?, 235).map(drop);
            }
            expect(reply, 235).map(drop)
        }
    }
}

/// From whom, to whom; the relay awaits the letter when this is `Ok`.
pub(super) async fn envelope(wire: &mut Wire, offers: &Offers, letter: &Letter) -> Result<()> {
    wire.step = Step::Sender;
    if letter.needs_utf8 && !offers.utf8 {
        return Err(Fault::Lacks(Lack::Utf8));
    }
    let size = offers.size.map(|_| format!(" SIZE={}", letter.wire_size())).unwrap_or_default();
    let utf8 = if letter.needs_utf8 { " SMTPUTF8" } else { "" };
    let from = format!("MAIL FROM:<{}>{size}{utf8}", letter.from);
    let to = format!("RCPT TO:<{}>", letter.to);
    let commands =
        [(Step::Sender, from, 250), (Step::Recipient, to, 250), (Step::Data, "DATA".to_owned(), 354)];
    if offers.pipelining {
        return envelope_at_once(wire, &commands).await;
    }
    for (step, command, code) in &commands {
        wire.step = *step;
        wire.say(command, command).await?;
        expect_kind(wire.hear().await?, *code)?;
    }
    Ok(())
}

/// The letter itself. The relay has taken it when this is `Ok`.
pub(super) async fn content(wire: &mut Wire, letter: &Letter) -> Result<()> {
    // Until the last dot has left the house, the relay cannot have taken it. Under TLS that moment is not seen.
    wire.step = if wire.is_encrypted() { Step::Letter } else { Step::Data };
    wire.dialogue.push(Side::Client, &format!("({} bytes)", letter.wire_size()));
    wire.write(letter.on_wire()).await?;
    wire.step = Step::Letter;
    expect_kind(wire.hear().await?, 250).map(drop)
}

/// RFC 2920: three commands in one packet, three answers.
async fn envelope_at_once(wire: &mut Wire, commands: &[(Step, String, u16); 3]) -> Result<()> {
    let text = commands.iter().map(|(_, command, _)| command.as_str()).collect::<Vec<_>>().join("\r\n");
    wire.step = Step::Sender;
    wire.say(&text, &text.replace("\r\n", "\n")).await?;
    let mut refused: Option<(Step, Fault)> = None;
    let mut awaits_letter = false;
    for (step, _, code) in commands {
        if refused.is_none() {
            wire.step = *step;
        }
        let reply = wire.hear().await;
        awaits_letter = reply.as_ref().is_ok_and(|reply| reply.code == 354);
        match reply.and_then(|reply| expect_kind(reply, *code)) {
            Ok(_) => {}
            // The first refusal is the reason; those after it follow from it.
            Err(_) if refused.is_some() => {}
            Err(fault @ Fault::Refused(_)) => refused = Some((*step, fault)),
            Err(fault) => return Err(fault),
        }
    }
    let Some((step, fault)) = refused else { return Ok(()) };
    if awaits_letter && step != Step::Data {
        // It awaits a letter for nobody: it gets an empty one.
        wire.say(".", ".").await?;
        wire.hear().await?;
    }
    wire.step = step;
    Err(fault)
}

/// Makes the connection ready for the next letter after one that was refused.
pub(super) async fn reset(wire: &mut Wire) -> Result<()> {
    wire.say("RSET", "RSET").await?;
    expect(wire.hear().await?, 250).map(drop)
}

fn expect(reply: Reply, code: u16) -> Result<Reply> {
    if reply.code == code { Ok(reply) } else { Err(Fault::Refused(reply)) }
}

/// Any 25x is as good as 250; 354 is itself alone.
fn expect_kind(reply: Reply, code: u16) -> Result<Reply> {
    if reply.code / 10 == code / 10 { Ok(reply) } else { Err(Fault::Refused(reply)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_read_whatever_their_case() {
        let text = "mail.example hello\nPIPELINING\nsize 1000\nStartTLS\nAUTH PLAIN LOGIN\nAUTH=XOAUTH2\nSMTPUTF8\nX";
        let offers = Offers::read(&Reply { code: 250, text: text.into() });
        assert!(offers.start_tls && offers.pipelining && offers.utf8);
        assert_eq!(offers.size, Some(1000));
        assert_eq!(offers.auth, ["PLAIN", "LOGIN", "XOAUTH2"]);
        let none = Offers::read(&Reply { code: 250, text: "STARTTLS".into() });
        assert_eq!(none, Offers::default(), "the first line is a greeting");
    }
}
