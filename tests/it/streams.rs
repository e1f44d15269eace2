//! The stream: what a browser hears, how it resumes without a gap, and when it ends.

use std::collections::BTreeSet;
use std::time::Duration;

use bellwire::domain::id::Account;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::people::{PASSWORD, email};
use crate::support::stream::{Browser, Folded, Frame, Stream};
use crate::support::{Client, TestApp, assert_answer, both};

both!(a_stream_begins_at_the_head);
async fn a_stream_begins_at_the_head(app: &TestApp) {
    let ann = app.cookie("ann").await;
    app.send(&ann, "Before", &["sales"]).await;
    let mut stream = Stream::open(&ann, None).await;
    assert_eq!(stream.head.header("content-type"), Some("text/event-stream"));
    assert_eq!(stream.head.header("cache-control"), Some("no-store"));
    assert_eq!(stream.head.header("x-accel-buffering"), Some("no"));
    assert!(stream.retry_ms.is_some_and(|ms| (1_000..=2_000).contains(&ms)), "{:?}", stream.retry_ms);
    app.send(&ann, "After", &["sales"]).await;
    let frames = stream.until(Frame::is_item).await;
    assert_eq!(frames[0].data, json!({"count": 2}));
    assert_eq!(frames[1].data["title"], "After");
    // The item in a frame is the item of the inbox, field by field.
    assert_eq!(frames[1].data, app.newest(&ann).await);
}

both!(what_one_tab_does_all_hear);
async fn what_one_tab_does_all_hear(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    app.send(&ann, "One", &["sales"]).await;
    app.send(&ann, "Two", &["sales"]).await;
    let page = bob.get("/v1/inbox").await.ok(200);
    let id = page["items"][1]["id"].as_str().unwrap().to_owned();
    let cursor = page["cursor"].as_str();
    let (mut here, mut there) = (Stream::open(&bob, cursor).await, Stream::open(&bob, cursor).await);
    let mut anns = Stream::open(&ann, None).await;
    for (act, field, unread) in [
        ("seen", "seen_at", 2),
        ("read", "read_at", 1),
        ("close", "closed_at", 1),
        ("archive", "archived_at", 1),
    ] {
        let item = bob.act(&format!("/v1/inbox/{id}/{act}")).await.ok(200);
        assert!(!item[field].is_null());
        for stream in [&mut here, &mut there] {
            let frames = stream.until(Frame::is_item).await;
            assert_eq!(frames.last().unwrap().data, item, "{act}");
            assert_eq!(frames[0].data, json!({"count": unread}), "{act}");
        }
    }
    let up_to = item_seq(&bob.get(&format!("/v1/inbox/{id}")).await.ok(200));
    bob.post("/v1/inbox/read-all", json!({"up_to": up_to})).await.ok(200);
    for stream in [&mut here, &mut there] {
        let frames = stream.until(|frame| frame.event == "read_all").await;
        assert_eq!((&frames[0].data, &frames[1].data), (&json!({"count": 0}), &json!({"up_to": up_to})));
    }
    // Ann heard nothing of all that: the next that she hears is her own.
    app.send(&ann, "Three", &["sales"]).await;
    assert_eq!(anns.item().await.data["title"], "Three");
}

fn item_seq(item: &Value) -> i64 {
    item["seq"].as_i64().unwrap()
}

/// Things that happen to Bob's inbox, one after the other; each is told by at least one frame.
async fn script(app: &TestApp, step: usize, ann: &Client, bob: &Client) -> bool {
    let nth = async |n: usize| {
        let page = bob.get("/v1/inbox?limit=100").await.ok(200);
        page["items"].as_array().unwrap()[n].clone()
    };
    let act = async |n: usize, act: &str| {
        let id = nth(n).await["id"].as_str().unwrap().to_owned();
        bob.act(&format!("/v1/inbox/{id}/{act}")).await.ok(200);
    };
    match step {
        0..=4 => drop(app.send(ann, &format!("No. {step}"), &["sales"]).await),
        5 => act(0, "seen").await,
        6 => act(1, "close").await,
        7 => act(2, "read").await,
        8 => {
            let up_to = item_seq(&nth(3).await);
            bob.post("/v1/inbox/read-all", json!({"up_to": up_to})).await.ok(200);
        }
        9 => act(3, "unread").await,
        10 => act(4, "archive").await,
        11 => drop(app.send(ann, "No. 11", &["sales", "support"]).await),
        12 => {
            let sent = ann.get("/v1/notifications?limit=3").await.ok(200);
            let id = sent["items"][2]["id"].as_str().unwrap().to_owned();
            ann.act(&format!("/v1/notifications/{id}/recall")).await.ok(200);
        }
        13 => act(1, "reopen").await,
        14 => {
            bob.post("/v1/inbox/read-all", json!({"up_to": 1_000})).await.ok(200);
        }
        _ => return false,
    }
    app.settle().await;
    true
}

