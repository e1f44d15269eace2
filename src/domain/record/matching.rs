//! Which item or payment of a list that was sent is which of those that the record has.
//!
//! The surest sign goes first, over the whole list: external id, line, the same content, the same product or way of paying;
//! and the place in the list only for what says nothing of the kind. A list that is sent twice changes nothing the second
//! time, in whatever order.

use super::parts::{List, Part};
use super::patch::Draft;
use super::value::Value;

/// For each draft the part that it is about.
pub(super) fn matched<'a>(parts: &'a [Part], list: List, drafts: &[Draft]) -> Vec<Option<&'a Part>> {
    let mut matching =
        Matching { parts, drafts, found: vec![None; drafts.len()], taken: vec![false; parts.len()] };
    let has_line = |draft: &Draft| draft.line.is_some_and(|line| parts.iter().any(|part| part.line == line));
    let lines: Vec<bool> = drafts.iter().map(has_line).collect();
    // Whoever names another part does not mean this one; but a part may be given its first external id.
    let may_be = |at: usize, part: &Part| {
        !lines[at] && (drafts[at].text("external_id").is_none() || part.external_id().is_none())
    };
    matching.first(|at, part| {
        let id = drafts[at].text("external_id");
        id.is_some() && id == part.external_id()
    });
    matching.first(|at, part| drafts[at].line == Some(part.line));
    matching.most(|at, part| {
        may_be(at, part)
            && drafts[at].fields.iter().all(|(name, value)| part.fields.get(name) == value.as_ref())
    });
    let naming = |at: usize| list.naming().iter().find_map(|name| Some((*name, drafts[at].text(name)?)));
    matching.first(|at, part| {
        let named = |(name, text)| part.fields.get(name).and_then(Value::text) == Some(text);
        may_be(at, part) && naming(at).is_some_and(named)
    });
    matching.places(|at| !lines[at] && drafts[at].text("external_id").is_none() && naming(at).is_none());
    matching.found.into_iter().map(|found| found.map(|at| &parts[at])).collect()
}

struct Matching<'a> {
    parts: &'a [Part],
    drafts: &'a [Draft],
    /// The place of each draft's part.
    found: Vec<Option<usize>>,
    /// Whether a part has its draft.
    taken: Vec<bool>,
}

impl Matching<'_> {
    fn take(&mut self, draft: usize, part: usize) {
        self.found[draft] = Some(part);
        self.taken[part] = true;
    }

    fn open(&self) -> Vec<usize> {
        (0..self.drafts.len()).filter(|at| self.found[*at].is_none()).collect()
    }

    fn free(&self) -> Vec<usize> {
        (0..self.parts.len()).filter(|at| !self.taken[*at]).collect()
    }

    /// Each draft takes the first part that the sign fits.
    fn first(&mut self, sign: impl Fn(usize, &Part) -> bool) {
        for draft in self.open() {
            if let Some(part) = self.free().into_iter().find(|part| sign(draft, &self.parts[*part])) {
                self.take(draft, part);
            }
        }
    }

    /// As many drafts as can be take a part that the sign fits: a draft of few words would else take the one part that
    /// another, of more words, could have meant. (Augmenting paths, Kuhn 1955.)
    fn most(&mut self, sign: impl Fn(usize, &Part) -> bool) {
        let (open, mut free) = (self.open(), self.free());
        // Of those that fit, the one with the least besides.
        free.sort_by_key(|part| self.parts[*part].fields.len());
        let fitting =
            |draft: &usize| free.iter().copied().filter(|part| sign(*draft, &self.parts[*part])).collect();
        let fits: Vec<Vec<usize>> = open.iter().map(fitting).collect();
        let mut owners = vec![None; self.parts.len()];
        for draft in 0..open.len() {
            find_place(draft, &fits, &mut owners, &mut vec![false; self.parts.len()]);
        }
        for (part, owner) in owners.into_iter().enumerate() {
            if let Some(draft) = owner {
                self.take(open[draft], part);
            }
        }
    }

    /// Each draft that says nothing takes the part at its own place.
    fn places(&mut self, says_nothing: impl Fn(usize) -> bool) {
        for at in self.open() {
            if says_nothing(at) && self.taken.get(at) == Some(&false) {
                self.take(at, at);
            }
        }
    }
}

/// Finds a part for the draft, for which others may have to move on.
fn find_place(draft: usize, fits: &[Vec<usize>], owners: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    if let Some(part) = fits[draft].iter().find(|part| owners[**part].is_none()) {
        owners[*part] = Some(draft);
        return true;
    }
    for part in &fits[draft] {
        if !std::mem::replace(&mut seen[*part], true)
            && owners[*part].is_none_or(|other| find_place(other, fits, owners, seen))
        {
            owners[*part] = Some(draft);
            return true;
        }
    }
    false
}
