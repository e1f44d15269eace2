//! Expressions that mean harm end in an error after so many steps and no more, on the 2 MiB of stack that a test's thread
//! has, as a worker's does.

use super::scene;
use crate::domain::expression::{Expression, Fault, Limits, Stopped, Value};

#[test]
fn what_is_too_deep_or_too_long_is_refused() {
    for (name, source) in [
        ("brackets", format!("{}1{}", "(".repeat(2_000), ")".repeat(2_000))),
        ("lists", format!("{}1{}", "[".repeat(2_000), "]".repeat(2_000))),
        ("not", format!("{}true", "not ".repeat(1_000))),
        ("!", format!("{}true", "!".repeat(4_000))),
        ("minus", format!("{}order.sum", "-".repeat(4_000))),
        ("plus", format!("{}1", "+".repeat(4_000))),
        ("sum", format!("1{}", "+1".repeat(2_000))),
        ("join", format!("1{}", "~1".repeat(2_000))),
        ("fields", format!("a{}", ".b".repeat(2_000))),
        ("index", format!("a{}", "[0]".repeat(1_300))),
        ("pipes", format!("a{}", "|first".repeat(600))),
        ("choice", format!("{}1", "a?1:".repeat(1_000))),
        ("else", format!("{}1", "a??".repeat(1_300))),
        ("compare", format!("1{}", "==1".repeat(1_300))),
        ("in", format!("1{}", " in a".repeat(800))),
        ("lambdas", format!("{}1{}", "a|map(x=>".repeat(400), ")".repeat(400))),
        ("arguments", format!("{}1{}", "a.b(".repeat(800), ")".repeat(800))),
        ("mixed", format!("{}1{}", "[-(a or not ".repeat(250), ")]".repeat(250))),
    ] {
        assert!(source.len() <= 4_096, "{name}");
        let fault = Expression::parse(&source).map_err(|problem| problem.fault).err();
        assert_eq!(fault, Some(Fault::TooDeep(64)), "{name}");
    }
    let long = |source: String| Expression::parse(&source).map_err(|problem| problem.fault).err();
    assert_eq!(long(format!("a{}", " or a".repeat(100_000))), Some(Fault::TooLong(4_096)));
    assert_eq!(long(format!("\"{}\"", "x".repeat(1_000_000))), Some(Fault::TooLong(4_096)));
}

#[test]
fn a_chain_as_long_as_may_be_is_no_deeper_than_one_link() {
    let holds = {
        let chain = format!("false{}", " or b".repeat(800));
        let expression = Expression::parse(&chain).unwrap();
        let shape = crate::domain::facts::shape::shape(crate::domain::facts::shape::Topic::Any, &[]);
        assert_eq!(expression.check(&shape).len(), 800);
        assert_eq!(expression.explain(&scene(), Limits::default()).children.len(), 801);
        expression.holds(&scene(), Limits::default())
    };
    assert_eq!(holds, Ok(false));
}

#[test]
fn patterns_are_bounded() {
    let parse = |pattern: &str| Expression::parse(&format!("a matches '{pattern}'")).err().map(|p| p.fault);
    for pattern in [
        "/(a{1,100}){1,100}/".to_owned(),
        "/((((a{10}){10}){10}){10}){10}/".to_owned(),
        "/\\w{1000}/".to_owned(),
        format!("/{}a{}/", "(".repeat(1_000), ")".repeat(1_000)),
    ] {
        assert!(matches!(parse(&pattern), Some(Fault::BadRegex(_))), "{pattern}");
    }
    let many = vec!["a matches '/a/'"; 17].join(" or ");
    let fault = Expression::parse(&many).map_err(|problem| problem.fault).err();
    assert_eq!(fault, Some(Fault::TooManyRegexes(16)));
    // What brings other engines to their knees is over in no time.
    for (source, expected) in [
        ("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' matches '/^(a+)+$/'", Ok(false)),
        ("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' matches '/^(a|a)*$/'", Ok(true)),
    ] {
        let expression = Expression::parse(source).unwrap();
        assert_eq!(expression.holds(&scene(), Limits::default()), expected, "{source}");
    }
}

#[test]
fn what_runs_long_is_stopped() {
    let ten = "[1,2,3,4,5,6,7,8,9,10]";
    let nested = |depth: usize, body: &str| {
        let open = (0..depth).map(|n| format!("{ten} | map(x{n} => ")).collect::<Vec<_>>().concat();
        format!("{open}{body}{}", ")".repeat(depth))
    };
    for (name, source, stopped) in [
        ("loops", nested(10, "x0"), Stopped::TooManySteps),
        (
            "flatten",
            format!("{ten} | reduce((a, x) => [a,a,a,a,a,a,a,a,a] | flatten, [1])"),
            Stopped::TooManySteps,
        ),
        ("text", format!("{ten} | reduce((a, x) => a~a~a~a~a~a~a~a, 'xxxxxxxx')"), Stopped::TooLarge),
        (
            "equal",
            format!(
                "[1]|map(z => ({ten}|reduce((a, x) => [a,a,a,a,a], 1)) == ({ten}|reduce((a, x) => [a,a,a,a,a], 1)))"
            ),
            Stopped::TooManySteps,
        ),
        (
            "patterns",
            format!(
                "{ten} | reduce((a, x) => a~a~a, 'x') | contains('y') or {}",
                nested(5, "'aaaaaaaaaaaaaaaa' matches '/(x+x+)+y/'")
            ),
            Stopped::TooManySteps,
        ),
        (
            "sort",
            format!("{} | flatten | flatten | flatten | sort((a, b) => true)", nested(4, "x0")),
            Stopped::TooManySteps,
        ),
    ] {
        let result = {
            let expression = Expression::parse(&source).unwrap();
            drop(expression.explain(&scene(), Limits::default()));
            expression.evaluate(&scene(), Limits::default()).map(|_| ())
        };
        assert_eq!(result, Err(stopped), "{name}");
    }
}

#[test]
fn a_list_within_lists_without_end_is_nothing() {
    let result = {
        let tens = "[1,2,3,4,5,6,7,8,9,10] | map(x => [1,2,3,4,5,6,7,8,9,10]) | flatten";
        let source = format!("({tens} | map(x => [1,2,3,4]) | flatten) | reduce((a, x) => [a], 1)");
        Expression::parse(&source)
            .unwrap()
            .evaluate(&scene(), Limits::default())
            .map(|value| value.to_text(10))
    };
    assert_eq!(result, Ok(String::new()));
    let mut deep = Value::integer(1);
    for _ in 0..1_000 {
        deep = Value::list(vec![deep, Value::Null]);
    }
    assert!(deep.to_text(100).len() < 1_000);
}