both!(what_a_user_chooses_his_open_pages_hear);
async fn what_a_user_chooses_his_open_pages_hear(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    // That they were made is a change too; the first look finds it with this one.
    let mut anns = Stream::open(&ann, None).await;
    ann.patch("/v1/profile", json!({"zone": "Europe/Madrid"})).await.ok(200);
    anns.until(|frame| frame.event == "session").await;
    app.advance(Duration::from_secs(1)).await;
    let (mut here, mut there) = (Stream::open(&bob, None).await, Stream::open(&bob, None).await);
    let mut wanted = bob.get("/v1/preferences").await.ok(200);
    wanted["popup_seconds"] = json!(25);
    for name in ["rules", "locked"] {
        wanted.as_object_mut().unwrap().remove(name);
    }
    bob.put("/v1/preferences", wanted).await.ok(200);
    for stream in [&mut here, &mut there] {
        let frames = stream.until(|frame| frame.event == "session").await;
        assert_eq!((frames.last().unwrap().data.clone(), frames.len()), (json!({}), 1));
    }
    assert_eq!(bob.get("/v1/session").await.ok(200)["popups"]["seconds"], 25);
    app.advance(Duration::from_secs(1)).await;
    bob.patch("/v1/profile", json!({"zone": "Asia/Tokyo"})).await.ok(200);
    here.until(|frame| frame.event == "session").await;
    assert_eq!(bob.get("/v1/session").await.ok(200)["user"]["zone"], "Asia/Tokyo");
    // Nobody else hears of it, and each change is told once.
    app.send(&ann, "For both", &["sales"]).await;
    for (stream, sessions) in [(&mut here, 0), (&mut there, 1), (&mut anns, 0)] {
        let frames = stream.until(Frame::is_item).await;
        assert_eq!(frames.iter().filter(|frame| frame.event == "session").count(), sessions);
    }
}

both!(a_stream_resumes_after_each_possible_cut);
async fn a_stream_resumes_after_each_possible_cut(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let start = Folded::load(&bob).await;
    let mut whole = Stream::open(&bob, Some(&start.cursor)).await;
    let mut step = 0;
    while script(app, step, &ann, &bob).await {
        step += 1;
    }
    app.send(&ann, "End", &["sales"]).await;
    let frames = whole.until_title("End").await;
    assert!(frames.len() > 20, "{}", frames.len());
    let expected = Folded::load(&bob).await;
    // What a browser knows after each of the frames that it got; then the connection is cut.
    let mut known = vec![start.clone()];
    for frame in &frames {
        let mut next = known.last().unwrap().clone();
        assert!(next.apply(frame));
        known.push(next);
    }
    assert_eq!(known.last().unwrap().shown(), expected.shown());
    for state in &known[..known.len() - 1] {
        let mut folded = state.clone();
        let mut stream = Stream::open(&bob, Some(&folded.cursor)).await;
        let mut last = 0;
        // What remains to be told ends with the last item, or there is nothing when the cut came after it.
        if folded.cursor != expected.cursor {
            for frame in stream.until_title("End").await {
                assert!(folded.apply(&frame));
                if frame.id.is_some() {
                    assert!(frame.seq() > last, "{frame:?}");
                    last = frame.seq();
                }
            }
        }
        assert_eq!(folded.shown(), expected.shown(), "cut at {}", state.cursor);
    }
}

