//! What became of handing in a letter, and what follows: the one table of what a relay's answers mean.
//!
//! Two questions are kept apart: what to do with the letter, and whether the relay did its work. A relay that cannot be
//! reached, speaks nonsense or refuses us as a sender is ill, and another one may do; a relay that says "no such
//! mailbox" is well.

use crate::domain::kind::names;

names! {
    /// Where in the conversation something happened.
    Step {
        Connect = "connect",
        Greeting = "greeting",
        Hello = "hello",
        StartTls = "starttls",
        Tls = "tls",
        Auth = "auth",
        Sender = "sender",
        Recipient = "recipient",
        Data = "data",
        /// The letter itself, up to the answer to its last dot.
        Letter = "letter",
    }
}

/// A relay's answer: its code, and its lines joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    pub text: String,
}

impl Reply {
    /// The enhanced status code (RFC 3463) at the start of the text: `5.1.1`.
    #[must_use]
    pub fn enhanced(&self) -> Option<(u16, u16, u16)> {
        let mut parts = self.text.split_whitespace().next()?.splitn(3, '.').map(|part| part.parse().ok());
        let code = (parts.next()??, parts.next()??, parts.next()??);
        // Its first digit must agree with the answer, or it is something else that looks alike.
        (code.0 == self.code / 100).then_some(code)
    }

    fn says_greylisted(&self) -> bool {
        let text = self.text.to_lowercase();
        ["greylist", "graylist", "grey list", "gray list", "try again later"]
            .iter()
            .any(|word| text.contains(word))
    }
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The relay answered, and not with what was hoped for.
    Refused(Reply),
    /// The connection could not be made, with the reason.
    Unreachable(String),
    /// The connection ended.
    Lost,
    /// Nothing, or too little, came in time.
    TimedOut,
    /// What came was no SMTP.
    Garbled(String),
    /// No safe connection, with the reason.
    Tls(String),
    /// What the relay does not offer and must.
    Lacks(Lack),
}

names! {
    /// What a relay does not offer.
    Lack {
        StartTls = "starttls",
        Auth = "auth",
        /// Addresses beyond ASCII (RFC 6531).
        Utf8 = "smtputf8",
    }
}

/// What went wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub step: Step,
    pub fault: Fault,
}

/// What to do with the letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Sent,
    /// Try again later.
    Retry,
    /// The address is no more: a bounce that counts.
    Gone,
    /// This letter will not be taken.
    Reject,
}

/// What follows from an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// The relay did not do its work: another one may be tried, and this one's breaker counts it.
    pub is_relay_ill: bool,
    /// The relay may have taken the letter all the same: a second copy is possible, under the same Message-ID.
    pub is_uncertain: bool,
}

const fn judged(verdict: Verdict, is_relay_ill: bool) -> Judgement {
    Judgement { verdict, is_relay_ill, is_uncertain: false }
}

const SENT: Judgement = judged(Verdict::Sent, false);
const LATER: Judgement = judged(Verdict::Retry, false);
const ELSEWHERE: Judgement = judged(Verdict::Retry, true);
const GONE: Judgement = judged(Verdict::Gone, false);
const REJECT: Judgement = judged(Verdict::Reject, false);
const UNCERTAIN: Judgement = Judgement { is_uncertain: true, ..ELSEWHERE };

/// What follows from an attempt that ended so.
#[must_use]
pub fn judge(outcome: &Result<(), Trouble>) -> Judgement {
    let Err(trouble) = outcome else { return SENT };
    match (&trouble.fault, trouble.step) {
        // 421: the service is closing down, at whatever step.
        (Fault::Refused(reply), _) if reply.code == 421 => ELSEWHERE,
        (Fault::Refused(reply), Step::Sender) => refused_sender(reply),
        (Fault::Refused(reply), Step::Recipient) => refused_recipient(reply),
        (Fault::Refused(reply), Step::Data) => refused_data(reply),
        (Fault::Refused(reply), Step::Letter) => refused_letter(reply),
        (Fault::Lacks(Lack::Utf8), _) => REJECT,
        // After the last dot the relay may have taken it, whatever did not come back.
        (Fault::Lost | Fault::TimedOut | Fault::Garbled(_), Step::Letter) => UNCERTAIN,
        _ => ELSEWHERE,
    }
}

/// "Not from you" is about us and the relay, not about the letter, but for one that is too large.
fn refused_sender(reply: &Reply) -> Judgement {
    match (reply.code, reply.enhanced()) {
        (552, _) | (_, Some((5, 3, 4))) => REJECT,
        _ => ELSEWHERE,
    }
}

fn refused_recipient(reply: &Reply) -> Judgement {
    match (reply.code, reply.enhanced()) {
        // A full mailbox empties again (RFC 5321, 4.5.3.1.10, for 552).
        (400..500 | 552, _) | (_, Some((5, 2, 2))) => LATER,
        (550..=554, _) if reply.says_greylisted() => LATER,
        // Policy, and "relaying denied": the address may be good.
        (_, Some((5, 7, _))) => REJECT,
        (503 | 530 | 535 | 538, _) => ELSEWHERE,
        (500..600, _) => GONE,
        _ => ELSEWHERE,
    }
}

