//! A browser's stream: frames with a deadline, and the state that a browser folds out of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::{Body, Call, Client, within};

/// One event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub id: Option<String>,
    pub event: String,
    pub data: Value,
}

impl Frame {
    /// The number in the cursor of a frame that has one.
    pub fn seq(&self) -> i64 {
        let id = self.id.as_deref().unwrap_or_else(|| panic!("no id: {self:?}"));
        id.split_once('.').and_then(|(_, seq)| seq.parse().ok()).unwrap_or_else(|| panic!("no cursor: {id}"))
    }

    pub fn is_item(&self) -> bool {
        self.event == "item"
    }
}

/// An open stream.
#[derive(Debug)]
pub struct Stream {
    body: Body,
    text: String,
    /// Comments that came so far; the first is the greeting.
    pub comments: usize,
    pub retry_ms: Option<u64>,
    pub head: Answer,
}

impl Stream {
    /// Opens a stream at the head, or after a cursor. It is open once the greeting has come.
    pub async fn open(client: &Client, cursor: Option<&str>) -> Self {
        let call = client.call("GET", "/v1/stream");
        Self::begin(cursor.into_iter().fold(call, |call, cursor| call.header("last-event-id", cursor))).await
    }

    pub async fn begin(call: Call) -> Self {
        let (head, body) = call.open().await;
        Self::over(head, body).await
    }

    /// The stream of an answer whose head was read.
    pub async fn over(head: Answer, body: Body) -> Self {
        let mut stream = Self { body, text: String::new(), comments: 0, retry_ms: None, head };
        if stream.head.status != 200 {
            while let Some(chunk) = within("a refusal", stream.body.chunk()).await {
                stream.head.body += &String::from_utf8_lossy(&chunk);
            }
            panic!("no stream:\n{}", stream.head);
        }
        while stream.comments == 0 {
            assert!(within("the greeting", stream.block()).await.is_none(), "a frame before the greeting");
        }
        stream
    }

    /// The next frame; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<Frame> {
        within("a frame", async {
            loop {
                if let Some(block) = self.whole_block().await {
                    if let Some(frame) = self.read(&block) {
                        return Some(frame);
                    }
                } else {
                    assert_eq!(self.text, "", "the stream breaks off");
                    return None;
                }
            }
        })
        .await
    }

    /// The next frame of a stream that must go on.
    pub async fn frame(&mut self) -> Frame {
        self.next().await.expect("the stream goes on")
    }

    /// The next frame that carries an item.
    pub async fn item(&mut self) -> Frame {
        loop {
            let frame = self.frame().await;
            if frame.is_item() {
                return frame;
            }
        }
    }

    /// All frames up to and with the one that `is_last` recognises.
    pub async fn until(&mut self, is_last: impl Fn(&Frame) -> bool) -> Vec<Frame> {
        let mut frames = Vec::new();
        loop {
            frames.push(self.frame().await);
            if frames.last().is_some_and(&is_last) {
                return frames;
            }
        }
    }

    /// All frames up to and with the item of this title.
    pub async fn until_title(&mut self, title: &str) -> Vec<Frame> {
        self.until(|frame| frame.is_item() && frame.data["title"] == title).await
    }

    /// Reads on until this many comments have come in all; frames are passed over.
    pub async fn until_comments(&mut self, count: usize) {
        while self.comments < count {
            let block = within("a comment", self.whole_block()).await.expect("the stream goes on");
            self.read(&block);
        }
    }

    /// The reason of an end: `bye` is the last frame, and nothing comes after it.
    pub async fn bye(&mut self) -> String {
        loop {
            let frame = self.next().await.expect("a stream says bye before it ends");
            if frame.event == "bye" {
                assert_eq!(self.next().await, None, "nothing after bye");
                return frame.data["reason"].as_str().unwrap_or_default().to_owned();
            }
        }
    }

    /// One block, or `None` for one without an event.
    async fn block(&mut self) -> Option<Frame> {
        let block = self.whole_block().await.expect("the stream goes on");
        self.read(&block)
    }

    async fn whole_block(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.text.find("\n\n") {
                let rest = self.text.split_off(at + 2);
                return Some(std::mem::replace(&mut self.text, rest));
            }
            let chunk = self.body.chunk().await?;
            self.text += &String::from_utf8(chunk).expect("frames are whole and UTF-8");
        }
    }

    fn read(&mut self, block: &str) -> Option<Frame> {
        let (mut id, mut event, mut data) = (None, None, Vec::new());
        for line in block.lines().filter(|line| !line.is_empty()) {
            match line.split_once(':') {
                Some(("", _)) => self.comments += 1,
                Some(("id", value)) => id = Some(value.trim().to_owned()),
                Some(("event", value)) => event = Some(value.trim().to_owned()),
                Some(("retry", value)) => self.retry_ms = value.trim().parse().ok(),
                Some(("data", value)) => data.push(value.strip_prefix(' ').unwrap_or(value)),
                _ => panic!("no line of a stream: {line:?}"),
            }
        }
        let data = serde_json::from_str(&data.join("\n"));
        event.map(|event| Frame { id, event, data: data.expect("the data of a frame is JSON") })
    }
}