both!(a_stream_that_is_cut_at_each_step_misses_nothing);
async fn a_stream_that_is_cut_at_each_step_misses_nothing(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let mut folded = Folded::load(&bob).await;
    let mut step = 0;
    // At every other step nobody listens; each connection takes one frame and breaks.
    while script(app, step, &ann, &bob).await {
        if step % 2 == 1 {
            let mut stream = Stream::open(&bob, Some(&folded.cursor)).await;
            let frames = stream.until(|frame| frame.id.is_some()).await;
            for frame in &frames {
                assert!(folded.apply(frame));
            }
        }
        step += 1;
    }
    app.send(&ann, "End", &["sales"]).await;
    let mut stream = Stream::open(&bob, Some(&folded.cursor)).await;
    stream.until_title("End").await.iter().for_each(|frame| assert!(folded.apply(frame)));
    assert_eq!(folded.shown(), Folded::load(&bob).await.shown());
}

both!(a_cursor_that_cannot_be_served_is_answered_by_resync);
async fn a_cursor_that_cannot_be_served_is_answered_by_resync(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let start = bob.get("/v1/inbox").await.text("/cursor");
    let (epoch, seq) = start.split_once('.').unwrap();
    let (epoch, seq): (i64, i64) = (epoch.parse().unwrap(), seq.parse().unwrap());
    for number in 0..50 {
        app.send(&ann, &format!("No. {number}"), &["sales"]).await;
    }
    let id = app.newest(&bob).await["id"].as_str().unwrap().to_owned();
    for number in 0..50 {
        let act = if number % 2 == 0 { "close" } else { "reopen" };
        bob.act(&format!("/v1/inbox/{id}/{act}")).await.ok(200);
    }
    app.settle().await;
    let head = bob.get("/v1/inbox").await.text("/cursor");
    let ahead = head.split_once('.').unwrap().1.parse::<i64>().unwrap() + 1;
    // Fifty items, of which one changed since: fifty rows, so the first cursor is served.
    let mut served = Stream::open(&bob, Some(&start)).await;
    assert!(served.item().await.data["title"] == "No. 0");
    // Another hundred and it is not, whether the server remembers or must read.
    for number in 0..51 {
        app.send(&ann, &format!("More {number}"), &["sales"]).await;
    }
    for cursor in [
        start.clone(),
        format!("{epoch}.{}", ahead + 1_000),
        format!("{}.{seq}", epoch + 1),
        format!("{}.{seq}", epoch - 1),
    ] {
        let mut stream = Stream::open(&bob, Some(&cursor)).await;
        assert_eq!(
            stream.frame().await,
            Frame { id: None, event: "resync".into(), data: json!({}) },
            "{cursor}"
        );
        // It goes on at the head, so that nothing is lost between.
        app.send(&ann, "Next", &["sales"]).await;
        assert_eq!(stream.item().await.data["title"], "Next");
    }
    for cursor in ["x", "1", "1.", "-1.5", "1.-5", "1.2.3"] {
        let answer = bob.call("GET", "/v1/stream").header("last-event-id", cursor).send().await;
        assert_eq!(answer.fields(), ["cursor"], "{cursor}");
    }
    // The header goes before the parameter, and either does.
    let head = bob.get("/v1/inbox").await.text("/cursor");
    app.send(&ann, "Last", &["sales"]).await;
    for call in [
        bob.call("GET", &format!("/v1/stream?cursor={head}")),
        bob.call("GET", &format!("/v1/stream?cursor={start}")).header("last-event-id", &head),
    ] {
        assert_eq!(Stream::begin(call).await.item().await.data["title"], "Last");
    }
}

both!(a_hundred_changes_are_told_and_one_more_is_not);
async fn a_hundred_changes_are_told_and_one_more_is_not(app: &TestApp) {
    let (key, bob) = (app.key(&["notify"]).await, app.cookie("bob").await);
    let start = bob.get("/v1/inbox").await.text("/cursor");
    for number in 0..100 {
        app.send_draft(&key, json!({"title": format!("{number}"), "body": "x", "users": [email("bob")]}))
            .await;
    }
    let mut stream = Stream::open(&bob, Some(&start)).await;
    let frames = stream.until_title("99").await;
    assert_eq!(frames.iter().filter(|frame| frame.is_item()).count(), 100);
    app.send_draft(&key, json!({"title": "100", "body": "x", "users": [email("bob")]})).await;
    assert_eq!(Stream::open(&bob, Some(&start)).await.frame().await.event, "resync");
}