fn refused_data(reply: &Reply) -> Judgement {
    match reply.code {
        400..500 => LATER,
        500..504 | 530 => ELSEWHERE,
        504..600 => REJECT,
        // An answer out of turn, such as 250: the conversation is out of step.
        _ => ELSEWHERE,
    }
}

fn refused_letter(reply: &Reply) -> Judgement {
    match (reply.code, reply.enhanced()) {
        (400..500, _) | (_, Some((5, 2, 2))) => LATER,
        (550..=554, _) if reply.says_greylisted() => LATER,
        (500..600, Some((5, 1, _))) => GONE,
        (500..600, _) => REJECT,
        _ => UNCERTAIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(step: Step, code: u16, text: &str) -> Judgement {
        judge(&Err(Trouble { step, fault: Fault::Refused(Reply { code, text: text.into() }) }))
    }

    #[test]
    fn every_answer_has_its_decision() {
        use Step::{Auth, Data, Greeting, Hello, Letter, Recipient, Sender, StartTls};
        for (step, code, text, expected) in [
            (Greeting, 554, "no service", ELSEWHERE),
            (Greeting, 421, "busy", ELSEWHERE),
            (Hello, 550, "go away", ELSEWHERE),
            (StartTls, 454, "TLS not available", ELSEWHERE),
            (Auth, 535, "5.7.8 bad credentials", ELSEWHERE),
            (Auth, 454, "4.7.0 later", ELSEWHERE),
            (Sender, 451, "4.3.0 later", ELSEWHERE),
            (Sender, 530, "5.7.0 authentication required", ELSEWHERE),
            (Sender, 553, "5.7.1 sender not owned", ELSEWHERE),
            (Sender, 552, "5.3.4 too big", REJECT),
            (Recipient, 450, "4.2.0 greylisted", LATER),
            (Recipient, 451, "later", LATER),
            (Recipient, 452, "4.5.3 too many", LATER),
            (Recipient, 421, "closing", ELSEWHERE),
            (Recipient, 550, "5.1.1 no such user", GONE),
            (Recipient, 550, "no such user", GONE),
            (Recipient, 551, "not local", GONE),
            (Recipient, 553, "bad name", GONE),
            (Recipient, 552, "mailbox full", LATER),
            (Recipient, 550, "5.2.2 over quota", LATER),
            (Recipient, 554, "Greylisted, try again later", LATER),
            (Recipient, 554, "5.7.1 relay access denied", REJECT),
            (Recipient, 503, "bad sequence", ELSEWHERE),
            (Recipient, 354, "what?", ELSEWHERE),
            (Data, 451, "later", LATER),
            (Data, 554, "no valid recipients", REJECT),
            (Data, 503, "bad sequence", ELSEWHERE),
            (Data, 250, "a lie", ELSEWHERE),
            (Letter, 451, "later", LATER),
            (Letter, 554, "5.6.0 spam", REJECT),
            (Letter, 550, "5.1.1 no such user", GONE),
            (Letter, 552, "5.2.2 full", LATER),
            (Letter, 552, "5.3.4 too big", REJECT),
            (Letter, 554, "greylisting in action", LATER),
            (Letter, 354, "a lie", UNCERTAIN),
        ] {
            assert_eq!(refused(step, code, text), expected, "{} {code} {text}", step.name());
        }
    }

    #[test]
    fn only_what_breaks_after_the_dot_is_uncertain() {
        assert_eq!(judge(&Ok(())), SENT);
        for step in Step::ALL.iter().copied() {
            for fault in [Fault::Lost, Fault::TimedOut, Fault::Garbled("x".into())] {
                let judgement = judge(&Err(Trouble { step, fault }));
                assert_eq!((judgement.verdict, judgement.is_relay_ill), (Verdict::Retry, true));
                assert_eq!(judgement.is_uncertain, step == Step::Letter);
            }
        }
        for fault in [
            Fault::Unreachable("refused".into()),
            Fault::Tls("expired".into()),
            Fault::Lacks(Lack::StartTls),
            Fault::Lacks(Lack::Auth),
        ] {
            assert_eq!(judge(&Err(Trouble { step: Step::Connect, fault })), ELSEWHERE);
        }
        assert_eq!(judge(&Err(Trouble { step: Step::Sender, fault: Fault::Lacks(Lack::Utf8) })), REJECT);
    }

    #[test]
    fn enhanced_codes_agree_with_the_answer_or_are_none() {
        let enhanced = |code, text: &str| Reply { code, text: text.into() }.enhanced();
        assert_eq!(enhanced(550, "5.1.1 no such user"), Some((5, 1, 1)));
        assert_eq!(enhanced(550, "4.1.1 what"), None);
        assert_eq!(enhanced(250, "2.0.0"), Some((2, 0, 0)));
        for text in ["", "no", "5.1", "5.1.x", "192.168.1.1 is blocked"] {
            assert_eq!(enhanced(550, text), None, "{text}");
        }
    }
}