/// A browser that does as it should: folds what it hears, resumes when a stream ends, loads anew when told so.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    stream: Stream,
    pub folded: Folded,
    /// How often it came back, and how often it had to load anew.
    pub resumed: usize,
    pub resynced: usize,
}

impl Browser {
    pub async fn open(client: &Client) -> Self {
        let folded = Folded::load(client).await;
        Self::over(client, Stream::open(client, Some(&folded.cursor)).await, folded)
    }

    /// A browser with this stream, which begins where the state ends.
    pub fn over(client: &Client, stream: Stream, folded: Folded) -> Self {
        Self { client: client.clone(), stream, folded, resumed: 0, resynced: 0 }
    }

    /// Hears one thing; answers it when it is a frame of the state.
    pub async fn hear(&mut self) -> Option<Frame> {
        let frame = self.stream.frame().await;
        if frame.event == "bye" {
            self.resumed += 1;
        } else if frame.event == "resync" {
            self.resynced += 1;
            self.folded = Folded::load(&self.client).await;
        } else {
            assert!(self.folded.apply(&frame));
            return Some(frame);
        }
        self.stream = Stream::open(&self.client, Some(&self.folded.cursor)).await;
        None
    }

    /// Hears on until it knows of an item with this title; answers the frames.
    pub async fn until_title(&mut self, title: &str) -> Vec<Frame> {
        let mut frames = Vec::new();
        while !self.folded.items.values().any(|item| item["title"] == title) {
            frames.extend(self.hear().await);
        }
        frames
    }
}

/// What a browser knows: the items by id, and the unread count that it was told last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Folded {
    pub items: BTreeMap<String, Value>,
    pub unread: i64,
    pub cursor: String,
}

impl Folded {
    /// What a browser loads at first: all items, archived ones too.
    pub async fn load(client: &Client) -> Self {
        let mut folded = Self::default();
        for filter in ["all", "archived"] {
            let mut next = String::new();
            loop {
                let page = client.get(&format!("/v1/inbox?filter={filter}&limit=100{next}")).await.ok(200);
                for item in page["items"].as_array().unwrap() {
                    folded.items.insert(item["id"].as_str().unwrap().to_owned(), item.clone());
                }
                folded.unread = page["unread"].as_i64().unwrap();
                if next.is_empty() && filter == "all" {
                    page["cursor"].as_str().unwrap().clone_into(&mut folded.cursor);
                }
                match page["next"].as_str() {
                    Some(cursor) => next = format!("&cursor={cursor}"),
                    None => break,
                }
            }
        }
        folded
    }

    /// Takes a frame in. False: a resync, the state is to be loaded anew.
    pub fn apply(&mut self, frame: &Frame) -> bool {
        if let Some(id) = &frame.id {
            self.cursor.clone_from(id);
        }
        match frame.event.as_str() {
            "item" => {
                let id = frame.data["id"].as_str().unwrap().to_owned();
                assert_eq!(frame.data["seq"], frame.seq(), "the cursor of a frame is the item's number");
                self.items.insert(id, frame.data.clone());
            }
            "unread" => self.unread = frame.data["count"].as_i64().unwrap(),
            "read_all" => {
                let up_to = frame.data["up_to"].as_i64().unwrap();
                for item in self.items.values_mut() {
                    if item["seq"].as_i64().unwrap() <= up_to && is_unread(item) {
                        item["read_at"] = json!("told by a mark");
                    }
                }
            }
            "resync" => return false,
            // Who one is, and what one chose: asked for anew, and no part of the inbox.
            "session" => {}
            other => panic!("what is {other}?"),
        }
        true
    }

    /// What two views of one inbox must agree upon. Instants are flags here: a mark does not tell when.
    pub fn shown(&self) -> (i64, BTreeMap<&str, Value>) {
        let is = |item: &Value, field: &str| !item[field].is_null();
        let items = self.items.iter().filter(|(_, item)| !is(item, "withdrawn_at")).map(|(id, item)| {
            let state = json!({
                "seq": item["seq"], "title": item["title"], "body": item["body"], "link": item["link"],
                "read": is(item, "read_at"), "closed_by": item["closed_by"], "archived": is(item, "archived_at"),
            });
            (id.as_str(), state)
        });
        (self.unread, items.collect())
    }
}

pub fn is_unread(item: &Value) -> bool {
    ["read_at", "archived_at", "withdrawn_at"].iter().all(|field| item[*field].is_null())
}