both!(a_slow_consumer_is_closed_and_made_whole);
async fn a_slow_consumer_is_closed_and_made_whole(app: &TestApp) {
    let (key, bob) = (app.key(&["notify"]).await, app.cookie("bob").await);
    let folded = Folded::load(&bob).await;
    let slow = Stream::begin(bob.call("GET", "/v1/stream").slow()).await;
    // Some eight megabytes: more than fits into the sockets between.
    let large = "\u{1f514}".repeat(9_990);
    for number in 0..200 {
        let draft = json!({"title": format!("{number}"), "body": large, "users": [email("bob")]});
        key.post("/v1/notifications", draft).await.ok(202);
        if number % 20 == 0 {
            app.settle().await;
        }
    }
    app.settle().await;
    let mut browser = Browser::over(&bob, slow, folded);
    while browser.resumed == 0 {
        browser.hear().await;
    }
    let had = browser.folded.items.len();
    assert!((1..200).contains(&had), "{had}");
    app.send_draft(&key, json!({"title": "End", "body": "x", "users": [email("bob")]})).await;
    browser.until_title("End").await;
    assert_eq!(browser.folded.shown(), Folded::load(&bob).await.shown());
    assert_eq!(app.app.base.metrics.slow_consumers.get(), 1);
}

both!(parallel_writers_are_heard_once_each_and_in_order);
async fn parallel_writers_are_heard_once_each_and_in_order(app: &TestApp) {
    const WRITERS: usize = 64;
    const EACH: usize = 5;
    let key = app.key(&["notify"]).await;
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let mut browsers = Vec::new();
    for who in [&ann, &bob, &bob] {
        browsers.push(Browser::open(who).await);
    }
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (key, bob) = (key.clone(), bob.clone());
        writers.spawn(async move {
            for number in 0..EACH {
                let title = format!("{writer}/{number}");
                let draft = json!({"title": title, "body": "x", "groups": ["sales"]});
                assert_answer!(key.post("/v1/notifications", draft).await, 202, {"id": "[id]", "recipients": 2});
                // Meanwhile Bob reads, so that old rows get new numbers among the new ones.
                let page = bob.get("/v1/inbox?filter=unread&limit=1").await.ok(200);
                if let Some(id) = page["items"][0]["id"].as_str() {
                    bob.act(&format!("/v1/inbox/{id}/read")).await.ok(200);
                }
            }
        });
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
    app.settle().await;
    app.send_draft(&key, json!({"title": "End", "body": "x", "groups": ["sales"]})).await;
    for (browser, who) in browsers.iter_mut().zip([&ann, &bob, &bob]) {
        let (mut last, mut met) = (0, BTreeSet::new());
        for frame in browser.until_title("End").await {
            if frame.id.is_some() {
                assert!(frame.seq() > last, "{} after {last}", frame.seq());
                last = frame.seq();
            }
            // A row is told once per number, and as new once.
            if frame.is_item() {
                assert!(met.insert((frame.data["id"].to_string(), frame.seq())), "{frame:?} twice");
            }
        }
        assert_eq!(browser.folded.shown(), Folded::load(who).await.shown());
        assert_eq!(browser.folded.items.len(), WRITERS * EACH + 1);
    }
}

both!(a_heartbeat_comes_every_twenty_seconds);
async fn a_heartbeat_comes_every_twenty_seconds(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let mut stream = Stream::open(&ann, None).await;
    for round in 1..=3 {
        app.tick(20).await;
        stream.until_comments(1 + round).await;
    }
    // Not more than that: what comes after these is the item.
    app.send(&ann, "Now", &["sales"]).await;
    stream.item().await;
    assert_eq!(stream.comments, 4);
}

both!(a_stream_ends_with_the_right_to_it);
async fn a_stream_ends_with_the_right_to_it(app: &TestApp) {
    let root = app.cookie("root").await;
    let bob = format!("/v1/users/{}", app.id("bob"));
    let (mine, other) = (app.cookie("bob").await, app.cookie("bob").await);
    // Signing out ends what this session holds, and nothing else.
    let (mut ended, mut stays) = (Stream::open(&mine, None).await, Stream::open(&other, None).await);
    let mut roots = Stream::open(&root, None).await;
    assert_answer!(mine.delete("/v1/session").await, 204);
    assert_eq!(ended.bye().await, "signed_out");
    assert_eq!(mine.get("/v1/stream").await.status, 401);
    app.send(&root, "Still here", &["sales"]).await;
    assert_eq!(stays.item().await.data["title"], "Still here");
    for end in ["everywhere", "by root", "lock", "role", "password", "reset", "remove"] {
        let here = app.cookie("bob").await;
        let mut streams =
            vec![Stream::open(&here, None).await, Stream::open(&app.token("bob", 900).await, None).await];
        match end {
            "everywhere" => assert_answer!(here.act("/v1/session/sign-out-everywhere").await, 204),
            "by root" => drop(root.act(&format!("{bob}/sign-out")).await.ok(200)),
            "lock" => drop(root.act(&format!("{bob}/lock")).await.ok(200)),
            "role" => drop(root.patch(&bob, json!({"role": "administrator"})).await.ok(200)),
            "password" => {
                let change = json!({"current": PASSWORD, "new": "another horse battery"});
                assert_answer!(here.post("/v1/profile/password", change).await, 204);
            }
            "reset" => {
                let url = root.act(&format!("{bob}/reset-password")).await.text("/url");
                let token = url.split_once('#').unwrap().1;
                let used = json!({"token": token, "password": PASSWORD});
                app.anonymous().post("/v1/links/use", used).await.ok(200);
            }
            _ => assert_answer!(root.delete(&bob).await, 204),
        }
        for stream in &mut streams {
            assert_eq!(stream.bye().await, "signed_out", "{end}");
        }
        assert_eq!(here.get("/v1/inbox").await.status, 401, "{end}");
        if end == "lock" {
            root.act(&format!("{bob}/unlock")).await.ok(200);
        }
    }
    assert_eq!(stays.bye().await, "signed_out");
    // All that was somebody else's.
    app.send_draft(&root, json!({"title": "To me", "body": "x", "users": [email("root")]})).await;
    assert_eq!(roots.item().await.data["title"], "To me");
}

both!(no_stream_slips_in_while_its_right_ends);
async fn no_stream_slips_in_while_its_right_ends(app: &TestApp) {
    let root = app.cookie("root").await;
    let path = format!("/v1/users/{}/sign-out", app.id("bob"));
    let mut opened = 0;
    for round in 0..100 {
        let bob = app.cookie("bob").await;
        // Its use is written down as well.
        app.advance(Duration::from_secs(61)).await;
        let opening = async {
            // Each look takes about as long as a step of the other call.
            for _ in 0..round % 20 {
                app.count("select count(*) from account").await;
            }
            bob.call("GET", "/v1/stream").open().await
        };
        let ((head, body), ended) = tokio::join!(opening, root.act(&path));
        ended.ok(200);
        if head.status == 200 {
            // Nobody rings again: what is open now must already have been told to end.
            assert_eq!(Stream::over(head, body).await.bye().await, "signed_out", "round {round}");
            opened += 1;
        } else {
            assert_eq!(head.status, 401);
        }
    }
    assert!(opened > 0, "none came before the end");
}

both!(closing_many_at_once_is_no_reason_to_hang_up);
async fn closing_many_at_once_is_no_reason_to_hang_up(app: &TestApp) {
    const MANY: usize = 300;
    let (key, bob) = (app.key(&["notify"]).await, app.cookie("bob").await);
    for number in 0..MANY {
        let draft = json!({"title": format!("{number}"), "body": "x", "users": [email("bob")]});
        key.post("/v1/notifications", draft).await.ok(202);
    }
    app.settle().await;
    let mut browser = Browser::open(&bob).await;
    let ids: Vec<String> = browser.folded.items.keys().cloned().collect();
    assert_answer!(bob.post("/v1/inbox/close", json!({"ids": ids})).await, 200, {"changed": 300});
    app.send_draft(&key, json!({"title": "End", "body": "x", "users": [email("bob")]})).await;
    browser.until_title("End").await;
    assert_eq!((browser.resumed, browser.resynced), (0, 0), "a consumer that keeps up is not slow");
    assert_eq!(browser.folded.shown(), Folded::load(&bob).await.shown());
}

both!(who_comes_while_it_is_told_hears_of_it);
async fn who_comes_while_it_is_told_hears_of_it(app: &TestApp) {
    let (key, ann, bob) = (app.key(&["notify"]).await, app.cookie("ann").await, app.cookie("bob").await);
    // Somebody listens all the time, so that there is always something to be told.
    let mut anns = Browser::open(&ann).await;
    for round in 0..150 {
        let cursor = bob.get("/v1/inbox?limit=1").await.text("/cursor");
        let title = format!("Round {round}");
        let sending =
            key.post("/v1/notifications", json!({"title": title, "body": "x", "groups": ["sales"]}));
        let coming = async {
            // The moment between the commit and the telling is when it counts.
            while app.count("select count(*) from inbox_item").await < (round + 1) * 2 {}
            for _ in 0..round % 16 {
                tokio::task::yield_now().await;
            }
            Stream::open(&bob, Some(&cursor)).await
        };
        let (sent, mut stream) = tokio::join!(sending, coming);
        sent.ok(202);
        assert_eq!(stream.item().await.data["title"], title);
        app.settle().await;
    }
    anns.until_title("Round 149").await;
}

both!(the_first_who_come_miss_nothing);
async fn the_first_who_come_miss_nothing(app: &TestApp) {
    // As after a start, when everybody comes back at once: nobody has listened to the account before.
    for round in 0..14 {
        let (account, people) = app.account(&format!("round-{round}")).await;
        let key = app.key_of(account, &["notify"]).await;
        let mut coming = JoinSet::new();
        for number in 0..12 {
            let who = app.cookie_of(account, people[["mal", "eve"][number % 2]].clone()).await;
            let folded = Folded::load(&who).await;
            coming.spawn(async move {
                // All at one moment, at another one in each round.
                for _ in 0..round % 7 {
                    who.get("/v1/inbox?limit=1").await.ok(200);
                }
                let stream = Stream::open(&who, Some(&folded.cursor)).await;
                let mut browser = Browser::over(&who, stream, folded);
                let frames = browser.until_title("End").await;
                (frames, browser.folded.items.len())
            });
        }
        for title in ["1", "2", "3", "4", "End"] {
            let draft = json!({"title": title, "body": "x", "users": [people["mal"].as_str(), people["eve"].as_str()]});
            key.post("/v1/notifications", draft).await.ok(202);
        }
        while let Some(heard) = coming.join_next().await {
            let (frames, items) = heard.unwrap();
            let seqs: Vec<i64> = frames.iter().filter(|frame| frame.is_item()).map(Frame::seq).collect();
            assert!(
                items == 5 && seqs.len() == 5 && seqs.is_sorted(),
                "round {round}: {items} items, {seqs:?}"
            );
        }
    }
}

both!(a_stream_ends_with_its_token);
async fn a_stream_ends_with_its_token(app: &TestApp) {
    let (short, long) = (app.token("ann", 60).await, app.token("ann", 3_600).await);
    let (mut first, mut second) = (Stream::open(&short, None).await, Stream::open(&long, None).await);
    app.tick(59).await;
    assert_eq!(short.get("/v1/inbox").await.status, 200);
    app.tick(1).await;
    assert_eq!(first.bye().await, "expired");
    assert_eq!(short.get("/v1/stream").await.status, 401);
    app.send(&long, "More", &["sales"]).await;
    assert_eq!(second.item().await.data["title"], "More");
}

both!(a_user_has_thirty_two_streams);
async fn a_user_has_thirty_two_streams(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let mut streams = Vec::new();
    for _ in 0..32 {
        streams.push(Stream::open(&ann, None).await);
    }
    let refused = ann.get("/v1/stream").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("30")));
    Stream::open(&bob, None).await;
    drop(streams.pop());
    // The server hears of the closed connection in a moment.
    crate::support::call::within("a place", async {
        while app.app.hub.open() > 31 + 1 {
            app.breathe().await;
        }
        while ann.call("GET", "/v1/stream").open().await.0.status != 200 {
            app.breathe().await;
        }
    })
    .await;
    app.send(&ann, "All", &["sales"]).await;
    for stream in &mut streams {
        assert_eq!(stream.item().await.data["title"], "All");
    }
}

both!(a_key_has_no_stream);
async fn a_key_has_no_stream(app: &TestApp) {
    let key = app.key(&["all"]).await;
    for path in ["/v1/stream", "/v1/inbox", "/v1/inbox?filter=standing"] {
        assert_answer!(key.get(path).await, 403, {
            "type": "/problems/forbidden", "title": "[text]", "status": 403, "detail": "[text]",
        });
    }
    assert_eq!(app.anonymous().get("/v1/stream").await.status, 401);
}

both!(accounts_do_not_hear_each_other);
async fn accounts_do_not_hear_each_other(app: &TestApp) {
    let (other, people) = app.other_account().await;
    let mal = app.cookie_of(other, people["mal"].clone()).await;
    let ann = app.cookie("ann").await;
    let (mut mals, mut anns) = (Stream::open(&mal, None).await, Stream::open(&ann, None).await);
    app.send(&ann, "Ours", &["sales"]).await;
    app.send(&mal, "Theirs", &["sales"]).await;
    assert_eq!(mals.item().await.data["title"], "Theirs");
    assert_eq!(anns.item().await.data["title"], "Ours");
    // Cursors are an account's own: each counts from its beginning.
    assert_eq!(app.newest(&mal).await["seq"], 1);
    assert_ne!(other, Account(1));
}

both!(each_reads_his_own_language);
async fn each_reads_his_own_language(app: &TestApp) {
    let (ann, bob, cyd) = (app.cookie("ann").await, app.cookie("bob").await, app.cookie("cyd").await);
    app.send(&ann, "Stock", &["sales", "support"]).await;
    // Nothing but one-time notifications yet, which are in the words of their writer; so the texts are put in here.
    app.write(|tx| {
        let texts = |language: &str, title: &str| {
            format!("{{\"language\":\"{language}\",\"title\":\"{title}\",\"body\":\"\"}}")
        };
        let texts = format!("[{},{}]", texts("ru", "Склад"), texts("en", "Stock"));
        tx.execute("update notification set texts = $1", &[&texts])
    })
    .await;
    for (who, title) in [(&ann, "Stock"), (&bob, "Склад"), (&cyd, "Склад")] {
        let page = who.get("/v1/inbox").await.ok(200);
        // Who has none of the languages reads the first.
        assert_eq!(page["items"][0]["title"], title);
        let id = page["items"][0]["id"].as_str().unwrap();
        let mut live = Stream::open(who, None).await;
        who.act(&format!("/v1/inbox/{id}/seen")).await.ok(200);
        assert_eq!(live.item().await.data["title"], title);
        let mut resumed = Stream::open(who, page["cursor"].as_str()).await;
        assert_eq!(resumed.item().await.data["title"], title);
    }
    // Two tabs of one user who changed his language in between.
    let mut before = Stream::open(&bob, None).await;
    bob.patch("/v1/profile", json!({"language": "en"})).await.ok(200);
    let mut after = Stream::open(&bob, None).await;
    let id = app.newest(&bob).await["id"].as_str().unwrap().to_owned();
    bob.act(&format!("/v1/inbox/{id}/close")).await.ok(200);
    assert_eq!(
        (before.item().await.data["title"].clone(), after.item().await.data["title"].clone()),
        (json!("Склад"), json!("Stock"))
    );
}

both!(a_server_that_stops_says_so);
async fn a_server_that_stops_says_so(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let mut stream = Stream::open(&ann, None).await;
    app.app.hub.close_all();
    assert_eq!(stream.bye().await, "shutdown");
    // It is only the stream that ended: whoever comes back is served.
    app.advance(Duration::from_secs(2)).await;
    Stream::open(&ann, None).await;
}
